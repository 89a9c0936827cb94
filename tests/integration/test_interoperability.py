# SPDX-License-Identifier: GPL-3.0-or-later
"""The real gate with other people's programs, plain and over TLS, in every transfer syntax."""
import subprocess
import time

import orthanc
import pydicom
import pytest
import studies
import synthetic
from gate_alone import AET, Gate, program
from pacs import Pacs

# What brings a file into a syntax that the fixtures cannot write, and what makes storescu offer it.
PROPOSE = {"implicit": "-xi", "explicit": "-xe", "big": "-xb", "deflated": "-xd", "rle": "-xr",
           "jpeg extended": "-xx", "jpeg lossless": "-xs", "jpeg-ls": "-xt", "jpeg 2000": "-xv"}
RECODE = {"jpeg extended": ["dcmcjpeg", "+ee"], "jpeg lossless": ["dcmcjpeg", "+e1"],
          "jpeg-ls": ["dcmcjpls", "+el"], "jpeg 2000": ["gdcmconv", "--j2k"]}
SECURITY = ("plain", "tls")
UNCOMPRESSED = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
                "1.2.840.10008.1.2.1.99"}


def run(*command, status=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", timeout=120)
    assert status is None or done.returncode == status, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """{syntax: path}, each of its own study."""
    folder, made = tmp_path_factory.mktemp("matrix"), {}
    for number, syntax in enumerate(PROPOSE):
        plan = synthetic.Plan(modality="MR", rows=40, columns=32, slices=1, seed="matrix" + syntax,
                              syntax=syntax if syntax in synthetic.SYNTAXES else "explicit",
                              patient_id=f"X-{number}")
        made[syntax] = synthetic.write(plan, folder / syntax.replace(" ", "-"))[0]
        if syntax in RECODE:
            out = made[syntax].with_suffix(".recoded")
            run(*RECODE[syntax], made[syntax], out)
            made[syntax].unlink()
            made[syntax] = out
    return made


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=authority",
        "-days", "2", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    for name in ("node", "pacs"):
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        run("openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem",
            "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2",
            "-out", folder / f"{name}.pem")
    return folder


def identity(folder, name):
    return {"Certificate": str(folder / f"{name}.pem"), "PrivateKey": str(folder / f"{name}.key"),
            "Trusted": str(folder / "ca.pem")}


class Door:
    """A fresh gate for each sender, so that nothing is a re-send."""

    def __init__(self, folder, authority, security):
        self.security, self.authority = security, authority
        intake = {"Tls": identity(authority, "node")} if security == "tls" else {}
        self.gate = Gate(folder / "gate", {"Intake": intake})

    @property
    def dcmtk(self):
        """What dcmtk's programs add for TLS."""
        mine = identity(self.authority, "pacs")
        return ["+tls", mine["PrivateKey"], mine["Certificate"], "+cf", mine["Trusted"]] \
            if self.security == "tls" else []

    def syntaxes(self):
        """Of all that was taken, as the lab will get it."""
        for row in self.gate.studies():
            self.gate.call("release", study_uid=row["study_uid"])
        found, end = [], time.monotonic() + 30
        while time.monotonic() < end and self.gate.call("status")["receiving"]:
            time.sleep(0.1)
        while batches := self.gate.call("batches")["items"]:
            for batch in batches:
                found += [record["transfer_syntax_uid"] for record in batch["records"]]
                self.gate.call("imported", batch=batch["batch"])
        return sorted(found)


@pytest.fixture(params=SECURITY)
def door(request, tmp_path, authority):
    opened = Door(tmp_path, authority, request.param)
    with opened.gate:
        yield opened


def expected(files):
    return sorted(str(pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID)
                  for path in files.values())


def test_storescu_sends_every_syntax(door, files):
    for syntax, path in files.items():
        run("storescu", *door.dcmtk, PROPOSE[syntax], "-aec", AET, "127.0.0.1", door.gate.port,
            path)
    assert door.syntaxes() == expected(files)


def test_dcmsend_sends_every_syntax(door, files):
    if door.security == "tls":
        pytest.skip("dcmsend of dcmtk 3.6.7 knows no TLS")
    run("dcmsend", "-aec", AET, "--decompress-never", "127.0.0.1", door.gate.port,
        *files.values())
    found, sent = door.syntaxes(), expected(files)
    assert len(found) == len(sent)  # between uncompressed encodings it changes on its own
    assert [uid for uid in found if uid not in UNCOMPRESSED] == [
        uid for uid in sent if uid not in UNCOMPRESSED]


def test_gdcmscu_sends(door, files):
    if door.security == "tls":
        pytest.skip("gdcmscu knows no TLS")
    chosen = {name: files[name] for name in ("implicit", "explicit")}
    for path in chosen.values():  # 3.0.21 dies in its own clean-up after the release
        run("gdcmscu", "--store", "-H", "127.0.0.1", "-p", door.gate.port, "--call", AET, "-i",
            path, status=None)
    assert len(door.syntaxes()) == len(chosen)
    run("gdcmscu", "--echo", "-H", "127.0.0.1", "-p", door.gate.port, "--call", AET, status=None)


def test_glossator_send_sends_every_syntax(door, files, tmp_path):
    folder = tmp_path / "all"
    folder.mkdir()
    for number, path in enumerate(files.values()):
        (folder / f"{number}.dcm").symlink_to(path)
    mine = identity(door.authority, "pacs")
    tls = ["--tls", ",".join(mine.values())] if door.security == "tls" else []
    run(program("glossator-send"), "--to", f"127.0.0.1:{door.gate.port}", "--called", AET,
        "--calling", "PACS", *tls, "--associations", 2, folder)
    assert door.syntaxes() == expected(files)


def tls_of_orthanc(authority, name):
    mine = identity(authority, name)
    return {"DicomTlsEnabled": True, "DicomTlsCertificate": mine["Certificate"],
            "DicomTlsPrivateKey": mine["PrivateKey"],
            "DicomTlsTrustedCertificates": mine["Trusted"]}


def test_orthanc_sends_every_syntax(door, files, tmp_path):
    secure = door.security == "tls"
    config = {"DicomModalities": {"node": {"UseDicomTls": secure}}}
    if secure:
        config = orthanc.merge(config, tls_of_orthanc(door.authority, "pacs"))
    with Pacs(door.gate.port, AET, directory=tmp_path / "pacs", config=config) as pacs:
        for path in files.values():
            uid = pacs.study_uid(pacs.upload(path.read_bytes())["ParentStudy"])
            assert pacs.send(uid) == 0
    assert door.syntaxes() == expected(files)


def test_echoscu_is_answered_and_findscu_is_told_that_there_is_nothing_to_find(door):
    run("echoscu", *door.dcmtk, "-aec", AET, "127.0.0.1", door.gate.port)
    run("echoscu", *door.dcmtk, "-aec", "OTHER", "127.0.0.1", door.gate.port, status=1)
    found = run("findscu", *door.dcmtk, "-S", "-aec", AET, "-k", "QueryRetrieveLevel=STUDY", "-k",
                "StudyInstanceUID=", "127.0.0.1", door.gate.port, status=None)
    assert "No Acceptable Presentation Contexts" in found.stdout + found.stderr
    assert door.gate.process.poll() is None


@pytest.mark.parametrize("security", SECURITY)
def test_orthanc_and_storescp_are_destinations(security, authority, tmp_path):
    secure = security == "tls"
    config = tls_of_orthanc(authority, "pacs") if secure else {}
    theirs = identity(authority, "pacs")
    options = ["+tls", theirs["PrivateKey"], theirs["Certificate"], "+cf",
               theirs["Trusted"]] if secure else []
    port, kept = orthanc.free_port(), tmp_path / "kept"
    kept.mkdir()
    scp = subprocess.Popen(["storescp", *options, "-od", str(kept), str(port)],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tls = {"Tls": identity(authority, "node")} if secure else {}
    try:
        with Pacs(orthanc.free_port(), directory=tmp_path / "pacs", config=config) as pacs:
            targets = {"pacs": pacs.dicom_port, "scp": port}
            section = {"Destinations": {name: {"Aet": pacs.aet, "Address": "127.0.0.1",
                                               "Port": number, **tls}
                                        for name, number in targets.items()}}
            with Gate(tmp_path / "gate", section) as gate:
                for name in targets:
                    reply = gate.steward("destination.test", name=name)
                    assert reply.get("status") in (0, "0000"), reply
            assert pacs.rest_get("/statistics")["CountInstances"] == 1
        assert len(list(kept.iterdir())) == 1
    finally:
        scp.terminate()
        scp.wait(10)


@pytest.mark.corpus
@pytest.mark.skipif(not studies.have_corpus(), reason="no corpus beside the repository")
def test_the_gate_takes_every_transfer_syntax_of_the_corpus(authority, tmp_path):
    chosen = {}
    for row in studies.corpus.rows():
        path = studies.corpus.FOLDER / row["path"]
        if row["dcmtk_parse"] == "ok" and path.stat().st_size < 20_000_000:
            chosen.setdefault(row["transfer_syntax"], []).append(path)
    folder = tmp_path / "all"
    folder.mkdir()
    for number, path in enumerate(path for group in chosen.values() for path in group[:3]):
        (folder / f"{number}.dcm").symlink_to(path)
    opened = Door(tmp_path, authority, "plain")
    with opened.gate as gate:
        done = run(program("glossator-send"), "--to", f"127.0.0.1:{gate.port}", "--called", AET,
                   "--calling", "PACS", folder, status=None)
        cleaned, sealed = gate.instances()
        counters = gate.call("status")["counters"]
        assert gate.process.poll() is None, done.stdout
    assert cleaned + sealed + counters["refused"] + counters["resent"] >= len(chosen)
