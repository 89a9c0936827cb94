# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin in a real Orthanc: what it refuses, what stays shut, how it starts and stops."""

import fcntl
import http.client
import os
import secrets
import signal
import subprocess
import threading
import time

import pytest
from orthanc import HttpError, Orthanc, StartFailed, free_port, merge
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def write_object(path, patient="DOE^JANE"):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SECONDARY_CAPTURE
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.is_little_endian, data.is_implicit_VR = True, False
    data.SOPClassUID, data.SOPInstanceUID = SECONDARY_CAPTURE, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.PatientName, data.PatientID, data.Modality = patient, "4711", "OT"
    data.save_as(path, write_like_original=False)
    return path


@pytest.fixture(scope="module")
def node():
    config = {"DicomServerEnabled": True, "WebDavEnabled": True, "ExecuteLuaEnabled": False,
              "RegisteredUsers": {"mallory": "m"}}
    with Orthanc(config, plugin=True) as server:
        server.passwords["mallory"] = "m"
        yield server


def health(server):
    return server.rest_get("/glossator/api/v1/health")


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except (OSError, HttpError):
            pass
        time.sleep(0.1)
    return False


def gate_pid(server):
    import json
    import socket
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        link.connect(str(server.glossator / "gate.sock"))
        link.sendall(b'{"call":"hello","config_digest":""}\n')
        return json.loads(link.makefile().readline())["pid"]


# What keeps Orthanc from starting, and what its log must name.

