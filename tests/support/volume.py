# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels of a series in the order that submissions use, and masks that follow them."""
import dataclasses
import io
import pathlib
import shutil
import subprocess
import tempfile

import numpy
import pydicom

NOT_IMAGES = ("SEG", "SR", "PR", "KO", "RTSTRUCT", "RTPLAN", "RTDOSE", "REG", "DOC", "RWV", "ANN")
NATIVE = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
          "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"}


@dataclasses.dataclass
class Frame:
    sop_instance_uid: str
    number: int  # frame number from 1, 0 in a single-frame image
    position: object  # three numbers in mm, or None
    pixels: object  # array (rows, columns)


@dataclasses.dataclass
class Volume:
    series_uid: str
    modality: str
    frames: list
    orientation: object  # six numbers, or None
    spacing: object  # between rows, between columns; or None
    multi_frame: bool
    frame_of_reference: str  # empty: positions mean nothing beyond this series
    in_one_stack: bool  # frames of one orientation and spacing

    @property
    def shape(self):
        return (len(self.frames), *self.frames[0].pixels.shape)

    def pixels(self):
        return numpy.stack([frame.pixels for frame in self.frames])


def is_image(file):
    return "PixelData" in file and file.get("Modality") not in NOT_IMAGES and "Rows" in file


def decode(data):
    """(data set, array (frames, rows, columns)) of one file's bytes; None as array: no decoder."""
    file = pydicom.dcmread(io.BytesIO(data), force=True)
    syntax = file.file_meta.get("TransferSyntaxUID", "1.2.840.10008.1.2")
    decoded = file if syntax in NATIVE else decompressed(data)
    if decoded is None:
        return file, None
    try:
        pixels = decoded.pixel_array
    except Exception:  # pydicom's handlers raise whatever they like
        return file, None
    if file.get("SamplesPerPixel", 1) > 1:
        pixels = pixels.astype(numpy.float32).mean(axis=-1)
    if pixels.ndim == 2:
        pixels = pixels[None]
    return file, pixels


def decompressed(data):
    """The same object in a native transfer syntax, by dcmtk's or gdcm's tools."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.dcm"), pathlib.Path(folder, "out.dcm")
        source.write_bytes(data)
        for tool in (["gdcmconv", "--raw"], ["dcmdjpeg"], ["dcmdjpls"], ["dcmdrle"]):
            if not shutil.which(tool[0]):
                continue
            done = subprocess.run([*tool, source, target], capture_output=True)
            if done.returncode == 0 and target.exists():
                return pydicom.dcmread(target)
    return None


def frame_positions(file, count):
    """Position of each frame of a multi-frame image, or None."""
    groups = file.get("PerFrameFunctionalGroupsSequence")
    if groups:
        try:
            return [[float(v) for v in item.PlanePositionSequence[0].ImagePositionPatient]
                    for item in groups]
        except (AttributeError, IndexError):
            return None
    return None


def geometry(file):
    """(orientation, spacing) of an image, from the image or its shared functional groups."""
    places = [file]
    for sequence in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        group = (file.get(sequence) or [None])[0]
        for name in ("PlaneOrientationSequence", "PixelMeasuresSequence"):
            if group is not None and group.get(name):
                places.append(group[name].value[0])

    def first(keyword):
        for place in places:
            if place.get(keyword) is not None:
                return [float(v) for v in place.get(keyword)]
        return None

    return first("ImageOrientationPatient"), first("PixelSpacing")


def near(one, other):
    """The same orientation and spacing, but for rounding."""
    return all((a is None) == (b is None) and (a is None or numpy.allclose(a, b, atol=1e-3))
               for a, b in zip(one, other))


def from_files(files):
    """Volumes of the image series in `files` (bytes each), the largest series first."""
    series = {}
    for data in files:
        file, pixels = decode(data)
        if is_image(file):
            series.setdefault(file.SeriesInstanceUID, []).append((file, pixels))
    volumes = [build(items) for items in series.values()]
    return sorted(volumes, key=lambda v: -numpy.prod(v.shape, dtype=numpy.int64))


def build(items):
    """One series, ordered as the contract says: along the normal, else by Instance Number."""
    first = items[0][0]
    orientation, spacing = geometry(first)
    multi = any(int(file.get("NumberOfFrames") or 1) > 1 for file, _ in items) or (
        "PerFrameFunctionalGroupsSequence" in first)
    frames = []
    for file, pixels in items:
        count = int(file.get("NumberOfFrames") or 1)
        if pixels is None:
            pixels = numpy.zeros((count, file.Rows, file.Columns), dtype=numpy.uint8)
        positions = frame_positions(file, count) if multi else None
        own = file.get("ImagePositionPatient")
        for index in range(count):
            position = positions[index] if positions else own
            number = index + 1 if multi else 0
            frames.append((int(file.get("InstanceNumber") or 0), Frame(
                file.SOPInstanceUID, number,
                None if position is None else [float(v) for v in position], pixels[index])))
    in_one_stack = all(near(geometry(file), (orientation, spacing)) for file, _ in items)
    if not multi and orientation and in_one_stack and all(f.position for _, f in frames):
        normal = numpy.cross(orientation[:3], orientation[3:])
        # Echoes and phases share a position: there the order is that of the images.
        frames.sort(key=lambda item: (round(float(numpy.dot(normal, item[1].position)), 3), item[0],
                                      item[1].sop_instance_uid))
    else:
        frames.sort(key=lambda item: (item[0], item[1].sop_instance_uid, item[1].number))
    return Volume(first.SeriesInstanceUID, first.get("Modality", ""), [f for _, f in frames],
                  orientation, spacing, multi, str(first.get("FrameOfReferenceUID") or ""),
                  in_one_stack)


def threshold(volume):
    """(level, mask): what is brighter than the middle of the bright half."""
    pixels = volume.pixels()
    bright = pixels[pixels > pixels.mean()]
    level = float(bright.mean()) if bright.size else float(pixels.mean())
    return level, (pixels > level).astype(numpy.uint8)


def mask_to_the_edges(volume):
    """Two labels: a threshold on the pixels, and strokes that touch all edges and differ per frame."""
    _, labels = threshold(volume)
    frames, rows, columns = labels.shape
    labels[:, 0, : max(1, columns // 3)] = 2
    labels[:, rows - 1, columns // 2:] = 2
    labels[:, rows // 2:, 0] = 2
    labels[:, : max(1, rows // 4), columns - 1] = 2
    for index in range(frames):  # a dot that walks, so that no two frames are alike
        labels[index, (index * 7 + 3) % rows, (index * 11 + 5) % columns] = 1 + index % 2
    return labels
