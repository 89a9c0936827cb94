# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-seg against other people's readers and validators.

GLOSSATOR_BUILD is the build directory (default: build/); GLOSSATOR_CORPUS a folder of public DICOM
files (default: ../shared/corpus), whose part is skipped, and said so, when it is not there.
"""
import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

import numpy
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixel_data_handlers.numpy_handler import unpack_bits

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
import modules  # noqa: E402
import synthetic  # noqa: E402

TOOL = pathlib.Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build")) / "bin" / "glossator-seg"
CORPUS = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))
CODES = [("10200004", "Liver"), ("78961009", "Spleen"), ("64033007", "Kidney")]

VOLUMES = {
    "ct": dict(rows=24, columns=32, slices=7),
    "odd": dict(rows=23, columns=37, slices=5),
    "reversed": dict(rows=17, columns=19, slices=6, reverse=True),
    "tilted": dict(rows=21, columns=13, slices=6, tilt=18.0),
    "oblique": dict(rows=15, columns=31, slices=5, tilt=11.0, oblique=27.0, syntax="implicit"),
    "mr": dict(modality="MR", rows=33, columns=29, slices=4, syntax="rle"),
    "pet": dict(modality="PT", rows=40, columns=40, slices=4, syntax="big"),
    "umlaut": dict(rows=16, columns=16, slices=3, patient_name="Müller^Jörg"),
}
PROJECTIONS = {
    "cr": dict(modality="CR", rows=51, columns=45),
    "dx": dict(modality="DX", rows=64, columns=33),
}


def run(*words, status=0):
    done = subprocess.run([str(TOOL), *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def description(labels, **more):
    segments = []
    for label in labels:
        value, meaning = CODES[(label - 1) % len(CODES)]
        segments.append({
            "label": label, "name": f"{meaning} {label}",
            "category": {"code": "123037004", "scheme": "SCT", "meaning": "Anatomical Structure"},
            "type": {"code": value, "scheme": "SCT", "meaning": meaning},
            "algorithm_type": "SEMIAUTOMATIC", "algorithm_name": "threshold",
            "color": [10 * label % 256, 200, 90], **more})
    return {"series_description": "RESEARCH - organs", "content_creator": "Reader^One",
            "segments": segments}


class Case:
    """A source on disk with its frames in the order that the contract says."""

    def __init__(self, folder, **plan):
        self.folder = folder
        self.source = folder / "source"
        self.paths = synthetic.write(synthetic.Plan(**plan), self.source)
        heads = [pydicom.dcmread(path, stop_before_pixels=True) for path in self.paths]
        self.heads = sorted(heads, key=self.order)
        frames = sum(int(head.get("NumberOfFrames", 1)) for head in heads)
        self.shape = (frames, heads[0].Rows, heads[0].Columns)

    @staticmethod
    def order(head):
        if "ImagePositionPatient" not in head or "ImageOrientationPatient" not in head:
            return float(head.InstanceNumber)
        axes = numpy.array(head.ImageOrientationPatient, float)
        return float(numpy.dot(numpy.cross(axes[:3], axes[3:]), head.ImagePositionPatient))

    def noise(self, labels, dtype=numpy.uint8, empty=0.5):
        """Blocks, so that it looks like a mask, all edges touched, differing in every frame."""
        random = numpy.random.default_rng(sum(self.shape) + len(labels))
        mask = random.choice([0, *labels], p=[empty] + [(1 - empty) / len(labels)] * len(labels),
                             size=self.shape).astype(dtype)
        mask[:, 0, 0] = mask[:, -1, -1] = mask[:, 0, -1] = mask[:, -1, 0] = labels[0]
        return mask

    def encode(self, mask, labels, *more, status=0, **segment):
        raw, text, out = (self.folder / name for name in ("labels.raw", "d.json", "seg.dcm"))
        raw.write_bytes(mask.tobytes())
        text.write_text(json.dumps(description(labels, **segment)))
        run("encode", "--source", self.source, "--labels", raw, "--dtype", mask.dtype.name,
            "--description", text, "--out", out, *more, status=status)
        return out


def per_segment(path, heads):
    """An independent reading: pydicom's unpacking, frames placed by their references."""
    seg = pydicom.dcmread(path)
    place = {head.SOPInstanceUID: i for i, head in enumerate(heads)}
    frames, rows, columns = int(seg.NumberOfFrames), seg.Rows, seg.Columns
    if seg.BitsAllocated == 1:
        values = unpack_bits(seg.PixelData)[:frames * rows * columns]
    else:
        values = numpy.frombuffer(seg.PixelData, f"<u{seg.BitsAllocated // 8}")
        values = values[:frames * rows * columns]
    values = values.reshape(frames, rows, columns)
    result = {}
    for frame, groups in zip(values, seg.PerFrameFunctionalGroupsSequence):
        image = groups.DerivationImageSequence[0].SourceImageSequence[0]
        at = place[image.ReferencedSOPInstanceUID] if len(heads) > 1 or \
            "ReferencedFrameNumber" not in image else int(image.ReferencedFrameNumber) - 1
        number = 0
        if "SegmentIdentificationSequence" in groups:
            number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        if "PlanePositionSequence" in groups and "ImagePositionPatient" in heads[0]:
            ours = groups.PlanePositionSequence[0].ImagePositionPatient
            assert [float(v) for v in ours] == [float(v) for v in heads[at].ImagePositionPatient]
        result.setdefault(number, {})[at] = frame
    return result


