# SPDX-License-Identifier: GPL-3.0-or-later
"""What bad input gets: one row a fault, over real sockets, each within a second of its byte."""
import dataclasses
import re
import socket
import struct
import time
import zlib

import pytest
import raw_peer
from gate_alone import AET, Gate
from raw_peer import CT, IDS, ITEM, command_set, explicit, nested, pdu, pdv, store_command

OBJECT_BYTES_MAX = 2 << 20
IDLE_SECONDS = 2
PLANTED = b"PLANTED^NAME"
STUDY, SERIES, INSTANCE = "1.2.826.1", "1.2.826.2", "1.2.3.4"

USER, UNKNOWN_PDU, UNEXPECTED_PDU, UNEXPECTED_PARAMETER, INVALID = (
    (0, 0), (2, 1), (2, 2), (2, 5), (2, 6))


def even(text):
    data = text.encode()
    return data + b"\0" * (len(data) % 2)


def head(study=STUDY, series=SERIES, instance=INSTANCE, sop_class=CT, more=b""):
    """A small data set in front of the pixels, explicit VR."""
    parts = [explicit(8, 0x16, "UI", even(sop_class)), explicit(8, 0x18, "UI", even(instance)),
             more, explicit(0x10, 0x10, "PN", PLANTED), explicit(0x10, 0x20, "LO", b"PLANTED1")]
    parts += [explicit(0x20, number, "UI", even(value))
              for number, value in ((0xD, study), (0xE, series)) if value]
    for number, value in ((2, 1), (0x10, 8), (0x11, 8), (0x100, 8), (0x101, 8), (0x102, 7),
                          (0x103, 0)):
        parts.append(explicit(0x28, number, "US", struct.pack("<H", value)))
    return b"".join(parts)


def pixels(data=bytes(64), length=None):
    return explicit(0x7FE0, 0x10, "OW", data, length)


def deflated(data):
    return zlib.compress(data, wbits=-15)


def stored(syntax, data, last=False):
    """A C-STORE whose data set goes on after `data`, unless it is the last of it."""
    context = IDS[syntax]
    parts = [store_command(context)]
    for offset in range(0, len(data), 60000):
        part = data[offset:offset + 60000]
        parts.append(pdv(context, part, last=last and offset + 60000 >= len(data)))
    return b"".join(parts)


@dataclasses.dataclass
class Fault:
    name: str
    data: bytes
    kind: str  # "abort" or "status"
    code: object


def aborts():
    """PDUs and command sets that no answer fits but A-ABORT (PS3.8 9.3.8)."""
    request = pdu(1, bytes(68))
    yield Fault("unknown PDU type", b"\x09", "abort", UNKNOWN_PDU)
    yield Fault("P-DATA over the maximum", struct.pack(">BBI", 4, 0, 1 << 30), "abort", INVALID)
    yield Fault("PDU shorter than a PDV header", pdu(4, b"\0\0"), "abort", INVALID)
    yield Fault("PDV over the end of its PDU", pdu(4, struct.pack(">IBB", 99, 5, 3)), "abort",
                INVALID)
    yield Fault("PDV of odd length", pdv(5, b"abc", command=True), "abort", INVALID)
    yield Fault("A-RELEASE-RQ of a wrong length", pdu(5, bytes(8)), "abort", INVALID)
    yield Fault("A-ABORT of a wrong length", pdu(7, bytes(1)), "abort", INVALID)
    yield Fault("A-ASSOCIATE-RQ over 64 KiB", struct.pack(">BBI", 1, 0, 1 << 20), "abort", INVALID)
    yield Fault("A-ASSOCIATE-RQ that cannot be read", request[:-1] + b"x", "abort",
                INVALID)
    yield Fault("A-RELEASE-RP unasked", pdu(6, bytes(4)), "abort", UNEXPECTED_PDU)
    yield Fault("context not accepted", store_command(99), "abort", INVALID)
    yield Fault("context of even number", store_command(4), "abort", INVALID)
    yield Fault("data set without a command", pdv(5, b"ab"), "abort", UNEXPECTED_PARAMETER)
    yield Fault("command inside a data set", store_command(5) * 2, "abort", UNEXPECTED_PARAMETER)
    yield Fault("data set on another context", store_command(5) + pdv(3, b"ab"), "abort", INVALID)
    yield Fault("command of noise", pdv(5, b"\xde\xad\xbe\xefnois", command=True), "abort", USER)
    deep = b"\0\0\1\1\xff\xff\xff\xff" * 65
    yield Fault("command nested 65 deep", pdv(5, deep, command=True), "abort", USER)
    cut = command_set(raw_peer.store_fields())[:-4]
    yield Fault("command cut short", pdv(5, cut, command=True), "abort", USER)
    nameless = [pair for pair in raw_peer.store_fields() if pair[0] != 0x0100]
    yield Fault("command without Command Field", pdv(5, command_set(nameless), command=True),
                "abort", USER)
    numberless = [pair for pair in raw_peer.store_fields() if pair[0] != 0x0110]
    yield Fault("command without Message ID", pdv(5, command_set(numberless), command=True),
                "abort", USER)
    yield Fault("command longer than any", pdv(5, bytes(60000), command=True, last=False) * 2,
                "abort", INVALID)
    yield Fault("response that nobody waits for",
                pdv(5, command_set([(2, CT.encode() + b"\0"), (0x0100, struct.pack("<H", 0x8001)),
                                    (0x0120, b"\1\0"), (0x0800, b"\1\1"), (0x0900, b"\0\0")]),
                    command=True), "abort", USER)


