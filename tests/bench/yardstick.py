# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: servers, senders, CPU time, and rows that say whether a goal is met."""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]
import intake  # noqa: E402
import orthanc  # noqa: E402

RESULTS = orthanc.BUILD / "bench"


def arguments(quick_help, **more):
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help=quick_help)
    parser.add_argument("--repeat", type=int, default=5)
    for name, default in more.items():
        parser.add_argument("--" + name, type=type(default), default=default)
    found = parser.parse_args()
    found.repeat = 1 if found.quick else found.repeat
    return found


@contextlib.contextmanager
def scratch():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="glossator-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def plain(folder, nodelay=True, **config):
    """An Orthanc without the plugin, as Debian has it; DCMTK reads TCP_NODELAY."""
    if nodelay:
        os.environ["TCP_NODELAY"] = "1"
    try:
        return orthanc.Orthanc(config={"DicomAet": intake.AET, "DicomAlwaysAllowStore": True,
                                       **config}, directory=folder)
    finally:
        os.environ.pop("TCP_NODELAY", None)


def gate_pid(node):
    """Of the gate that the plugin of this node started."""
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if words and words[0].endswith(b"glossator-gate") and any(
                    str(node.glossator).encode() in word for word in words):
                return int(entry.name)
    raise SystemExit("the plugin has started no gate")


def peak_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def median(values):
    return statistics.median(values)


class Report:
    """Rows of one benchmark: printed as they come, kept in build/bench/NAME.json."""

    def __init__(self, name, configuration):
        self.name, self.rows = name, []
        mount = subprocess.run(["findmnt", "-no", "FSTYPE", "-T", tempfile.gettempdir()],
                               capture_output=True, text=True, check=False).stdout.strip()
        self.machine = f"{os.cpu_count()} cores, {mount}, load {os.getloadavg()[0]:.1f}"
        self.configuration = configuration
        print(f"{name}: {configuration}; {self.machine}", flush=True)

    def add(self, what, ours, peer, goal, met):
        """Texts, and whether the goal is met (None: a figure without a goal)."""
        verdict = {True: "met", False: "not met", None: ""}[met]
        self.rows.append({"what": what, "ours": ours, "peer": peer, "goal": goal,
                          "verdict": verdict})
        print(f"  {what}: {ours} | {peer} | {goal} | {verdict}", flush=True)

    def at_least(self, what, ours, peer, ratio, goal):
        self.add(what, ours, peer, f"{ratio:.2f}x of at least {goal}x", ratio >= goal)

    def save(self):
        RESULTS.mkdir(parents=True, exist_ok=True)
        content = {"name": self.name, "configuration": self.configuration,
                   "machine": self.machine, "rows": self.rows}
        (RESULTS / f"{self.name}.json").write_text(json.dumps(content, indent=1))
        return 0 if all(row["verdict"] != "not met" for row in self.rows) else 1
