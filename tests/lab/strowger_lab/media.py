"""RTP that a test sends and counts packet by packet."""
import struct
import threading
import time

from . import sockets


class Stream:
    """PCMU on one socket: `start` sends 50 packets a second; what comes is kept as (sequence, source)."""

    def __init__(self, namespace, address, port, ssrc=0x1234, payload=160):
        self.address, self.port, self.ssrc, self.payload = address, port, ssrc, payload
        self.socket = sockets.udp(namespace, address, port)
        self.received, self.sent, self.running = [], 0, True
        self.octets = set()  # lengths of what came
        self.threads = []
        self._run(self._read)

    def _run(self, work):
        self.threads.append(threading.Thread(target=work, daemon=True))
        self.threads[-1].start()

    def _read(self):
        while self.running:
            try:
                octets, source = self.socket.recvfrom(65536)
            except OSError:
                return
            if len(octets) >= 12 and octets[0] >> 6 == 2:
                self.octets.add(len(octets))
                self.received.append((struct.unpack_from("!H", octets, 2)[0], source[:2]))

    def packet(self, sequence):
        return struct.pack("!BBHII", 0x80, 0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, self.ssrc) + b"\xd5" * self.payload

    def start(self, target):
        self.target = target
        self._run(self._write)
        return self

    def _write(self):
        next_time = time.monotonic()
        while self.running:
            try:
                self.socket.sendto(self.packet(self.sent), self.target)
            except OSError:
                return
            self.sent += 1
            next_time += 0.02
            time.sleep(max(0, next_time - time.monotonic()))

    def count(self):
        return len(self.received)

    def close(self):
        self.running = False
        sockets.close(self.socket, *self.threads)
