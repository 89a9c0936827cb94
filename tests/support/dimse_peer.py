# SPDX-License-Identifier: GPL-3.0-or-later
"""A small DICOM sender (PS3.8, PS3.7) that can say things which dcmtk's tools cannot."""
import socket
import struct

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
VERIFICATION = "1.2.840.10008.1.1"
PDV_BYTES = 16000


class Refused(Exception):
    """A-ASSOCIATE-RJ or A-ABORT: `pdu` are its bytes."""

    def __init__(self, pdu):
        super().__init__(f"PDU type {pdu[0]}: {pdu[6:10].hex()}")
        self.pdu = pdu


def item(kind, content):
    return struct.pack(">BBH", kind, 0, len(content)) + content


def padded(text):
    return text.encode()[:16].ljust(16)


def element(group, number, value):
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HHI", group, number, len(value)) + value


def uid(text):
    return text.encode()


def us(number):
    return struct.pack("<H", number)


class Association:
    """One association as requestor; `answers` collects every byte that the peer sent."""

    def __init__(self, host, port, called, calling, contexts, user=None, version="PEER_1",
                 timeout=30):
        self.contexts = contexts  # [(abstract syntax, [transfer syntaxes])]
        self.accepted, self.answers, self.message = {}, b"", 0
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(self._request(called, calling, user, version))
        pdu = self._read()
        if pdu[0] != 0x02:
            self.socket.close()
            raise Refused(pdu)
        self._note_accepted(pdu)

    def _request(self, called, calling, user, version):
        body = struct.pack(">HH", 1, 0) + padded(called) + padded(calling) + bytes(32)
        body += item(0x10, uid("1.2.840.10008.3.1.1.1"))
        for index, (abstract, syntaxes) in enumerate(self.contexts):
            inner = bytes([2 * index + 1, 0, 0, 0]) + item(0x30, uid(abstract))
            body += item(0x20, inner + b"".join(item(0x40, uid(s)) for s in syntaxes))
        info = item(0x51, struct.pack(">I", 65536)) + item(0x52, uid("2.25.71")) + item(
            0x55, version.encode())
        if user is not None:  # PS3.7 D.3.3.7: user name and passcode
            name, passcode = user
            info += item(0x58, bytes([2, 0]) + struct.pack(">H", len(name)) + name
                         + struct.pack(">H", len(passcode)) + passcode)
        body += item(0x50, info)
        return struct.pack(">BBI", 1, 0, len(body)) + body

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the peer closed the connection")
            data += more
        self.answers += data
        return data

    def _read(self):
        head = self._exactly(6)
        return head + self._exactly(struct.unpack(">I", head[2:])[0])

    def _note_accepted(self, pdu):
        offset = 74
        while offset + 4 <= len(pdu):
            kind, _, length = struct.unpack(">BBH", pdu[offset:offset + 4])
            inner = pdu[offset + 4:offset + 4 + length]
            if kind == 0x21 and inner[2] == 0:
                self.accepted[inner[0]] = inner[8:].decode().strip("\0 ")
            offset += 4 + length

    def context(self, abstract):
        for index, (name, _) in enumerate(self.contexts):
            if name == abstract and 2 * index + 1 in self.accepted:
                return 2 * index + 1
        raise LookupError(f"no accepted context for {abstract}")

    def _send(self, context, data, command):
        for offset in range(0, max(1, len(data)), PDV_BYTES):
            part = data[offset:offset + PDV_BYTES]
            last = 2 if offset + PDV_BYTES >= len(data) else 0
            pdv = struct.pack(">IBB", len(part) + 2, context, last | command) + part
            self.socket.sendall(struct.pack(">BBI", 4, 0, len(pdv)) + pdv)

    def _status(self):
        pdu = self._read()
        if pdu[0] != 0x04:
            raise Refused(pdu)
        offset, command = 12, pdu
        while offset + 8 <= len(command):
            group, number, length = struct.unpack("<HHI", command[offset:offset + 8])
            if (group, number) == (0, 0x0900):
                return struct.unpack("<H", command[offset + 8:offset + 10])[0]
            offset += 8 + length
        raise ValueError("a response without Status")

    def _command(self, fields):
        body = b"".join(element(0, number, value) for number, value in fields)
        return element(0, 0, struct.pack("<I", len(body))) + body

    def echo(self):
        self.message += 1
        context = self.context(VERIFICATION)
        self._send(context, self._command([(2, uid(VERIFICATION)), (0x0100, us(0x30)),
                                           (0x0110, us(self.message)), (0x0800, us(0x0101))]), 1)
        return self._status()

    def store(self, sop_class, sop_instance, data_set, move_originator=None):
        """C-STORE of an encoded data set; returns the status."""
        self.message += 1
        fields = [(2, uid(sop_class)), (0x0100, us(1)), (0x0110, us(self.message)),
                  (0x0700, us(0)), (0x0800, us(1)), (0x1000, uid(sop_instance))]
        if move_originator:
            fields += [(0x1030, move_originator.encode()), (0x1031, us(7))]
        context = self.context(sop_class)
        self._send(context, self._command(fields), 1)
        self._send(context, data_set, 0)
        return self._status()

    def release(self):
        self.socket.sendall(struct.pack(">BBII", 5, 0, 4, 0))
        self._read()
        self.socket.close()
