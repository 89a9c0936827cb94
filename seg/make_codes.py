#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""codes.tsv to a C++ table, sorted by scheme and value: make_codes.py CODES.TSV OUTPUT."""
import os
import sys

USES = {"category": 1, "type": 2, "region": 4, "modifier": 8, "purpose": 16}


def rows(path):
    for line in open(path, encoding="utf-8"):
        if not line.startswith("#"):
            yield (line.rstrip("\n").split("\t") + [""] * 5)[:5]


def row(scheme, value, meaning, uses, srt):
    bits = sum(USES[use] for use in uses.split(",") if use)
    meaning = meaning.replace('"', '\\"')
    return f'{{"{scheme}", "{value}", "{meaning}", {bits}, "{srt}"}},'


def main(source, output):
    table = sorted(rows(source), key=lambda cells: (cells[0].encode(), cells[1].encode()))
    with open(output + ".new", "w", encoding="utf-8") as out:
        out.write("// Made by seg/make_codes.py; not for editing.\n")
        out.write("\n".join(row(*cells) for cells in table) + "\n")
    os.replace(output + ".new", output)


if __name__ == "__main__":
    main(*sys.argv[1:])
