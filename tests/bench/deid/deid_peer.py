#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed of de-identification: real 512x512 CT slices, CPU time, beside Orthanc's /anonymize."""
import json
import os
import pathlib
import subprocess
import sys
import warnings

import pydicom

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import peers  # noqa: E402
import plant  # noqa: E402
import run  # noqa: E402
import yardstick  # noqa: E402

warnings.simplefilter("ignore")
CT = "1.2.840.10008.5.1.4.1.1.2"


def is_ct_slice(path):
    """As a scanner sends it: native, with a maker."""
    try:
        head = pydicom.dcmread(path, stop_before_pixels=True)
    except Exception:  # pylint: disable=broad-except  # the corpus has broken files on purpose
        return False
    return (head.get("SOPClassUID") == CT and head.get("Rows") == head.get("Columns") == 512
            and bool(head.get("Manufacturer")) and head.get("BitsAllocated") == 16
            and not head.file_meta.TransferSyntaxUID.is_compressed)


def slices(corpus):
    large = (p for p in sorted(corpus.rglob("*")) if p.is_file() and p.stat().st_size > 500_000
             and p.stat().st_size < 700_000)
    return [path for path in large if is_ct_slice(path)]


def orthanc_ms(files, folder):
    """CPU of the server for each /anonymize, without storing and without the sender."""
    cpu, done = 0, 0
    with yardstick.plain(folder) as server:
        for path in files:
            stored = server.rest_post("/instances", path.read_bytes())
            before = peers._cpu_of(server.process.pid)
            answer = server.request("POST", f"/instances/{stored['ID']}/anonymize", b"{}")
            cpu += peers._cpu_of(server.process.pid) - before
            done += answer.status == 200
    return 1000 * cpu / max(1, done), done


def main():
    arguments = yardstick.arguments("once, instead of five times")
    files = slices(plant.CORPUS)
    if not files:
        print("no CT slices: the corpus is not there")
        return 0
    program = os.environ.get("GLOSSATOR_BENCH_DEID") or run.build("bench_deid_speed")
    report = yardstick.Report("deid", f"{len(files)} real CT slices of 512x512, research, CPU of "
                                      f"one core; Orthanc /anonymize as it comes")
    ours = [json.loads(subprocess.run([program, *files], check=True, capture_output=True,
                                      text=True).stdout) for _ in range(arguments.repeat)]
    found = {key: yardstick.median([one[key] for one in ours]) for key in ours[0]}
    with yardstick.scratch() as scratch:
        peer, done = orthanc_ms(files * 3, scratch)
    report.add("head of a slice", f"{found['ms_per_head']:.3f} ms, {found['head_bytes']:.0f} bytes",
               "", "at most 0.15 ms", found["ms_per_head"] <= 0.15)
    report.add("search of cleaned heads", f"{found['search_mb_s']:.0f} MB/s",
               f"noise {found['search_noise_mb_s']:.0f} MB/s", "at least 800 MB/s",
               found["search_mb_s"] >= 800)
    report.add(f"search for {found['many']:.0f} identifiers", f"{found['search_many_mb_s']:.0f} MB/s",
               "", "at least 800 MB/s", found["search_many_mb_s"] >= 800)
    report.add("pixels of a large object", f"{found['pixel_stream_mb_s']:.0f} MB/s", "",
               "at least 800 MB/s", found["pixel_stream_mb_s"] >= 800)
    whole = found["ms_per_object"]
    report.at_least("whole slice in memory: read, clean, search, write", f"{whole:.3f} ms",
                    f"{peer:.2f} ms ({done} of them)", peer / whole, 20)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
