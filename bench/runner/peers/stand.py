"""Where the peers meet: two veth pairs with a namespace in the middle for whatever forwards, a core for it and the other core for
the load. All of them get the same frames over the same devices."""
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from strowger_lab import lab

DEVICE_CORE, LOAD_CORE = 1, 0
LOSS = 0.001  # what "without loss" lets pass: a shared machine takes cores away for milliseconds


class Stand:
    def __init__(self, build, seconds):
        self.build, self.seconds = Path(build), seconds
        self.turns = 1  # of RTP streams, so far: their sequence numbers go on
        self.folder = tempfile.TemporaryDirectory(prefix="strowger-bench-")
        self.path = Path(self.folder.name)
        self.path.chmod(0o755)

    def __enter__(self):
        self.affinity = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {LOAD_CORE})  # of what starts from here, the load generators too
        lab.up(config=None)
        self.mac = self._mac("access0")
        return self

    def __exit__(self, *failure):
        os.sched_setaffinity(0, self.affinity)
        lab.down()
        self.folder.cleanup()

    def _mac(self, device):
        return json.loads(lab.run_in("sbc", "ip", "-j", "link", "show", device).stdout)[0]["address"]

    def silence(self, on):
        """The namespaces at both ends have no programs that wait for the frames: their kernels are to say nothing about it."""
        for ns in ("access", "core"):
            lab.run_in(ns, "iptables", "-t", "raw", "-A" if on else "-D", "PREROUTING", "-p", "udp", "-j", "DROP", check=on)

    def start(self, command, log, ready, environment=None, what="the peer"):
        """A program in the middle, on its core. `ready`: polled until true."""
        program = lab.Process("sbc", ["taskset", "-c", DEVICE_CORE, *command], self.path / log, environment)
        try:
            lab.wait_for(lambda: ready(program) or not program.alive(), 30, what)
            if not program.alive():
                raise RuntimeError(f"{what} ended: {program.output()[-2000:]}")
        except Exception:
            program.stop()
            raise
        return program

    def blast(self, frames, rate, out="core", rtp=False, seconds=None):
        """Sends `frames` (a file) at `rate` (0: all that goes). What the blaster says."""
        command = ["taskset", "-c", LOAD_CORE, self.build / "bench/peers/blaster", f"{lab.PREFIX}-access:eth0",
                   f"{lab.PREFIX}-{out}:eth0", frames, f"{rate:.0f}", seconds or self.seconds] + ([self.turns] if rtp else [])
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"the blaster: {done.stderr}")
        seen = json.loads(done.stdout)
        self.turns += seen["sent"] // 10 if rtp else 0  # no file has fewer streams
        return seen

    def lossless(self, frames, ceiling=None, **options):
        """The highest rate at which all comes through, by halving; two attempts a rate. (rate, highest offered)."""
        flood = self.blast(frames, 0, **options)
        offered = flood["sent"] / flood["seconds"]
        if ceiling:
            offered = min(offered, ceiling)
        low, high = 0.0, offered
        at = min(offered, 1.05 * flood["received"] / flood["seconds"])
        for _ in range(7):
            for _ in range(2):
                seen = self.blast(frames, at, **options)
                good = seen["sent"] > 0 and seen["received"] >= seen["sent"] * (1 - LOSS) and seen["refused"] == 0
                if good:
                    low = max(low, min(at, seen["sent"] / seen["seconds"]))
                    break
            if not good:
                high = at
            if high - low < 0.03 * high or low >= 0.98 * offered:
                break
            at = (low + high) / 2
        return low, offered

    def climb(self, frames, start, **options):
        """The same for a program that a flood would leave behind in another state: upwards, until something is lost."""
        rate = 0.0
        while True:
            for _ in range(3):
                seen = self.blast(frames, start, **options)
                reached = seen["sent"] / seen["seconds"]
                good = seen["received"] >= seen["sent"] * (1 - LOSS)
                if good:
                    rate = max(rate, reached)
                    if reached >= 0.95 * start:
                        break
            else:
                return rate
            start *= 1.15


def cpu_seconds(pid):
    """User and system time of a process and its children, thread by thread, to the nanosecond."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    family, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(thread_seconds(one, thread.name) for one in family for thread in threads(one))


def threads(pid):
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def thread_seconds(pid, thread):
    try:
        return int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


def cpu_a_frame(stand, pid, frames, rate, seconds, **options):
    """CPU seconds of the process a frame that came through, at a rate that it bears."""
    before = cpu_seconds(pid)
    seen = stand.blast(frames, rate, seconds=seconds, **options)
    time.sleep(0.1)
    spent = cpu_seconds(pid) - before
    if seen["received"] < 0.5 * seen["sent"]:
        raise RuntimeError(f"of {seen['sent']} frames only {seen['received']} came through: {seen}")
    return spent / seen["received"]


def listens(address, port):
    return lambda program: re.search(rf"{re.escape(address)}:{port}\b", lab.run_in("sbc", "ss", "-lun").stdout) is not None
