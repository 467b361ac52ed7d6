"""Wires that lose, double, delay and reorder: the kernel of a test machine may have no netem."""
import contextlib
import heapq
import random
import select
import threading
import time

from . import lab, sockets


@contextlib.contextmanager
def loss(namespace, share):
    """Of all UDP that comes into the namespace, at random."""
    for tool in ("iptables", "ip6tables"):
        lab.run_in(namespace, tool, "-I", "INPUT", "-p", "udp", "-m", "statistic", "--mode", "random", "--probability", share,
                   "-j", "DROP", check=True)
    try:
        yield
    finally:
        for tool in ("iptables", "ip6tables"):
            lab.run_in(namespace, tool, "-F", "INPUT")


class Relay:
    """Takes datagrams at (address, port): the target's go to `home`, all others to the target."""

    def __init__(self, namespace, address, port, target, home, duplicate=0.0, delayed=0.0, delay=0.06, seed=1):
        self.socket = sockets.udp(namespace, address, port)
        self.target, self.home = target, home
        self.duplicate, self.delayed, self.delay = duplicate, delayed, delay
        self.chance = random.Random(seed)
        self.doubled = self.late = self.passed = 0
        self.running = True
        self.queue = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _take(self):
        octets, source = self.socket.recvfrom(65535)
        to = self.home if source[:2] == self.target else self.target
        self.passed += 1
        due = time.monotonic()
        if self.chance.random() < self.delayed:
            self.late += 1
            due += self.delay
        heapq.heappush(self.queue, (due, self.passed, octets, to))
        if self.chance.random() < self.duplicate:
            self.doubled += 1
            heapq.heappush(self.queue, (due, self.passed + 0.5, octets, to))

    def _run(self):
        while self.running:
            wait = max(0.0, min(0.05, self.queue[0][0] - time.monotonic())) if self.queue else 0.05
            if select.select([self.socket], [], [], wait)[0]:
                self._take()
            while self.queue and self.queue[0][0] <= time.monotonic():
                _, _, octets, to = heapq.heappop(self.queue)
                self.socket.sendto(octets, to)

    def close(self):
        self.running = False
        self.thread.join()
        self.socket.close()
