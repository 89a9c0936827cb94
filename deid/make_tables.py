#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of this folder to C++ tables: make_tables.py SOURCE_DIR OUTPUT_DIR."""
import os
import sys

ACTIONS = {"X": "X", "Z": "Z", "D": "D", "K": "K", "C": "C", "U": "U", "Z/D": "ZorD", "X/Z": "XorZ",
           "X/D": "XorD", "X/Z/D": "XorZorD", "X/Z/U*": "XorZorU"}
SCOPES = {"all": 0, "pet": 1, "enhanced": 2, "ophthalmic": 3, "slide": 4, "xa": 5, "sr": 6,
          "waveform": 7, "none": 8}


def rows(folder, name):
    for line in open(os.path.join(folder, name), encoding="utf-8"):
        if not line.startswith("#") and line.strip():
            yield line.rstrip("\n").split("\t")


def write(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write("// Made by deid/make_tables.py; not for editing.\n" + "\n".join(lines) + "\n")
    os.replace(path + ".new", path)


def keywords(source):
    return {row[3]: "0x" + row[0].replace(",", "") for row in rows(source, "../dicom/dictionary.tsv")
            if "x" not in row[0] and row[3]}


def profile(source):
    fixed = [r for r in rows(source, "profile.tsv") if "x" not in r[0] and r[0] != "private"]
    for tag, basic, options in sorted(fixed, key=lambda r: r[0].upper()):
        yield f'{{0x{tag.replace(",", "")}, Action::k{ACTIONS[basic]}, "{options}"}},'


def safe_private(source):
    found = []
    for tag, creator, vr, _ in rows(source, "safe_private.tsv"):
        group, element = tag.split(",")
        found.append((int(group, 16), int(element[2:], 16), creator, vr))
    for group, element, creator, vr in sorted(found):
        yield f'{{0x{group:04X}, 0x{element:02X}, "{creator}", dicom::Vr::{vr}}},'


def words(source, name):
    return [f'"{row[0]}",' for row in sorted(rows(source, name))]


def storage_classes(source):
    for uid, kind, name in sorted(rows(source, "storage_classes.tsv")):
        yield f'{{"{uid}", "{"" if kind == "CLEAN" else kind}"}},  // {name}'


def types(source):
    tags = keywords(source) | {"top": "0", "any": "0xFFFFFFFF"}
    found = [(int(tags[k], 16), int(tags[parent], 16), SCOPES[scope], kind)
             for k, kind, parent, scope in rows(source, "types.tsv")]
    for tag, parent, scope, kind in sorted(found):
        yield f"{{0x{tag:08X}, 0x{parent:08X}, {scope}, '{kind}'}},"


def texts(source):
    tags = keywords(source)
    found = sorted((int(tags[keyword], 16), rule) for keyword, rule in rows(source, "texts.tsv"))
    for tag, rule in found:
        yield f"{{0x{tag:08X}, TextRule::k{rule.capitalize()}}},"


def sr_content(source):
    for code, scheme, value_type, basic, options in sorted(rows(source, "sr_content.tsv")):
        yield f'{{"{code}", "{scheme}", "{value_type}", Action::k{ACTIONS[basic]}, "{options}"}},'


def main(source, output):
    os.makedirs(output, exist_ok=True)
    write(output, "safe_private.inc", safe_private(source))
    write(output, "vocabulary.inc", words(source, "vocabulary.txt"))
    write(output, "vendors.inc", words(source, "vendors.txt"))
    write(output, "storage_classes.inc", storage_classes(source))
    write(output, "types.inc", types(source))
    write(output, "texts.inc", texts(source))
    write(output, "sr_content.inc", sr_content(source))
    write(output, "profile.inc", profile(source))


main(*sys.argv[1:])
