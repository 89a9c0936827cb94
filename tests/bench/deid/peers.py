# SPDX-License-Identifier: GPL-3.0-or-later
# The other tools of Debian on the same planted files. Each gives {name: output} and a remark; its
# document string is its name in the table.
import os
import pathlib
import re
import resource
import shutil
import subprocess

import yardstick

JARS = pathlib.Path("/usr/share/java")


def _cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def gdcmanon(planted, names, folder):
    """gdcmanon -e"""
    if not shutil.which("gdcmanon"):
        return {}, "not installed (libgdcm-tools)"
    out = folder / "gdcmanon"
    out.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bench",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    before, found = _cpu(), {}
    for name in names:
        done = subprocess.run(["gdcmanon", "-e", "-c", certificate, planted / name, out / name],
                              capture_output=True, timeout=60)
        if done.returncode == 0 and (out / name).exists():
            found[name] = out / name
    return found, _remark(found, names, _cpu() - before)


def pixelmed(planted, names, folder):
    """PixelMed DeidentifyAndRedact"""
    if not (JARS / "pixelmed.jar").exists():
        return {}, "not installed (apt-get install libpixelmed-java)"
    source, out = folder / "for-pixelmed", folder / "pixelmed"
    source.mkdir()
    out.mkdir()
    for name in names:
        shutil.copy(planted / name, source / name)
    rules = folder / "rules.txt"
    rules.write_text("")
    jars = ":".join(str(jar) for jar in sorted(JARS.glob("*.jar")) if _wanted(jar.name))
    before = _cpu()
    done = subprocess.run(["java", "-Djava.awt.headless=true", "-cp", jars,
                           "com.pixelmed.apps.DeidentifyAndRedact", source, out, rules],
                          capture_output=True, text=True, timeout=600)
    found = {}
    for source_file, output in re.findall(r"Redacted (\S+) into (\S+)", done.stdout + done.stderr):
        found[pathlib.Path(source_file).name] = pathlib.Path(output)
    return found, _remark(found, names, _cpu() - before)


def _wanted(jar):
    """Of the bindings for its log one, which tells what became of each file."""
    binding = "slf4j" in jar or "log4j" in jar
    return not binding or jar in ("slf4j-api.jar", "slf4j-simple.jar")


def orthanc(planted, names, folder):
    """Orthanc /anonymize"""
    found, out, cpu = {}, folder / "orthanc", 0
    out.mkdir()
    with yardstick.plain(folder / "orthanc-storage") as server:
        for name in names:
            try:
                stored = server.rest_post("/instances", (planted / name).read_bytes())
                before = _cpu_of(server.process.pid)
                answer = server.request("POST", f"/instances/{stored['ID']}/anonymize", b"{}")
                cpu += _cpu_of(server.process.pid) - before
            except (yardstick.orthanc.HttpError, OSError, KeyError, TypeError):
                continue
            if answer.status == 200:
                (out / name).write_bytes(answer.body)
                found[name] = out / name
    return found, _remark(found, names, cpu)


def _cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _remark(found, names, cpu):
    each = 1000 * cpu / max(1, len(names))
    return f"{len(found)} of {len(names)} files written, {each:.1f} CPU-ms each"


ALL = [orthanc, gdcmanon, pixelmed]
