# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Orthanc processes for tests and for the demo: plain ones and ones that carry the plugin."""

import base64
import copy
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build"))

READERS = [
    {"User": "ada", "Id": "R1", "Name": "Reader^Ada", "Organization": "Lab",
     "Roles": ["annotator"], "Projects": ["TEST"]},
    {"User": "bob", "Id": "R2", "Name": "Reader^Bob", "Organization": "Lab",
     "Roles": ["specialist"], "Projects": ["TEST"]},
    {"User": "eve", "Id": "M1", "Name": "Manager^Eve", "Organization": "Lab",
     "Roles": ["manager", "auditor"], "Projects": ["TEST"]},
]
PASSWORDS = {reader["User"]: reader["User"] + "-password" for reader in READERS}

_given_ports = set()


def free_port():
    """A TCP port that was free a moment ago and that we have not handed out before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given_ports:
            _given_ports.add(port)
            return port


def merge(base, changes):
    """`base` with `changes` laid over it, object by object; None removes a key."""
    result = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


class HttpError(Exception):
    def __init__(self, response):
        super().__init__(f"HTTP {response.status}: {response.body[:2000]!r}")
        self.response = response
        self.status = response.status


class StartFailed(Exception):
    """Orthanc ended instead of starting; the text is its log, `status` its exit status."""

    def __init__(self, text, status=None):
        super().__init__(text)
        self.status = status


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Orthanc:
    """Starts at construction; `stop` ends it orderly. Usable as a context manager.

    port, dicom_port, intake_port: TCP ports; log: path of the log; directory: its own folder;
    glossator: the configured `Directory`; user: whose password requests carry unless told.
    """

    def __init__(self, config=None, plugin=False, directory=None, wait=True, timeout=60,
                 program="Orthanc"):
        self._own = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="glossator-orthanc-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.plugin = plugin
        self.user = "eve" if plugin else None
        self.passwords = dict(PASSWORDS) if plugin else {}
        self.port, self.dicom_port = free_port(), free_port()
        self.intake_port = free_port() if plugin else None
        self.glossator = self.directory / "glossator"
        self.log = self.directory / "orthanc.log"
        self.config = merge(self._defaults(), config or {})
        self.port = self.config["HttpPort"]
        self.dicom_port = self.config["DicomPort"]
        if plugin and isinstance(self.config.get("Glossator"), dict):
            self.intake_port = self.config["Glossator"].get("Intake", {}).get("Port")
            self.glossator = Path(self.config["Glossator"].get("Directory", self.glossator))
        self._program = shutil.which(program) or "/usr/sbin/Orthanc"
        self.process = None
        self.start(wait, timeout)

    def _defaults(self):
        config = {
            "Name": "node" if self.plugin else "plain",
            "StorageDirectory": str(self.directory / "storage"),
            "IndexDirectory": str(self.directory / "index"),
            "HttpPort": self.port,
            "DicomPort": self.dicom_port,
            "DicomServerEnabled": not self.plugin,
            "RemoteAccessAllowed": True,
            "AuthenticationEnabled": self.plugin,
            "HttpCompressionEnabled": False,
            "StableAge": 1,
            "Plugins": [],
        }
        if self.plugin:
            config["Plugins"] = [str(BUILD / "lib" / "libOrthancGlossator.so")]
            config["RegisteredUsers"] = self.passwords
            config["WebDavEnabled"] = False
            config["Glossator"] = self._section()
        return config

    def _section(self):
        self.glossator.mkdir(mode=0o700, exist_ok=True)
        key = self.directory / "key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_hex(32))
        return {
            "Directory": str(self.glossator),
            "KeyFile": str(key),
            "Intake": {"Address": "127.0.0.1", "Port": self.intake_port},
            "Projects": [{"Id": "TEST", "QuietSeconds": 1}],
            "Routes": [{"CalledAet": "TEST", "Project": "TEST"}],
            "Readers": READERS,
            "GateLingerSeconds": 5,
        }

    def start(self, wait=True, timeout=60):
        self._write_config()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self._program, str(self.directory / "orthanc.json")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.directory, start_new_session=True)
        if wait:
            self.wait_until_ready(timeout)

    def _write_config(self):
        (self.directory / "orthanc.json").write_text(json.dumps(self.config, indent=2))

    def wait_until_ready(self, timeout=60):
        """Returns when the HTTP server answers (and, with the plugin, when it lets us in)."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise StartFailed(self.read_log(), self.process.returncode)
            try:
                status = self.request("GET", "/glossator/live" if self.plugin else "/system").status
                if status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise StartFailed(f"not ready within {timeout} s\n" + self.read_log())

    def read_log(self):
        return self.log.read_text(errors="replace")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def request(self, method, path, body=None, headers=None, user=None, timeout=60):
        """One HTTP request; never raises for a status. `user` False sends no password."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        elif isinstance(body, str):
            body = body.encode()
        name = self.user if user is None else user
        if name:
            secret = f"{name}:{self.passwords.get(name, '')}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(secret).decode()
        request = urllib.request.Request(self.url + path, data=body, headers=headers,
                                         method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout) as answer:
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    def _checked(self, *args, **kwargs):
        response = self.request(*args, **kwargs)
        if response.status >= 400:
            raise HttpError(response)
        try:
            return response.json()
        except ValueError:
            return response.body

    def rest_get(self, path, **kwargs):
        """The answer as JSON, or as bytes when it is not; HttpError from status 400 on."""
        return self._checked("GET", path, **kwargs)

    def rest_post(self, path, body=b"", **kwargs):
        return self._checked("POST", path, body, **kwargs)

    def rest_put(self, path, body=b"", **kwargs):
        return self._checked("PUT", path, body, **kwargs)

    def rest_delete(self, path, **kwargs):
        return self._checked("DELETE", path, **kwargs)

    def hang_up(self):
        """SIGHUP: Orthanc starts over in the same process when its configuration has changed."""
        self.config["Name"] += "."
        self._write_config()
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self, timeout=15):
        """Ends Orthanc by SIGTERM; returns the seconds that it took. Kills it after `timeout`."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        return time.monotonic() - began

    def stop_gate(self):
        """Ends the gate that the plugin started in this directory, if it still lives."""
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(5)
                link.connect(str(self.glossator / "gate.sock"))
                link.sendall(b'{"call":"stop"}\n')
                link.recv(4096)
        except OSError:
            pass

    def close(self):
        """Ends everything and removes the folder when it was ours."""
        self.stop()
        if self.plugin:
            self.stop_gate()
        if self._own and not os.environ.get("GLOSSATOR_KEEP"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
