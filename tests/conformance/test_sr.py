# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-sr against other people's readers and validators.

GLOSSATOR_BUILD is the build directory (default: build/); GLOSSATOR_CORPUS a folder of public DICOM
files (default: ../shared/corpus), whose part is skipped, and said so, when it is not there.
"""
import csv
import html
import io
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

TOOL = pathlib.Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build")) / "bin" / "glossator-sr"
CORPUS = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))
GOLDEN = ROOT / "tests" / "unit" / "structured-report" / "golden.dcm"
EXAMPLES = sorted((ROOT / "docs" / "examples" / "reports").glob("*.json"))
FAULTS = ROOT / "tests" / "conformance" / "sr_corpus.tsv"

STUDIES = {
    "ct": dict(rows=8, columns=9, slices=5),
    "umlaut": dict(rows=8, columns=8, slices=2, patient_name="Müller^Jörg"),
    "implicit": dict(rows=8, columns=8, slices=2, syntax="implicit"),
    "pet": dict(modality="PT", rows=8, columns=8, slices=2, syntax="big"),
    "dx": dict(modality="DX", rows=16, columns=15),
}


def run(*words, status=0):
    done = subprocess.run([str(TOOL), *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def code(value, scheme, meaning):
    return {"value": value, "scheme": scheme, "meaning": meaning}


def description(images, **more):
    measurement = {"concept": code("42798000", "SCT", "Area"), "value": 2.5, "unit": "cm2",
                   "derivation": code("373098007", "SCT", "Mean"),
                   "method": code("M-1", "99GLOSSATOR", "Threshold")}
    group = {"tracking_identifier": "Lesion 1", "tracking_uid": "2.25.11",
             "finding": code("4147007", "SCT", "Mass"), "site": code("39607008", "SCT", "Lung"),
             "laterality": code("24028007", "SCT", "Right"),
             "images": [{"sop_instance_uid": image.SOPInstanceUID} for image in images[:1]],
             "measurements": [measurement],
             "evaluations": [{"concept": code("Q-1", "99GLOSSATOR", "Margin"),
                              "value": code("129738007", "SCT", "Circumscribed lesion")}]}
    return {"series_description": "RESEARCH - not for diagnosis", "series_number": 9001,
            "person": {"name": "R-0042^", "organization": "Reading lab"},
            "device": {"uid": "2.25.5", "name": "tool", "manufacturer": "Example",
                       "model": "Tool", "serial_number": "1", "software_version": "1.0"},
            "groups": [group], **more}


@pytest.fixture(params=STUDIES)
def study(request, tmp_path):
    paths = synthetic.write(synthetic.Plan(**STUDIES[request.param]), tmp_path / "study")
    return [pydicom.dcmread(path) for path in paths], tmp_path


def encode(images, folder, text=None):
    (folder / "description.json").write_text(json.dumps(text or description(images)))
    out = folder / "report.dcm"
    run("encode", "--description", folder / "description.json", "--source", folder / "study",
        "--out", out)
    return out


def no_complaints(path):
    assert dicom_tools.judge(path) == []
    xml = subprocess.run(["dsr2xml", path], capture_output=True)
    assert xml.returncode == 0
    assert subprocess.run(["xmllint", "--noout", "-"], input=xml.stdout).returncode == 0


def test_the_golden_report_has_no_complaints():
    no_complaints(GOLDEN)


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def example(request, tmp_path):
    """(description, its report, the first source as a file)."""
    out = tmp_path / "report.dcm"
    run("encode", "--description", request.param, "--out", out)
    text = json.loads(request.param.read_text())
    source = pydicom.Dataset.from_json(text["sources"][0])
    source.is_little_endian, source.is_implicit_VR = True, False
    source.SpecificCharacterSet = "ISO_IR 192"
    source.file_meta = pydicom.dataset.FileMetaDataset()
    source.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    source.save_as(tmp_path / "source.dcm", write_like_original=False)
    return text, out, tmp_path / "source.dcm"


def test_every_worked_example_satisfies_other_validators(example):
    _, out, source = example
    no_complaints(out)
    assert dicom_tools.judge_together([source, out]) == []


def test_every_worked_example_comes_back(example, tmp_path):
    text, out, _ = example
    got = json.loads(run("decode", out).stdout)["description"]
    (tmp_path / "again.json").write_text(json.dumps({**got, "sources": text["sources"]}))
    run("encode", "--description", tmp_path / "again.json", "--out", tmp_path / "again.dcm")
    again = json.loads(run("decode", tmp_path / "again.dcm").stdout)["description"]
    assert again == got
    for key in set(text) - {"sources", "groups", "derived", "series_number"}:
        assert got[key] == text[key], key
    assert len(got["groups"]) == len(text["groups"])


def test_every_worked_example_as_a_page_and_as_a_table(example):
    text, out, _ = example
    page = run("render", out).stdout
    done = subprocess.run(["xmllint", "--html", "--noout", "-"], input=page, text=True,
                          capture_output=True)
    assert done.returncode == 0 and not done.stderr
    people = [text["person"], *text.get("readers", []), *text.get("verifiers", [])]
    equipment = [str(item[key]) for item in text.get("equipment", [])
                 for key in ("manufacturer", "software_version")]
    for part in [*(person["name"] for person in people), *equipment,
                 text["device"]["software_version"], text["device"]["uid"]]:
        assert html.escape(part) in page, part
    rows = list(csv.DictReader(io.StringIO(run("decode", "--csv", out).stdout)))
    for group in text["groups"]:
        assert any(row["tracking_uid"] == group["tracking_uid"] for row in rows)
        for code in (group.get("finding"), *(m["concept"] for m in group.get("measurements", []))):
            assert code is None or f"({code['value']}, {code['scheme']})" in page


def test_names_of_several_scripts_survive(tmp_path):
    path = next(path for path in EXAMPLES if path.stem == "amended")
    run("encode", "--description", path, "--out", tmp_path / "report.dcm")
    report = pydicom.dcmread(tmp_path / "report.dcm")
    assert report.SpecificCharacterSet == "ISO_IR 192"
    assert str(report.PatientName) == "Müller^Jörg"
    assert report.VerificationFlag == "VERIFIED"
    names = [str(item.PersonName) for item in report.ContentSequence if item.ValueType == "PNAME"]
    assert "山田^太郎" in names


def test_the_schema_is_printed(tmp_path):
    schema = json.loads(run("schema").stdout)
    kept = json.loads((ROOT / "structured-report" / "description.schema.json").read_text())
    assert schema == kept


def test_a_report_satisfies_other_validators(study):
    images, folder = study
    out = encode(images, folder)
    no_complaints(out)
    files = sorted((folder / "study").rglob("*.dcm"))[:1]
    assert dicom_tools.judge_together([*files, out]) == []
    run("verify", "--source", folder / "study", out)


def test_a_report_is_of_the_patient_and_study_of_its_images(study):
    images, folder = study
    report = pydicom.dcmread(encode(images, folder))
    for keyword in ("PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
                    "StudyDate", "AccessionNumber"):
        assert report.get(keyword) == images[0].get(keyword), keyword
    assert str(report.PatientName) == str(images[0].PatientName)
    assert report.CompletionFlag == "COMPLETE" and report.VerificationFlag == "UNVERIFIED"
    assert dicom_tools.evidence(report) == {image.SOPInstanceUID for image in images}


def test_a_report_comes_back_as_it_was_described(study):
    images, folder = study
    given = description(images)
    got = json.loads(run("decode", encode(images, folder, given)).stdout)["description"]
    assert got["person"] == given["person"] and got["device"] == given["device"]
    assert got["series_description"] == given["series_description"]
    group, expected = got["groups"][0], given["groups"][0]
    assert group["measurements"][0].pop("unit") == code("cm2", "UCUM", "cm2")
    expected["measurements"][0].pop("unit")
    assert group == expected


def test_a_page_has_no_script_and_every_value(study):
    images, folder = study
    page = run("render", encode(images, folder)).stdout
    assert "<script" not in page and "2.5 cm2" in page and "Circumscribed lesion" in page
    done = subprocess.run(["xmllint", "--html", "--noout", "-"], input=page, text=True,
                          capture_output=True)
    assert done.returncode == 0 and not done.stderr


def test_wrong_use_and_bad_descriptions_have_their_own_status(tmp_path):
    plan = synthetic.Plan(rows=8, columns=8, slices=2)
    images = [pydicom.dcmread(path) for path in synthetic.write(plan, tmp_path / "study")]
    run(status=2)
    run("encode", status=2)
    run("decode", "a", "b", status=2)
    run("decode", tmp_path / "absent.dcm", status=1)
    assert re.match(r"glossator-sr \d", run("--version").stdout)
    assert "encode" in run("--help").stdout
    bad = description(images)
    bad["groups"][0]["measurements"][0]["unit"] = "sqmm"
    bad["groups"][0]["images"] = ["2.25.404"]
    (tmp_path / "bad.json").write_text(json.dumps(bad))
    talk = run("encode", "--description", tmp_path / "bad.json", "--source", tmp_path / "study",
               "--out", tmp_path / "bad.dcm", status=1).stderr
    assert "groups[0].measurements[0].unit" in talk and "groups[0].images" in talk
    assert list(tmp_path.glob("bad.dcm*")) == []


def test_a_report_about_other_images_is_found_out(tmp_path):
    folders = []
    for name in ("one", "other"):
        folder = tmp_path / name
        synthetic.write(synthetic.Plan(rows=8, columns=8, slices=2, patient_id=name),
                        folder / "study")
        folders.append(folder)
    images = [pydicom.dcmread(path) for path in sorted((folders[0] / "study").rglob("*.dcm"))]
    out = encode(images, folders[0])
    lines = run("verify", "--json", "--source", folders[1] / "study", out, status=3).stdout
    assert {"patient", "study"} <= {json.loads(line)["code"] for line in lines.splitlines()}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_other_peoples_reports_are_read_verified_and_rendered():
    catalog = (CORPUS / "CATALOG.tsv").read_text().splitlines()
    reports = [CORPUS / line.split("\t")[0] for line in catalog[1:]
               if line.split("\t")[6].startswith("1.2.840.10008.5.1.4.1.1.88.")]
    assert len(reports) > 30
    named = dict(line.split("\t") for line in FAULTS.read_text().splitlines()
                 if line and not line.startswith("#"))
    for path in reports:
        json.loads(run("decode", path).stdout)
        assert "<html" in run("render", path).stdout
        done = subprocess.run([str(TOOL), "verify", "--json", str(path)], capture_output=True,
                              text=True)
        findings = [json.loads(line) for line in done.stdout.splitlines()]
        codes = sorted({f["code"] for f in findings if f["severity"] == "error"})
        assert done.returncode == (3 if codes else 0), path
        assert " ".join(codes) == named.get(str(path.relative_to(CORPUS)), ""), path


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_a_report_refers_to_a_segment_of_somebody_elses_segmentation(tmp_path):
    folder = CORPUS / "FNNDSC+data" / "dicom" / "rsna_2"
    segmentation = folder / "SEG" / "3DSlicer" / "tumor_User1_Manual_Trial1.dcm"
    uid = pydicom.dcmread(segmentation, stop_before_pixels=True).SOPInstanceUID
    group = {"tracking_identifier": "Tumor", "segment": {"sop_instance_uid": uid, "number": 1},
             "measurements": [{"concept": code("118565006", "SCT", "Volume"), "value": 1234,
                               "unit": "mm3"}]}
    (tmp_path / "d.json").write_text(json.dumps(description([], groups=[group])))
    out = tmp_path / "report.dcm"
    run("encode", "--description", tmp_path / "d.json", "--source", folder / "PET",
        "--reference", segmentation, "--out", out)
    no_complaints(out)
    run("verify", "--source", folder, out)
    tree = json.dumps(json.loads(run("decode", "--tree", out).stdout))
    assert '"segments": [1]' in tree and "Source series for segmentation" in tree
