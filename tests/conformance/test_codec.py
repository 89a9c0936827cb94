# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-codec as the gate sees it: what it may do, and frames of real files through it, with
gdcmconv as the other pair of eyes."""
import collections
import pathlib
import subprocess

import corpus
import numpy
import orthanc
import pydicom
import pytest
from codec_peer import CLEAN, LOOK, Codec, Died, Format, frames

PROGRAM = orthanc.BUILD / "bin" / "glossator-codec"
EXACT = ("1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
         "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90")
JPEG = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
PIXEL_MODULE = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "BitsStored", "HighBit",
                "PixelRepresentation", "PlanarConfiguration", "PhotometricInterpretation")


def test_the_worker_is_confined():
    with Codec(PROGRAM) as codec:
        assert codec.ask(LOOK, "", Format(8, 8), bytes(64))[0] == ""
        folder = pathlib.Path("/proc") / str(codec.process.pid)
        status = (folder / "status").read_text()
        assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status
        limits = {line[:25].strip(): line.split()[-3] for line in
                  (folder / "limits").read_text().splitlines()[1:]}
        assert limits["Max core file size"] == limits["Max file size"] == "0"
        assert limits["Max open files"] == "1"
        assert int(limits["Max address space"]) <= 4 << 30


def test_a_malformed_request_ends_the_worker_and_nothing_else():
    for message in (b"", b"\1", bytes(200), b"\1" + b"\xff" * 8 + bytes(100)):
        with Codec(PROGRAM) as codec:
            codec.send(message)
            with pytest.raises(Died):
                codec.receive(8)
            assert codec.process.wait(10) == 1


def compressed(syntaxes):
    """At most three files of a syntax and a source."""
    seen = collections.Counter()
    for row in corpus.rows():
        kind = row["transfer_syntax"], row["source_repo"]
        seen[kind] += 1
        if row["transfer_syntax"] in syntaxes and seen[kind] <= 3:
            yield corpus.FOLDER / row["path"]


def one_frame(source, syntax, frame, path):
    """The frame as a file of its own."""
    data_set = pydicom.Dataset()
    data_set.file_meta = pydicom.dataset.FileMetaDataset()
    data_set.file_meta.TransferSyntaxUID = syntax
    data_set.SOPClassUID = data_set.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    data_set.SOPInstanceUID = data_set.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    data_set.is_little_endian, data_set.is_implicit_VR = True, False
    for keyword in PIXEL_MODULE:
        if keyword in source:
            setattr(data_set, keyword, getattr(source, keyword))
    data_set.add_new(0x7FE00010, "OB", pydicom.encaps.encapsulate([frame + b"\0" * (len(frame) % 2)]))
    data_set["PixelData"].is_undefined_length = True
    data_set.save_as(path, write_like_original=False)
    return path


def decoded(path):
    """Samples of the first frame by gdcmconv, rows x columns x samples; None when it cannot."""
    plain = path.with_suffix(".raw")
    done = subprocess.run(["gdcmconv", "--raw", path, plain], capture_output=True)
    if done.returncode != 0 or not plain.exists():
        return None
    data_set = pydicom.dcmread(plain)
    kind = numpy.uint8 if data_set.BitsAllocated == 8 else numpy.uint16
    shape = (data_set.Rows, data_set.Columns, data_set.SamplesPerPixel)
    samples = numpy.frombuffer(data_set.PixelData, kind)[:numpy.prod(shape)]
    if data_set.get("PlanarConfiguration", 0) == 1:
        return samples.reshape(shape[2], *shape[:2]).transpose(1, 2, 0)
    return samples.reshape(shape)


def compare(path, folder, grow):
    """True when both could be read and were as they should."""
    source = pydicom.dcmread(path, force=True)
    try:
        syntax, pieces = frames(source)
        layout = Format.of(source)
    except (AttributeError, ValueError):
        return False  # the file itself is broken
    if layout.allocated not in (8, 16):
        return False  # the gate does not ask for these
    left, top = layout.columns // 4, layout.rows // 3
    width, height = max(1, layout.columns // 3), max(1, layout.rows // 5)
    with Codec(PROGRAM) as codec:
        fault, _, cleaned = codec.ask(CLEAN, syntax, layout, pieces[0],
                                      blank=[(left, top, width, height)])
    if fault:
        return False
    before = decoded(one_frame(source, syntax, pieces[0], folder / "before.dcm"))
    after = decoded(one_frame(source, syntax, cleaned, folder / "after.dcm"))
    if before is None or after is None or before.shape != after.shape:
        return False
    outside = numpy.ones(before.shape, bool)
    outside[max(0, top - grow):top + height + grow, max(0, left - grow):left + width + grow] = False
    assert (before[outside] == after[outside]).all()
    inside = after[top:top + height, left:left + width, 0]
    assert inside.min() == inside.max()
    return True


@pytest.mark.skipif(not corpus.FOLDER.is_dir(), reason=f"NO CORPUS at {corpus.FOLDER}")
@pytest.mark.parametrize("syntaxes, grow", [(EXACT, 0), (JPEG, 16)])
def test_real_frames_keep_what_is_outside_the_rectangle(tmp_path, syntaxes, grow):
    done = [compare(path, tmp_path, grow) for path in compressed(syntaxes)]
    assert len(done) >= 10 and sum(done) >= 0.75 * len(done), f"{sum(done)} of {len(done)}"
