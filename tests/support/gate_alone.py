# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-gate without Orthanc: for tests of the door and of what must survive."""
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import time

import orthanc

AET = "GATE"
PROJECT = "TEST"


def program(name):
    return str(orthanc.BUILD / "bin" / name)


def call(directory, name, /, socket_name="gate.sock", **fields):
    """One call to the gate of that directory."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(20)
        link.connect(str(directory / socket_name))
        link.sendall(json.dumps({"call": name, **fields}).encode() + b"\n")
        return json.loads(link.makefile().readline())


class Gate:
    """Started at construction. `section` is laid over the configuration; `wrap` runs the program."""

    def __init__(self, directory, section=None, wrap=()):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(mode=0o700, exist_ok=True, parents=True)
        self.log_path = self.directory.parent / (self.directory.name + ".log")
        key = self.directory.parent / (self.directory.name + ".key")
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_hex(32))
        self.port, self.wrap = orthanc.free_port(), list(wrap)
        self.config = orthanc.merge({
            "Directory": str(self.directory), "KeyFile": str(key),
            "Intake": {"Address": "127.0.0.1", "Port": self.port},
            "Projects": [{"Id": PROJECT, "QuietSeconds": 3600}],
            "Routes": [{"CalledAet": AET, "Project": PROJECT}]}, section or {})
        self.start()

    def start(self, seconds=30):
        path = self.directory.parent / (self.directory.name + ".json")
        path.write_text(json.dumps(self.config))
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrap, program("glossator-gate"), "--config", str(path), "--no-linger"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + seconds
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > end:
                raise orthanc.StartFailed(self.log)
            time.sleep(0.02)

    def _listens(self):
        try:
            self.call("hello")
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except OSError:
            return False

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def call(self, name, /, socket_name="gate.sock", **fields):
        return call(self.directory, name, socket_name, **fields)

    def steward(self, name, /, **fields):
        return self.call(name, "steward.sock", **fields)

    def studies(self):
        return self.call("studies", limit=1000)["items"]

    def instances(self):
        """How many cleaned and sealed objects the gate's database knows."""
        rows = self.studies()
        return sum(row["instances"] for row in rows), sum(row["sealed"] for row in rows)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def stop(self):
        """Returns the seconds that an orderly end took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        return time.monotonic() - began

    def verify_journal(self):
        return subprocess.run([program("glossator-journal"), "verify", "--only", "gate",
                               str(self.directory)], capture_output=True, text=True, timeout=60)

    def resident_bytes(self):
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
