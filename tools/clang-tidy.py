#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""clang-tidy over our sources, at most --minutes long, remembering what was clean.

A file is clean as long as it, the headers of ours that it includes and .clang-tidy stay the same.
What was not reached in time is said, and comes first in the next run.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "lint-cache"
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.MULTILINE)


def closure(path, seen):
    """The file and every header of ours below it."""
    if path in seen or not path.exists():
        return seen
    seen.add(path)
    for name in INCLUDE.findall(path.read_text(errors="replace")):
        closure(ROOT / name, seen)
    return seen


def digest(path, rules):
    sha = hashlib.sha256(rules)
    for part in sorted(closure(path, set())):
        sha.update(str(part.relative_to(ROOT)).encode() + b"\0" + part.read_bytes())
    return sha.hexdigest()


def check(path, build):
    result = subprocess.run(["clang-tidy", "--quiet", "-p", build, str(path)],
                            capture_output=True, text=True)
    findings = [line for line in result.stdout.splitlines() if line.strip()]
    return result.returncode == 0 and not findings, "\n".join(findings) or result.stderr


def our_sources(build, only):
    entries = json.loads((build / "compile_commands.json").read_text())
    paths = {pathlib.Path(entry["file"]).resolve() for entry in entries}
    paths = {path for path in paths if path.is_relative_to(ROOT) and path.suffix == ".cpp"
             and not path.is_relative_to(ROOT / "tests")
             and not path.is_relative_to(ROOT / "build")}
    if only:
        paths = {path for path in paths
                 if any(str(path.relative_to(ROOT)).startswith(prefix) for prefix in only)}
    return sorted(paths)


def pending(sources):
    rules = (ROOT / ".clang-tidy").read_bytes()
    CACHE.mkdir(parents=True, exist_ok=True)
    todo = []
    for path in sources:
        mark = CACHE / digest(path, rules)
        if not mark.exists():
            todo.append((path, mark))
    return todo


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("prefixes", nargs="*", help="folders or files; all without")
    options = parser.parse_args()
    sources = our_sources(options.build, options.prefixes)
    todo = pending(sources)
    deadline = time.monotonic() + 60 * options.minutes
    bad, late = 0, []

    def work(item):
        if time.monotonic() > deadline:
            return item, None, ""
        return item, *check(item[0], options.build)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (path, mark), good, text in pool.map(work, todo):
            if good is None:
                late.append(str(path.relative_to(ROOT)))
            elif good:
                mark.touch()
            else:
                bad += 1
                print(text)
    if late:
        print(f"clang-tidy: no time for {len(late)} of {len(sources)} files: {' '.join(late)}")
    print(f"clang-tidy: {len(sources) - len(late) - bad} files clean, {bad} with findings")
    return 3 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
