# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-seg's slides, palettes, compressed frames and other ways in and out, for other readers."""
import json
import shutil
import subprocess
import zlib

import numpy
import pydicom
import pytest
import synthetic
from pydicom.dataset import Dataset
from pydicom.encaps import generate_pixel_data_frame
from pydicom.pixel_data_handlers.numpy_handler import unpack_bits
from test_seg import (CORPUS, LABELMAP_NOISE, VOLUMES, Case, assert_same, description, make,
                      per_segment, run, validator_errors, write_nifti)

__all__ = ["make"]  # a fixture


def slide(folder, full=True):
    """A whole slide image of 3 x 4 tiles with 20 rows and 24 columns, enough of it for a SEG."""
    plain = synthetic.write(synthetic.Plan(modality="DX", rows=20, columns=24), folder / "plain")[0]
    image = pydicom.dcmread(plain)
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.6"
    image.Modality, image.NumberOfFrames = "SM", 12
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = "1.2.826.0.1.99", "SLIDE_CORNER"
    image.TotalPixelMatrixColumns, image.TotalPixelMatrixRows = 90, 55
    image.ImageOrientationSlide = [0, -1, 0, -1, 0, 0]
    origin = Dataset()
    origin.XOffsetInSlideCoordinateSystem, origin.YOffsetInSlideCoordinateSystem = "20", "40"
    image.TotalPixelMatrixOriginSequence = [origin]
    shared, measures = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.0005, 0.0005], 0.001
    shared.PixelMeasuresSequence = [measures]
    image.SharedFunctionalGroupsSequence = [shared]
    image.DimensionOrganizationType = "TILED_FULL" if full else "TILED_SPARSE"
    if not full:
        items = []
        for i in range(12):
            place, item = Dataset(), Dataset()
            place.ColumnPositionInTotalImagePixelMatrix = 1 + 24 * (i % 4)
            place.RowPositionInTotalImagePixelMatrix = 1 + 20 * (i // 4)
            place.XOffsetInSlideCoordinateSystem = str(20 - 0.01 * (i // 4))
            place.YOffsetInSlideCoordinateSystem = str(40 - 0.012 * (i % 4))
            place.ZOffsetInSlideCoordinateSystem = "0"
            item.PlanePositionSlideSequence = [place]
            items.append(item)
        image.PerFrameFunctionalGroupsSequence = items
    image.PixelData = bytes(12 * 20 * 24 * 2)
    source = folder / "source"
    source.mkdir()
    image.save_as(source / "slide.dcm")
    return source, image


@pytest.mark.parametrize("full", [True, False])
def test_binary_of_a_slide_lies_in_its_matrix(tmp_path, full):
    source, image = slide(tmp_path, full)
    random = numpy.random.default_rng(7)
    matrix = random.integers(0, 3, (55, 90), dtype=numpy.uint8)
    matrix[20:40, 24:48] = 0
    raw, text, out = (tmp_path / name for name in ("l.raw", "d.json", "seg.dcm"))
    raw.write_bytes(matrix.tobytes())
    text.write_text(json.dumps(description([1, 2])))
    run("encode", "--source", source, "--labels", raw, "--dtype", "uint8", "--description", text,
        "--out", out)
    seg = pydicom.dcmread(out)
    assert (seg.TotalPixelMatrixRows, seg.TotalPixelMatrixColumns) == (55, 90)
    assert seg.FrameOfReferenceUID == image.FrameOfReferenceUID
    assert seg.NumberOfFrames == 22
    values = unpack_bits(seg.PixelData)[:22 * 480].reshape(-1, 20, 24)
    joined = numpy.zeros((60, 96), numpy.uint8)
    for frame, groups in zip(values, seg.PerFrameFunctionalGroupsSequence):
        place = groups.PlanePositionSlideSequence[0]
        row = place.RowPositionInTotalImagePixelMatrix - 1
        column = place.ColumnPositionInTotalImagePixelMatrix - 1
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        joined[row:row + 20, column:column + 24][frame == 1] = number
        reference = groups.DerivationImageSequence[0].SourceImageSequence[0]
        assert reference.ReferencedFrameNumber == row // 20 * 4 + column // 24 + 1
        assert abs(float(place.XOffsetInSlideCoordinateSystem) - (20 - row * 0.0005)) < 1e-6
        assert abs(float(place.YOffsetInSlideCoordinateSystem) - (40 - column * 0.0005)) < 1e-6
    assert numpy.array_equal(joined[:55, :90], matrix)
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", source, out).stdout == ""
    volume = tmp_path / "v.nii"
    run("decode", out, "--out", volume)
    assert numpy.array_equal(numpy.frombuffer(volume.read_bytes()[352:], numpy.uint8),
                             matrix.ravel())


def test_a_slide_of_the_corpus_is_segmented(tmp_path):
    path = CORPUS / "ImagingDataCommons+highdicom/data/test_files/sm_image.dcm"
    if not path.exists():
        pytest.skip(f"NO CORPUS at {CORPUS}: no public slide was segmented")
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy(path, source)
    raw, text, out = (tmp_path / name for name in ("l.raw", "d.json", "seg.dcm"))
    raw.write_bytes(numpy.random.default_rng(2).integers(0, 3, (50, 50), numpy.uint8).tobytes())
    text.write_text(json.dumps(description([1, 2])))
    run("encode", "--source", source, "--labels", raw, "--dtype", "uint8", "--description", text,
        "--out", out)
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", source, out).stdout == ""


# Class and plan of images that lie nowhere in space: ultrasound, video, photograph, fundus, dental.
NOWHERE = {
    "ultrasound": ("1.2.840.10008.5.1.4.1.1.6.1", dict(modality="DX", rows=24, columns=31)),
    "cine": ("1.2.840.10008.5.1.4.1.1.3.1", dict(modality="NM", rows=25, columns=31, slices=4)),
    "video": ("1.2.840.10008.5.1.4.1.1.77.1.1.1", dict(modality="NM", rows=19, columns=33,
                                                       slices=7)),
    "photograph": ("1.2.840.10008.5.1.4.1.1.77.1.4", dict(modality="DX", rows=21, columns=19)),
    "fundus": ("1.2.840.10008.5.1.4.1.1.77.1.5.1", dict(modality="DX", rows=22, columns=18)),
    "intra-oral": ("1.2.840.10008.5.1.4.1.1.1.3", dict(modality="DX", rows=30, columns=17)),
    "mammogram": ("1.2.840.10008.5.1.4.1.1.1.2", dict(modality="DX", rows=39, columns=23)),
}


@pytest.mark.parametrize("name", NOWHERE)
def test_images_without_a_frame_of_reference_are_segmented(make, name):
    sop_class, plan = NOWHERE[name]
    case = make(**plan)
    for path in case.paths:
        image = pydicom.dcmread(path)
        image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = sop_class
        for keyword in ("FrameOfReferenceUID", "DetectorInformationSequence"):
            if keyword in image:
                delattr(image, keyword)
        image.save_as(path)
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2])
    assert_same(out, case, mask, [1, 2])
    assert "FrameOfReferenceUID" not in pydicom.dcmread(out)
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", case.source, out).stdout == ""


def test_a_palette_shows_the_colors_of_the_segments(make):
    case = make(rows=13, columns=17, slices=3)
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2], "--type", "labelmap", "--palette")
    seg = pydicom.dcmread(out)
    colors = [numpy.frombuffer(seg[f"{name}PaletteColorLookupTableData"].value, numpy.uint8)
              for name in ("Red", "Green", "Blue")]
    assert [list(channel[:3]) for channel in colors] == [[0, 10, 20], [0, 200, 200], [0, 90, 90]]
    assert len(seg.ICCProfile) == int.from_bytes(bytes(seg.ICCProfile)[:4], "big")
    unexpected = [line for line in validator_errors("dciodvfy", out)
                  if not any(noise in line for noise in LABELMAP_NOISE)]
    assert unexpected == []
    assert run("verify", "--source", case.source, out).stdout == ""


