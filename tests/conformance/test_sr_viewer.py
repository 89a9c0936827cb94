# SPDX-License-Identifier: GPL-3.0-or-later
"""A measurement report as OHIF stores one comes back to it: viewers find their tool again by the
tracking identifier, so that text, its UID, values and points must survive reading and writing."""
import json
import os
import pathlib
import subprocess
import sys

import pydicom
import pydicom.uid
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
import synthetic  # noqa: E402

TOOL = pathlib.Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build")) / "bin" / "glossator-sr"
COMPREHENSIVE_3D = "1.2.840.10008.5.1.4.1.1.88.34"
TOOLS = {  # tracking identifier: (value, unit, graphic type, points)
    "Cornerstone3DTools@^0.1.0:Length": (("410668003", "SCT", "Length"), 12.345678, "mm",
                                         "POLYLINE", [1.5, 2.25, 7.75, 3.5]),
    "Cornerstone3DTools@^0.1.0:PlanarFreehandROI": (("42798000", "SCT", "Area"), 30.5, "mm2",
                                                    "POLYLINE", [1, 1, 6, 1, 6, 6, 1, 6, 1, 1]),
    "Cornerstone3DTools@^0.1.0:CircleROI": (("42798000", "SCT", "Area"), 12.56, "mm2",
                                            "CIRCLE", [4, 4, 6, 4]),
    "Cornerstone3DTools@^0.1.0:Probe": (("112031", "DCM", "Attenuation Coefficient"), -812.0,
                                        "[hnsf'U]", "POINT", [3.5, 4.5]),
}


def code(value, scheme, meaning):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def content(relationship, value_type, name=None, children=(), **attributes):
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    if name:
        item.ConceptNameCodeSequence = [code(*name)]
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    if children:
        item.ContentSequence = list(children)
    return item


def coded(relationship, name, value, children=()):
    return content(relationship, "CODE", name, children, ConceptCodeSequence=[code(*value)])


def reference(image):
    item = Dataset()
    item.ReferencedSOPClassUID = image.SOPClassUID
    item.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return item


def measurement_group(number, identifier, image):
    name, value, unit, graphic, points = TOOLS[identifier]
    picture = content("SELECTED FROM", "IMAGE", ReferencedSOPSequence=[reference(image)])
    where = content("INFERRED FROM", "SCOORD", None, [picture], GraphicType=graphic,
                    GraphicData=points)
    measured = Dataset()
    measured.NumericValue = value
    measured.MeasurementUnitsCodeSequence = [code(unit, "UCUM", unit)]
    return content("CONTAINS", "CONTAINER", ("125007", "DCM", "Measurement Group"), [
        content("HAS OBS CONTEXT", "TEXT", ("112039", "DCM", "Tracking Identifier"),
                TextValue=identifier),
        content("HAS OBS CONTEXT", "UIDREF", ("112040", "DCM", "Tracking Unique Identifier"),
                UID=f"2.25.4400{number}"),
        coded("CONTAINS", ("121071", "DCM", "Finding"),
              ("CORNERSTONEFREETEXT", "99CORNERSTONEJS", "a lesion that I saw")),
        content("CONTAINS", "NUM", name, [where], MeasuredValueSequence=[measured]),
    ], ContinuityOfContent="SEPARATE")


