# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces through glossator-deid: a head of numbers in whole, in part, and alone."""
import json

import numpy
import pydicom
import pytest
import test_deid
from pydicom.dataset import Dataset, FileMetaDataset
from test_deid import key  # noqa: F401

SIDE, SPACING, GAP = 64, 4, 5


def head(folder, slices=50, body_part="HEAD"):
    """An ellipsoid with a nose, as CT slices from the top of the head downward."""
    folder.mkdir()
    x, y = numpy.meshgrid(numpy.arange(SIDE) * SPACING - 128, numpy.arange(SIDE) * SPACING - 130)
    noise = numpy.random.default_rng(1).integers(0, 9, (SIDE, SIDE))
    for number in range(slices):
        z = number * GAP - 100
        inside = (x / 76) ** 2 + (y / 92) ** 2 + (z / 90) ** 2 < 1
        nose = (x / 16) ** 2 + ((y + 95) / 22) ** 2 + ((z - 45) / 22) ** 2 < 1
        neck = (numpy.hypot(x, y + 5) < 60) & (z > 0)
        file = Dataset()
        file.file_meta = FileMetaDataset()
        file.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number + 1}"
        file.StudyInstanceUID, file.SeriesInstanceUID = "1.2.3", "1.2.3.0"
        file.PatientName, file.PatientID, file.Modality = "ZEBRAFISCH^QUENTIN", "MRN-778812", "CT"
        file.BodyPartExamined, file.ImageType = body_part, ["ORIGINAL", "PRIMARY", "AXIAL"]
        file.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        file.ImagePositionPatient = [-128, -130, -z]
        file.PixelSpacing, file.RescaleSlope, file.RescaleIntercept = [SPACING, SPACING], 1, -1024
        file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
        file.Rows = file.Columns = SIDE
        file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 16, 15, 1
        values = numpy.where(inside | nose | neck, 1064, 24) + noise
        file.PixelData = values.astype("<i2").tobytes()
        file.is_little_endian, file.is_implicit_VR = True, False
        # Names that are not in the order of the slices.
        file.save_as(folder / f"{number * 37 % 101:03}.dcm", write_like_original=False)
    return folder


@pytest.fixture
def policy(tmp_path):
    def write(faces):
        path = tmp_path / f"{faces}.json"
        path.write_text(json.dumps({"name": "p", "version": 1, "options": [], "faces": faces}))
        return path
    return write


def read(folder):
    return [pydicom.dcmread(path) for path in folder.rglob("*.dcm")]


def codes(file):
    return {item.CodeValue for item in file.DeidentificationMethodCodeSequence}


def test_a_face_is_cut_from_the_whole_series_and_its_mask_kept_sealed(tmp_path, key, policy):  # noqa: F811
    masks = tmp_path / "masks"
    done, report = test_deid.clean(key, head(tmp_path / "in"), tmp_path / "out", "--face-masks", masks,
                                   policy=policy("deface"))
    assert done.returncode == 0, done.stderr
    assert len(report["files"]) == 50
    files = read(tmp_path / "out")
    assert {file.RecognizableVisualFeatures for file in files} == {"NO"}
    assert all("113102" in codes(file) for file in files)
    cut = 0
    for file in files:
        sealed = masks / f"{file.SOPInstanceUID}.face"
        opened = test_deid.run("--key-file", key, "--open-mask", sealed)
        assert opened.returncode == 0 and opened.stdout.startswith(b"P4\n64 64\n")
        bits = numpy.unpackbits(numpy.frombuffer(opened.stdout, "u1", offset=9)).reshape(SIDE, SIDE)
        values = file.pixel_array.astype(int) - 1024
        assert (values[bits == 1] < -900).all()
        cut += int(bits.sum())
        if 30 < file.ImagePositionPatient[2]:
            assert not bits.any(), "the brain's slices are as they were"
    assert cut > 5000
    (tmp_path / "other").write_text("08" * 32)
    assert test_deid.run("--key-file", tmp_path / "other", "--open-mask", sealed).returncode == 1
    again, _ = test_deid.clean(key, tmp_path / "in", tmp_path / "again", "--face-masks", masks,
                               policy=policy("deface"))
    assert again.returncode == 0
    assert test_deid.tree(tmp_path / "again") == test_deid.tree(tmp_path / "out")


def test_what_cannot_be_cut_is_sealed_and_says_why(tmp_path, key, policy):  # noqa: F811
    done, report = test_deid.clean(key, head(tmp_path / "in", slices=8), tmp_path / "out",
                                   "--face-masks", tmp_path / "masks", policy=policy("deface"))
    assert done.returncode == 3 and not read(tmp_path / "out")
    assert {file["note"] for file in report["files"]} == {"too few slices"}
    assert {file["reasons"][0]["code"] for file in report["files"]} == {"RECOGNIZABLE_FACE"}
    one = next((tmp_path / "in").iterdir()).read_bytes()
    piped = test_deid.run("--policy", policy("deface"), "--key-file", key, "--face-masks",
                          tmp_path / "masks", "-", "-", input=one)
    assert piped.returncode == 3 and not piped.stdout


def test_a_flag_is_set_and_a_quarantine_kept(tmp_path, key, policy):  # noqa: F811
    source = head(tmp_path / "in", slices=2)
    done, _ = test_deid.clean(key, source, tmp_path / "flag", policy=policy("flag"))
    assert done.returncode == 0
    for file in read(tmp_path / "flag"):
        assert file.RecognizableVisualFeatures == "YES" and "113102" not in codes(file)
    done, _ = test_deid.clean(key, source, tmp_path / "kept", policy=policy("quarantine"))
    assert done.returncode == 3 and not read(tmp_path / "kept")
    done, _ = test_deid.clean(key, head(tmp_path / "chest", 2, "CHEST"), tmp_path / "free",
                              policy=policy("quarantine"))
    assert done.returncode == 0
    assert "RecognizableVisualFeatures" not in read(tmp_path / "free")[0]


def test_a_policy_that_cuts_needs_a_place_for_masks(tmp_path, key, policy):  # noqa: F811
    done = test_deid.run("--policy", policy("deface"), "--key-file", key, tmp_path, tmp_path / "out")
    assert done.returncode == 2
