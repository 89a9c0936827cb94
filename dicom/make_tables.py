#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""dictionary.tsv and uids.tsv to C++ tables: make_tables.py SOURCE_DIR OUTPUT_DIR."""
import os
import sys

KINDS = {
    "transfer-syntax": "kTransferSyntax",
    "storage": "kStorageSopClass",
    "sop-class": "kSopClass",
    "well-known": "kWellKnown",
    "other": "kOther",
}


def rows(path, columns):
    for line in open(path, encoding="utf-8"):
        if line.startswith("#"):
            continue
        cells = line.rstrip("\n").split("\t")
        yield cells + [""] * (columns - len(cells))


def one_vr(vr):
    """The first of several, but OW where it is offered: its length field is 32 bit."""
    choices = vr.split(" or ")
    return "OW" if "OW" in choices else choices[0]


def mask_of(tag):
    """0xF for every fixed hexadecimal digit of "60xx,3000"."""
    return "".join("0" if digit == "x" else "F" for digit in tag.replace(",", ""))


def value_of(tag):
    return tag.replace(",", "").replace("x", "0")


def flag(text):
    return "true" if text else "false"


def entry(tag, vr, vm, keyword, retired):
    value = value_of(tag)
    signed = "true" if "SS" in vr.split(" or ") and " or " in vr else "false"
    return (f'{{{{0x{value[:4]}, 0x{value[4:]}}}, Vr::{one_vr(vr)}, "{vm}", "{keyword}", '
            f"{flag(retired)}, {signed}}}")


def write(path, lines):
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write("// Made by dicom/make_tables.py; not for editing.\n")
        out.write("\n".join(lines) + "\n")
    os.replace(path + ".new", path)


def tags(attributes):
    yield "#pragma once"
    yield "namespace glossator::dicom::tags {"
    for tag, _, _, keyword, _ in attributes:
        value = value_of(tag)
        if keyword:
            yield f"inline constexpr Tag {keyword}{{0x{value[:4]}, 0x{value[4:]}}};"
    yield "}  // namespace glossator::dicom::tags"


def dictionary(attributes):
    fixed = sorted((a for a in attributes if "x" not in a[0]), key=lambda a: value_of(a[0]))
    repeating = [a for a in attributes if "x" in a[0]]
    yield "constexpr DictionaryEntry kEntries[] = {"
    yield from (f"    {entry(*a)}," for a in fixed)
    yield "};"
    yield "constexpr RepeatingEntry kRepeating[] = {"
    yield from (f"    {{0x{mask_of(a[0])}, {entry(*a)}}}," for a in repeating)
    yield "};"
    yield "constexpr uint16_t kByKeyword[] = {"
    named = sorted((a[3], i) for i, a in enumerate(fixed) if a[3])
    yield from (f"    {i}," for _, i in named)
    yield "};"


def uids(registered):
    yield "constexpr UidEntry kUids[] = {"
    for uid, name, kind, retired in sorted(registered):
        yield f'    {{"{uid}", "{name}", UidKind::{KINDS[kind]}, {flag(retired)}}},'
    yield "};"


def main(source, output):
    os.makedirs(output, exist_ok=True)
    attributes = list(rows(f"{source}/dictionary.tsv", 5))
    registered = list(rows(f"{source}/uids.tsv", 4))
    write(f"{output}/tags.inc.h", list(tags(attributes)))
    write(f"{output}/dictionary.inc", list(dictionary(attributes)))
    write(f"{output}/uids.inc", list(uids(registered)))


if __name__ == "__main__":
    main(*sys.argv[1:])