@pytest.fixture
def stored(tmp_path):
    """(path of the viewer's report, folder of its images)"""
    folder = tmp_path / "study"
    paths = synthetic.write(synthetic.Plan(rows=9, columns=10, slices=4), folder)
    images = [pydicom.dcmread(path) for path in paths]
    report = Dataset()
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate",
                    "StudyTime", "StudyInstanceUID", "AccessionNumber", "StudyID"):
        setattr(report, keyword, images[0].get(keyword, ""))
    report.SOPClassUID, report.SOPInstanceUID = COMPREHENSIVE_3D, "2.25.44001"
    report.SeriesInstanceUID, report.Modality, report.SeriesNumber = "2.25.44002", "SR", 99
    report.InstanceNumber, report.Manufacturer = 1, "OHIF"
    report.ContentDate, report.ContentTime = "20260103", "101112"
    report.CompletionFlag, report.VerificationFlag = "COMPLETE", "UNVERIFIED"
    report.ValueType, report.ContinuityOfContent = "CONTAINER", "SEPARATE"
    report.ConceptNameCodeSequence = [code("126000", "DCM", "Imaging Measurement Report")]
    country = coded("HAS CONCEPT MOD", ("121046", "DCM", "Country of Language"),
                    ("US", "ISO3166_1", "United States"))
    groups = [measurement_group(n, identifier, images[n])
              for n, identifier in enumerate(TOOLS)]
    report.ContentSequence = [
        coded("HAS CONCEPT MOD", ("121049", "DCM", "Language of Content Item and Descendants"),
              ("eng", "RFC5646", "English"), [country]),
        content("HAS OBS CONTEXT", "PNAME", ("121008", "DCM", "Person Observer Name"),
                PersonName="unknown^unknown"),
        coded("HAS CONCEPT MOD", ("121058", "DCM", "Procedure reported"),
              ("1", "99dcmjs", "Unknown procedure")),
        content("CONTAINS", "CONTAINER", ("111028", "DCM", "Image Library"),
                ContinuityOfContent="SEPARATE"),
        content("CONTAINS", "CONTAINER", ("126010", "DCM", "Imaging Measurements"), groups,
                ContinuityOfContent="SEPARATE"),
    ]
    report.file_meta = FileMetaDataset()
    report.file_meta.MediaStorageSOPClassUID = COMPREHENSIVE_3D
    report.file_meta.MediaStorageSOPInstanceUID = report.SOPInstanceUID
    report.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    report.is_little_endian, report.is_implicit_VR = True, False
    path = tmp_path / "viewer.dcm"
    pydicom.dcmwrite(path, report, write_like_original=False)
    return path, folder


def run(*words):
    done = subprocess.run([str(TOOL), *map(str, words)], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(path):
    return json.loads(run("decode", path))["description"]["groups"]


def places(group):
    """Points with their image, wherever the writer hung them: at the group or at the value."""
    regions = group.get("regions", []) + [region for value in group["measurements"]
                                          for region in value.get("regions", [])]
    return [(region["type"], region["points"], region["image"]["sop_instance_uid"])
            for region in regions]


def test_a_viewers_measurements_are_read_by_their_tracking_identifiers(stored):
    groups = {group["tracking_identifier"]: group for group in found(stored[0])}
    assert set(groups) == set(TOOLS)
    for identifier, (name, value, unit, graphic, points) in TOOLS.items():
        group = groups[identifier]
        assert group["tracking_uid"].startswith("2.25.4400")
        assert group["finding"]["meaning"] == "a lesion that I saw"
        measured = group["measurements"][0]
        assert (measured["concept"]["value"], measured["value"]) == (name[0], value)
        assert [(kind, at) for kind, at, _ in places(group)] == [(graphic, points)], unit


def test_they_come_back_to_the_viewer_as_they_were(stored, tmp_path):
    path, folder = stored
    description = json.loads(run("decode", path))["description"]
    for group in description["groups"]:
        group["measurements"][0]["value"] += 1  # what a second reader corrected
    text = tmp_path / "description.json"
    text.write_text(json.dumps(description | {"series_description": "corrected"}))
    out = tmp_path / "again.dcm"
    run("encode", "--description", text, "--source", folder, "--out", out)
    before, after = found(path), found(out)
    assert len(before) == len(after)
    for old, new in zip(before, after):
        for key in ("tracking_identifier", "tracking_uid", "finding"):
            assert old[key] == new[key]
        assert places(old) == places(new)
        assert new["measurements"][0]["value"] == old["measurements"][0]["value"] + 1
    assert pydicom.dcmread(out).SOPClassUID == COMPREHENSIVE_3D  # as it was
