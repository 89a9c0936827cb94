# SPDX-License-Identifier: GPL-3.0-or-later
"""An unmodified storescu, one association, 600 CT: the gate, Orthanc as it comes, with TCP_NODELAY."""
import subprocess
import sys
import time

import yardstick
from yardstick import intake


def seconds_of(make, files, folder):
    server = make(folder)
    try:
        port = getattr(server, "dicom_port", None) or server.port
        start = time.monotonic()
        subprocess.run(["storescu", "-aec", intake.AET, "--scan-directories", "127.0.0.1",
                        str(port), str(files)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return time.monotonic() - start
    finally:
        server.close()


SERVERS = {"gate": intake.Gate,
           "as it comes": lambda folder: yardstick.plain(folder, nodelay=False),
           "TCP_NODELAY": yardstick.plain}


def main():
    arguments = yardstick.arguments("100 objects, once")
    report = yardstick.Report("storescu", "storescu of dcmtk, one association, CT 512x512")
    count = 100 if arguments.quick else 600
    found = {name: [] for name in SERVERS}
    with yardstick.scratch() as scratch:
        intake.make_files(scratch / "CT", 512, count, "CT", intake.KINDS["CT 512x512"][3])
        for run in range(arguments.repeat):
            for name, make in SERVERS.items():
                if name == "as it comes" and run > 1:
                    continue  # half a minute each, and far from its goal
                found[name].append(
                    seconds_of(make, scratch / "CT", scratch / f"{run}{name.replace(' ', '')}"))
    ours, plain, nodelay = (yardstick.median(found[name]) for name in SERVERS)
    report.at_least(f"{count} CT, Orthanc as it comes", f"{ours:.2f} s", f"{plain:.2f} s",
                    plain / ours, 8)
    report.at_least(f"{count} CT, Orthanc with TCP_NODELAY", f"{ours:.2f} s", f"{nodelay:.2f} s",
                    nodelay / ours, 2)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
