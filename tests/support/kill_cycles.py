# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at random instants of a burst over four associations, and what is left afterwards."""
import random
import time

import orthanc
from gate_alone import AET, Gate
from sender import Burst, send_all


def kill_gate(folder, cycles, seed=1):
    """Returns figures; raises AssertionError for anything lost, orphaned or broken."""
    chance, acknowledged, sent = random.Random(seed), {}, 0
    gate = Gate(folder / "gate")
    try:
        for cycle in range(1, cycles + 1):
            study = f"1.2.826.77.{seed}.{cycle}"
            burst = Burst(gate.port, AET, study)
            time.sleep(chance.uniform(0.02, 0.35))
            gate.kill()
            burst.stop()
            acknowledged[study] = burst.acknowledged
            sent += len(burst.sent)
            gate.start()
        return {"kills": cycles, "sent": sent, **_judge_gate(gate, acknowledged, sent)}
    finally:
        gate.stop()


def _judge_gate(gate, acknowledged, sent):
    total = sum(map(len, acknowledged.values()))
    cleaned, sealed = gate.instances()
    assert total <= cleaned <= sent and sealed == 0, (total, cleaned, sent, sealed)
    lost = 0
    for study, numbers in acknowledged.items():
        before = gate.call("status")["counters"]["resent"]
        again = send_all(gate.port, AET, study, sorted(numbers))
        assert set(again.values()) <= {0}
        lost += len(numbers) - (gate.call("status")["counters"]["resent"] - before)
    assert lost == 0, f"{lost} acknowledged objects are not there as they were sent"
    assert gate.instances() == (cleaned, 0)
    assert not list((gate.directory / "gate" / "quarantine").iterdir())
    verified = gate.verify_journal()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return {"acknowledged": total, "lost": lost, "orphans": 0}


class Node:
    """Orthanc with the plugin, its gate, and what a sender was told."""

    def __init__(self, folder):
        section = {"Projects": [{"Id": "TEST", "QuietSeconds": 0.5}], "GateLingerSeconds": 30}
        self.server = orthanc.Orthanc({"Glossator": section}, plugin=True,
                                      directory=folder / "node", wait=False)
        self.wait_until_ready()

    @property
    def port(self):
        return self.server.intake_port

    def wait_until_ready(self, seconds=60):
        self.wait(lambda: self.server.request("GET", "/glossator/ready").status == 200, seconds)

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if condition():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("it did not come to pass\n" + self.server.read_log()[-3000:])

    def gate_pid(self):
        return self.call("hello")["pid"]

    def call(self, name, **fields):
        import json
        import socket
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(20)
            link.connect(str(self.server.glossator / "gate.sock"))
            link.sendall(json.dumps({"call": name, **fields}).encode() + b"\n")
            return json.loads(link.makefile().readline())

    def instance_numbers(self):
        """Of everything in Orthanc."""
        found = []
        for series in self.server.rest_get("/series?expand"):
            for row in self.server.rest_get(f"/series/{series['ID']}/instances"):
                found.append(int(row["MainDicomTags"]["InstanceNumber"]))
        return found

    def settle(self, seconds=60):
        """Until every study was released and all of it is in Orthanc."""
        def done():
            rows = self.call("studies", limit=1000)["items"]
            held = sum(row["instances"] for row in rows)
            return {row["state"] for row in rows} <= {"IMPORTED"} and held == self.server.rest_get(
                "/statistics")["CountInstances"]
        self.wait(done, seconds)

    def close(self):
        self.server.close()


def kill_orthanc(folder, cycles, seed=2, also_gate=True):
    """Both programs die in turn; numbers are unique over all cycles and seen again in Orthanc."""
    import os
    import signal
    chance, acknowledged, sent, first = random.Random(seed), set(), set(), 1
    node = Node(folder)
    try:
        for cycle in range(1, cycles + 1):
            burst = Burst(node.port, "TEST", f"1.2.826.78.{seed}.{cycle}", first)
            time.sleep(chance.uniform(0.1, 1.2))
            if also_gate and cycle % 3 == 0:
                os.kill(node.gate_pid(), signal.SIGKILL)
            else:
                node.server.kill()
            time.sleep(chance.uniform(0, 0.3))
            burst.stop()
            acknowledged |= burst.acknowledged
            sent |= burst.sent
            first = max(sent) + 1
            if node.server.process.poll() is not None:
                node.server.start(wait=False)
            node.wait_until_ready()
        return {"kills": cycles, "sent": len(sent), **_judge_node(node, acknowledged, sent)}
    finally:
        node.close()


def _judge_node(node, acknowledged, sent):
    import subprocess
    from gate_alone import program
    node.settle(60 + len(sent) / 20)  # seconds; a busy machine imports fifty objects in one
    found = node.instance_numbers()
    assert len(found) == len(set(found)), "an object is there twice"
    lost = acknowledged - set(found)
    assert not lost, f"{len(lost)} acknowledged objects are not in Orthanc"
    assert set(found) <= sent
    held = sum(row["instances"] for row in node.call("studies", limit=1000)["items"])
    assert held == len(found), "the gate knows other objects than Orthanc"
    verified = subprocess.run([program("glossator-journal"), "verify",
                               str(node.server.glossator)], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    # Dead files are Orthanc's own: it writes a file before its index knows it.
    files = [path for path in (node.server.directory / "storage").rglob("*")
             if path.is_file() and len(path.name) == 36]
    return {"acknowledged": len(acknowledged), "lost": 0, "in_orthanc": len(found),
            "dead_files_of_orthanc": max(0, len(files) - 2 * len(found))}
