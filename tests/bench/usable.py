# SPDX-License-Identifier: GPL-3.0-or-later
"""Until usable in Orthanc: the whole way beside C-STORE, and beside C-STORE and /anonymize."""
import hashlib
import sqlite3
import sys
import time

import yardstick
from yardstick import intake, orthanc

GOALS = {"CT": 2.5, "MR": 5}


def node(folder, md5):
    # SHA-256 stands for the MD5, and syncfs before the spool is reused for a sync of each file.
    changes = {"StoreMD5ForAttachments": md5, "SyncStorageArea": False}
    server = orthanc.Orthanc(changes, plugin=True, directory=folder, wait=False)
    server.config["Glossator"]["Routes"] = [{"CalledAet": intake.AET, "Project": "TEST"}]
    server.stop()
    server.start()
    return server


def release_when_sent(server, count, end):
    """A case counts as usable when the node says that it is open with all its instances."""
    released = False
    while time.monotonic() < end:
        cases = server.rest_get("/glossator/api/v1/cases")["items"]
        if cases and not released:
            server.rest_post(f"/glossator/api/v1/cases/{cases[0]['id']}/release")
            released = True
        if cases and cases[0]["state"] == "OPEN" and cases[0]["instances"] == count:
            return
        time.sleep(0.02)
    raise SystemExit("the case did not open")


def check_bytes(server, count):
    """Every object's bytes from Orthanc have the digest that was taken from the spool."""
    with sqlite3.connect(f"file:{server.glossator}/node/node.db?mode=ro", uri=True) as database:
        known = dict(database.execute("SELECT sop_instance_uid, sha256 FROM instance"))
    assert len(known) == count, (len(known), count)
    for one in server.rest_get("/instances"):
        uid = server.rest_get(f"/instances/{one}/metadata?expand") and server.rest_get(
            f"/instances/{one}")["MainDicomTags"]["SOPInstanceUID"]
        data = server.request("GET", f"/instances/{one}/file").body
        assert hashlib.sha256(data).hexdigest() == known[uid], "bytes differ from the spool's"


# Both begin with the sender's first request for an association.
def ours(files, count, folder, md5, check):
    server = node(folder, md5)
    try:
        pids = [server.process.pid, yardstick.gate_pid(server)]
        time.sleep(intake.SETTLE)
        cpu = sum(map(intake.cpu_seconds, pids))
        start = -intake.send(server.intake_port, files, 4) + time.monotonic()
        release_when_sent(server, count, start + 300)
        seconds = time.monotonic() - start
        cpu = sum(map(intake.cpu_seconds, pids)) - cpu
        if check:
            check_bytes(server, count)
        return seconds, cpu
    finally:
        server.stop()
        server.stop_gate()


def theirs(files, folder, md5, anonymize):
    server = yardstick.plain(folder, StoreMD5ForAttachments=md5)
    try:
        pid = server.process.pid
        time.sleep(intake.SETTLE)
        cpu = intake.cpu_seconds(pid)
        start = -intake.send(server.dicom_port, files, 4) + time.monotonic()
        if anonymize:
            study = server.rest_get("/studies")[0]
            server.rest_post(f"/studies/{study}/anonymize", {"KeepSource": False}, timeout=600)
        return time.monotonic() - start, intake.cpu_seconds(pid) - cpu
    finally:
        server.close()


def main():
    arguments = yardstick.arguments("a sixth of the objects, once")
    report = yardstick.Report("usable", "4 associations, case released by a manager as soon as it "
                              "is known; Orthanc with TCP_NODELAY; CPU of gate and Orthanc together")
    for kind, (side, count, modality, sop_class) in intake.KINDS.items():
        count = max(50, count // 6) if arguments.quick else count
        with yardstick.scratch() as scratch:
            files = scratch / modality
            intake.make_files(files, side, count, modality, sop_class)
            runs = {"ours": [], "store": [], "store, no MD5": [], "today": []}
            for run in range(arguments.repeat):
                check = run == 0
                runs["ours"].append(ours(files, count, scratch / f"o{run}", False, check))
                runs["store"].append(theirs(files, scratch / f"s{run}", True, False))
                runs["store, no MD5"].append(theirs(files, scratch / f"n{run}", False, False))
                runs["today"].append(theirs(files, scratch / f"t{run}", True, True))
        rate = {name: count / yardstick.median([s for s, _ in found])
                for name, found in runs.items()}
        cpu = {name: 1000 * yardstick.median([c for _, c in found]) / count
               for name, found in runs.items()}
        for name in ("store", "store, no MD5"):
            report.at_least(f"{kind}, rate beside {name}", f"{rate['ours']:.0f}/s",
                            f"{rate[name]:.0f}/s", rate["ours"] / rate[name], 0.9)
            report.at_least(f"{kind}, CPU beside {name}", f"{cpu['ours']:.2f} ms",
                            f"{cpu[name]:.2f} ms", cpu[name] / cpu["ours"], 1)
        report.at_least(f"{kind}, beside C-STORE and anonymize", f"{rate['ours']:.0f}/s",
                        f"{rate['today']:.0f}/s", rate["ours"] / rate["today"],
                        GOALS[modality])
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
