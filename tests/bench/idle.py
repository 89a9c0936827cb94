# SPDX-License-Identifier: GPL-3.0-or-later
"""2,000 CT over one association while other associations are open and idle, beside Orthanc with 4."""
import json
import subprocess
import sys

import yardstick
from yardstick import intake, orthanc


def seconds_of(make, files, folder, idle, repeat):
    server = make(folder)
    try:
        done = subprocess.run(
            [str(orthanc.BUILD / "bin" / "glossator-send"), "--to",
             f"127.0.0.1:{getattr(server, 'dicom_port', None) or server.port}", "--called",
             intake.AET, "--calling", "SENDER", "--idle", str(idle), "--repeat", str(repeat),
             str(files)], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["seconds"]
    finally:
        server.close()


def main():
    arguments = yardstick.arguments("200 objects, once")
    count = 200 if arguments.quick else 2000
    report = yardstick.Report("idle", f"glossator-send, one association, {count} CT; peer 40 CT")
    with yardstick.scratch() as scratch:
        files, few = scratch / "CT", scratch / "few"
        sop_class = intake.KINDS["CT 512x512"][3]
        intake.make_files(files, 512, count, "CT", sop_class)
        intake.make_files(few, 512, 40, "CT", sop_class)
        found = {idle: yardstick.median([
            seconds_of(intake.Gate, files, scratch / f"g{idle}-{run}", idle, 1)
            for run in range(arguments.repeat)]) for idle in (0, 16)}
        peer = {idle: seconds_of(yardstick.plain, few, scratch / f"p{idle}", idle, 1)
                for idle in (0, 4)}
    ratio = found[16] / found[0]
    report.add("16 idle peers, time beside none", f"{found[16]:.2f} s, {found[0]:.2f} s",
               f"with 4 idle: {peer[4] / peer[0]:.0f}x", f"{ratio:.2f}x of at most 1.2x",
               ratio <= 1.2)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
