#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much burned-in text glossator-codec finds, what it blanks where there is none, how fast.

usage: pixels.py [--each N] [--seed N] [--folder DIR] [--codec PROGRAM]
Renders text of 10 to 30 pixels (DejaVu, four faces) on dark and textured ground with strokes of 3
and 5 local standard deviations; found is a text of which 90 % of the ink is covered. Then looks at
native images of one sample under DIR (one of each series) and reports the area of all boxes, apart
for those that are known to show text. Text on moving ground, and the angiogram among the samples,
are looked at frame by frame, each alone and compared with the next as the stage does.
"""
import argparse
import collections
import pathlib
import resource
import sys
import time

import numpy
import pydicom
from PIL import Image, ImageDraw, ImageFont

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from codec_peer import LOOK, Codec, Format  # noqa: E402

FACES = ("DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf")
FONTS = pathlib.Path("/usr/share/fonts/truetype/dejavu")
TEXTS = ("DOE^JOHN", "Kaufman Scott", "1957-03-12", "MRN 48213377", "ST. MARY HOSPITAL",
         "Patient: Garcia M", "03.09.2012 14:22", "DOB: 07.22.1943", "Dr. Lindqvist")
GROUNDS = {"flat": None, "white": 0, "fine": 1, "coarse": 2}
HEIGHTS = (10, 12, 14, 18, 24, 30)
SIDE = 256
COVERED = 0.9
# Modalities, and a file, of the sample whose images show text: test patterns, ultrasound (looked at).
SHOW_TEXT = {"OT", "US", "gdcm-CT-MONO2-8-abdo.dcm"}
ROUNDS = 3  # as the stage looks (pixels/stage.cpp)
SEED = 20261124


def blurred(noise, sigma):
    if not sigma:
        return noise
    steps = numpy.arange(-3 * sigma, 3 * sigma + 1)
    kernel = numpy.exp(-0.5 * (steps / sigma) ** 2)
    for axis in (0, 1):
        noise = numpy.apply_along_axis(numpy.convolve, axis, noise, kernel, "same")
    return noise


def ground(random, kind, bits):
    full = 2 ** bits
    if GROUNDS[kind] is None:
        return numpy.zeros((SIDE, SIDE))
    noise = blurred(random.standard_normal((SIDE, SIDE)), GROUNDS[kind])
    y, x = numpy.mgrid[0:SIDE, 0:SIDE] / SIDE
    return (full * random.uniform(0.1, 0.5) + full * random.uniform(0.01, 0.06) * noise / noise.std()
            + full * 0.1 * numpy.sin(3 * x + 2 * y))


def ink(text, face, height, smooth):
    """Coverage of the pixels, 0 to 1; capitals are `height` pixels high."""
    for size in range(height, 3 * height):
        font = ImageFont.truetype(str(FONTS / face), size)
        box = font.getbbox("H")
        if box[3] - box[1] >= height:
            break
    while True:
        left, top, right, bottom = font.getbbox(text)
        if right - left < SIDE - 8:
            break
        text = text[:len(text) // 2]
    picture = Image.new("L" if smooth else "1", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), text, fill=255 if smooth else 1, font=font)
    return numpy.asarray(picture).astype(float) / (255 if smooth else 1)


def plant(random, kind, bits, height, smooth, contrast):
    """(image, where the ink is)"""
    full = 2 ** bits - 1
    mask = ink(TEXTS[random.integers(len(TEXTS))], FACES[random.integers(len(FACES))], height, smooth)
    while True:  # until the numbers reach so far that the contrast can be had
        image = ground(random, kind, bits)
        x, y = (int(random.integers(2, SIDE - size - 2)) for size in mask.shape[::-1])
        part = image[y:y + mask.shape[0], x:x + mask.shape[1]]
        value = (full * random.uniform(0.3, 1) if kind == "flat"
                 else part.mean() + contrast * part.std())
        if 0 <= round(value) <= full:
            break
    part[:] = part * (1 - mask) + min(max(round(value), 0), full) * mask
    where = numpy.zeros(image.shape, bool)
    where[y:y + mask.shape[0], x:x + mask.shape[1]] = mask > 0.5
    return numpy.clip(numpy.round(image), 0, full).astype("<u2"), where


def boxes(codec, image, bits):
    return all_boxes(codec, [image.tobytes()], Format(*image.shape, 1, 16, bits), "", False)


def recall(program, each, seed):
    found, asked = collections.Counter(), collections.Counter()
    random = numpy.random.default_rng(seed)
    with Codec(program) as codec:
        for height in HEIGHTS:
            for smooth in (False, True):
                for kind in GROUNDS:
                    for contrast in (3, -3, 5, -5) if kind != "flat" else (3,):
                        for number in range(each):
                            bits = (8, 12)[number % 2]
                            image, where = plant(random, kind, bits, height, smooth, contrast)
                            good = boxes(codec, image, bits)[where].mean() >= COVERED
                            for key in (height, "gray edges" if smooth else "hard edges", kind,
                                        "all"):
                                found[key, smooth] += good
                                asked[key, smooth] += 1
    print("found, of text with hard and with gray edges:")
    for key in (*HEIGHTS, *GROUNDS, "all"):
        parts = [f"{found[key, smooth] / asked[key, smooth]:.3f} of {asked[key, smooth]}"
                 for smooth in (False, True)]
        print(f"  {key!s:<8} {parts[0]:>16} {parts[1]:>16}")


def all_boxes(codec, frames, layout, syntax, compare):
    """Where text is seen in any frame; the first and the last are never compared."""
    covered = numpy.zeros((layout.rows, layout.columns), bool)
    for number, frame in enumerate(frames):
        known = []
        later = frames[number + 1] if compare and 0 < number < len(frames) - 1 else b""
        for _ in range(ROUNDS):
            fault, found, _ = codec.ask(LOOK, syntax, layout, frame, ignored=known, native=later)
            if fault:
                raise SystemExit(fault)
            for x, y, width, height in found:
                covered[y:y + height, x:x + width] = True
            known += found
            if not found:
                break
    return covered


def moving(random, height, smooth, kind, contrast):
    """Six frames of other noise around the same text; the outer two have none."""
    while True:
        image, where = plant(random, kind, 8, height, smooth, contrast)
        ink_now = numpy.where(where, image, 0)
        if where.any():
            break
    frames = []
    for number in range(6):
        noise = blurred(random.standard_normal((SIDE, SIDE)), GROUNDS[kind])
        frame = image.mean() + image.std() * noise / noise.std()
        if 0 < number < 5:
            frame = numpy.where(where, ink_now, frame)
        frames.append(numpy.clip(numpy.round(frame), 0, 255).astype("u1").tobytes())
    return frames, where


def films(program, folder, seed):
    random = numpy.random.default_rng(seed)
    asked, found = 0, collections.Counter()
    with Codec(program) as codec:
        for height in HEIGHTS:
            for kind in ("white", "fine", "coarse"):
                for contrast in (3, -3, 5, -5):
                    frames, where = moving(random, height, False, kind, contrast)
                    asked += 1
                    for compare in (False, True):
                        covered = all_boxes(codec, frames, Format(SIDE, SIDE), "", compare)
                        found[compare] += covered[where].mean() >= COVERED
        print(f"text on moving ground: {found[False]} of {asked} found, {found[True]} compared")
        for path in sorted(folder.rglob("jpeg8bit.dcm")):
            data_set = pydicom.dcmread(path)
            frames = list(pydicom.encaps.generate_pixel_data_frame(
                data_set.PixelData, int(data_set.NumberOfFrames)))
            layout, syntax = Format.of(data_set), str(data_set.file_meta.TransferSyntaxUID)
            share = [all_boxes(codec, frames, layout, syntax, compare).mean()
                     for compare in (False, True)]
            print(f"angiogram of {len(frames)} frames without text: {share[0]:.3f} of the area in "
                  f"vain, {share[1]:.3f} compared")


def natives(folder):
    seen = set()
    for path in sorted(folder.rglob("*")):
        try:
            data_set = pydicom.dcmread(path) if path.is_file() else None
            if (data_set is None or data_set.SamplesPerPixel != 1 or data_set.SeriesInstanceUID in seen
                    or data_set.file_meta.TransferSyntaxUID.is_compressed
                    or data_set.BitsAllocated not in (8, 16)):
                continue
            kind = "u1" if data_set.BitsAllocated == 8 else (
                "<u2" if data_set.is_little_endian else ">u2")
            size = data_set.Rows * data_set.Columns
            image = numpy.frombuffer(data_set.PixelData, kind, size).astype("<u2")
        except Exception:  # not an image that can be read so
            continue
        seen.add(data_set.SeriesInstanceUID)
        if data_set.PixelRepresentation:
            image = image ^ (1 << (data_set.BitsStored - 1))
        image = image & ((1 << data_set.BitsStored) - 1)
        yield path.name, str(data_set.get("Modality", "")), image.reshape(data_set.Rows, data_set.Columns), int(
            data_set.BitsStored)


def areas(program, folder):
    shares, pixels, began = collections.defaultdict(list), 0, time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Codec(program) as codec:
        for name, modality, image, bits in natives(folder):
            shows = modality in SHOW_TEXT or name in SHOW_TEXT
            shares[modality, shows].append(boxes(codec, image, bits).mean())
            pixels += image.size
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    without = sum((part for (_, shows), part in shares.items() if not shows), [])
    if not without:
        return print(f"no native images under {folder.name}")
    print(f"boxes over {numpy.mean(without):.4f} of the area of {len(without)} images that show no "
          f"text, {sum(share > 0 for share in without)} with any; {pixels / 1e6:.0f} megapixels, "
          f"{1e9 * (after.ru_utime - before.ru_utime) / pixels:.1f} ms CPU each of the worker "
          f"({time.monotonic() - began:.0f} s in all)")
    for (modality, shows), part in sorted(shares.items()):
        print(f"  {modality:<4} {'text' if shows else 'none'} {len(part):>4} images "
              f"{numpy.mean(part):.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--codec", type=pathlib.Path, default=ROOT / "build/bin/glossator-codec")
    options = parser.parse_args()
    recall(options.codec, options.each, options.seed)
    films(options.codec, options.folder, options.seed)
    if options.folder.is_dir():
        areas(options.codec, options.folder)


if __name__ == "__main__":
    main()
