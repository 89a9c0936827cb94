# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of glossator-seg as a whole: the labels and 32 MB, whatever the way."""
import gzip
import json
import os
import subprocess
import sys

import numpy
import pydicom
import pytest

from test_seg import TOOL, Case, description, write_nifti

ROOM = 32 << 20
SLICES = 160  # of 512 x 512: 40 MB of labels
# Runs a program and says what the kernel counted; small itself, since a child's peak is at least
# what its parent held when it forked.
METER = ("import os,sys;p=os.fork();p or os.execv(sys.argv[1],sys.argv[1:]);"
         "w=os.wait4(p,0);print(w[1],w[2].ru_maxrss*1024)")


def peak(*words):
    done = subprocess.run([sys.executable, "-I", "-S", "-c", METER, str(TOOL), *map(str, words)],
                          capture_output=True, text=True, check=True)
    status, size = map(int, done.stdout.split()[-2:])
    assert status == 0, done.stderr
    return size


def long_series(folder):
    """Two slices and then copies of one further along, since pixels do not matter here."""
    case = Case(folder, rows=512, columns=512, slices=2)
    first, second = case.heads
    start, end = (numpy.array(head.ImagePositionPatient, float) for head in case.heads)
    image = pydicom.dcmread(case.paths[0])
    for i in range(2, SLICES):
        image.SOPInstanceUID = f"{second.SOPInstanceUID}{i}"
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        image.InstanceNumber = 1000 + i
        image.ImagePositionPatient = [f"{x:.6f}" for x in start + i * (end - start)]
        image.save_as(case.source / f"more{i}.dcm")
        case.heads.append(pydicom.dcmread(case.source / f"more{i}.dcm", stop_before_pixels=True))
    case.shape = (SLICES, first.Rows, first.Columns)
    return case


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    case = long_series(folder)
    mask = numpy.zeros(case.shape, numpy.uint8)
    for label in range(1, 41):  # many small organs and one that fills all frames
        at = label * 11
        mask[label:label + 100, at:at + 40, 20:400] = label
    mask[:, 460:500] = 41
    (folder / "description.json").write_text(json.dumps(description(range(1, 42))))
    return folder, case, mask


def nrrd(path, mask, encoding):
    voxels = mask.tobytes()
    head = ("NRRD0004\ntype: uint8\ndimension: 3\n"
            f"sizes: {mask.shape[2]} {mask.shape[1]} {mask.shape[0]}\nencoding: {encoding}\n\n")
    path.write_bytes(head.encode() + (gzip.compress(voxels, 1) if encoding == "gzip" else voxels))


def labels_file(folder, case, mask, name):
    path = folder / name
    if name.endswith(".nrrd"):
        nrrd(path, mask, "gzip" if "zip" in name else "raw")
    elif ".nii" in name:
        flips = (-1, -1, 1) if "flipped" in name else (1, 1, 1)
        kind = numpy.float32 if "float" in name else mask.dtype
        write_nifti(path, mask.astype(kind), case, flips)
    else:
        path.write_bytes(gzip.compress(mask.tobytes(), 1) if name.endswith(".gz")
                         else mask.tobytes())
    return path


@pytest.mark.parametrize("name", ["a.raw", "a.raw.gz", "straight.nii", "flipped.nii",
                                  "flipped.nii.gz", "float.nii", "float.nii.gz", "plain.nrrd", "zipped.nrrd"])
@pytest.mark.parametrize("kind", ["binary", "labelmap"])
def test_encoding_takes_the_labels_and_little_more(scene, name, kind):
    folder, case, mask = scene
    labels = labels_file(folder, case, mask, name)
    words = ["encode", "--source", case.source, "--labels", labels, "--type", kind, "--out",
             folder / "out.dcm", "--description", folder / "description.json"]
    if ".raw" in name:
        words += ["--dtype", "uint8"]
    assert peak(*words) <= mask.size + ROOM
    labels.unlink()


@pytest.mark.parametrize("more", [[], ["--compress", "deflate"], ["--type", "labelmap"],
                                  ["--type", "labelmap", "--compress", "rle"],
                                  ["--type", "labelmap", "--compress", "jpeg-ls"],
                                  ["--type", "labelmap", "--deflated"]],
                         ids=lambda more: "-".join(more) or "binary")
def test_decoding_takes_no_more_than_the_labels(scene, more):
    folder, case, mask = scene
    labels = labels_file(folder, case, mask, "a.raw")
    subprocess.run([TOOL, "encode", "--source", case.source, "--labels", labels, "--dtype", "uint8",
                    "--out", folder / "out.dcm", "--description", folder / "description.json",
                    *more], check=True, stdout=subprocess.DEVNULL)
    for name in ["back.raw", "back.nii", "back.nii.gz", "back.nrrd"]:
        size = peak("decode", folder / "out.dcm", "--out", folder / name, "--source", case.source)
        assert size <= mask.size + ROOM, name
    assert (folder / "back.raw").read_bytes() == mask.tobytes()
    for name in ["out.dcm", "back.raw", "back.nii", "back.nii.gz", "back.nrrd"]:
        os.unlink(folder / name)
