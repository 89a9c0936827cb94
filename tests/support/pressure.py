# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk and a full spool: what senders hear, and that all arrives on retry."""
import contextlib
import subprocess
import time

import dimse_peer
import orthanc
from gate_alone import AET, Gate
from raw_peer import CT
from sender import Slice, connect, send_all

MEBIBYTE = 1 << 20
OUT_OF_RESOURCES = 0xA700


class CannotMount(Exception):
    pass


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A tmpfs of so many MB; `resize(n)` changes it. Needs root."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs",
                           str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotMount(done.stderr)

    def resize(size):
        subprocess.run(["mount", "-o", f"remount,size={size}m", str(folder)], check=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def send_until_refused(port, study, count, pixel_bytes):
    """{number: (status, seconds)} over one association; all are tried."""
    link, found = connect(port, AET), {}
    for number in range(1, count + 1):
        item = Slice(study, number, pixel_bytes)
        data = item.data_set()
        began = time.monotonic()
        found[number] = (link.store(CT, item.uid, data), time.monotonic() - began)
    link.release()
    return found


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to pass")


def full_disk(folder, objects=40, object_bytes=6 * MEBIBYTE):
    """The disk fills up while a study comes; then it grows and the sender tries again."""
    with small_disk(folder / "disk", 150) as resize:
        with Gate(folder / "disk" / "gate") as gate:
            first = send_until_refused(gate.port, "1.2.826.90", objects, object_bytes)
            kept = {n for n, (status, _) in first.items() if status == 0}
            refused = {status for status, _ in first.values()} - {0}
            assert refused == {OUT_OF_RESOURCES}, refused
            assert gate.process.poll() is None
            slowest = max(seconds for _, seconds in first.values())
            with contextlib.suppress(dimse_peer.Refused):  # no room: told so, never a hang
                connect(gate.port, AET, timeout=6).release()
            resize(600)
            wait_for(lambda: can_store(gate, "1.2.826.91"))
            second = send_all(gate.port, AET, "1.2.826.90", range(1, objects + 1), object_bytes)
            assert set(second.values()) == {0}, second
            wait_for(lambda: gate.instances() == (objects + 1, 0))
            assert gate.verify_journal().returncode == 0
            resent = gate.call("status")["counters"]["resent"]
            assert resent == len(kept), (resent, len(kept))
            return {"kept": len(kept), "refused": objects - len(kept), "slowest": slowest}


def can_store(gate, study):
    try:
        return send_all(gate.port, AET, study, [1], 128) == {1: 0}
    except (dimse_peer.Refused, OSError):
        return False


def release_and_import(gate):
    """Plays the lab: takes every batch, so that the spool has room again."""
    for row in gate.studies():
        if row["state"] == "RECEIVING":
            gate.call("release", study_uid=row["study_uid"])
    end = time.monotonic() + 60
    while time.monotonic() < end and gate.call("status")["receiving"]:
        take_batches(gate)
        time.sleep(0.1)
    take_batches(gate)


def take_batches(gate):
    for batch in gate.call("batches")["items"]:
        gate.call("imported", batch=batch["batch"])


def full_spool(folder, objects=80, object_bytes=2 * MEBIBYTE):
    """Above the high-water mark: rejected as transient, open ones 0xA700, and never a hang."""
    with Gate(folder / "gate", {"SpoolBytesMax": 128 * MEBIBYTE}) as gate:
        open_one = connect(gate.port, AET)
        first = send_until_refused(gate.port, "1.2.826.92", objects, object_bytes)
        assert {status for status, _ in first.values()} == {0, OUT_OF_RESOURCES}
        try:
            connect(gate.port, AET)
            raise AssertionError("an association was accepted")
        except dimse_peer.Refused as refused:
            assert refused.pdu[0] == 3 and refused.pdu[7:10] == b"\2\3\1"  # PS3.8 9.3.4
        assert open_one.echo() == 0
        item = Slice("1.2.826.92", 999)
        assert open_one.store(CT, item.uid, item.data_set()) == OUT_OF_RESOURCES
        open_one.socket.close()
        cost = study_against_full_node(gate, folder)
        release_and_import(gate)
        wait_for(lambda: can_store(gate, "1.2.826.93"))
        second = {}
        for number in range(1, objects + 1):  # the lab takes what comes, as Orthanc would
            second.update(send_all(gate.port, AET, "1.2.826.92", [number], object_bytes))
            if number % 20 == 0:
                release_and_import(gate)
        assert set(second.values()) == {0}
        assert gate.verify_journal().returncode == 0
        return {"kept": sum(status == 0 for status, _ in first.values()),
                "refused": sum(status != 0 for status, _ in first.values()),
                "slowest": max(seconds for _, seconds in first.values()),
                "study_seconds": cost}


def study_against_full_node(gate, folder, count=100):
    """Seconds that a PACS's storescu loses over a study that the node cannot take."""
    files = folder / "study"
    files.mkdir()
    for number in range(count):
        item = Slice("1.2.826.94", number + 1, 65536)
        (files / f"{number}.dcm").write_bytes(part10(item))
    began = time.monotonic()
    done = subprocess.run(["storescu", "-aec", AET, "+sd", "127.0.0.1", str(gate.port),
                           str(files)], capture_output=True, timeout=60)
    assert done.returncode != 0
    return time.monotonic() - began


def part10(item):
    import raw_peer
    meta = raw_peer.explicit(2, 1, "OB", b"\0\1")
    for number, value in ((2, CT), (3, item.uid), (0x10, dimse_peer.EXPLICIT), (0x12, "2.25.71")):
        data = value.encode()
        meta += raw_peer.explicit(2, number, "UI", data + b"\0" * (len(data) % 2))
    length = raw_peer.explicit(2, 0, "UL", len(meta).to_bytes(4, "little"))
    return bytes(128) + b"DICM" + length + meta + item.data_set()
