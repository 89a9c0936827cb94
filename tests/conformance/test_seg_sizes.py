# SPDX-License-Identifier: GPL-3.0-or-later
"""Every size from 1 x 1 to 40 x 40 against two independent readers: pydicom's unpacking, and DCMTK's
dcmseg where rows x columns is a multiple of 8 (dcmseg 3.6.7 reads wrong bits elsewhere). Three
frames of two segments each, so that frames begin at every bit of a byte."""
import concurrent.futures
import json
import subprocess

import numpy
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixel_data_handlers.numpy_handler import unpack_bits

from test_seg import TOOL, description

SIDES = range(1, 41)
FRAMES = 3
DCMSEG = TOOL.with_name("dcmseg_frames")


def write_source(path, rows, columns):
    """A multi-frame photograph: the least that a segmentation can be about."""
    image, meta = Dataset(), FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = f"2.25.7{rows:02}{columns:02}"
    image.StudyInstanceUID, image.SeriesInstanceUID = "2.25.71", f"2.25.72{rows:02}{columns:02}"
    image.NumberOfFrames, image.Rows, image.Columns = FRAMES, rows, columns
    image.file_meta, image.is_little_endian, image.is_implicit_VR = meta, True, False
    image.save_as(path, write_like_original=False)


def mask_of(rows, columns):
    random = numpy.random.default_rng(41 * rows + columns)
    mask = random.integers(0, 3, (FRAMES, rows, columns), dtype=numpy.uint8)
    mask[:, 0, 0], mask[:, -1, -1] = 1, 2
    return mask


def make(folder, rows, columns):
    here = folder / f"{rows}x{columns}"
    (here / "source").mkdir(parents=True)
    write_source(here / "source" / "image.dcm", rows, columns)
    (here / "labels.raw").write_bytes(mask_of(rows, columns).tobytes())
    done = subprocess.run(
        [TOOL, "encode", "--source", here / "source", "--labels", here / "labels.raw", "--dtype",
         "uint8", "--description", folder / "description.json", "--out", here / "seg.dcm"],
        capture_output=True, text=True)
    assert done.returncode == 0, (rows, columns, done.stderr)


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sizes")
    (folder / "description.json").write_text(json.dumps(description([1, 2])))
    sizes = [(rows, columns) for rows in SIDES for columns in SIDES]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda size: make(folder, *size), sizes))
    return {size: folder / f"{size[0]}x{size[1]}" / "seg.dcm" for size in sizes}


def expected(size):
    """(segment number, voxels) of the frames: by segment, then by frame; empty ones left out."""
    mask = mask_of(*size)
    return [(number, mask[frame] == number) for number in (1, 2) for frame in range(FRAMES)
            if (mask[frame] == number).any()]


def assert_frames(found, size):
    wanted = expected(size)
    assert len(found) == len(wanted), size
    for (number, voxels), (wanted_number, wanted_voxels) in zip(found, wanted):
        assert number == wanted_number, size
        assert numpy.array_equal(voxels, wanted_voxels), (size, number)


def test_pydicom_unpacks_every_size_to_the_voxels_that_went_in(objects):
    for size, path in objects.items():
        seg = pydicom.dcmread(path)
        bits = unpack_bits(seg.PixelData)
        used = int(seg.NumberOfFrames) * size[0] * size[1]
        assert not bits[used:].any(), size
        numbers = [group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
                   for group in seg.PerFrameFunctionalGroupsSequence]
        assert_frames(list(zip(numbers, bits[:used].reshape(-1, *size))), size)


@pytest.mark.skipif(not DCMSEG.exists(), reason="DCMTK's dcmseg is not installed")
def test_dcmseg_reads_every_size_that_it_can_to_the_voxels_that_went_in(objects):
    sizes = [size for size in objects if size[0] * size[1] % 8 == 0]
    assert len(sizes) > 400
    done = subprocess.run([DCMSEG, *[objects[size] for size in sizes]], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    for size in sizes:
        data = objects[size].with_name("seg.dcm.frames").read_bytes()
        frames = numpy.frombuffer(data, numpy.uint8).reshape(-1, 2 + size[0] * size[1])
        found = [(int(one[0]) + 256 * int(one[1]), one[2:].reshape(size)) for one in frames]
        assert_frames(found, size)
