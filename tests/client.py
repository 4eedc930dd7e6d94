#!/usr/bin/env python3
"""Teaches a device by hand, from the protocol's description alone (core/src/wire/protocol.md).

    client.py HOST:PORT MODEL SAMPLES RATE     over a socket
    client.py /dev/ttyACM0 MODEL SAMPLES RATE  over a serial port (pip install pyserial)

MODEL is in the device format (`cpfo export --bin`). SAMPLES has a line for each: the label, then the
pixels as the device takes them: inputs, or raw readings if it says so. It prints a line for each sample, the bits of its loss, and at last the checksum of the
parameters: what `cpfo` would print for the same.
"""
import random
import socket
import struct
import sys
import time
import zlib

HELLO, DOWN, UP, CLASSIFY, LEARN, CHECKSUM, FIGURES, BEGIN = range(8)
CHUNK = 128


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out) + bytes([n])


def string(data):
    return varint(len(data)) + data


def frame(number, message):
    """COBS of number, message and checksum, and the 0 at its end."""
    body = bytes([number]) + message
    body += struct.pack("<I", zlib.crc32(body))
    out, run = bytearray(), bytearray()
    for byte in body:
        if byte:
            run.append(byte)
        if not byte or len(run) == 254:
            out += bytes([len(run) + 1]) + run
            run.clear()
    return bytes(out) + bytes([len(run) + 1]) + run + b"\0"


def opened(data):
    """Number and message of a frame without its 0; nothing if it was damaged."""
    out, at = bytearray(), 0
    while at < len(data):
        run = data[at]
        out += data[at + 1 : at + run]
        at += run
        if run < 255 and at < len(data):
            out.append(0)
    if len(out) < 6 or struct.unpack("<I", out[-4:])[0] != zlib.crc32(out[:-4]):
        return None
    return out[0], bytes(out[1:-4])


class Reader:
    """The fields of a message, one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count : self.at]

    def varint(self):
        n = shift = 0
        while True:
            byte = self.take(1)[0]
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return n

    def string(self):
        return self.take(self.varint())


class Device:
    def __init__(self, place):
        if place.startswith("/") or place.startswith("COM"):
            import serial

            port = serial.Serial(place, 115200, timeout=0.05)
            self.read, self.write = port.read, port.write
        else:
            host, port = place.rsplit(":", 1)
            line = socket.create_connection((host, int(port)))
            line.settimeout(0.05)
            self.read, self.write = line.recv, line.sendall
        self.number, self.come, self.session = 0, bytearray(), 0

    def ask(self, message, patience=10):
        """Asks until the answer to one of the askings has come: its fields, and which kind it is."""
        end, asked = time.monotonic() + patience, set()
        while time.monotonic() < end:
            self.number = self.number % 255 + 1
            asked.add(self.number)
            self.write(b"\0" + frame(self.number, message))
            again = time.monotonic() + 1
            while time.monotonic() < again:
                try:
                    self.come += self.read(256)
                except socket.timeout:
                    pass
                while 0 in self.come:
                    data, _, self.come = self.come.partition(b"\0")
                    answer = opened(data) if data else None
                    if answer and answer[0] in asked:
                        fields = Reader(answer[1])
                        kind = fields.varint()
                        if kind == 7:
                            raise SystemExit(f"refused: {answer[1][1:].hex()}")
                        return kind, fields
        raise SystemExit("no answer")

    def hello(self):
        _, said = self.ask(varint(HELLO))
        version, board, net = said.varint(), said.string().decode(), said.string().decode()
        said.varint(), said.varint()  # fingerprint, parameters
        rows, columns, maps = said.varint(), said.varint(), said.varint()
        said.varint(), said.string()  # classes, unit
        session, learned = said.varint(), said.varint()
        if said.take(1) == b"\1":
            said.varint()  # checksum
        full = said.take(1)[0]
        said.varint()  # what trains
        form = "B" if full else "ffhH"[said.take(1)[0]]
        assert version == 3, f"the device speaks version {version}"
        print(f"{net} on {board}, session {session:08x}, {learned} samples learnt", file=sys.stderr)
        return rows * columns * maps, learned, form

    def begin(self, learned):
        self.session = random.randrange(1, 2**32)
        self.ask(varint(BEGIN) + varint(self.session) + varint(learned))

    def push(self, model, over):
        for at in range(0, len(model), CHUNK):
            piece = string(model[at : at + CHUNK])
            self.ask(varint(DOWN) + varint(self.session) + varint(over) + varint(at) + piece)

    def learn(self, step, image, label, rate):
        message = varint(LEARN) + varint(self.session) + varint(step) + string(image)
        _, said = self.ask(message + varint(label) + struct.pack("<f", rate))
        return said.take(4)

    def checksum(self):
        return self.ask(varint(CHECKSUM) + varint(self.session))[1].varint()


def main(place, model, samples, rate):
    device = Device(place)
    pixels, learned, form = device.hello()
    device.begin(learned)
    device.push(open(model, "rb").read(), learned)
    for step, line in enumerate(open(samples)):
        label, *image = line.replace(",", " ").split()
        assert len(image) == pixels, f"line {step + 1} has {len(image)} pixels, the net takes {pixels}"
        image = struct.pack(f"<{pixels}{form}", *map(float if form == "f" else int, image))
        print(device.learn(step, image, int(label), float(rate))[::-1].hex())
    print(f"{device.checksum():08x}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
