# SPDX-License-Identifier: GPL-3.0-or-later
"""Small CT objects, and senders that note what was acknowledged."""
import dataclasses
import itertools
import struct
import threading

import dimse_peer
from raw_peer import CT, explicit

EXPLICIT = dimse_peer.EXPLICIT


def even(text):
    data = text.encode()
    return data + b" " * (len(data) % 2)


def even_uid(text):
    data = text.encode()
    return data + b"\0" * (len(data) % 2)


@dataclasses.dataclass
class Slice:
    """One object; equal arguments give equal bytes."""
    study: str
    number: int
    pixel_bytes: int = 8192
    patient: str = "K-1"

    @property
    def uid(self):
        return f"{self.study}.{self.number}"

    def data_set(self):
        texts = [
            (8, 8, "CS", even("ORIGINAL\\PRIMARY\\AXIAL")), (8, 0x16, "UI", even_uid(CT)),
            (8, 0x18, "UI", even_uid(self.uid)), (8, 0x20, "DA", b"20240102"),
            (8, 0x30, "TM", b"101112"), (8, 0x50, "SH", even("ACC77")), (8, 0x60, "CS", b"CT"),
            (8, 0x70, "LO", b"ACME"), (8, 0x90, "PN", even("WHISTLEBLOW^ANNA")),
            (0x10, 0x10, "PN", even("ZEBRAFISCH^Q")), (0x10, 0x20, "LO", even(self.patient)),
            (0x10, 0x30, "DA", b"19510203"), (0x10, 0x40, "CS", b"M "),
            (0x20, 0xD, "UI", even_uid(self.study)), (0x20, 0xE, "UI", even_uid(self.study + ".0")),
            (0x20, 0x10, "SH", b"S1"), (0x20, 0x11, "IS", b"1 "),
            (0x20, 0x13, "IS", even(str(self.number))),
            (0x20, 0x32, "DS", even(f"0\\0\\{self.number}")),
            (0x20, 0x37, "DS", even("1\\0\\0\\0\\1\\0")), (0x20, 0x52, "UI", even_uid(self.study + ".9")),
            (0x28, 2, "US", struct.pack("<H", 1)), (0x28, 4, "CS", even("MONOCHROME2"))]
        rows = self.pixel_bytes // 128
        texts += [(0x28, tag, "US", struct.pack("<H", value)) for tag, value in (
            (0x10, rows), (0x11, 64))]
        texts.append((0x28, 0x30, "DS", even("1\\1")))
        texts += [(0x28, tag, "US", struct.pack("<H", value)) for tag, value in (
            (0x100, 16), (0x101, 16), (0x102, 15), (0x103, 1))]
        texts += [(0x28, 0x1052, "DS", b"0 "), (0x28, 0x1053, "DS", b"1 ")]
        pixels = bytes([self.number % 251]) * (rows * 128)
        return b"".join(explicit(*one) for one in texts) + explicit(0x7FE0, 0x10, "OW", pixels)


def connect(port, called, timeout=30):
    return dimse_peer.Association("127.0.0.1", port, called, "SENDER", [
        (CT, [EXPLICIT]), (dimse_peer.VERIFICATION, [dimse_peer.IMPLICIT])], timeout=timeout)


class Burst:
    """Threads that send slices of one study until they are told to stop or lose the connection."""

    def __init__(self, port, called, study, first=1, threads=4, pixel_bytes=8192, limit=None):
        self.port, self.called, self.study = port, called, study
        self.pixel_bytes, self.limit, self.first = pixel_bytes, limit, first
        self.numbers = itertools.count(first)
        self.sent, self.acknowledged, self.statuses = set(), set(), []
        self.lock, self.over = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        try:
            link = connect(self.port, self.called)
            while not self.over.is_set() and self._one(link):
                pass
            link.release()
        except (OSError, ValueError, LookupError, dimse_peer.Refused):
            pass  # the other side died: what was acknowledged is noted

    def _one(self, link):
        with self.lock:
            number = next(self.numbers)
            if self.limit and number >= self.first + self.limit:
                return False
            self.sent.add(number)
        item = Slice(self.study, number, self.pixel_bytes)
        status = link.store(CT, item.uid, item.data_set())
        with self.lock:
            self.statuses.append(status)
            if status == 0:
                self.acknowledged.add(number)
        return True

    def stop(self):
        self.over.set()
        return self.join()

    def join(self, seconds=60):
        for thread in self.threads:
            thread.join(seconds)
        return self


def send_all(port, called, study, numbers, pixel_bytes=8192):
    """Statuses by number over one association."""
    link = connect(port, called)
    found = {}
    for number in numbers:
        item = Slice(study, number, pixel_bytes)
        found[number] = link.store(CT, item.uid, item.data_set())
    link.release()
    return found
