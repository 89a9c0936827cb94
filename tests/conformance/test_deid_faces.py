# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces through glossator-deid: a head of numbers in whole, in part, and alone."""
import json

import head
import numpy
import pydicom
import pytest
import test_deid
from test_deid import key  # noqa: F401


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
    done, report = test_deid.clean(key, head.write(tmp_path / "in"), tmp_path / "out",
                                   "--face-masks", masks, policy=policy("deface"))
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
        bits = numpy.unpackbits(numpy.frombuffer(opened.stdout, "u1", offset=9))
        bits = bits.reshape(head.SIDE, head.SIDE)
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
    done, report = test_deid.clean(key, head.write(tmp_path / "in", slices=8), tmp_path / "out",
                                   "--face-masks", tmp_path / "masks", policy=policy("deface"))
    assert done.returncode == 3 and not read(tmp_path / "out")
    assert {file["note"] for file in report["files"]} == {"too few slices"}
    assert {file["reasons"][0]["code"] for file in report["files"]} == {"RECOGNIZABLE_FACE"}
    one = next((tmp_path / "in").iterdir()).read_bytes()
    piped = test_deid.run("--policy", policy("deface"), "--key-file", key, "--face-masks",
                          tmp_path / "masks", "-", "-", input=one)
    assert piped.returncode == 3 and not piped.stdout


def test_a_flag_is_set_and_a_quarantine_kept(tmp_path, key, policy):  # noqa: F811
    source = head.write(tmp_path / "in", slices=2)
    done, _ = test_deid.clean(key, source, tmp_path / "flag", policy=policy("flag"))
    assert done.returncode == 0
    for file in read(tmp_path / "flag"):
        assert file.RecognizableVisualFeatures == "YES" and "113102" not in codes(file)
    done, _ = test_deid.clean(key, source, tmp_path / "kept", policy=policy("quarantine"))
    assert done.returncode == 3 and not read(tmp_path / "kept")
    done, _ = test_deid.clean(key, head.write(tmp_path / "chest", 2, body_part="CHEST"), tmp_path / "free",
                              policy=policy("quarantine"))
    assert done.returncode == 0
    assert "RecognizableVisualFeatures" not in read(tmp_path / "free")[0]


def test_a_policy_that_cuts_needs_a_place_for_masks(tmp_path, key, policy):  # noqa: F811
    done = test_deid.run("--policy", policy("deface"), "--key-file", key, tmp_path, tmp_path / "out")
    assert done.returncode == 2
