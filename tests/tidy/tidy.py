#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""House rules as a test: prints `ok NAME` or `not ok NAME` with what broke it; 3 when any did."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import documents  # noqa: E402
import sources  # noqa: E402
from tree import Tree  # noqa: E402

RULES = {
    "includes follow docs/arrows.txt": sources.arrows,
    "functions have at most 70 lines": sources.long_functions,
    "files have at most 600 lines": sources.long_files,
    "sources name their license in one line": sources.license_lines,
    "no banned words": sources.banned_words,
    "no path of somebody's machine": sources.machine_paths,
    "no header that nobody includes": sources.dead_headers,
    "no python module that nobody imports": sources.dead_modules,
    "no file or identifier with a space": sources.odd_names,
    "documents have one title": documents.titles,
    "links between documents lead somewhere": documents.links,
    "documents are reachable from README.md": documents.dead,
    "tables (*.tsv) are documented": documents.tables,
}


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=root, capture_output=True, text=True, check=True)
    tree = Tree(root, listed.stdout.split("\n"))
    broken = 0
    for name, rule in RULES.items():
        faults = list(rule(tree))
        for fault in faults:
            print(f"    {fault}")
        print(f"{'not ok' if faults else 'ok'} {name}")
        broken += bool(faults)
    return 3 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
