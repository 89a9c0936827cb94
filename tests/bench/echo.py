# SPDX-License-Identifier: GPL-3.0-or-later
"""Echo p99 of the gate beside 500 idle TLS associations, 500 half-open connections, 50 slow peers."""
import contextlib
import selectors
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

import yardstick
from dimse_peer import IMPLICIT, VERIFICATION, Association
from yardstick import intake

GOAL_MS = 200


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def authority(folder):
    """Certificates of one authority for the gate and its peers."""
    folder.mkdir()
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=authority", "-days", 2,
            "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    for name in ("node", "pacs"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey",
                folder / "ca.key", "-CAcreateserial", "-days", 2, "-out", folder / f"{name}.pem")


def client_context(folder):
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.check_hostname = False
    context.load_cert_chain(folder / "pacs.pem", folder / "pacs.key")
    return context


class TlsAssociation(Association):
    """The small sender over TLS: the connection is wrapped as soon as it is made."""

    tls = None

    def __init__(self, port):
        plain, made = socket.create_connection, self.tls
        socket.create_connection = lambda *args, **kwargs: made.wrap_socket(plain(*args, **kwargs))
        try:
            super().__init__("127.0.0.1", port, intake.AET, "SENDER", [(VERIFICATION, [IMPLICIT])])
        finally:
            socket.create_connection = plain


class Drip:
    """Peers that send a byte a second of an A-ASSOCIATE-RQ that never ends; they come back."""

    def __init__(self, port, count, context):
        self.port, self.context, self.stopping = port, context, threading.Event()
        self.peers = [self.connect() for _ in range(count)]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def connect(self):
        peer = self.context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 30))
        peer.sendall(b"\1\0" + struct.pack(">I", 60000))
        return peer

    def run(self):
        while not self.stopping.wait(1):
            for index, peer in enumerate(self.peers):
                try:
                    peer.sendall(b"\0")
                except OSError:
                    self.peers[index] = self.connect()

    def close(self):
        self.stopping.set()
        self.thread.join()
        for peer in self.peers:
            peer.close()


def half_open(port, count):
    """Connected, and not a word."""
    return [socket.create_connection(("127.0.0.1", port), 30) for _ in range(count)]


def dead(connections):
    """How many of them the gate has closed."""
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        return len(selector.select(0))


def percentile(samples, share):
    return sorted(samples)[min(len(samples) - 1, int(share * len(samples)))]


def echoes(association, count):
    samples = []
    for _ in range(count):
        start = time.monotonic()
        if association.echo() != 0:
            raise SystemExit("an echo was refused")
        samples.append(1000 * (time.monotonic() - start))
    return samples


def measure(folder, idle, half, slow, count):
    authority(folder / "tls")
    names = {"Certificate": "node.pem", "PrivateKey": "node.key", "Trusted": "ca.pem"}
    tls = {key: str(folder / "tls" / name) for key, name in names.items()}
    TlsAssociation.tls = client_context(folder / "tls")
    with contextlib.ExitStack() as stack:
        gate = intake.Gate(folder / "gate", {"Tls": tls})
        stack.callback(gate.close)
        quiet = echoes(TlsAssociation(gate.port), count)
        associations = [TlsAssociation(gate.port) for _ in range(idle)]
        silent = half_open(gate.port, half)
        drip = Drip(gate.port, slow, TlsAssociation.tls)
        stack.callback(drip.close)
        time.sleep(3)
        busy = echoes(TlsAssociation(gate.port), count)
        alive = sum(association.echo() == 0 for association in associations)
        return quiet, busy, alive, dead(silent)


def main():
    arguments = yardstick.arguments("a fifth of the peers")
    idle, half, slow = (100, 100, 10) if arguments.quick else (500, 500, 50)
    report = yardstick.Report("echo", f"the real gate with mutual TLS; {idle} idle associations, "
                              f"{half} half-open connections, {slow} peers with a byte a second")
    with yardstick.scratch() as scratch:
        quiet, busy, alive, closed = measure(scratch, idle, half, slow, 400)
    p99 = percentile(busy, 0.99)
    report.add("echo p99", f"{p99:.2f} ms", f"alone {percentile(quiet, 0.99):.2f} ms",
               f"at most {GOAL_MS} ms", p99 < GOAL_MS)
    report.add("echo median", f"{yardstick.median(busy):.2f} ms",
               f"alone {yardstick.median(quiet):.2f} ms", "", None)
    report.add("idle associations that still answer", str(alive), f"half-open closed: {closed}",
               f"all {idle}", alive == idle)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
