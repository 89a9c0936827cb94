# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes as a hostile or broken sender puts them on the wire, and the answer they get."""
import dataclasses
import struct
import time

import dimse_peer
from dimse_peer import element, uid, us

CT = "1.2.840.10008.5.1.4.1.1.2"
SYNTAXES = {"implicit": "1.2.840.10008.1.2", "explicit": "1.2.840.10008.1.2.1",
            "deflated": "1.2.840.10008.1.2.1.99", "jpeg": "1.2.840.10008.1.2.4.50"}
IDS = {"verification": 1, "implicit": 3, "explicit": 5, "deflated": 7, "jpeg": 9}


@dataclasses.dataclass
class Answer:
    kind: str  # "status", "abort", "reject", "closed"
    code: object = None  # the status, or (source, reason)
    comment: str = ""
    seconds: float = 0


def pdu(kind, body):
    return struct.pack(">BBI", kind, 0, len(body)) + body


def pdv(context, data, command=False, last=True):
    return pdu(4, struct.pack(">IBB", len(data) + 2, context, last << 1 | command) + data)


def command_set(fields, length=None):
    body = b"".join(element(0, number, value) for number, value in fields)
    return element(0, 0, struct.pack("<I", len(body) if length is None else length)) + body


def store_fields(sop_class=CT, instance="1.2.3.4", data_set=1, field=1):
    fields = [(2, uid(sop_class)), (0x0100, us(field)), (0x0110, us(1)), (0x0700, us(0)),
              (0x0800, us(data_set)), (0x1000, uid(instance))]
    return [pair for pair in fields if pair[1]]


def store_command(context, **changes):
    return pdv(context, command_set(store_fields(**changes)), command=True)


def explicit(group, number, vr, value, length=None):
    """One element in explicit VR little endian; odd values stay odd."""
    size = len(value) if length is None else length
    long = vr in ("OB", "OW", "SQ", "UN", "UT")
    head = struct.pack("<HH", group, number) + vr.encode()
    return head + (struct.pack("<HI", 0, size) if long else struct.pack("<H", size)) + value


ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)


def nested(levels):
    return b"".join(explicit(8, 0x1140, "SQ", ITEM, 0xFFFFFFFF) for _ in range(levels))


class Peer:
    """An association that sends any bytes and waits for one answer."""

    def __init__(self, port, called, calling="SENDER", timeout=10):
        contexts = [(dimse_peer.VERIFICATION, [SYNTAXES["implicit"]])]
        contexts += [(CT, [syntax]) for syntax in SYNTAXES.values()]
        self.link = dimse_peer.Association("127.0.0.1", port, called, calling, contexts,
                                           timeout=timeout)

    def send(self, data):
        try:
            self.link.socket.sendall(data)
        except OSError:  # aborted meanwhile
            pass

    def answer(self, since=None):
        """Time counts from `since`, or from now."""
        began = since or time.monotonic()
        found = self._answer()
        found.seconds = time.monotonic() - began
        return found

    def _answer(self):
        try:
            data = self.link._read()
        except OSError:
            return Answer("closed")
        if data[0] == 7:
            return Answer("abort", (data[8], data[9]))
        if data[0] != 4:
            return Answer("other", data[0])
        code, comment = status_of(data[12:])
        return Answer("status", code, comment)

    def close(self):
        self.link.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def status_of(command):
    code, comment, offset = None, "", 0
    while offset + 8 <= len(command):
        group, number, length = struct.unpack("<HHI", command[offset:offset + 8])
        value = command[offset + 8:offset + 8 + length]
        if (group, number) == (0, 0x0900):
            code = struct.unpack("<H", value)[0]
        if (group, number) == (0, 0x0902):
            comment = value.decode().strip()
        offset += 8 + length
    return code, comment