REFUSALS = {
    "no_section": ({"Glossator": None}, "Glossator: this section is missing"),
    "unknown_key": ({"Glossator": {"Color": 1}}, "Glossator.Color: unknown key"),
    "wrong_type": ({"Glossator": {"Projects": [{"Id": "TEST", "QuietSeconds": "soon"}]}},
                   "Glossator.Projects[0].QuietSeconds: expected a number"),
    "bad_port": ({"Glossator": {"Intake": {"Port": 70000}}}, "Glossator.Intake.Port: expected"),
    "missing_key_file": ({"Glossator": {"KeyFile": "/nowhere/key"}},
                         "Glossator.KeyFile: /nowhere/key is missing"),
    "no_gate": ({"Glossator": {"GateProgram": "/nowhere/gate"}},
                "Glossator.GateProgram: /nowhere/gate"),
    "outside_network": (
        {"Glossator": {"Destinations": {"p": {"Aet": "P", "Address": "192.0.2.1", "Port": 1}}}},
        "Glossator.Destinations.p.Address: lies outside of AllowedNetworks"),
    "no_authentication": ({"AuthenticationEnabled": False}, "AuthenticationEnabled: must be true"),
    "no_users": ({"RegisteredUsers": None}, "RegisteredUsers: must name"),
    "recycling_size": ({"MaximumStorageSize": 100}, "MaximumStorageSize: must be 0"),
    "recycling_patients": ({"MaximumPatientCount": 5}, "MaximumPatientCount: must be 0"),
    "lua": ({"ExecuteLuaEnabled": True}, "ExecuteLuaEnabled: must be false"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_orthanc_does_not_start_and_the_log_names_the_path(name):
    config, text = REFUSALS[name]
    with pytest.raises(StartFailed) as refusal:
        with Orthanc(config, plugin=True):
            pass
    assert text in str(refusal.value)
    assert refusal.value.status not in (0, None)


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o644)
    with pytest.raises(StartFailed) as refusal:
        with Orthanc({"Glossator": {"KeyFile": str(key)}}, plugin=True):
            pass
    assert f"Glossator.KeyFile: {key} can be read by others" in str(refusal.value)


def test_every_fault_is_listed_at_once():
    with pytest.raises(StartFailed) as refusal:
        with Orthanc({"MaximumStorageSize": 1, "Glossator": {"A": 1, "B": 2}}, plugin=True):
            pass
    for text in ("MaximumStorageSize", "Glossator.A", "Glossator.B"):
        assert text in str(refusal.value)


def test_another_key_than_the_vault_was_made_with_stops_orthanc(tmp_path):
    with Orthanc(plugin=True, directory=tmp_path) as first:
        config = first.config
    with open(tmp_path / "key", "w", encoding="ascii") as key:
        key.write(secrets.token_hex(32))
    with pytest.raises(StartFailed) as refusal:
        with Orthanc(config, plugin=True, directory=tmp_path):
            pass
    assert "the gate refuses to run" in str(refusal.value)
    assert refusal.value.status == 1


def test_an_orthanc_with_studies_from_elsewhere_is_stopped(tmp_path):
    with Orthanc(directory=tmp_path) as plain:
        plain.rest_post("/instances", write_object(tmp_path / "a.dcm").read_bytes())
    with pytest.raises(StartFailed) as refusal:
        with Orthanc(plugin=True, directory=tmp_path):
            pass
    assert "1 studies which did not come through the gate" in str(refusal.value)
    assert "DOE" not in str(refusal.value)
    assert refusal.value.status == 1, "whoever supervises Orthanc must see that it failed"
    with Orthanc(directory=tmp_path) as plain:  # it was an orderly stop
        assert plain.rest_get("/statistics")["CountStudies"] == 1


# Closed doors.

CLOSED = [
    ("POST", "/instances"), ("POST", "/tools/execute-script"), ("POST", "/tools/reset"),
    ("POST", "/tools/shutdown"), ("POST", "/tools/create-dicom"), ("POST", "/tools/create-archive"),
    ("POST", "/modalities/x/store"), ("PUT", "/modalities/x"), ("POST", "/peers/x/store"),
    ("PUT", "/peers/x"), ("POST", "/dicom-web/studies"), ("DELETE", "/studies/x"),
    ("DELETE", "/instances/x"), ("DELETE", "/changes"), ("PUT", "/instances/x/metadata/1024"),
    ("POST", "/studies/x/anonymize"), ("GET", "/webdav/"), ("PUT", "/webdav/uploads/x.dcm"),
    ("PROPFIND", "/webdav/"), ("MKCOL", "/webdav/uploads/x"), ("DELETE", "/webdav/by-dates"),
    ("POST", "/glossator/api/v1/../../instances"), ("POST", "//instances"),
]


@pytest.mark.parametrize("method,path", CLOSED)
def test_a_closed_door_is_refused(node, method, path):
    assert node.request(method, path, b"x").status in (403, 404, 405)
    assert "instances" not in node.rest_get("/statistics") or \
        node.rest_get("/statistics")["CountInstances"] == 0


def test_post_instances_is_forbidden_by_the_filter(node):
    assert node.request("POST", "/instances", b"x").status == 403


def test_webdav_can_neither_be_listed_nor_written(node):
    assert node.request("PROPFIND", "/webdav/", headers={"Depth": "1"}).status == 403
    assert node.request("PUT", "/webdav/uploads/x.dcm", b"x").status == 403


def test_searches_and_reads_stay_open(node):
    assert node.rest_post("/tools/find", {"Level": "Study", "Query": {}}) == []
    assert node.rest_get("/studies") == []


def test_orthancs_own_dicom_server_stores_nothing(node, tmp_path):
    sent = subprocess.run(
        ["storescu", "-v", "-aec", "ORTHANC", "127.0.0.1", str(node.dicom_port),
         str(write_object(tmp_path / "a.dcm"))], capture_output=True, text=True, timeout=60)
    assert "(Unknown Status: 0x124)" in sent.stdout + sent.stderr  # refused: not authorized
    assert node.rest_get("/statistics")["CountInstances"] == 0


# Who may call what.

def test_without_a_password_nothing_is_told(node):
    for path in ("/glossator/", "/glossator/api/v1/health", "/studies", "/dicom-web/workitems"):
        assert node.request("GET", path, user=False).status == 401


def test_who_is_no_reader_sees_no_case(node):
    assert node.request("GET", "/glossator/api/v1/cases", user="mallory").status == 403
    assert node.request("GET", "/dicom-web/workitems", user="mallory").status == 403
    assert node.request("GET", "/glossator/live", user="mallory").status == 200


def test_roles_decide(node):
    assert node.request("GET", "/glossator/api/v1/events", user="ada").status == 403
    assert node.request("GET", "/glossator/api/v1/events", user="eve").status == 200
    assert node.request("POST", "/glossator/api/v1/cases/1/release", user="ada").status == 403


def test_errors_are_problem_documents(node):
    answer = node.request("GET", "/glossator/api/v1/cases/999")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    assert node.request("GET", "/glossator/api/v1/cases?limit=x").status == 400
    assert node.request("GET", "/glossator/nothing").status == 404
    assert node.request("DELETE", "/glossator/api/v1/cases").status == 405


def test_a_body_that_is_too_long_gets_413(node):
    answer = node.request("PUT", "/dicom-web/workitems/2.25.1/state", b" " * (1 << 20) + b"{}")
    assert answer.status == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"00741000":{"vr":"CS","Value":[{}]}}',
                                  b'{"00741000":7}', b"[" * 5000, b"\xff\xfe"])
