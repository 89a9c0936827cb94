# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire against other people's programs: dcmtk and gdcm send to us, we send to dcmtk."""
import hashlib
import json
import pathlib
import shutil
import socket
import subprocess
import time

import dimse_peer
import orthanc
import pydicom
import pytest
import studies
import synthetic
from store_server import StoreServer

SYNTAXES = list(synthetic.SYNTAXES)
# What makes storescu propose the syntax that a file has.
PROPOSE = {"implicit": "-xi", "explicit": "-xe", "big": "-xb", "deflated": "-xd", "rle": "-xr"}


def run(*command, status=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def send(port, *arguments, status=0):
    program = orthanc.BUILD / "bin" / "glossator-send"
    return json.loads(run(program, "--to", f"127.0.0.1:{port}", "--called", "NODE", "--calling",
                          "PACS", *arguments, status=status))


def data_set_digest(path):
    """SHA-256 of what follows the meta information, as it stands in the file."""
    content = pathlib.Path(path).read_bytes()
    length = int.from_bytes(content[140:144], "little")
    return hashlib.sha256(content[144 + length:]).hexdigest()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """{syntax: [paths]} of three slices each."""
    made = {}
    for syntax in SYNTAXES:
        folder = tmp_path_factory.mktemp(syntax)
        plan = synthetic.Plan(rows=64, columns=64, slices=3, syntax=syntax, seed=syntax)
        made[syntax] = synthetic.write(plan, folder)
    return made


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Certificates of one authority for `node` and `pacs`; a folder."""
    folder = tmp_path_factory.mktemp("tls")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=authority",
        "-days", "2", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    for name in ("node", "pacs"):
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        run("openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem",
            "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2",
            "-out", folder / f"{name}.pem")
    return folder


def test_echoscu_is_answered_and_a_wrong_title_is_rejected():
    with StoreServer("--aet", "NODE") as server:
        run("echoscu", "-aec", "NODE", "127.0.0.1", server.port)
        run("echoscu", "-aec", "OTHER", "127.0.0.1", server.port, status=1)
        run("echoscu", "-aec", "NODE", "--abort", "127.0.0.1", server.port)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_storescu_sends_every_syntax(files, syntax):
    with StoreServer("--hash") as server:
        run("storescu", PROPOSE[syntax], "127.0.0.1", server.port, *files[syntax])
    uids = {pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID
            for path in files[syntax]}
    assert {one["sop_instance_uid"] for one in server.instances} == uids
    assert {one["transfer_syntax"] for one in server.instances} == {synthetic.SYNTAXES[syntax]}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_bytes_arrive_as_they_stand_in_the_file(files, syntax):
    with StoreServer("--hash") as server:
        report = send(server.port, files[syntax][0].parent)
    assert report["statuses"] == {"0000": 3}
    assert sorted(one["sha256"] for one in server.instances) == sorted(
        data_set_digest(path) for path in files[syntax])


def test_dcmsend_and_gdcmscu_send(files):
    with StoreServer() as server:
        run("dcmsend", "127.0.0.1", server.port, *files["explicit"])
        run("dcmsend", "--multi-associations", "127.0.0.1", server.port, *files["explicit"],
            *files["implicit"])
        # gdcmscu 3.0.21 aborts in its own clean-up after the release, against any peer.
        subprocess.run(["gdcmscu", "--store", "-H", "127.0.0.1", "-p", str(server.port),
                        "-i", files["implicit"][0]], capture_output=True, timeout=60)
    assert server.totals["instances"] == 10
    assert "stored=1" in server.log  # the server may be stopped before it sees how gdcmscu ends


def test_findscu_gets_its_matches():
    with StoreServer() as server:
        done = subprocess.run(
            ["findscu", "-v", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=",
             "127.0.0.1", str(server.port)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert (done.stdout + done.stderr).count("[1.2.3.4") == 2


def test_small_pdus_of_a_peer_do_no_harm(files):
    with StoreServer("--hash", "--max-pdu", 4096) as server:
        run("storescu", "--max-send-pdu", 4096, "127.0.0.1", server.port, *files["explicit"])
    assert server.totals["instances"] == 3


def test_storescu_never_waits_for_a_delayed_acknowledgement(files):
    """DCMTK writes header and body apart; 40 ms an instance would be 4 s."""
    with StoreServer() as server:
        start = time.monotonic()
        run("storescu", "--repeat", 100, "127.0.0.1", server.port, files["explicit"][0])
        seconds = time.monotonic() - start
    assert server.totals["instances"] == 100
    assert seconds < 2


def tls_options(folder, name):
    return [folder / f"{name}.pem", folder / f"{name}.key", folder / "ca.pem"]


def test_dcmtk_sends_over_tls_and_only_with_a_certificate(files, authority):
    certificate, key, trusted = tls_options(authority, "node")
    with StoreServer("--certificate", certificate, "--key", key, "--trusted", trusted) as server:
        certificate, key, trusted = tls_options(authority, "pacs")
        run("storescu", "+tls", key, certificate, "+cf", trusted, "127.0.0.1", server.port,
            *files["explicit"])
        anonymous = subprocess.run(["storescu", "+tla", "-ic", "127.0.0.1", str(server.port),
                                    files["explicit"][0]], capture_output=True, timeout=60)
        plain = subprocess.run(["echoscu", "-ta", "5", "-td", "5", "127.0.0.1", str(server.port)],
                               capture_output=True, timeout=60)
    assert anonymous.returncode != 0 and plain.returncode != 0
    assert server.totals["instances"] == 3


class StoreScp:
    """dcmtk's storescp, writing into `folder`."""

    def __init__(self, folder, *options):
        self.folder, self.port = folder, orthanc.free_port()
        self.process = subprocess.Popen(
            ["storescp", *map(str, options), "-od", str(folder), str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("storescp does not listen")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_dcmtk_stores_what_we_send(files, syntax, tmp_path):
    with StoreScp(tmp_path, "+xa", "-pm") as peer:
        report = send(peer.port, files[syntax][0].parent)
    assert report["statuses"] == {"0000": 3}
    stored = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, tmp_path.iterdir())}
    for path in files[syntax]:
        sent = pydicom.dcmread(path)
        assert stored[sent.SOPInstanceUID].PixelData == sent.PixelData


def test_dcmtk_stores_what_we_send_over_tls(files, authority, tmp_path):
    certificate, key, trusted = tls_options(authority, "pacs")
    with StoreScp(tmp_path, "+tls", key, certificate, "+cf", trusted) as peer:
        mine = ",".join(map(str, tls_options(authority, "node")))
        report = send(peer.port, "--tls", mine, files["explicit"][0].parent)
    assert report["stored"] == 3


def test_send_speaks_of_what_was_refused(files, tmp_path):
    shutil.copy(files["explicit"][0], tmp_path / "one.dcm")
    (tmp_path / "note.txt").write_text("no DICOM")
    with StoreServer() as server:
        report = send(server.port, "--associations", 2, "--idle", 3, tmp_path)
    assert report["stored"] == 1 and report["skipped"] == 1 and report["idle"] == 3
    usage = subprocess.run([orthanc.BUILD / "bin" / "glossator-send", "--to", "nowhere"],
                           capture_output=True, timeout=30)
    assert usage.returncode == 2


def test_the_log_names_neither_titles_nor_users(files):
    with StoreServer() as server:
        peer = dimse_peer.Association(
            "127.0.0.1", server.port, "CALLEDPLANTED", "CALLINGPLANTED",
            [(dimse_peer.VERIFICATION, [dimse_peer.IMPLICIT])],
            user=(b"USERPLANTED", b"PASSPLANTED"), version="VERSIONPLANTED")
        assert peer.echo() == 0
        peer.socket.close()
    assert "association-closed" in server.log
    assert "PLANTED" not in server.log + server.output


@pytest.mark.corpus
@pytest.mark.skipif(not studies.have_corpus(), reason="no corpus beside the repository")
def test_every_syntax_of_the_corpus_passes_unchanged(tmp_path):
    chosen = {}
    for row in studies.corpus.rows():
        path = studies.corpus.FOLDER / row["path"]
        if row["dcmtk_parse"] == "ok" and path.stat().st_size < 20_000_000:
            chosen.setdefault(row["transfer_syntax"], path)
    for number, path in enumerate(chosen.values()):
        (tmp_path / f"{number}.dcm").symlink_to(path)
    with StoreServer("--hash") as server:
        report = send(server.port, "--associations", 2, tmp_path)
    assert report["failed"] == report["refused"] == 0
    known = {data_set_digest(path) for path in chosen.values()}
    assert {one["sha256"] for one in server.instances} <= known
    assert report["stored"] >= len(chosen) - 2  # files without meta information are skipped
