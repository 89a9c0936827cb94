# SPDX-License-Identifier: GPL-3.0-or-later
"""Voxels of a SEG at the PACS against what the reader sent, in patient coordinates."""
import numpy

TOLERANCE_MM = 0.01


class Different(AssertionError):
    """The SEG does not say what the reader drew."""


def reference(item):
    """(SOP Instance UID, frame number or 0) that a frame of a SEG was drawn on."""
    source = item.DerivationImageSequence[0].SourceImageSequence[0]
    number = source.get("ReferencedFrameNumber")
    if number is None or number == "":
        return source.ReferencedSOPInstanceUID, 0
    first = number[0] if hasattr(number, "__iter__") and not isinstance(number, str) else number
    return source.ReferencedSOPInstanceUID, int(first)


def group(item, file, keyword):
    """A functional group, per frame or shared; None when there is none."""
    shared = file.get("SharedFunctionalGroupsSequence") or [None]
    for place in (item, shared[0]):
        if place is not None and place.get(keyword):
            return place.get(keyword)[0]
    return None


def near(one, other):
    return numpy.abs(numpy.array(one, dtype=float) - numpy.array(other, dtype=float)).max(
        initial=0) <= TOLERANCE_MM


def check_plane(item, file, frame, original):
    """The frame lies where its source image lies; `original` is the source's volume."""
    place = group(item, file, "PlanePositionSequence")
    if frame.position is None or not original.frame_of_reference:
        return  # without a frame of reference a SEG has no planes (PS3.3 C.8.20.3): by reference
    if place is None:
        raise Different("the source has positions and the SEG has none")
    if not near(place.ImagePositionPatient, frame.position):
        raise Different(f"position {place.ImagePositionPatient}, source {frame.position}")
    turned = group(item, file, "PlaneOrientationSequence")
    if turned is None or not near(turned.ImageOrientationPatient, original.orientation):
        raise Different("another orientation than the source's")
    measures = group(item, file, "PixelMeasuresSequence")
    if measures is None or not near(measures.PixelSpacing, original.spacing):
        raise Different("another pixel spacing than the source's")


def labels_of(file, original):
    """Labels of a BINARY or LABELMAP SEG in the frame order of `original`, the PACS's series."""
    where = {(frame.sop_instance_uid, frame.number): index
             for index, frame in enumerate(original.frames)}
    pixels = file.pixel_array
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    labels = numpy.zeros(original.shape, dtype=numpy.uint16)
    for item, plane in zip(file.PerFrameFunctionalGroupsSequence, pixels):
        key = reference(item)
        if key not in where:
            key = (key[0], 0) if (key[0], 0) in where else (key[0], 1)
        if key not in where:
            raise Different("a frame refers to no image of the PACS's series")
        index = where[key]
        check_plane(item, file, original.frames[index], original)
        if file.SegmentationType == "LABELMAP":
            labels[index] = plane
        else:
            number = int(item.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
            labels[index][plane > 0] = number
    return labels


def check(file, original, drawn):
    """Raises Different unless every voxel is what the reader drew."""
    got = labels_of(file, original)
    if got.shape != drawn.shape:
        raise Different(f"shape {got.shape}, drawn {drawn.shape}")
    wrong = int((got != drawn).sum())
    if wrong:
        where = numpy.argwhere(got != drawn)[:3].tolist()
        raise Different(f"{wrong} of {drawn.size} voxels differ, first at {where}")
