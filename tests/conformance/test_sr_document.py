# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/structured-reports.md against the programs: each example and each statement of its tables."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pydicom
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
sys.path.insert(0, str(ROOT / "tests" / "support"))
import dicom_tools  # noqa: E402
import synthetic  # noqa: E402

BIN = pathlib.Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build")) / "bin"
TEXT = (ROOT / "docs" / "structured-reports.md").read_text()
FOLDER = ROOT / "docs" / "examples" / "reports"
SCHEMA = json.loads((ROOT / "structured-report" / "description.schema.json").read_text())
# finding -> (what the table says of it, its example)
TABLE = {row[2]: row[1] for row in re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| \[[\w-]+\]\(examples/reports/([\w-]+\.json)\) \|$", TEXT,
    re.MULTILINE)}
GROUPS = {"1410", "1411", "1501"}


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def items(item):
    for child in item.get("ContentSequence", []):
        yield child, item
        yield from items(child)


def named(item):
    name = item.get("ConceptNameCodeSequence")
    return name[0].CodeValue if name else ""


def found_in(report):
    """Names of what the table may claim, as far as the object shows it."""
    found = set()
    for item, parent in items(report):
        kind, of_value = item.get("ValueType"), parent.get("ValueType") == "NUM"
        found.add(kind)
        if "ContentTemplateSequence" in item:
            found.add(item.ContentTemplateSequence[0].TemplateIdentifier)
        if kind == "NUM":
            found.add("300")
            if "ContentTemplateSequence" in parent:
                found.add("1419")
        if of_value and kind in ("IMAGE", "SCOORD", "SCOORD3D"):
            found.add("320")
        if of_value and kind in ("TCOORD", "WAVEFORM"):
            found.add("321")
        if of_value and named(item) == "121008":
            found.add("`reader`")
        found.add({"111001": "4019", "C2348792": "1502", "126011": "1420", "121008": "1003",
                   "121214": "Referenced Segmentation Frame",
                   "C0034375": "evaluations of the report"}.get(named(item)))
    for keyword, name in (("PredecessorDocumentsSequence", "predecessor"),
                          ("ParticipantSequence", "participants"),
                          ("VerifyingObserverSequence", "verifier"),
                          ("ContributingEquipmentSequence", "equipment")):
        if keyword in report:
            found.add(name)
    return found


def claims(cell):
    words = ("SCOORD3D", "TCOORD", "Referenced Segmentation Frame", "evaluations of the report",
             "predecessor", "participants", "verifier", "equipment", "`reader`")
    return set(re.findall(r"\b(\d{3,4})\b", cell)) | {word for word in words if word in cell} | (
        {"SCOORD"} if re.search(r"SCOORD(?!3D)", cell) else set())


def test_every_example_stands_in_the_table():
    assert set(TABLE) == {path.name for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_example_becomes_what_the_table_says(name, tmp_path):
    out = tmp_path / "report.dcm"
    run(BIN / "glossator-sr", "encode", "--description", FOLDER / name, "--out", out)
    found, said = found_in(pydicom.dcmread(out)), claims(TABLE[name])
    assert said <= found, said - found
    assert GROUPS & found == GROUPS & said


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """The worked example of the document, on a study with the segmentation that it names."""
    folder = tmp_path_factory.mktemp("worked")
    text = re.search(r"^```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL).group(1)
    (folder / "report.json").write_text(text)
    study = folder / "study"
    synthetic.write(synthetic.Plan(rows=8, columns=9, slices=3), study)
    labels = folder / "labels.raw"
    labels.write_bytes(bytes([1, *[0] * (8 * 9 * 3 - 1)]))
    segment = {"label": 1, "name": "Mass", "algorithm_type": "MANUAL",
               "category": {"code": "49755003", "scheme": "SCT",
                            "meaning": "Morphologically Abnormal Structure"},
               "type": {"code": "4147007", "scheme": "SCT", "meaning": "Mass"}}
    (folder / "segments.json").write_text(json.dumps(
        {"series_description": "Lesions", "content_creator": "R-0042^", "segments": [segment]}))
    run(BIN / "glossator-seg", "encode", "--source", study, "--labels", labels, "--dtype", "uint8",
        "--instance-uid", json.loads(text)["groups"][0]["segment"]["sop_instance_uid"],
        "--description", folder / "segments.json", "--out", folder / "seg.dcm")
    (folder / "seg.dcm").rename(study / "seg.dcm")
    run(BIN / "glossator-sr", "encode", "--description", folder / "report.json", "--source", study,
        "--out", folder / "report.dcm")
    return folder


def test_the_worked_example_runs_and_has_no_complaints(worked):
    run(BIN / "glossator-sr", "verify", "--source", worked / "study", worked / "report.dcm")
    assert dicom_tools.judge(worked / "report.dcm") == []


def test_the_worked_example_has_the_tree_that_is_shown(worked):
    shown = re.search(r"^The tree of it.*?^```\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL).group(1)
    dump = subprocess.run(["dsrdump", "+Pn", "+Pu", worked / "report.dcm"], capture_output=True,
                          text=True).stdout
    flat = re.sub(r"\s+", " ", dump)
    count = 0
    for kind, name, value in re.findall(
            r"\b(CODE|TEXT|NUM|PNAME|UIDREF|IMAGE) ([^=\n]+?) = ([^,\n]+)", shown):
        value = value.strip().rstrip(".").split("...")[0]
        start = value.split(" ")[0] if kind == "NUM" else value
        pattern = rf"{kind}: ?\([^)]*\"{re.escape(name)}\"\) ?= ?[^>]*{re.escape(start)}"
        assert re.search(pattern, flat), (kind, name, value)
        count += 1
    assert count >= 9
    for name in re.findall(r"CONTAINER ([^(:\n]+?) (?:\(|$)", shown, re.MULTILINE):
        assert f'"{name}"' in flat, name


def test_every_key_of_the_schema_is_told():
    """Top level and groups: in one of the tables of the document, in backticks."""
    rows = " ".join(line for line in TEXT.splitlines() if line.startswith("|"))
    told = {word for code in re.findall(r"`([^`]+)`", rows) for word in re.findall(r"[a-z_]+", code)}
    for where in (SCHEMA, SCHEMA["$defs"]["group"], SCHEMA["$defs"]["measurement"],
                  SCHEMA["$defs"]["person"], SCHEMA["$defs"]["device"],
                  SCHEMA["$defs"]["time_point"], SCHEMA["$defs"]["extent"],
                  SCHEMA["$defs"]["region"], SCHEMA["$defs"]["segment"],
                  SCHEMA["$defs"]["algorithm"]):
        untold = set(where["properties"]) - told
        assert not untold, untold
