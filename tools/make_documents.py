#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of docs/conformance-statement.md from the tables that the code is built from.

usage: make_documents.py [--check]      --check: exit status 3 when the document is not current
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "conformance-statement.md"


def rows(path):
    for line in (ROOT / path).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def storage_classes():
    yield "| SOP class | UID | what happens |"
    yield "|---|---|---|"
    for uid, verdict, name in rows("deid/storage_classes.tsv"):
        what = "cleaned and shown" if verdict == "CLEAN" else f"sealed: `{verdict}`"
        if verdict == "BURNED_IN_RISK":
            what = "the [pixel stage](pixels.md) decides; else sealed: `BURNED_IN_RISK`"
        yield f"| {name} | {uid} | {what} |"


def transfer_syntaxes():
    yield "| transfer syntax | UID |"
    yield "|---|---|"
    for uid in sorted(set(re.findall(r'"(1\.2\.840\.10008\.1\.2[0-9.]*)"',
                                     (ROOT / "dicom/transfer_syntax.cpp").read_text()))):
        name = next((row[1] for row in rows("dicom/uids.tsv") if row[0] == uid), "")
        yield f"| {name} | {uid} |"


def reasons():
    yield "| reason | meaning | a person may release it |"
    yield "|---|---|---|"
    text = (ROOT / "deid/reason.cpp").read_text()
    names = dict(re.findall(r"(k\w+) = \"([A-Z_]+)\"", (ROOT / "deid/reason.h").read_text()))
    entry = r"\{reasons::(k\w+),\s*((?:\"[^\"]*\"\s*)+),\s*(true|false)\}"
    for name, meaning, releasable in re.findall(entry, text):
        words = "".join(re.findall(r"\"([^\"]*)\"", meaning))
        yield f"| `{names[name]}` | {words} | {'yes' if releasable == 'true' else 'no'} |"


def left_out():
    yield "| attribute | why |"
    yield "|---|---|"
    why = {"kIdentity": "identity", "kCoercion": "on the way"}
    text = (ROOT / "gate/left_out.cpp").read_text()
    for keyword, kind in re.findall(r"\{tags::(\w+), LeftOut::(\w+)\}", text):
        yield f"| {keyword} | {why[kind]} |"


OPTIONS = ["safe private", "UIDs", "device", "institution", "patient characteristics", "full dates",
           "modified dates", "descriptors", "structured content", "graphics"]


def attributes():
    names = {row[0].upper(): row[3] for row in rows("dicom/dictionary.tsv")}
    yield "| tag | attribute | basic | with options |"
    yield "|---|---|---|---|"
    for tag, basic, cells in rows("deid/profile.tsv"):
        more = ", ".join(f"{name} {cell}" for name, cell in zip(OPTIONS, cells) if cell != ".")
        yield f"| {tag} | {names.get(tag.upper(), '')} | {basic} | {more} |"


TABLES = {"profile": attributes, "storage classes": storage_classes, "transfer syntaxes": transfer_syntaxes,
          "reasons": reasons, "left out": left_out}


def filled(text):
    for name, table in TABLES.items():
        pattern = re.compile(rf"(<!-- made from the code: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{DOCUMENT.name}: no place for {name}")
        text = pattern.sub(lambda match: match[1] + "\n".join(table()) + "\n" + match[2], text)
    return text


def main():
    before = DOCUMENT.read_text()
    after = filled(before)
    if "--check" in sys.argv[1:]:
        return 0 if before == after else 3
    if before != after:
        DOCUMENT.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
