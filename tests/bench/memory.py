# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory: 64 associations with 20 MB objects; one object of 1.5 GB to Orthanc and back; beyond 4 GiB."""
import hashlib
import sqlite3
import struct
import sys
import time

import usable
import yardstick
from dimse_peer import EXPLICIT, Association, us
from yardstick import intake

GATE_GOAL_MB = 512
ORTHANC_GOAL = 3.2
CT = intake.KINDS["CT 512x512"][3]
NM = "1.2.840.10008.5.1.4.1.1.20"


def many_associations(scratch, associations, report):
    files = scratch / "wide"
    intake.make_files(files, 3200, associations, "CT", CT)
    gate = intake.Gate(scratch / "gate")
    try:
        start = time.monotonic()
        intake.send(gate.port, files, associations)
        seconds = time.monotonic() - start
        peak = yardstick.peak_bytes(gate.process.pid) / 1e6
    finally:
        gate.close()
    size = sum(path.stat().st_size for path in files.iterdir()) / 1e6
    report.add(f"gate's peak, {associations} associations, {size / associations:.0f} MB each",
               f"{peak:.0f} MB", f"{size / seconds:.0f} MB/s",
               f"under {GATE_GOAL_MB} MB", peak < GATE_GOAL_MB)


def cine(path, frames):
    """A nuclear medicine object of 512 KiB frames, written frame by frame."""
    path.parent.mkdir()
    intake.make_files(path.parent / "one", 512, 1, "NM", NM)
    whole = (path.parent / "one" / "1.dcm").read_bytes()
    at = whole.rindex(b"\xe0\x7f\x10\x00OW\0\0")
    head, frame = whole[:at], whole[at + 12:]
    rows = head.index(b"\x28\0\x10\0US")  # (0028,0008) stands before it
    text = str(frames).encode()
    text += b" " * (len(text) % 2)
    number = struct.pack("<HH2sH", 0x28, 0x08, b"IS", len(text)) + text
    with open(path, "wb") as out:
        out.write(head[:rows] + number + head[rows:])
        out.write(struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, frames * len(frame)))
        for index in range(frames):
            out.write(frame[index % 97 * 2:] + frame[:index % 97 * 2])
    (path.parent / "one" / "1.dcm").unlink()
    (path.parent / "one").rmdir()


def digest_of(server, instance):
    body = server.request("GET", f"/instances/{instance}/file", timeout=300).body
    return hashlib.sha256(body).hexdigest()


def one_large(scratch, frames, report):
    path = scratch / "large" / "cine.dcm"
    cine(path, frames)
    size = path.stat().st_size
    server = usable.node(scratch / "node", False)
    try:
        start = time.monotonic()
        intake.send(server.intake_port, path.parent, 1)
        acknowledged = time.monotonic() - start
        usable.release_when_sent(server, 1, start + 300)
        seconds = time.monotonic() - start
        peak = yardstick.peak_bytes(server.process.pid)
        gate = yardstick.peak_bytes(yardstick.gate_pid(server))
        with sqlite3.connect(f"file:{server.glossator}/node/node.db?mode=ro", uri=True) as base:
            known = base.execute("SELECT sha256 FROM instance").fetchone()[0]
        equal = digest_of(server, server.rest_get("/instances")[0]) == known
        reading = yardstick.peak_bytes(server.process.pid)
    finally:
        server.stop()
        server.stop_gate()
    gb = size / 1e9
    report.add(f"one object of {gb:.2f} GB: acknowledged, usable",
               f"{acknowledged:.1f} s, {seconds:.1f} s", f"gate's peak {gate / 1e6:.0f} MB", "", None)
    report.add("it reads back equal", str(equal), f"peak when read {reading / size:.2f}x",
               "SHA-256 of the spool's bytes", equal)
    report.add("Orthanc's peak at import", f"{peak / size:.2f}x the object", "",
               f"at most {ORTHANC_GOAL}x", peak <= ORTHANC_GOAL * size)


class Endless(Association):
    """A C-STORE of more bytes than Orthanc's interface can count, made up on the way."""

    def store_bytes(self, sop_class, instance, head, length):
        context, block = self.context(sop_class), bytes(62 * 1024)
        self._send(context, self._command([
            (2, sop_class.encode()), (0x0100, us(1)), (0x0110, us(1)), (0x0700, us(0)),
            (0x0800, us(1)), (0x1000, instance.encode())]), 1)
        left = length - len(head)
        self._fragment(context, head, False)
        while left > 0:
            part = block[:min(left, len(block))]
            left -= len(part)
            self._fragment(context, part, left == 0)
        return self._read()

    def _fragment(self, context, part, last):
        header = struct.pack(">BBIIBB", 4, 0, len(part) + 6, len(part) + 2, context, 2 * last)
        self.socket.sendall(header + part)


def plain_element(group, number, vr, value):
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


def beyond(scratch, report):
    instance = "1.2.826.0.1.3680043.8.498.4294967296"
    head = b"".join(plain_element(*row) for row in (
        (0x08, 0x16, b"UI", CT.encode()), (0x08, 0x18, b"UI", instance.encode()),
        (0x08, 0x60, b"CS", b"CT"), (0x10, 0x10, b"PN", b"Bench^Mark"),
        (0x10, 0x20, b"LO", b"B-1"), (0x20, 0x0D, b"UI", b"1.2.826.0.1.3680043.8.498.1"),
        (0x20, 0x0E, b"UI", b"1.2.826.0.1.3680043.8.498.2")))
    pixels = 0xFFFFFFFE
    head += struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, pixels)
    gate = intake.Gate(scratch / "beyond")
    try:
        peer = Endless("127.0.0.1", gate.port, intake.AET, "SENDER", [(CT, [EXPLICIT])], timeout=120)
        answer = peer.store_bytes(CT, instance, head, len(head) + pixels)
    finally:
        gate.close()
    status = answer.index(struct.pack("<HHI", 0, 0x0900, 2)) + 8
    code = struct.unpack("<H", answer[status:status + 2])[0]
    said = b"larger than the limit" in answer
    report.add("an object of more than 4 GiB", f"0x{code:04X}", "with the reason" if said else "",
               "0xA700, with the reason", code == 0xA700 and said)


def main():
    arguments = yardstick.arguments("16 associations, 300 MB; nothing beyond 4 GiB")
    report = yardstick.Report("memory", "glossator-send; the gate alone, then the node with the "
                              "plugin; peaks are VmHWM")
    with yardstick.scratch() as scratch:
        many_associations(scratch, 16 if arguments.quick else 64, report)
    with yardstick.scratch() as scratch:
        one_large(scratch, 600 if arguments.quick else 3000, report)
    if not arguments.quick:
        with yardstick.scratch() as scratch:
            beyond(scratch, report)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
