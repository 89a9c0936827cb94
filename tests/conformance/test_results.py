# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-result against other people's readers and validators.

GLOSSATOR_BUILD is the build directory (default: build/); GLOSSATOR_CORPUS a folder of public DICOM
files (default: ../shared/corpus), whose part is skipped, and said so, when it is not there.
"""
import json
import os
import pathlib
import subprocess
import sys

import numpy
import pydicom
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
sys.path.insert(0, str(ROOT / "tests" / "support"))
import dicom_tools  # noqa: E402
import synthetic  # noqa: E402

BIN = pathlib.Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build")) / "bin"
CORPUS = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))
GOLDEN = ROOT / "tests" / "unit" / "results"
KINDS = ("ko", "pr", "rtstruct", "sc")
CLASSES = {"1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.88.59",
           "1.2.840.10008.5.1.4.1.1.91.1"}


def run(*words, status=0, tool="glossator-result"):
    done = subprocess.run([str(BIN / tool), *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def code(value, scheme, meaning):
    return {"value": value, "scheme": scheme, "meaning": meaning}


@pytest.fixture(scope="module")
def segmented(tmp_path_factory):
    """A CT, its labels (a ring and a block on several slices) and a segmentation of them."""
    folder = tmp_path_factory.mktemp("segmented")
    plan = synthetic.Plan(rows=24, columns=20, slices=4)
    paths = synthetic.write(plan, folder / "study")
    labels = numpy.zeros((4, 24, 20), numpy.uint8)
    labels[1:3, 4:12, 3:11] = 1
    labels[1:3, 6:8, 5:8] = 0
    labels[2, 15:20, 12:18] = 2
    (folder / "labels.raw").write_bytes(labels.tobytes())
    segments = [{"label": number, "name": name, "algorithm_type": "MANUAL", "category": dict(
        code="49755003", scheme="SCT", meaning="Morphologically Abnormal Structure"),
        "type": dict(code="4147007", scheme="SCT", meaning="Mass")}
        for number, name in ((1, "Ring"), (2, "Block"))]
    (folder / "segments.json").write_text(json.dumps(
        {"series_description": "s", "content_creator": "R-1^", "segments": segments}))
    run("encode", "--source", folder / "study", "--labels", folder / "labels.raw",
        "--dtype", "uint8",
        "--description", folder / "segments.json", "--out", folder / "seg.dcm",
        tool="glossator-seg")
    return folder, labels, paths


def helper(kind, segmented, out, *more):
    folder = segmented[0]
    run("encode", "--kind", kind, "--segmentation", folder / "seg.dcm", "--source",
        folder / "study", "--creator", "R-1^", "--out", out, *more)
    return out


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("golden_*.dcm")), ids=lambda path: path.stem)
def test_the_golden_objects_have_no_complaints(path):
    assert dicom_tools.judge(path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_helper_satisfies_other_validators_and_ours(kind, segmented, tmp_path):
    out = helper(kind, segmented, tmp_path / "helper.dcm")
    assert dicom_tools.judge(out) == []
    assert dicom_tools.judge_together([segmented[2][0], out]) == []
    if kind != "sc":
        run("verify", "--source", segmented[0] / "study", out)


@pytest.mark.parametrize("holes", ("keyhole", "separate"))
def test_contours_give_the_labels_again(holes, segmented, tmp_path):
    out = helper("rtstruct", segmented, tmp_path / "rt.dcm", "--holes", holes)
    run("labels", "--source", segmented[0] / "study", out, "--out", tmp_path / "back.nii.gz")
    run("encode", "--source", segmented[0] / "study", "--labels", tmp_path / "back.nii.gz",
        "--description", segmented[0] / "segments.json", "--out", tmp_path / "again.dcm",
        tool="glossator-seg")
    first, again = (pydicom.dcmread(path) for path in (segmented[0] / "seg.dcm",
                                                        tmp_path / "again.dcm"))
    assert first.PixelData == again.PixelData and first.NumberOfFrames == again.NumberOfFrames


def test_a_capture_cannot_be_taken_for_an_original(segmented, tmp_path):
    image = pydicom.dcmread(helper("sc", segmented, tmp_path / "sc.dcm"))
    assert image.BurnedInAnnotation == "YES" and image.ImageType[:2] == ["DERIVED", "SECONDARY"]
    assert image.pixel_array.shape == (2, 24, 20, 3)
    assert (image.pixel_array[0][23, 19] == image.pixel_array[0][23, 19][0]).all()  # gray
    assert len({tuple(pixel) for pixel in image.pixel_array[1].reshape(-1, 3)
                if len(set(pixel)) > 1}) == 2  # two colors


def test_a_rejection_note_names_what_it_rejects(segmented, tmp_path):
    folder, _, _ = segmented
    out = tmp_path / "note.dcm"
    run("reject", "--title", "113001", "--reason", "wrong slice", "--creator", "R-1^",
        "--out", out, folder / "seg.dcm")
    assert dicom_tools.judge(out) == []
    note = json.loads(run("decode", out).stdout)
    assert note["rejection"] and note["title"]["value"] == "113001"
    assert [one["sop_instance_uid"] for one in note["objects"]] == [
        pydicom.dcmread(folder / "seg.dcm", stop_before_pixels=True).SOPInstanceUID]
    run("reject", "--title", "113000", "--creator", "x", "--out", out, folder / "seg.dcm", status=2)


def annotations():
    square = [1, 1, 5, 1, 5, 5, 1, 5]
    return {"content_label": "NUCLEI", "content_creator": "R-1^", "groups": [
        {"label": "Nuclei", "category": code("91723000", "SCT", "Anatomical Structure"),
         "type": code("84640000", "SCT", "Nucleus"), "graphic_type": "POLYGON",
         "color": [255, 128, 0], "annotations": [square, square + [0.5, 3]],
         "measurements": [{"concept": code("42798000", "SCT", "Area"),
                           "unit": code("um2", "UCUM", "um2"), "values": [16, 18.5]}]},
        {"label": "Marks", "category": code("49755003", "SCT",
                                            "Morphologically Abnormal Structure"),
         "type": code("4147007", "SCT", "Mass"), "graphic_type": "POINT",
         "annotations": [[3, 4], [5.25, 6]]}]}


def encode_annotations(folder, description, *more):
    synthetic.write(synthetic.Plan(rows=8, columns=8, slices=1), folder / "study")
    (folder / "a.json").write_text(json.dumps(description))
    run("encode", "--kind", "ann", "--description", folder / "a.json", "--source",
        folder / "study", "--out", folder / "ann.dcm", *more)
    return folder / "ann.dcm"


def test_annotations_come_back_as_json_and_csv(tmp_path):
    given = annotations()
    out = encode_annotations(tmp_path, given)
    assert dicom_tools.judge(out) == []
    run("verify", out)
    got = json.loads(run("decode", out).stdout)
    for mine, theirs in zip(given["groups"], got["groups"]):
        assert {key: theirs[key] for key in mine} == mine
    lines = run("decode", "--csv", out).stdout.splitlines()
    assert lines[0].endswith("coordinates,Area") and len(lines) == 5
    assert lines[2] == "1,2,POLYGON,Nuclei,Anatomical Structure,Nucleus,1 1;5 1;5 5;1 5;0.5 3,18.5"


def test_annotations_come_in_as_csv(tmp_path):
    given = annotations()
    for group in given["groups"]:
        del group["annotations"]
    given["groups"][0]["measurements"][0]["values"] = []
    (tmp_path / "a.csv").write_text("group,coordinates,Area\n1,1 1;5 1;5 5,8\n2,3 4,\n")
    out = encode_annotations(tmp_path, given, "--csv", tmp_path / "a.csv")
    group = pydicom.dcmread(out).AnnotationGroupSequence[0]
    assert group.NumberOfAnnotations == 1
    assert numpy.frombuffer(group.PointCoordinatesData, "<f4").tolist() == [1, 1, 5, 1, 5, 5]
    assert numpy.frombuffer(group.LongPrimitivePointIndexList, "<u4").tolist() == [1]


def test_wrong_use_and_bad_descriptions_have_their_own_status(tmp_path):
    run(status=2)
    run("encode", "--kind", "blob", "--out", "x", status=2)
    run("decode", tmp_path / "absent.dcm", status=1)
    bad = annotations()
    bad["groups"][0]["annotations"][0].pop()
    synthetic.write(synthetic.Plan(rows=8, columns=8, slices=1), tmp_path / "study")
    (tmp_path / "a.json").write_text(json.dumps(bad))
    talk = run("encode", "--kind", "ann", "--description", tmp_path / "a.json", "--source",
               tmp_path / "study", "--out", tmp_path / "out.dcm", status=1).stderr
    assert "(0066,0040)" in talk and not list(tmp_path.glob("out*"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_other_peoples_objects_are_read_and_verified():
    rows = [line.split("\t") for line in (CORPUS / "CATALOG.tsv").read_text().splitlines()[1:]]
    objects = [CORPUS / row[0] for row in rows
               if row[6] in CLASSES or row[6].startswith("1.2.840.10008.5.1.4.1.1.11.")]
    assert len(objects) > 25
    for path in objects:
        done = subprocess.run([str(BIN / "glossator-result"), "verify", "--json", str(path)],
                              capture_output=True, text=True)
        assert done.returncode in (0, 3), f"{path}: {done.stderr}"
        done = subprocess.run([str(BIN / "glossator-result"), "decode", str(path)],
                              capture_output=True, text=True)
        assert done.returncode in (0, 1), f"{path}: {done.stderr}"
        if done.returncode == 0:
            json.loads(done.stdout)
