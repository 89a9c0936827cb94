# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what the benchmarks left in build/bench into the table of docs/performance.md."""
import json
import sys

import yardstick

DOCUMENT = yardstick.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"


def main():
    lines = ["| benchmark | what | ours | peer | goal | |\n", "|---|---|---|---|---|---|\n"]
    for path in sorted(yardstick.RESULTS.glob("*.json")):
        found = json.loads(path.read_text())
        for row in found["rows"]:
            cells = [found["name"], *(row[key] for key in
                                      ("what", "ours", "peer", "goal", "verdict"))]
            lines.append("| " + " | ".join(cells) + " |\n")
        lines.append(f"| | {found['configuration']}; {found['machine']} | | | | |\n")
    head, rest = DOCUMENT.read_text().split(BEGIN)
    DOCUMENT.write_text(head + BEGIN + "".join(lines) + END + rest.split(END)[1])


if __name__ == "__main__":
    sys.exit(main())
