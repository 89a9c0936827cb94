#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""New dciodvfy errors of cleaned objects against their originals.

validity.py [--tool PROGRAM] [--corpus DIR] [--policy NAME] [--show N]
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
CORPUS = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))
KEY = "07" * 32
# Numbers and values inside a message differ between two objects that have the same fault.
VOLATILE = re.compile(r"<[^>]*>|\[\d+\]|0x[0-9a-f]+|\b\d+(\.\d+)*\b")


def errors_of(path):
    """Multiset of faults; None when the tool itself died or could not read the file."""
    run = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, timeout=120)
    text = (run.stderr + run.stdout).decode("latin-1")
    if run.returncode < 0 or "Tag read failed" in text:  # it knows no deflated objects
        return None
    found = collections.Counter()
    for line in text.splitlines():
        if line.startswith("Error"):
            where = re.search(r"<([^>]*)>", line)
            path_of_fault = re.sub(r"\[\d+\]", "[n]", where.group(1)) if where else ""
            found[path_of_fault + " | " + VOLATILE.sub("#", line)] += 1
    return found


def clean(tool, policy, corpus, out):
    report, key = out / "report.json", out / "key"
    key.write_text(KEY)
    subprocess.run([tool, "--policy", policy, "--key-file", str(key), "--report", str(report),
                    "--report-input-names", str(corpus), str(out / "clean")],
                   check=False, stderr=subprocess.DEVNULL)
    return json.loads(report.read_text())["files"]


def compare(tool, policy, corpus):
    """(files compared, [(input name, {fault: how many more})], tool deaths)."""
    compared, worse, deaths, seen = 0, [], 0, {}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        for entry in clean(tool, policy, corpus, out):
            if entry["status"] != "clean" or entry["output"] in seen:
                continue
            seen[entry["output"]] = True
            before, after = errors_of(entry["name"]), errors_of(out / "clean" / entry["output"])
            if before is None or after is None:
                deaths += 1
                continue
            compared += 1
            more = after - before
            # The same kind of fault in fewer places is no new fault.
            more = {f: n for f, n in more.items() if before[f] == 0}
            if more:
                worse.append((entry["name"], more))
    return compared, worse, deaths


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", default=str(ROOT / "build" / "bin" / "glossator-deid"))
    parser.add_argument("--corpus", default=CORPUS)
    parser.add_argument("--policy", default="basic")
    parser.add_argument("--show", type=int, default=40)
    arguments = parser.parse_args()
    compared, worse, deaths = compare(arguments.tool, arguments.policy, arguments.corpus)
    kinds = collections.Counter(fault for _, more in worse for fault in more)
    for fault, count in kinds.most_common(arguments.show):
        print(count, fault)
    print(json.dumps({"policy": arguments.policy, "compared": compared, "with_new_errors": len(worse),
                      "dciodvfy_died": deaths}))
    return 3 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