def test_a_malformed_change_of_state_gets_400_or_404(node, body):
    answer = node.request("PUT", "/dicom-web/workitems/2.25.1/state", body, user="ada")
    assert answer.status in (400, 404)
    assert answer.json()["status"] == answer.status


@pytest.mark.parametrize("content_type,body", [
    ("application/json", b"{}"), ("multipart/form-data", b""),
    ("multipart/form-data; boundary=b", b"--b\r\n"), ("multipart/form-data; boundary=b", b"--b--"),
])
def test_a_malformed_submission_gets_400_or_404(node, content_type, body):
    answer = node.request("POST", "/glossator/api/v1/workitems/2.25.1/submissions", body,
                          headers={"Content-Type": content_type}, user="ada")
    assert answer.status in (400, 404)


def form(parts, boundary="b"):
    lines = b""
    for name, value in parts.items():
        lines += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        lines += value + b"\r\n"
    return lines + f"--{boundary}--\r\n".encode()


def test_a_form_reaches_its_handler_in_one_piece(node):
    answer = node.request("POST", "/glossator/api/v1/workitems/2.25.1/submissions",
                          form({"submission": b"{}", "labels": b"\0\1"}), user="ada",
                          headers={"Content-Type": "multipart/form-data; boundary=b",
                                   "Transaction-UID": "2.25.2"})
    assert answer.status == 404  # no such workitem: parts and headers were understood
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_form_without_a_password_gets_401_and_from_a_stranger_403(node):
    for user, status in ((False, 401), ("mallory", 403)):
        answer = node.request("POST", "/glossator/api/v1/workitems/2.25.1/submissions",
                              form({"submission": b"{}"}), user=user,
                              headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert answer.status == status


# What monitoring and people look at.

def test_the_status_page_works_without_scripts(node):
    page = node.request("GET", "/glossator/")
    assert page.status == 200
    assert "text/html" in page.headers["Content-Type"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert b"<script" not in page.body and b"</html>" in page.body


def test_metrics_are_openmetrics(node):
    text = node.rest_get("/glossator/metrics").decode()
    assert text.endswith("# EOF\n")
    assert "glossator_gate_up 1" in text
    families = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(families) == len(set(families))


def test_openapi_names_the_contracts_paths(node):
    paths = node.rest_get("/glossator/openapi.json")["paths"]
    for path in ("health", "projects", "cases", "cases/{id}", "cases/{id}/release", "deliveries",
                 "deliveries/{id}", "quarantine", "events", "spool",
                 "workitems/{uid}/submissions", "submissions/{id}/decisions"):
        assert "/glossator/api/v1/" + path in paths


# Life and death.

def test_sigterm_ends_orthanc_within_8_seconds_and_leaves_the_gate(tmp_path):
    with Orthanc(plugin=True, directory=tmp_path) as server:
        pid = gate_pid(server)
        assert server.stop() < 8
        assert server.process.returncode == 0
        assert gate_pid(server) == pid
        server.start()
        assert wait_for(lambda: health(server)["gateProcess"]["up"])
        assert health(server)["gateProcess"]["starts"] == 0
        assert gate_pid(server) == pid


def test_sighup_reads_the_configuration_again_in_the_same_process(tmp_path):
    with Orthanc(plugin=True, directory=tmp_path) as server:
        pid = gate_pid(server)
        for count in (2, 3, 4):
            server.hang_up()
            assert wait_for(lambda: server.read_log().count("the node is open") == count)
        assert server.process.poll() is None
        assert health(server)["gateProcess"]["up"]
        assert gate_pid(server) == pid
        assert server.stop() < 8


def test_a_gate_with_another_configuration_is_replaced(tmp_path):
    with Orthanc(plugin=True, directory=tmp_path) as server:
        pid = gate_pid(server)
        server.stop()
        server.config["Glossator"]["Intake"]["Port"] = free_port()
        server.start()
        assert wait_for(lambda: health(server)["gateProcess"]["up"])
        assert health(server)["gateProcess"]["intakePort"] == \
            server.config["Glossator"]["Intake"]["Port"]
        assert gate_pid(server) != pid


def test_a_gate_that_dies_is_started_again(tmp_path):
    with Orthanc(plugin=True, directory=tmp_path) as server:
        pid = gate_pid(server)
        os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: gate_pid(server) != pid)
        assert wait_for(lambda: health(server)["gateProcess"]["starts"] == 2)
        assert wait_for(lambda: server.request("GET", "/glossator/ready").status == 200)


# Orthanc was killed while a gate of its was starting: the next Orthanc started a second gate, which
# found the spool locked, and took that for a refusal that a person has to look at. It stopped.
def test_orthanc_waits_for_a_gate_that_is_just_starting_or_ending(tmp_path):
    spool = tmp_path / "glossator" / "spool" / "intake"
    spool.mkdir(parents=True)
    with open(spool / "lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = Orthanc(plugin=True, directory=tmp_path, wait=False)
        try:
            assert wait_for(lambda: "another process writes" in gate_log(tmp_path))
            time.sleep(1)
            assert server.process.poll() is None
            fcntl.flock(lock, fcntl.LOCK_UN)
            server.wait_until_ready()
            assert wait_for(lambda: server.request("GET", "/glossator/ready").status == 200)
        finally:
            server.close()


def gate_log(folder):
    path = folder / "glossator" / "gate" / "gate.log"
    return path.read_text(errors="replace") if path.exists() else ""


def test_the_gate_ends_when_nobody_speaks_to_it(tmp_path):
    config = {"Glossator": {"GateLingerSeconds": 1}}
    with Orthanc(config, plugin=True, directory=tmp_path) as server:
        pid = gate_pid(server)
        server.kill()
        assert wait_for(lambda: not os.path.exists(f"/proc/{pid}"))


def test_orthanc_stops_in_time_while_it_is_being_asked(tmp_path):
    with Orthanc(plugin=True, directory=tmp_path) as server:
        over = threading.Event()

        def ask(number):
            while not over.is_set():
                try:
                    server.request("GET", "/glossator/api/v1/cases", timeout=5)
                    server.request("POST", "/glossator/api/v1/workitems/2.25.1/submissions",
                                   form({"submission": b"{}", "labels": bytes(number << 18)}),
                                   headers={"Content-Type": "multipart/form-data; boundary=b",
                                            "Transaction-UID": "2.25.2"}, user="ada", timeout=5)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.05)

        askers = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for asker in askers:
            asker.start()
        time.sleep(2)
        took = server.stop()
        over.set()
        for asker in askers:
            asker.join()
        assert took < 8
        assert server.process.returncode == 0


def test_a_gate_that_somebody_else_runs_is_only_greeted(tmp_path):
    config = {"Glossator": {"SuperviseGate": False, "KeyFile": "/nowhere/key"}}
    with Orthanc(plugin=True, directory=tmp_path) as server:
        pid = gate_pid(server)
        server.stop()
        server.config = merge(server.config, config)
        server.start()
        assert server.request("GET", "/glossator/ready").status == 200
        os.kill(pid, signal.SIGTERM)
        assert wait_for(lambda: server.request("GET", "/glossator/ready").status == 503)
        time.sleep(2)
        assert health(server)["gateProcess"]["starts"] == 0
        assert "gate-down" in [alarm["code"] for alarm in health(server)["alarms"]]
