# SPDX-License-Identifier: GPL-3.0-or-later
"""Real objects, spoilt in a reproducible way and sent over real associations."""
import io
import pathlib
import random
import struct
import time

import dimse_peer
import pydicom

PDV_BYTES = 16000


class Original:
    """A file's data set as it stands, and what its C-STORE command says."""

    def __init__(self, content):
        file = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True, force=False)
        meta_length = int.from_bytes(content[140:144], "little")
        self.data = content[144 + meta_length:]
        self.sop_class = str(file.file_meta.MediaStorageSOPClassUID)
        self.instance = str(file.file_meta.MediaStorageSOPInstanceUID)
        self.syntax = str(file.file_meta.TransferSyntaxUID)


def originals(paths, bytes_max=200_000):
    """Those that are whole Part 10 files of at most so many bytes."""
    for path in paths:
        path = pathlib.Path(path)
        if path.is_file() and path.stat().st_size <= bytes_max:
            content = path.read_bytes()
            try:
                if content[128:132] == b"DICM" and content[132:136] == b"\2\0\0\0":
                    yield Original(content)
            except Exception:  # pydicom raises whatever comes: the file is none of ours
                continue


def _flip(data, chance):
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)


def _garble(data, chance):
    at, size = chance.randrange(len(data)), chance.randrange(1, 64)
    data[at:at + size] = chance.randbytes(len(data[at:at + size]))


def _cut(data, chance):
    del data[chance.randrange(2, len(data) + 1):]


def _remove(data, chance):
    at = chance.randrange(len(data))
    del data[at:at + chance.randrange(1, 128)]


def _repeat(data, chance):
    at = chance.randrange(len(data))
    data[at:at] = data[at:at + chance.randrange(1, 256)] * chance.randrange(1, 8)


def _length(data, chance):
    """A length field, or what looks like one, becomes an interesting number."""
    at = chance.randrange(max(1, len(data) - 4))
    number = chance.choice([0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, len(data)])
    data[at:at + 4] = struct.pack("<I", number & 0xFFFFFFFF)


def _nest(data, chance):
    at = chance.randrange(len(data))
    opened = struct.pack("<HH", 8, 0x1140) + b"SQ\0\0" + b"\xff" * 4
    data[at:at] = (opened + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)) * chance.randrange(
        1, 100)


OPERATIONS = (_flip, _garble, _cut, _remove, _repeat, _length, _nest)
HEAD_BYTES = 4000  # most of what can go wrong stands in front of the pixels


def mutate(original, seed):
    """The same seed gives the same bytes."""
    chance = random.Random(seed)
    front = bytearray(original.data[:HEAD_BYTES])
    for _ in range(chance.randrange(1, 5)):
        if front:
            chance.choice(OPERATIONS)(front, chance)
    cut = chance.random() < 0.2
    data = bytes(front) + (b"" if cut else original.data[HEAD_BYTES:])
    return data + b"\0" * (len(data) % 2)


class Wave:
    """Sends one mutation after the other; a slow or missing answer is a finding."""

    def __init__(self, port, called, findings=None, seconds_max=1.0):
        self.port, self.called, self.seconds_max = port, called, seconds_max
        self.findings = pathlib.Path(findings) if findings else None
        self.link, self.context_of = None, None
        self.answers, self.slow, self.slowest = {}, [], 0.0

    def send(self, original, seed):
        data = mutate(original, seed)
        context = (original.sop_class, original.syntax)
        try:
            if self.link is None or self.context_of != context:
                self._connect(*context)
            if not self.link.accepted:
                return self._count("no context")
        except (OSError, dimse_peer.Refused):
            return self._note(original, seed, data, "no association", 0)
        began = time.monotonic()
        try:
            answer = f"{self._store(original, data):04X}"
        except dimse_peer.Refused as refused:
            answer = "abort" if refused.pdu[0] == 7 else "nonsense"
            self.link = None
        except OSError:
            answer = "no answer"
            self.link = None
        seconds = time.monotonic() - began
        self.slowest = max(self.slowest, seconds)
        if answer in ("no answer", "nonsense") or seconds > self.seconds_max:
            self._note(original, seed, data, answer, seconds)
        return self._count(answer)

    def _store(self, original, data):
        """Like a sender that writes all and then listens."""
        return self.link.store(original.sop_class, original.instance, data)

    def _connect(self, sop_class, syntax):
        if self.link is not None:
            self.link.socket.close()
        self.context_of = (sop_class, syntax)
        self.link = dimse_peer.Association("127.0.0.1", self.port, self.called, "MUTANT",
                                           [(sop_class, [syntax])], timeout=5)

    def _count(self, answer):
        self.answers[answer] = self.answers.get(answer, 0) + 1
        return answer

    def _note(self, original, seed, data, answer, seconds):
        self.slow.append((seed, answer, round(seconds, 2)))
        if self.findings:
            self.findings.mkdir(parents=True, exist_ok=True)
            name = f"{seed}-{original.syntax}-{original.sop_class}.bin"
            (self.findings / name).write_bytes(data)
        return self._count(answer)


def minimized(still_bad, data, rounds=12):
    """The shortest part of `data`, by halves, for which `still_bad(part)` holds."""
    size = len(data) // 2
    for _ in range(rounds):
        if size < 2:
            break
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size:]
            if len(shorter) >= 2 and still_bad(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data
