# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs build/bin/store-server (our server with a sink that only counts) and reads what it says."""
import json
import signal
import subprocess

from orthanc import BUILD


class StoreServer:
    """`with StoreServer("--hash") as server:`; afterwards `server.instances` and `server.totals`."""

    def __init__(self, *options):
        self.options, self.instances, self.totals = options, [], {}

    def __enter__(self):
        self.process = subprocess.Popen(
            [BUILD / "bin" / "store-server", *map(str, self.options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.output, self.log = self.process.communicate(timeout=20)
        lines = [json.loads(line) for line in self.output.splitlines()]
        self.instances, self.totals = lines[:-1], lines[-1]
        assert self.process.returncode == 0, self.log