def commands():
    """Commands that are understood and refused."""
    yield Fault("no Affected SOP Instance UID", store_command(5, instance=""), "status", 0x0117)
    yield Fault("Affected SOP Instance UID that is none", store_command(5, instance="1.2.x"),
                "status", 0x0117)
    yield Fault("SOP class other than the context's", store_command(5, sop_class="1.2.840.10008.1"),
                "status", 0x0122)
    yield Fault("no data set", store_command(5, data_set=0x0101), "status", 0xC000)
    yield Fault("operation that nobody has", store_command(5, field=0x0999), "status", 0x0211)
    yield Fault("operation that is not served", store_command(5, field=0x0140), "status", 0x0211)


def data_sets():
    """Faults of a data set that is not over yet: the sender stops there and waits."""
    sequence = explicit(8, 0x1140, "SQ", b"", 0xFFFFFFFF)
    yield Fault("nested 65 deep", stored("explicit", nested(65)), "status", 0xC000)
    implicit = struct.pack("<HHI", 8, 0x1140, 0xFFFFFFFF) + ITEM
    yield Fault("nested 65 deep, implicit VR", stored("implicit", implicit * 65), "status", 0xC000)
    yield Fault("nested 20,000 deep", stored("explicit", nested(20000)), "status", 0xC000)
    # Each ends at the byte that shows the fault: the length is not followed by its value.
    odd = explicit(8, 0x60, "CS", b"", 3)
    yield Fault("element of odd length", stored("explicit", head(more=odd)[:head().index(
        b"\x10\0\x10\0") + len(odd)]), "status", 0xC000)
    inside = explicit(8, 0x1140, "SQ", ITEM + explicit(8, 0x104, "LO", b"", 3), 0xFFFFFFFF)
    yield Fault("element of odd length in an item", stored("explicit", inside), "status", 0xC000)
    defined = explicit(8, 0x1140, "SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 64)
                       + explicit(8, 0x104, "LO", b"", 3), 72)
    yield Fault("element of odd length in an item of defined length",
                stored("explicit", defined), "status", 0xC000)
    yield Fault("item of odd length", stored("explicit", explicit(
        8, 0x1140, "SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 9), 0xFFFFFFFF)), "status", 0xC000)
    yield Fault("element over the end of its item",
                stored("explicit", explicit(8, 0x1140, "SQ", struct.pack(
                    "<HHI", 0xFFFE, 0xE000, 16) + explicit(8, 0x104, "LO", b"x" * 40), 0xFFFFFFFF)),
                "status", 0xC000)
    yield Fault("item without a sequence", stored("explicit", ITEM), "status", 0xC000)
    yield Fault("element where an item must stand",
                stored("explicit", sequence + explicit(8, 0x104, "LO", b"abcd")), "status", 0xC000)
    yield Fault("wrong delimiter",
                stored("explicit", sequence + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)), "status",
                0xC000)
    yield Fault("undefined length of a short text",
                stored("implicit", struct.pack("<HHI", 0x10, 0x10, 0xFFFFFFFF)), "status", 0xC000)
    yield Fault("element longer than any head",
                stored("explicit", explicit(8, 0x119, "UT", b"ab", 0x7FFFFFFE)), "status", 0xC000)
    yield Fault("no Study Instance UID", stored("explicit", head(study="") + pixels(b"ab", 64)),
                "status", 0xA900)
    yield Fault("no Series Instance UID", stored("explicit", head(series="") + pixels(b"ab", 64)),
                "status", 0xA900)
    yield Fault("another instance than the command's",
                stored("explicit", head(instance="1.2.3.9") + pixels(b"ab", 64)), "status", 0xA900)
    yield Fault("another class than the command's",
                stored("explicit", head(sop_class=CT + ".1") + pixels(b"ab", 64)), "status",
                0xA900)
    yield Fault("pixels of odd length", stored("explicit", head() + pixels(b"ab", 63)), "status",
                0xC000)
    encapsulated = head() + explicit(0x7FE0, 0x10, "OB", b"", 0xFFFFFFFF)
    yield Fault("no fragment where one must stand",
                stored("jpeg", encapsulated + struct.pack("<HHI", 8, 5, 2) + b"ab"), "status",
                0xC000)
    yield Fault("fragment of odd length",
                stored("jpeg", encapsulated + struct.pack("<HHI", 0xFFFE, 0xE000, 0)
                       + struct.pack("<HHI", 0xFFFE, 0xE000, 5)), "status", 0xC000)
    yield Fault("deflated noise", stored("deflated", b"\xff" * 512), "status", 0xC000)
    bomb = deflated(head() + explicit(9, 0x1010, "UN", bytes(60 << 20)))
    yield Fault("deflated without bound", stored("deflated", bomb), "status", 0xC000)
    yield Fault("deflated and nested 65 deep", stored("deflated", deflated(nested(65))), "status",
                0xC000)
    large = head() + pixels(bytes(OBJECT_BYTES_MAX), 100 << 20)
    yield Fault("object over its limit", stored("explicit", large), "status", 0xA700)


def ends():
    """Data sets that end where they must not."""
    whole = head() + pixels()
    yield Fault("nothing", store_command(5) + pdv(5, b""), "status", 0xA900)
    yield Fault("ends inside a tag", stored("explicit", b"\x08\0", last=True), "status", 0xC000)
    yield Fault("ends inside a header", stored("explicit", head()[:6], last=True), "status", 0xC000)
    yield Fault("ends inside a value", stored("explicit", head()[:-2], last=True), "status", 0xC000)
    yield Fault("ends inside a sequence", stored("explicit", nested(3), last=True), "status",
                0xC000)
    yield Fault("ends inside the pixels", stored("explicit", whole[:-10], last=True), "status",
                0xC000)
    yield Fault("ends inside the pixels' header",
                stored("explicit", whole[:-68], last=True), "status", 0xC000)
    yield Fault("ends inside what follows the pixels",
                stored("explicit", whole + explicit(0xFFFC, 0xFFFC, "OB", b"ab", 40), last=True),
                "status", 0xC000)
    yield Fault("ends inside a deflated stream",
                stored("deflated", deflated(whole)[:-16], last=True), "status", 0xC000)
    yield Fault("ends inside the fragments",
                stored("jpeg", head() + explicit(0x7FE0, 0x10, "OB", struct.pack(
                    "<HHI", 0xFFFE, 0xE000, 0), 0xFFFFFFFF), last=True), "status", 0xC000)


FAULTS = {fault.name: fault for make in (aborts, commands, data_sets, ends) for fault in make()}


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    section = {"ObjectBytesMax": OBJECT_BYTES_MAX, "AssociationIdleSeconds": IDLE_SECONDS}
    with Gate(tmp_path_factory.mktemp("bad") / "gate", section) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def nothing_remains(gate):
    """After every fault of this file: alive, nothing stored, nothing identified in the log."""
    yield
    assert gate.process.poll() is None
    assert gate.instances() == (0, 0)
    assert gate.call("quarantine")["items"] == []
    gate.stop()
    gate.start()  # what a restart would bring back
    recovered = [line for line in gate.log.splitlines() if "gate.recovered" in line][-1]
    assert re.search(r'whole\W+0\b', recovered), recovered
    assert "PLANTED" not in gate.log and "1.2.826" not in gate.log


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_answered_within_a_second_of_its_byte(gate, name):
    fault, seconds = FAULTS[name], []
    while not seconds or (seconds[-1] >= 1 and len(seconds) < 4):  # the machine may be busy
        with raw_peer.Peer(gate.port, AET) as other, raw_peer.Peer(gate.port, AET) as peer:
            began = time.monotonic()
            peer.send(fault.data)
            answer = peer.answer(began)
            assert (answer.kind, answer.code) == (fault.kind, fault.code)
            assert answer.kind == "abort" or answer.comment or answer.code == 0x0211
            assert other.link.echo() == 0
            seconds.append(answer.seconds)
    assert seconds[-1] < 1, seconds


ASSOCIATE = {
    "nothing of an item": pdu(1, bytes(2) + b"\0\1" + bytes(64) + b"\x10\0\0"),
    "noise": b"\xff" * 200,
    "P-DATA before the association": pdv(1, b"ab"),
    "items over the end": pdu(1, b"\0\1" + bytes(66) + b"\x10\0\xff\xff1.2"),
    "shorter than its fixed part": pdu(1, bytes(20)),
}


@pytest.mark.parametrize("name", ASSOCIATE)
def test_a_malformed_request_for_an_association_is_aborted(gate, name):
    with socket.create_connection(("127.0.0.1", gate.port), 5) as link:
        began = time.monotonic()
        link.sendall(ASSOCIATE[name])
        assert link.recv(100)[:1] == b"\x07"
        assert time.monotonic() - began < 1


def test_an_answer_that_came_early_ends_only_its_own_request(gate):
    """The sender may go on to the end of the refused data set, then the association is as before."""
    with raw_peer.Peer(gate.port, AET) as peer:
        peer.send(stored("explicit", nested(65)))
        assert peer.answer().code == 0xC000
        peer.send(pdv(5, bytes(60000), last=False) * 3 + pdv(5, b"ab"))
        assert peer.link.echo() == 0
        peer.link.release()


def test_a_quick_sender_hears_of_the_fault_behind_its_data_set(gate):
    with raw_peer.Peer(gate.port, AET) as peer:
        peer.send(stored("explicit", nested(65) + bytes(200000), last=True))
        answer = peer.answer()
        assert answer.code == 0xC000 and answer.seconds < 0.3
        assert peer.link.echo() == 0


def test_an_oversize_object_is_dropped_up_to_twice_the_limit_and_then_aborted(gate):
    with raw_peer.Peer(gate.port, AET) as peer:
        data = head() + pixels(bytes(OBJECT_BYTES_MAX * 3 // 2))
        peer.send(stored("explicit", data, last=True))
        assert peer.answer().code == 0xA700
        assert peer.link.echo() == 0
    with raw_peer.Peer(gate.port, AET) as peer:
        began = time.monotonic()
        peer.send(stored("explicit", head() + pixels(bytes(OBJECT_BYTES_MAX * 2), 100 << 20)))
        answer = peer.answer(began)
        while answer.kind == "status":  # 0xA700 may have come early
            answer = peer.answer(began)
        assert (answer.kind, answer.code) == ("abort", USER) and answer.seconds < 2


SILENT = {
    "says nothing": b"",
    "stops inside a PDU header": b"\4\0\0",
    "stops inside a PDV": pdv(5, bytes(2000), command=True)[:500],
    "stops inside a data set": store_command(5) + pdv(5, head(), last=False),
}


def test_a_silent_peer_ends_at_the_configured_time(gate):
    peers = {name: raw_peer.Peer(gate.port, AET) for name in SILENT}
    began = time.monotonic()
    for name, data in SILENT.items():
        peers[name].send(data)
    for name, peer in peers.items():
        answer = peer.answer(began)
        assert (answer.kind, answer.code) == ("abort", USER), name
        assert IDLE_SECONDS - 0.1 < answer.seconds < IDLE_SECONDS + 1.5, name
        peer.close()


def test_a_class_that_is_not_stored_here_gets_no_context(gate):
    import dimse_peer
    link = dimse_peer.Association("127.0.0.1", gate.port, AET, "SENDER", [
        ("1.2.840.10008.5.1.4.31", [dimse_peer.IMPLICIT]), ("1.2.3", [dimse_peer.IMPLICIT]),
        (dimse_peer.VERIFICATION, ["1.2.3.4"])])
    assert link.accepted == {}
    link.release()


def test_the_log_names_the_fault_and_where_it_stands(gate):
    refused = [line for line in gate.log.splitlines() if "intake.refused" in line]
    assert any(re.search(r"offset \d+", line) for line in refused)
