#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./glossator bench [NAME [ARGUMENTS...]]: runs one benchmark, or "all" of the gate; else lists them.

A benchmark is NAME.py in this folder or below it, or a program bench_NAME that CMake makes when
GLOSSATOR_BENCHMARKS is on.
"""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"


def scripts():
    found = {path.stem: path for path in sorted(HERE.rglob("*.py")) if path.name != "run.py"}
    return {name: path for name, path in found.items() if "__main__" in path.read_text()}


def programs():
    """Names in the CMake files, so that nothing must be built to list them."""
    text = "".join(path.read_text() for path in HERE.rglob("CMakeLists.txt"))
    names = set(re.findall(r"add_executable\((bench_\w+|\w+_bench)", text))
    return {re.sub(r"^bench_|_bench$", "", name): name for name in sorted(names)}


def first_line(path):
    match = re.search(r'^"""(.*?)(?:"""|$)', path.read_text(), re.MULTILINE)
    return match[1] if match else ""


def build(target):
    commands = (["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DGLOSSATOR_BENCHMARKS=ON"],
                ["ninja", "-C", BUILD, target])
    for command in commands:
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return next(path for path in BUILD.rglob(target) if path.is_file())


# Seconds that each may take; on an idle machine all together need less than a quarter of an hour.
GATE = {"intake": 330, "storescu": 200, "usable": 360, "idle": 150, "memory": 240, "echo": 120}


def run_all(rest):
    """Each in a process group of its own, ended when its time is over; then the table."""
    failed = []
    for name, seconds in GATE.items():
        start = time.monotonic()
        # SIGINT, also for one started in the background: its servers end with it.
        process = subprocess.Popen(
            ["/usr/bin/python3", str(scripts()[name]), *rest], start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = f"no end after {seconds} s"
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        print(f"-- {name}: {time.monotonic() - start:.0f} s, "
              f"{'all goals met' if status == 0 else f'not all goals met ({status})'}", flush=True)
        if status != 0:
            failed.append(name)
    subprocess.run(["/usr/bin/python3", str(scripts()["table"])], check=True)
    print("docs/performance.md has the table; goals not met in: " + (", ".join(failed) or "none"))
    return 1 if failed else 0


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.splitlines()[0])
        for name, path in scripts().items():
            print(f"  {name:<12} {first_line(path)}")
        for name in programs():
            print(f"  {name:<12} (C++)")
        return 0
    name, *rest = arguments
    if name == "all":
        return run_all(rest)
    if name in scripts():
        return subprocess.run(["/usr/bin/python3", str(scripts()[name]), *rest]).returncode
    if name in programs():
        return subprocess.run([str(build(programs()[name])), *rest]).returncode
    print(f"no benchmark '{name}'; ./glossator bench lists them", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
