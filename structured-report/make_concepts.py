#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""concepts.tsv to C++ constants: make_concepts.py TSV OUTPUT."""
import os
import sys


def main(source, output):
    rows = [line.rstrip("\n").split("\t") for line in open(source, encoding="utf-8")
            if line.strip() and not line.startswith("#")]
    os.makedirs(os.path.dirname(output), exist_ok=True)
    with open(output + ".new", "w", encoding="utf-8") as out:
        out.write("// Made by structured-report/make_concepts.py; not for editing.\n")
        for name, value, scheme, meaning in rows:
            out.write(f'inline const Code {name}{{"{value}", "{scheme}", "{meaning}"}};\n')
        out.write("inline const Code* const kAll[] = {\n")
        out.writelines(f"    &{row[0]},\n" for row in rows)
        out.write("};\n")
    os.replace(output + ".new", output)


if __name__ == "__main__":
    main(*sys.argv[1:])