def assert_same(path, case, mask, labels):
    frames = per_segment(path, case.heads)
    for number, label in enumerate(labels, start=1):
        for at in range(case.shape[0]):
            wanted = mask[at] == label
            got = frames.get(number, {}).get(at, numpy.zeros(case.shape[1:]))
            assert numpy.array_equal(wanted, got != 0), (number, at)
            assert wanted.any() or at not in frames.get(number, {}), "an empty frame was kept"


def noise_floor():
    lines = (ROOT / "tests" / "conformance" / "noise_floor.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def validator_errors(tool, *paths):
    """Errors of dciodvfy or dcentvfy beyond the documented noise floor of the tool."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} (package dicom3tools) is not installed")
    done = subprocess.run([tool, *map(str, paths)], capture_output=True, text=True,
                          errors="replace")
    assert done.returncode >= 0, f"{tool} died of a signal"
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")]


@pytest.fixture
def make(tmp_path):
    return lambda **plan: Case(tmp_path, **plan)


@pytest.mark.parametrize("name", VOLUMES)
def test_binary_of_a_volume_is_voxel_exact_for_pydicom_and_without_error(make, name):
    case = make(**VOLUMES[name])
    mask = case.noise([1, 2, 3])
    mask[1][mask[1] == 2] = 0
    out = case.encode(mask, [1, 2, 3])
    assert_same(out, case, mask, [1, 2, 3])
    assert validator_errors("dciodvfy", out) == []
    assert validator_errors("dcentvfy", *case.paths, out) == \
        validator_errors("dcentvfy", *case.paths)
    assert run("verify", "--source", case.source, out).stdout == ""


@pytest.mark.parametrize("name", PROJECTIONS)
def test_binary_of_a_projection_is_voxel_exact_for_pydicom_and_without_error(make, name):
    case = make(**PROJECTIONS[name])
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2])
    assert_same(out, case, mask, [1, 2])
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", case.source, out).stdout == ""


def test_binary_of_a_multi_frame_image_names_its_frames(make):
    case = make(modality="NM", rows=19, columns=23, slices=5)
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2])
    assert_same(out, case, mask, [1, 2])
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", case.source, out).stdout == ""


def test_binary_sizes_that_are_no_multiple_of_eight(make):
    for rows, columns in [(1, 1), (5, 5), (10, 1), (1, 9), (7, 9), (23, 38), (31, 33)]:
        folder = make(rows=8, columns=8, slices=3).folder / f"{rows}x{columns}"
        case = Case(folder, rows=rows, columns=columns, slices=4)
        mask = case.noise([1, 2])
        out = case.encode(mask, [1, 2])
        assert_same(out, case, mask, [1, 2])
        size = int(pydicom.dcmread(out).NumberOfFrames) * rows * columns
        assert len(pydicom.dcmread(out).PixelData) == (size + 15) // 16 * 2


def test_sixteen_bit_labels_and_all_modules_that_can_be_said(make):
    case = make(rows=20, columns=24, slices=4)
    labels = [3, 300, 40000]
    mask = case.noise(labels, numpy.uint16)
    region = {"code": "64033007", "scheme": "SCT", "meaning": "Kidney"}
    left = {"code": "7771000", "scheme": "SCT", "meaning": "Left"}
    out = case.encode(mask, labels, region=region, region_modifier=[left])
    assert_same(out, case, mask, labels)
    assert validator_errors("dciodvfy", out) == []
    segment = pydicom.dcmread(out).SegmentSequence[1]
    assert segment.AnatomicRegionSequence[0].AnatomicRegionModifierSequence[0].CodeValue == "7771000"
    assert segment.TrackingUID.startswith("2.25.")


def test_fractional_is_read_by_pydicom_and_without_error(make):
    case = make(rows=14, columns=22, slices=4)
    random = numpy.random.default_rng(5)
    values = random.random((1, *case.shape)).astype(numpy.float32)
    values[0, 0] = 0
    nifti = case.folder / "p.nii"
    write_nifti(nifti, values[0], case)
    text = case.folder / "d.json"
    text.write_text(json.dumps(description([1])))
    out = case.folder / "seg.dcm"
    run("encode", "--source", case.source, "--labels", nifti, "--description", text, "--type",
        "fractional", "--out", out)
    frames = per_segment(out, case.heads)[1]
    assert 0 not in frames
    for at, frame in frames.items():
        assert numpy.array_equal(frame, (values[0, at] * 255 + 0.5).astype(numpy.uint8))
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", case.source, out).stdout == ""


# dciodvfy 20220618 is older than the Label Map Segmentation IOD.
LABELMAP_NOISE = ("Information Object Not found", "SegmentNumber", "SOP Class")


@pytest.mark.parametrize("labels, dtype", [([1, 2, 7], numpy.uint8), ([1, 999], numpy.uint16)])
def test_labelmap_is_read_by_pydicom_and_bears_only_the_expected_complaints(make, labels, dtype):
    case = make(rows=13, columns=17, slices=5)
    mask = case.noise(labels, dtype)
    mask[2] = 0
    out = case.encode(mask, labels, "--type", "labelmap")
    frames = per_segment(out, case.heads)[0]
    assert 2 not in frames
    for at, frame in frames.items():
        assert numpy.array_equal(frame, mask[at])
    unexpected = [line for line in validator_errors("dciodvfy", out)
                  if not any(noise in line for noise in LABELMAP_NOISE)]
    assert unexpected == []
    assert run("verify", "--source", case.source, out).stdout == ""


def test_deflated_is_the_same_object_for_pydicom(make):
    case = make(rows=25, columns=27, slices=5)
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2], "--deflated")
    assert pydicom.dcmread(out).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1.99"
    assert_same(out, case, mask, [1, 2])


def affine_ras(case, columns, rows, frames):
    """i over `columns`... in millimetres; each argument is 1 or -1."""
    head, last = case.heads[0], case.heads[-1]
    axes = numpy.array(head.ImageOrientationPatient, float)
    steps = [axes[:3] * float(head.PixelSpacing[1]), axes[3:] * float(head.PixelSpacing[0]),
             (numpy.array(last.ImagePositionPatient, float)
              - numpy.array(head.ImagePositionPatient, float)) / (case.shape[0] - 1)]
    origin = numpy.array(head.ImagePositionPatient, float)
    for k, sign in enumerate((columns, rows, frames)):
        if sign < 0:
            origin = origin + steps[k] * (case.shape[2 - k] - 1)
            steps[k] = -steps[k]
    flip = numpy.array([-1, -1, 1])
    return [step * flip for step in steps], origin * flip


def write_nifti(path, mask, case, signs=(1, 1, 1), move=(0, 0, 0)):
    """mask is [frames, rows, columns] in source order; the file is flipped as `signs` say."""
    steps, origin = affine_ras(case, *signs)
    flipped = mask[::signs[2], ::signs[1], ::signs[0]]
    code, bits = {"uint8": (2, 8), "int16": (4, 16), "float32": (16, 32)}[mask.dtype.name]
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *mask.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, code, bits)
    struct.pack_into("<f", header, 108, 352)
    struct.pack_into("<h", header, 254, 1)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *[s[row] for s in steps],
                         origin[row] + move[row])
    header[344:348] = b"n+1\0"
    data = bytes(header) + numpy.ascontiguousarray(flipped).tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, 1), (1, -1, 1), (-1, -1, -1)])
@pytest.mark.parametrize("plan", ["odd", "oblique", "reversed"])
def test_nifti_labelmaps_are_put_where_they_lie(make, plan, signs):
    case = make(**VOLUMES[plan])
    mask = case.noise([1, 2]).astype(numpy.int16)
    nifti, text, out = (case.folder / name for name in ("l.nii.gz", "d.json", "seg.dcm"))
    write_nifti(nifti, mask, case, signs)
    text.write_text(json.dumps(description([1, 2])))
    run("encode", "--source", case.source, "--labels", nifti, "--description", text, "--out", out)
    assert_same(out, case, mask, [1, 2])


def test_a_mask_of_another_grid_is_refused(make):
    case = make(**VOLUMES["odd"])
    mask = case.noise([1])
    nifti, text, out = (case.folder / name for name in ("l.nii", "d.json", "seg.dcm"))
    text.write_text(json.dumps(description([1])))
    words = ("encode", "--source", case.source, "--labels", nifti, "--description", text, "--out",
             out)
    write_nifti(nifti, mask, case, move=(0.5, 0, 0))
    assert "another grid" in run(*words, status=3).stderr
    write_nifti(nifti, mask[:-1], case)
    assert "another grid" in run(*words, status=3).stderr
    assert not out.exists()


@pytest.mark.parametrize("ending", [".nii.gz", ".nii", ".nrrd"])
@pytest.mark.parametrize("plan", ["odd", "oblique", "tilted", "reversed"])
def test_volume_files_go_out_and_come_back(make, plan, ending):
    case = make(**VOLUMES[plan])
    mask = case.noise([1, 2])
    out = case.encode(mask, [1, 2])
    volume, text, again = case.folder / f"v{ending}", case.folder / "d.json", case.folder / "b.dcm"
    run("decode", out, "--out", volume, "--source", case.source)
    run("encode", "--source", case.source, "--labels", volume, "--description", text, "--out", again)
    assert_same(again, case, mask, [1, 2])


def test_decoding_without_the_source_fills_the_gaps(make):
    case = make(rows=9, columns=11, slices=8)
    mask = case.noise([1])
    mask[[2, 3, 5]] = 0
    volume = case.folder / "v.nii"
    run("decode", case.encode(mask, [1]), "--out", volume)
    data = numpy.frombuffer(volume.read_bytes()[352:], numpy.uint8).reshape(case.shape)
    assert numpy.array_equal(data, mask)


@pytest.mark.parametrize("kind", ["binary", "labelmap", "fractional"])
def test_conversion_keeps_every_voxel(make, kind):
    case = make(rows=13, columns=15, slices=4)
    mask = case.noise([1, 2])
    out, other, back = (case.folder / name for name in ("seg.dcm", "o.dcm", "b.dcm"))
    case.encode(mask, [1, 2])
    run("convert", "--type", kind, out, "--out", other)
    assert run("verify", "--source", case.source, other).stdout == ""
    run("convert", "--type", "binary", other, "--out", back)
    assert_same(back, case, mask, [1, 2])


def test_exit_statuses_and_talk(make):
    case = make(rows=8, columns=8, slices=3)
    assert "Usage" in run("--help").stdout
    assert "glossator-seg" in run("--version").stdout
    run("no-such-call", status=2)
    run("encode", status=2)
    run("info", case.folder / "absent.dcm", status=1)
    run("info", case.paths[0], status=3)
    case.encode(case.noise([1, 2]), [1], status=3)
    out = case.encode(case.noise([1, 2]), [1, 2])
    info = json.loads(run("info", "--json", out).stdout)
    assert info["type"] == "binary" and len(info["description"]["segments"]) == 2
    broken = pydicom.dcmread(out)
    broken.FrameOfReferenceUID = "2.25.3"  # of another root it would be a second finding
    broken.save_as(out)
    finding = json.loads(run("verify", "--json", "--source", case.source, out, status=3).stdout)
    assert finding["code"] == "frame-of-reference" and finding["severity"] == "error"


def test_dcmqi_descriptions_are_understood(make):
    case = make(rows=8, columns=9, slices=3)
    text, raw, out = (case.folder / name for name in ("d.json", "l.raw", "seg.dcm"))
    mask = case.noise([1])
    raw.write_bytes(gzip.compress(mask.tobytes()))
    code = lambda value, meaning: {"CodeValue": value, "CodingSchemeDesignator": "SCT",  # noqa: E731
                                   "CodeMeaning": meaning}
    text.write_text(json.dumps({
        "ContentCreatorName": "Reader^One", "SeriesDescription": "Liver",
        "segmentAttributes": [[{
            "labelID": 1, "SegmentDescription": "Liver", "SegmentAlgorithmType": "MANUAL",
            "SegmentedPropertyCategoryCodeSequence": code("123037004", "Anatomical Structure"),
            "SegmentedPropertyTypeCodeSequence": code("10200004", "Liver"),
            "recommendedDisplayRGBValue": [177, 122, 101]}]]}))
    run("encode", "--source", case.source, "--labels", raw, "--dtype", "uint8", "--description",
        text, "--out", out)
    assert_same(out, case, mask, [1])


def corpus_segmentations():
    if not (CORPUS / "CATALOG.tsv").exists():
        return []
    lines = (CORPUS / "CATALOG.tsv").read_text(errors="replace").splitlines()
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"))) for line in lines[1:]]
    return [row["path"] for row in rows if row["sop_class"].startswith("1.2.840.10008.5.1.4.1.1.66.")
            and row["seg_type"]]


# What the verifier calls an error in public objects, and why it is one.
CORPUS_ERRORS = {
    "liver_1frame.dcm": {"attribute-missing", "frame-count", "pixel-length"},  # no Number of Frames
    "liver_expb_1frame.dcm": {"attribute-missing", "frame-count", "pixel-length"},
}
# J2K segmentations are recognized, not decoded.
UNSUPPORTED = {"liver_j2k.dcm", "liver_nonbyte_aligned_j2k.dcm"}


def test_public_segmentations_are_read_and_judged():
    paths = corpus_segmentations()
    if not paths:
        pytest.skip(f"NO CORPUS at {CORPUS}: public segmentations were not read")
    for path in paths:
        name = pathlib.Path(path).name
        done = subprocess.run([TOOL, "verify", "--json", CORPUS / path], capture_output=True,
                              text=True)
        assert done.returncode in (0, 3), (path, done.stderr)
        errors = {finding["code"] for finding in map(json.loads, done.stdout.splitlines())
                  if finding["severity"] == "error"}
        assert errors == CORPUS_ERRORS.get(name, set()), path
        refused = name in UNSUPPORTED or name in CORPUS_ERRORS
        run("info", CORPUS / path, status=3 if refused else 0)


def test_public_binary_segmentations_decode_as_pydicom_reads_them(tmp_path):
    paths = [CORPUS / path for path in corpus_segmentations()]
    if not paths:
        pytest.skip(f"NO CORPUS at {CORPUS}: public segmentations were not decoded")
    compared = 0
    for path in paths:
        seg = pydicom.dcmread(path)
        native = seg.file_meta.TransferSyntaxUID in ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
        if seg.SegmentationType != "BINARY" or not native or "NumberOfFrames" not in seg:
            continue
        values = unpack_bits(seg.PixelData)[:int(seg.NumberOfFrames) * seg.Rows * seg.Columns]
        values = values.reshape(-1, seg.Rows * seg.Columns).sum(axis=1)
        counts = {}
        groups = seg.get("PerFrameFunctionalGroupsSequence", [])
        for count, item in zip(values, groups):
            where = item if "SegmentIdentificationSequence" in item \
                else seg.SharedFunctionalGroupsSequence[0]
            number = where.SegmentIdentificationSequence[0].ReferencedSegmentNumber
            counts[number] = counts.get(number, 0) + int(count)
        info = json.loads(run("info", "--json", path).stdout)
        ours = {s["label"]: s["voxels"] for s in info["description"]["segments"] if s["voxels"]}
        if groups:
            assert ours == {k: v for k, v in counts.items() if v}, path
            compared += 1
    assert compared >= 8


ENHANCED = {"mr": "1.2.840.10008.5.1.4.1.1.4.1", "oct": "1.2.840.10008.5.1.4.1.1.77.1.5.4"}


def enhanced(folder, sop_class):
    """An image with functional groups, enough for a segmentation to find its frames and planes."""
    plan = synthetic.Plan(modality="MR", rows=11, columns=14, slices=6, oblique=9.0)
    plain = synthetic.write(plan, folder / "plain")
    heads = [pydicom.dcmread(path) for path in plain]
    image = pydicom.dcmread(plain[0])
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = sop_class
    image.NumberOfFrames = len(heads)
    image.PixelData = b"".join(head.PixelData for head in heads)
    shared, measures = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = heads[0].PixelSpacing, heads[0].SliceThickness
    shared.PixelMeasuresSequence = [measures]
    image.SharedFunctionalGroupsSequence = [shared]
    items = []
    for head in heads:
        item, position, axes = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = head.ImagePositionPatient
        axes.ImageOrientationPatient = head.ImageOrientationPatient
        item.PlanePositionSequence, item.PlaneOrientationSequence = [position], [axes]
        items.append(item)
    image.PerFrameFunctionalGroupsSequence = items
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(image, keyword)
    source = folder / "source"
    source.mkdir()
    image.save_as(source / "enhanced.dcm")
    return source, heads, image


@pytest.mark.parametrize("kind", ENHANCED)
def test_binary_of_an_enhanced_image_has_its_planes_and_frame_numbers(tmp_path, kind):
    source, heads, image = enhanced(tmp_path, ENHANCED[kind])
    mask = numpy.random.default_rng(3).integers(0, 3, (6, 11, 14), dtype=numpy.uint8)
    raw, text, out = (tmp_path / name for name in ("l.raw", "d.json", "seg.dcm"))
    raw.write_bytes(mask.tobytes())
    text.write_text(json.dumps(description([1, 2])))
    run("encode", "--source", source, "--labels", raw, "--dtype", "uint8", "--description", text,
        "--out", out)
    seg = pydicom.dcmread(out)
    values = unpack_bits(seg.PixelData)[:int(seg.NumberOfFrames) * 154].reshape(-1, 11, 14)
    for frame, groups in zip(values, seg.PerFrameFunctionalGroupsSequence):
        reference = groups.DerivationImageSequence[0].SourceImageSequence[0]
        assert reference.ReferencedSOPInstanceUID == image.SOPInstanceUID
        at = int(reference.ReferencedFrameNumber) - 1
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        assert numpy.array_equal(frame, mask[at] == number)
        assert groups.PlanePositionSequence[0].ImagePositionPatient == \
            heads[at].ImagePositionPatient
    assert validator_errors("dciodvfy", out) == []
    assert run("verify", "--source", source, out).stdout == ""
