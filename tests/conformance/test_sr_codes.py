# SPDX-License-Identifier: GPL-3.0-or-later
"""Every standard code that we write or know, against other people's dictionaries of codes.

Judges are pydicom's (made from PS3.16 and its SNOMED mapping) and DCMTK's headers. A code that
neither knows, or whose meaning both spell otherwise, stands in codes_unjudged.tsv with where it was
looked up, and nothing else may stand there.
"""
import json
import pathlib
import re

import pytest
from conftest import ROOT
from pydicom.sr._concepts_dict import concepts

DCMTK = pathlib.Path("/usr/include/dcmtk/dcmsr/codes")
SCHEMES = "DCM|SCT|SRT|LN|UMLS|NCIt|UCUM|RADLEX|MDC|FMA"
IN_CODE = re.compile(r'\{\s*"([^"\s]{1,16})",\s*"(' + SCHEMES + r')",\s*"([^"]+)"')
IN_DCMTK = re.compile(r'DSRBasicCodedEntry\("([^"]+)", "([^"]+)", "([^"]+)"\)')
ROOMS = ("structured-report", "results", "helpers", "seg", "node", "gate", "agreement")


def rows(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def plain(meaning):
    """Without the semantic tag that SNOMED's full names end with, and without case."""
    return re.sub(r" \([a-z ]+\)$", "", meaning.strip()).lower()


@pytest.fixture(scope="module")
def judges():
    known = {}
    for scheme, names in concepts.items():
        for meanings in names.values():
            for value, (meaning, _) in meanings.items():
                known.setdefault((value, scheme), set()).add(plain(meaning))
    for header in DCMTK.glob("*.h"):
        for value, scheme, meaning in IN_DCMTK.findall(header.read_text(errors="replace")):
            known.setdefault((value, scheme), set()).add(plain(meaning))
    return known


def in_json(node):
    if isinstance(node, dict):
        value = node.get("value", node.get("code"))
        if isinstance(value, str) and {"scheme", "meaning"} <= set(node):
            yield value, node["scheme"], node["meaning"]
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from in_json(child)


def used():
    found = {(value, scheme, meaning)
             for _, value, scheme, meaning in rows(ROOT / "structured-report" / "concepts.tsv")}
    for path in (ROOT / "docs" / "examples").rglob("*.json"):
        found |= set(in_json(json.loads(path.read_text(encoding="utf-8"))))
    for room in ROOMS:
        for path in (ROOT / room).glob("*.[ch]*"):
            found |= set(IN_CODE.findall(path.read_text(encoding="utf-8")))
    return {code for code in found if re.fullmatch(SCHEMES, code[1])}


def test_every_code_is_what_other_people_take_it_for(judges):
    listed = {tuple(row[:3]) for row in rows(ROOT / "tests" / "conformance" / "codes_unjudged.tsv")}
    codes = used()
    assert len(codes) > 150
    unjudged = {code for code in codes if plain(code[2]) not in judges.get(code[:2], ())}
    assert unjudged - listed == set(), "codes that no judge confirms"
    assert listed - unjudged == set(), "codes that are confirmed, or not used any more"


def test_a_code_has_one_meaning_everywhere():
    meanings = {}
    for value, scheme, meaning in used():
        meanings.setdefault((value, scheme), set()).add(meaning.lower())
    several = {code: found for code, found in meanings.items() if len(found) > 1}
    assert not several
