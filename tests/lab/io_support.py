"""Network namespaces and port drivers (tests/support/port_driver.cpp) for the tests of dataplane/io."""
import ctypes
import json
import os
import select
import signal
import socket
import struct
import subprocess
import time

BUILD = os.environ.get("STROWGER_BUILD", "build")
DRIVER = os.path.join(BUILD, "tests/support/port_driver")
FOREIGN = os.path.join(BUILD, "tests/support/foreign.bpf.o")
PATIENCE = 20  # seconds; a bound, never a wait

_libc = ctypes.CDLL(None, use_errno=True)


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stdout}")
    return done.stdout


class Namespace:
    """A network namespace of this test alone."""

    def __init__(self, name):
        self.name = f"io-{name}-{os.getpid()}"
        run("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")

    def remove(self):
        run("ip", "netns", "del", self.name, check=False)

    def ip(self, *words, check=True):
        return run("ip", "-n", self.name, *words, check=check)

    def run(self, *command, check=True):
        return run("ip", "netns", "exec", self.name, *command, check=check)

    def address(self, device, *addresses):
        for address in addresses:
            nodad = ["nodad"] if ":" in address else []
            self.ip("addr", "add", address, "dev", device, *nodad)
        self.ip("link", "set", device, "up")

    def mac(self, device):
        return json.loads(self.ip("-j", "link", "show", "dev", device))[0]["address"]

    def socket(self, family, kind, bind=None, connect=None):
        """A socket that lives in this namespace."""
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/var/run/netns/{self.name}", os.O_RDONLY)
        try:
            if _libc.setns(there, 0) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            made = socket.socket(family, kind)
        finally:
            _libc.setns(here, 0)
            os.close(here)
            os.close(there)
        made.settimeout(PATIENCE)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if bind:
            made.bind(bind)
        if connect:
            made.connect(connect)
        return made

    def udp(self, bind=None, connect=None):
        family = socket.AF_INET6 if ":" in (bind or connect)[0] else socket.AF_INET
        return self.socket(family, socket.SOCK_DGRAM, bind, connect)

    def tcp_server(self, bind):
        server = self.socket(socket.AF_INET6 if ":" in bind[0] else socket.AF_INET, socket.SOCK_STREAM, bind)
        server.listen(4)
        return server


def connect(a, a_device, b, b_device):
    """A veth pair between two namespaces."""
    run("ip", "link", "add", a_device, "netns", a.name, "type", "veth", "peer", "name", b_device, "netns", b.name)
    for namespace, device in ((a, a_device), (b, b_device)):
        namespace.ip("link", "set", device, "up")


class Driver:
    """A port in a namespace."""

    def __init__(self, namespace, capabilities=None, **options):
        limit = ["setpriv", "--bounding-set=-all," + capabilities] if capabilities else []
        words = [f"{key}={value}" for key, value in options.items()]
        command = ["ip", "netns", "exec", namespace.name, *limit, DRIVER, *words]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.buffered = b""
        self.first = self.answer()

    def answer(self):
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self.buffered:
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError("the port driver does not answer")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise AssertionError("the port driver has ended")
            self.buffered += more
        line, self.buffered = self.buffered.split(b"\n", 1)
        return json.loads(line)

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.answer()

    def quit(self):
        if self.process.stdin.closed:
            return
        if self.process.poll() is None:
            try:
                self.tell("quit")
            except BrokenPipeError:
                pass
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the port driver does not end") from None
        finally:
            self.process.stdin.close()
            self.process.stdout.close()
        ended, expected = self.process.returncode, 1 if "error" in self.first else 0
        if ended != expected:
            raise AssertionError(f"the port driver ends with {ended} instead of {expected}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.process.stdin.close()
        self.process.stdout.close()


def ask_udp(client, payload=b"hello"):
    """Sends until an answer comes: the first datagrams may wait for a neighbour."""
    client.settimeout(1)
    for _ in range(PATIENCE):
        client.send(payload)
        try:
            return client.recv(65535)
        except socket.timeout:
            continue
    raise AssertionError("no answer")


class RawClient:
    """UDP over IPv4 in frames written here, for what the kernel would not send. Answers come from the same place."""

    SOL_PACKET, PACKET_AUXDATA, PORT = 263, 8, 40000

    def __init__(self, namespace, device, their_mac, ours, theirs):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((device, 3))  # ETH_P_ALL
        self.socket.setsockopt(self.SOL_PACKET, self.PACKET_AUXDATA, 1)
        self.ethernet = bytes.fromhex(their_mac.replace(":", "") + namespace.mac(device).replace(":", ""))
        self.ours, self.theirs = socket.inet_aton(ours), socket.inet_aton(theirs)

    def close(self):
        self.socket.close()

    def send(self, port, payload, vlan=None):
        udp = struct.pack("!HHHH", self.PORT, port, 8 + len(payload), 0) + payload  # 0: no checksum
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, self.ours, self.theirs)
        total = sum(struct.unpack("!10H", ip))
        total = (total & 0xFFFF) + (total >> 16)
        ip = ip[:10] + struct.pack("!H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF) + ip[12:]
        tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
        self.socket.send(self.ethernet + tag + b"\x08\x00" + ip + udp)

    def ask(self, port, payload, vlan=None):
        """The answer's payload and VLAN (None: untagged)."""
        self.send(port, payload, vlan)
        while True:
            frame, extra, _, address = self.socket.recvmsg(65535, 256)
            if address[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\x08\x00":
                continue
            if frame[26:34] != self.theirs + self.ours or frame[34:38] != struct.pack("!HH", port, self.PORT):
                continue
            tag = None
            for level, kind, data in extra:  # the kernel hands the tag over beside the frame
                if (level, kind) == (self.SOL_PACKET, self.PACKET_AUXDATA):
                    status, tci = struct.unpack_from("<I", data)[0], struct.unpack_from("<H", data, 16)[0]
                    tag = tci & 0xFFF if status & 0x10 else None  # TP_STATUS_VLAN_VALID
            return frame[42:], tag