@pytest.mark.parametrize("name, tool", [("rle", "dcmdrle"), ("jpeg-ls", "dcmdjpls")])
@pytest.mark.parametrize("labels, dtype", [([1, 2, 7], numpy.uint8), ([1, 999], numpy.uint16)])
def test_compressed_labelmaps_are_decompressed_by_others(make, name, tool, labels, dtype):
    case = make(rows=33, columns=47, slices=3)
    mask = case.noise(labels, dtype)
    mask[:, 10:20, 5:40] = labels[1]
    out, plain = case.folder / "seg.dcm", case.folder / "plain.dcm"
    case.encode(mask, labels, "--type", "labelmap", "--compress", name)
    done = subprocess.run([tool, out, plain], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    frames = per_segment(plain, case.heads)[0]
    for at, frame in frames.items():
        assert numpy.array_equal(frame, mask[at])
    assert run("verify", "--source", case.source, out).stdout == ""
    case.encode(mask, labels, "--compress", name, status=3)


def test_deflated_frames_are_inflated_by_others(make):
    case = make(rows=25, columns=27, slices=5)
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2], "--compress", "deflate")
    seg = pydicom.dcmread(out)
    assert seg.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.8.1"
    place = {head.SOPInstanceUID: i for i, head in enumerate(case.heads)}
    frames = list(generate_pixel_data_frame(seg.PixelData, int(seg.NumberOfFrames)))
    for bits, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence):
        at = place[groups.DerivationImageSequence[0].SourceImageSequence[0]
                   .ReferencedSOPInstanceUID]
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        bits = unpack_bits(zlib.decompressobj(-15).decompress(bits))[:675]
        assert numpy.array_equal(bits.reshape(25, 27), mask[at] == number)
    volume = case.folder / "v.nii"
    run("decode", out, "--out", volume, "--source", case.source)
    assert volume.read_bytes()[352:] == mask.tobytes()


