# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital and a lab on this machine: a stand-in PACS, a node, and the people of both."""
import pathlib
import subprocess
import time

import orthanc
from pacs import Pacs

NODE_AET = "GLOSSATOR"
PROJECT = "DEMO"
PEOPLE = [
    {"User": "reader-1", "Id": "R1", "Name": "Reader^One", "Organization": "Reading lab",
     "Roles": ["annotator"], "Projects": [PROJECT]},
    {"User": "reader-2", "Id": "R2", "Name": "Reader^Two", "Organization": "Reading lab",
     "Roles": ["specialist"], "Projects": [PROJECT]},
    {"User": "manager", "Id": "M1", "Name": "Manager^Max", "Organization": "Reading lab",
     "Roles": ["manager"], "Projects": [PROJECT]},
    {"User": "auditor", "Id": "A1", "Name": "Auditor^Ada", "Organization": "Reading lab",
     "Roles": ["auditor"], "Projects": [PROJECT]},
]


class Site:
    """Starts a PACS and a node that know each other. Use as a context manager."""

    def __init__(self, directory, quiet_seconds=2, passwords=None, destination=None,
                 section=None, linger_seconds=20):
        self.directory = pathlib.Path(directory)
        self.passwords = passwords or {p["User"]: p["User"] + "-password" for p in PEOPLE}
        intake = orthanc.free_port()
        self.pacs = Pacs(intake, NODE_AET, directory=self.directory / "pacs")
        self.node = None
        try:
            self.node = orthanc.Orthanc(
                self._node_config(intake, quiet_seconds, destination, section, linger_seconds),
                plugin=True, directory=self.directory / "node", wait=False)
        except BaseException:
            self.close()
            raise
        self.node.user = "manager"
        self.node.passwords = dict(self.passwords)
        self.wait_until_ready()

    def wait_until_ready(self, seconds=60):
        """Until the node can work, its gate too."""
        end = time.monotonic() + seconds
        while not self._is_ready():
            if time.monotonic() > end or self.node.process.poll() is not None:
                self.close()
                raise orthanc.StartFailed("not ready\n" + self.node.read_log())
            time.sleep(0.1)

    def _is_ready(self):
        try:
            return self.node.request("GET", "/glossator/ready").status == 200
        except OSError:
            return False

    def _node_config(self, intake, quiet_seconds, destination, section, linger_seconds):
        target = {"Aet": self.pacs.aet, "Address": "127.0.0.1", "Port": self.pacs.dicom_port,
                  "Commitment": "required", "Enabled": True}
        config = {
            "Name": "Glossator",
            "RegisteredUsers": {**{user: None for user in orthanc.PASSWORDS}, **self.passwords},
            "Glossator": {
                "Intake": {"Address": "127.0.0.1", "Port": intake},
                "IntakeAeTitle": NODE_AET,
                "Projects": [{"Id": PROJECT, "QuietSeconds": quiet_seconds,
                              "Destination": "pacs"}],
                "Routes": [{"CalledAet": NODE_AET, "CallingAet": self.pacs.aet,
                            "Project": PROJECT}],
                "Destinations": {"pacs": orthanc.merge(target, destination or {})},
                "Readers": PEOPLE,
                "GateLingerSeconds": linger_seconds,
            },
        }
        return orthanc.merge(config, {"Glossator": section or {}})

    def steward(self, *arguments):
        """Runs glossator-steward on the hospital side; returns (status, output)."""
        done = subprocess.run(
            [str(orthanc.BUILD / "bin" / "glossator-steward"), "--socket",
             str(self.node.glossator / "steward.sock"), *arguments],
            capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def close(self):
        for server in (self.node, self.pacs):
            if server is not None:
                server.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
