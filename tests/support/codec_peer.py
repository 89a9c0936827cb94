# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks with glossator-codec as the gate does (pixels/message.h)."""
import dataclasses
import socket
import struct
import subprocess

import pydicom

LOOK, CLEAN, PICTURE, DECODE, REPLACE = 1, 2, 3, 4, 5
PHOTOMETRIC = ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422",
               "YBR_ICT", "YBR_RCT"]


class Died(Exception):
    """The worker ended instead of answering."""


@dataclasses.dataclass
class Format:
    rows: int
    columns: int
    samples: int = 1
    allocated: int = 8
    stored: int = 8
    signed: int = 0
    planar: int = 0
    photometric: str = "MONOCHROME2"

    @staticmethod
    def of(data_set):
        return Format(data_set.Rows, data_set.Columns, data_set.get("SamplesPerPixel", 1),
                      data_set.BitsAllocated, data_set.BitsStored, data_set.PixelRepresentation,
                      data_set.get("PlanarConfiguration", 0) or 0,
                      data_set.PhotometricInterpretation)

    def pack(self):
        return struct.pack("<5I3B", self.rows, self.columns, self.samples, self.allocated,
                           self.stored, self.signed, self.planar,
                           PHOTOMETRIC.index(self.photometric))

    def frame_bytes(self):
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.allocated // 8


def _text(content):
    return struct.pack("<Q", len(content)) + content


def _rectangles(rectangles):
    return struct.pack("<I", len(rectangles)) + b"".join(struct.pack("<4I", *r) for r in rectangles)


def request(action, syntax, layout, frame, ignored=(), blank=(), native=b""):
    return (bytes([action]) + _text(syntax.encode()) + layout.pack() + _rectangles(ignored) +
            _rectangles(blank) + _text(frame) + _text(native))


class Codec:
    def __init__(self, program):
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.process = subprocess.Popen([program], stdin=theirs, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={})
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.kill()
        self.process.wait()

    def send(self, message):
        try:
            self.socket.sendall(struct.pack("<Q", len(message)) + message)
        except BrokenPipeError as error:
            raise Died from error

    def receive(self, size):
        parts = []
        while size:
            part = self.socket.recv(min(size, 1 << 20))
            if not part:
                raise Died
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def ask(self, *arguments, **named):
        """(fault, found rectangles, frame)"""
        self.send(request(*arguments, **named))
        reply = self.receive(struct.unpack("<Q", self.receive(8))[0])
        size, = struct.unpack_from("<Q", reply)
        fault, at = reply[8:8 + size].decode(), 9 + size  # behind a flag
        count, = struct.unpack_from("<I", reply, at)
        found = [struct.unpack_from("<4I", reply, at + 4 + 16 * i) for i in range(count)]
        at += 4 + 16 * count
        return fault, found, reply[at + 8:]


def frames(data_set):
    """The frames as they are encoded, and the syntax to name them with ("" for native ones)."""
    syntax = data_set.file_meta.TransferSyntaxUID
    count = int(data_set.get("NumberOfFrames", 1) or 1)
    if syntax.is_compressed and not syntax.is_deflated:
        return str(syntax), list(pydicom.encaps.generate_pixel_data_frame(data_set.PixelData, count))
    size = Format.of(data_set).frame_bytes()
    return "", [data_set.PixelData[i * size:(i + 1) * size] for i in range(count)]
