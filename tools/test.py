#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the suites one after the other, prints the time each took, and sums up.

usage: test.py [build|lint|unit|integration|conformance|fuzz]...   (all without an argument)
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RESULTS = BUILD / "test-results"
PYTHON = "/usr/bin/python3"

# Minutes on two cores that each suite may take; the table at the end holds them against reality.
BUDGET = {"build": 10, "lint": 6, "unit": 3, "integration": 15, "conformance": 8, "fuzz": 5}


class Count:
    """Passed, failed and skipped tests, and the names of those that did not pass."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []

    def one(self, name, good):
        if good:
            self.passed += 1
        else:
            self.failed.append(name)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def run(command, minutes=None, **options):
    """The exit status. After `minutes` it is interrupted as by Ctrl-C, then killed: status 124."""
    sys.stdout.flush()
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT, **options)
    try:
        return process.wait(minutes and 60 * minutes)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as reason:
        process.send_signal(signal.SIGINT)  # servers that it started are ended by it
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
        if isinstance(reason, KeyboardInterrupt):
            raise
        print(f"interrupted after {minutes} minutes")
        return 124


def suite_build():
    count = Count()
    count.one("build", run([ROOT / "glossator", "configure-and-build-tests"]) == 0)
    return count


def suite_lint():
    count = Count()
    sources = subprocess.run(
        ["git", "ls-files", "*.h", "*.cpp"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    sources = [path for path in sources if (ROOT / path).exists()]
    count.one("clang-format", run(["clang-format", "--dry-run", "--Werror", *sources]) == 0)
    tidy = subprocess.run(
        [PYTHON, ROOT / "tests/tidy/tidy.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    for line in tidy.stdout.splitlines():
        print(line)
        if line.startswith(("ok ", "not ok ")):
            count.one("tidy: " + line.split("ok ", 1)[1], line.startswith("ok "))
    if tidy.returncode not in (0, 3):
        count.one("tidy", False)
    if (BUILD / "compile_commands.json").exists():
        command = [PYTHON, ROOT / "tools/clang-tidy.py", "--minutes", "5"]
        count.one("clang-tidy", run(command, minutes=8) == 0)
    else:
        count.skipped.append("clang-tidy (nothing is built)")
    return count


def gtest_results(folder, count):
    """Adds each test of each program; returns the programs that left a result."""
    programs = set()
    for path in sorted(folder.glob("*.json")):
        programs.add(path.stem)
        for group in json.loads(path.read_text())["testsuites"]:
            for test in group["testsuite"]:
                name = f"{group['name']}.{test['name']}"
                if test.get("result") == "SKIPPED":
                    count.skipped.append(name)
                else:
                    count.one(name, not test.get("failures"))
    return programs


def suite_unit():
    count = Count()
    folder = RESULTS / "unit"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    report = folder / "ctest.xml"
    run(["ctest", "--test-dir", BUILD, "--output-on-failure", "-j", os.cpu_count(), "--timeout",
         "170", "--output-junit", report], env={**os.environ, "GTEST_OUTPUT": f"json:{folder}/"})
    if not report.exists():
        count.one("ctest", False)
        return count
    programs = gtest_results(folder, count)
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name, good = case.get("name"), case.get("status") == "run"
        if name not in programs or (not good and not any(True for _ in count.failed)):
            count.one(name, good)
    return count


def pytest(name, *arguments):
    count = Count()
    report = RESULTS / f"{name}.xml"
    RESULTS.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    status = run([PYTHON, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--durations=8",
                  f"--junitxml={report}", *arguments], minutes=2 * BUDGET[name])
    if not report.exists():
        count.one(name, False)
        return count
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        title = f"{case.get('classname')}.{case.get('name')}"
        if case.find("skipped") is not None:
            count.skipped.append(f"{title}: {case.find('skipped').get('message')}")
        else:
            good = case.find("failure") is None and case.find("error") is None
            count.one(title, good)
    if status not in (0, 1, 5):
        count.one(name, False)
    return count


def suite_integration():
    return pytest("integration", "tests/integration")


def suite_conformance():
    return pytest("conformance", "tests/conformance", "tests/fixtures")


def suite_fuzz():
    count = Count()
    result = subprocess.run([PYTHON, ROOT / "tests/fuzz/run.py", "--total", "240"], cwd=ROOT,
                            stdout=subprocess.PIPE, text=True)
    for line in result.stdout.splitlines():
        print(line)
        if line.startswith(("ok ", "not ok ")):
            count.one("fuzz: " + line.split("ok ", 1)[1].split("   ")[0],
                      line.startswith("ok "))
    if result.returncode not in (0, 3):
        count.one("fuzz", False)
    return count


SUITES = {
    "build": suite_build,
    "lint": suite_lint,
    "unit": suite_unit,
    "integration": suite_integration,
    "conformance": suite_conformance,
    "fuzz": suite_fuzz,
}


def report(total, times):
    for name in total.skipped:
        print(f"skipped: {name}")
    for name in total.failed:
        print(f"FAILED: {name}")
    print("\ntime budget      minutes  aim")
    for name, seconds in times.items():
        over = "  over" if seconds > 60 * BUDGET[name] else ""
        print(f"  {name:<14} {seconds / 60:7.1f}  {BUDGET[name]:3d}{over}")
    print(f"  {'all':<14} {sum(times.values()) / 60:7.1f}  {sum(BUDGET.values()):3d}\n")
    skipped = f", {len(total.skipped)} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {len(total.failed)} failed{skipped}", flush=True)


def main(names):
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"unknown suite {unknown[0]}; there are: {', '.join(SUITES)}", file=sys.stderr)
        return 2
    total, times = Count(), {}
    for name in names or SUITES:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        count = SUITES[name]()
        times[name] = time.monotonic() - started
        total.add(count)
        if name == "build" and count.failed:
            break  # everything behind it would fail for this one reason
    report(total, times)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