def test_a_mask_of_another_grid_is_resampled_only_when_asked_and_says_so(make):
    case = make(**VOLUMES["odd"])
    mask = case.noise([1])
    nifti, text, out = (case.folder / name for name in ("l.nii", "d.json", "seg.dcm"))
    text.write_text(json.dumps(description([1])))
    write_nifti(nifti, mask, case, move=(0.2, 0, 0))
    words = ("encode", "--source", case.source, "--labels", nifti, "--description", text, "--out",
             out)
    run(*words, status=3)
    assert "resampled" in run(*words, "--resample").stderr
    groups = pydicom.dcmread(out).PerFrameFunctionalGroupsSequence[0]
    assert "resampled" in groups.DerivationImageSequence[0].DerivationDescription
    assert_same(out, case, mask, [1])
    assert validator_errors("dciodvfy", out) == []


def test_overlapping_layers_become_several_labelmaps(make):
    case = make(rows=9, columns=12, slices=3)
    one, two = case.noise([1, 2]), case.noise([3, 2])
    raw, text = case.folder / "l.raw", case.folder / "d.json"
    raw.write_bytes(one.tobytes() + two.tobytes())
    text.write_text(json.dumps(description([1, 2, 3])))
    words = ("encode", "--source", case.source, "--labels", raw, "--dtype", "uint8",
             "--description", text, "--out", case.folder / "seg.dcm", "--type", "labelmap")
    run(*words, status=3)
    lines = [json.loads(line) for line in run(*words, "--split", "overlap", "--json").stdout
             .splitlines()]
    assert len(lines) == 2 and len({line["seriesInstanceUid"] for line in lines}) == 1
    seen = {}
    for line in lines:
        assert run("verify", "--source", case.source, line["out"]).stdout == ""
        for at, frame in per_segment(line["out"], case.heads)[0].items():
            for label in (1, 2, 3):
                seen.setdefault(label, numpy.zeros(case.shape, bool))[at] |= frame == label
    for label in (1, 2, 3):
        assert numpy.array_equal(seen[label], (one == label) | (two == label))


def test_other_studies_that_were_looked_at_are_named(make, tmp_path_factory):
    case = make(rows=8, columns=9, slices=3)
    other = Case(tmp_path_factory.mktemp("other"), rows=8, columns=9, slices=2, seed="another")
    out = case.encode(case.noise([1]), [1], "--also", other.source)
    study = pydicom.dcmread(out).StudiesContainingOtherReferencedInstancesSequence[0]
    assert study.StudyInstanceUID == other.heads[0].StudyInstanceUID
    assert len(study.ReferencedSeriesSequence[0].ReferencedInstanceSequence) == 2
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", case.source, out).stdout == ""


def test_probability_maps_go_out_as_floats(make):
    case = make(rows=6, columns=7, slices=3)
    values = numpy.random.default_rng(5).random(case.shape).astype(numpy.float32)
    values[0, 0, 0] = 1
    nifti, text, out, back = (case.folder / n for n in ("p.nii", "d.json", "s.dcm", "b.nii"))
    write_nifti(nifti, values, case)
    text.write_text(json.dumps(description([1])))
    run("encode", "--source", case.source, "--labels", nifti, "--description", text, "--type",
        "fractional", "--out", out)
    run("decode", out, "--out", back, "--source", case.source, "--probability")
    read = numpy.frombuffer(back.read_bytes()[352:], numpy.float32).reshape(case.shape)
    assert abs(read - values).max() <= 0.5 / 255 + 1e-6


def test_a_voxel_that_is_no_number_is_refused(make):
    case = make(rows=6, columns=7, slices=3)
    values = numpy.ones(case.shape, numpy.float32)
    values[1, 2, 3] = numpy.nan
    nifti, text = case.folder / "p.nii", case.folder / "d.json"
    write_nifti(nifti, values, case)
    text.write_text(json.dumps(description([1])))
    for kind in ("binary", "fractional", "labelmap"):
        run("encode", "--source", case.source, "--labels", nifti, "--description", text, "--type",
            kind, "--out", case.folder / "s.dcm", status=3)
