# SPDX-License-Identifier: GPL-3.0-or-later
"""Durable intake beside Orthanc's C-STORE, in one run on one machine.

Same files, same sender (glossator-send, 1, 4 and 16 associations), one server at a time, fresh
storage each time; the median of the repetitions. Time is the sender's, from the first request for
an association to the last answer; CPU is the server's own, from /proc. The bare line appends the
same bytes to a preallocated file with one fdatasync per four objects.
"""
import argparse
import contextlib
import json
import os
import pathlib
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import orthanc  # noqa: E402

import numpy  # noqa: E402
import pydicom  # noqa: E402
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset  # noqa: E402
from pydicom.uid import ExplicitVRLittleEndian, generate_uid  # noqa: E402

AET = "BENCH"
SETTLE = 1  # seconds after a start: then neither side has anything left to do from it
KINDS = {"CT 512x512": (512, 600, "CT", "1.2.840.10008.5.1.4.1.1.2"),
         "MR 128x128": (128, 1500, "MR", "1.2.840.10008.5.1.4.1.1.4")}


def make_files(folder, side, count, modality, sop_class):
    """One series of noise, with the attributes of a common scanner."""
    folder.mkdir()
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    noise = numpy.random.default_rng(7).integers(0, 4096, side * side, dtype=numpy.uint16)
    for number in range(1, count + 1):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = sop_class
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        item = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        item.is_little_endian, item.is_implicit_VR = True, False
        item.SOPClassUID, item.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
        item.StudyInstanceUID, item.SeriesInstanceUID = study, series
        item.FrameOfReferenceUID, item.Modality = frame, modality
        item.PatientName, item.PatientID, item.PatientSex = "Bench^Mark", "B-1", "O"
        item.PatientBirthDate, item.StudyDate, item.StudyTime = "19700101", "20240101", "101010"
        item.AccessionNumber, item.StudyID, item.SeriesNumber = "A1", "1", 1
        item.ReferringPhysicianName, item.Manufacturer = "Doctor^Who", "ACME"
        item.ImageType, item.InstanceNumber = ["ORIGINAL", "PRIMARY", "AXIAL"], number
        item.ImagePositionPatient, item.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
        item.PixelSpacing, item.SliceThickness = [0.7, 0.7], 1
        item.ProcedureCodeSequence = [Dataset() for _ in range(10)]
        for nested, code in enumerate(item.ProcedureCodeSequence):
            code.CodeValue, code.CodingSchemeDesignator = str(nested), "99BENCH"
            code.CodeMeaning = "a step of the protocol"
        item.SamplesPerPixel, item.PhotometricInterpretation = 1, "MONOCHROME2"
        item.Rows = item.Columns = side
        item.BitsAllocated = item.BitsStored = 16
        item.HighBit, item.PixelRepresentation = 15, 0
        item.PixelData = numpy.roll(noise, number).tobytes()
        pydicom.dcmwrite(folder / f"{number}.dcm", item, write_like_original=False)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(port, folder, associations):
    """Seconds from the first association's request to the last answer, as the sender counts them."""
    done = subprocess.run(
        [str(orthanc.BUILD / "bin" / "glossator-send"), "--to", f"127.0.0.1:{port}",
         "--called", AET, "--calling", "SENDER", "--associations", str(associations), str(folder)],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"glossator-send: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["seconds"]


class Gate:
    """glossator-gate alone: receive, de-identify, spool, acknowledge what is durable."""

    def __init__(self, directory, listen=None):
        directory.mkdir(mode=0o700)
        key = directory / "key"
        key.touch(mode=0o600)
        key.write_text(secrets.token_hex(32))
        self.port = orthanc.free_port()
        config = {"Directory": str(directory), "KeyFile": str(key),
                  "Intake": {"Address": "127.0.0.1", "Port": self.port, **(listen or {})},
                  "Projects": [{"Id": "BENCH", "QuietSeconds": 3600}],
                  "Routes": [{"CalledAet": AET, "Project": "BENCH"}]}
        (directory / "gate.json").write_text(json.dumps(config))
        self.process = subprocess.Popen(
            [str(orthanc.BUILD / "bin" / "glossator-gate"), "--config",
             str(directory / "gate.json"), "--no-linger"], stderr=subprocess.DEVNULL)
        self.wait(time.monotonic() + 60)

    def wait(self, end):
        while True:
            with contextlib.suppress(OSError), socket.create_connection(
                    ("127.0.0.1", self.port), 5):
                return
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the gate does not listen")
            time.sleep(0.02)

    def close(self):
        self.process.terminate()
        self.process.wait(20)


class Peer:
    """Orthanc as it comes, with Nagle's algorithm off (DCMTK reads TCP_NODELAY)."""

    def __init__(self, directory):
        os.environ["TCP_NODELAY"] = "1"
        self.server = orthanc.Orthanc({"DicomAet": AET, "DicomAlwaysAllowStore": True},
                                      directory=directory)
        os.environ.pop("TCP_NODELAY")
        self.process, self.port = self.server.process, self.server.dicom_port

    def close(self):
        self.server.stop()


def measure(kind, server_class, files, associations, scratch):
    server = server_class(scratch / f"{server_class.__name__}-{secrets.token_hex(4)}")
    try:
        time.sleep(SETTLE)
        cpu = cpu_seconds(server.process.pid)
        seconds = send(server.port, files, associations)
        time.sleep(0.5)
        return seconds, cpu_seconds(server.process.pid) - cpu
    finally:
        server.close()


def bare(files, scratch):
    """Objects a second when the same bytes are only appended and synced, four at a time."""
    contents = [path.read_bytes() for path in sorted(files.iterdir())]
    path = scratch / "bare"
    with open(path, "wb") as out:
        os.posix_fallocate(out.fileno(), 0, sum(map(len, contents)))
        start = time.monotonic()
        for number, content in enumerate(contents, 1):
            os.write(out.fileno(), content)
            if number % 4 == 0:
                os.fdatasync(out.fileno())
        seconds = time.monotonic() - start
    path.unlink()
    return len(contents) / seconds


ROWS = []  # kind, associations, (objects a second, CPU-ms) of the gate and of Orthanc
GOALS = {"CT 512x512": 5, "MR 128x128": 8}


def keep(bare_rates):
    """The goals, beside what was measured, for docs/performance.md."""
    import yardstick
    result = yardstick.Report("intake", "glossator-send; gate acknowledges after fdatasync; "
                              "Orthanc with TCP_NODELAY")
    for kind, associations, ours, peer in ROWS:
        what = f"{kind}, {associations} associations"
        aim = min(GOALS[kind] * peer[0], 0.8 * bare_rates[kind])
        goal = f"{GOALS[kind]}x or 80 % of the bare {bare_rates[kind]:.0f}/s: {aim:.0f}/s"
        counted = associations == 4
        result.add(what + ", rate", f"{ours[0]:.0f}/s", f"{peer[0]:.0f}/s ({ours[0] / peer[0]:.2f}x)",
                   goal if counted else "", ours[0] >= aim if counted else None)
        result.add(what + ", CPU", f"{ours[1]:.2f} ms", f"{peer[1]:.2f} ms",
                   f"1/8; is 1/{peer[1] / ours[1]:.1f}" if counted else "",
                   8 * ours[1] <= peer[1] if counted else None)
    return result.save()


def report(kind, count, associations, results):
    rows = {}
    for name, samples in results.items():
        seconds = statistics.median(s for s, _ in samples)
        cpu = statistics.median(c for _, c in samples)
        rows[name] = (count / seconds, 1000 * cpu / count)
    ours, peer = rows["Gate"], rows["Peer"]
    ROWS.append((kind, associations, ours, peer))
    print(f"{kind:12} {associations:3}  {ours[0]:9.0f} {peer[0]:9.0f} {ours[0] / peer[0]:7.2f}x"
          f"  {ours[1]:8.2f} {peer[1]:8.2f} {peer[1] / ours[1]:7.2f}x", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--associations", default="1,4,16")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the objects")
    parser.add_argument("--quick", action="store_true", help="half of the objects, once")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.repeat, arguments.scale = 1, 0.5
    bare_rates = {}
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="glossator-bench-"))
    try:
        mount = subprocess.run(["findmnt", "-no", "FSTYPE,SOURCE", "-T", str(scratch)],
                               capture_output=True, text=True, check=False).stdout.strip()
        print(f"file system: {mount}; cores: {os.cpu_count()}; gate: acknowledges after fdatasync; "
              "Orthanc: SyncStorageArea default, TCP_NODELAY, HTTP off the path")
        print(f"{'objects':12} {'ass.':>4} {'gate/s':>9} {'Orthanc/s':>9} {'rate':>8}"
              f"  {'gate ms':>8} {'Orth. ms':>8} {'CPU':>8}")
        for kind, (side, count, modality, sop_class) in KINDS.items():
            count = max(8, int(count * arguments.scale))
            files = scratch / modality
            make_files(files, side, count, modality, sop_class)
            for associations in map(int, arguments.associations.split(",")):
                results = {"Gate": [], "Peer": []}
                # The goals are for four associations; the others are there to compare.
                rounds = arguments.repeat if associations == 4 else min(3, arguments.repeat)
                for _ in range(rounds):
                    for server_class in (Gate, Peer):
                        results[server_class.__name__].append(
                            measure(kind, server_class, files, associations, scratch))
                report(kind, count, associations, results)
            bare_rates[kind] = statistics.median(bare(files, scratch) for _ in range(5))
            print(f"{kind:12} bare append: {bare_rates[kind]:.0f}/s", flush=True)
        return keep(bare_rates)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
