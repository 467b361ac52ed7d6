"""Namespaces, processes inside them, and the appliance's command line."""
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("STROWGER_BUILD", ROOT / "build"))
PREFIX = os.environ.get("STROWGER_LAB", "stw")
RUN = Path("/run/strowger-lab" + ("" if PREFIX == "stw" else f"-{PREFIX}"))
SOCKET = RUN / "control.sock"


def lab(*arguments):
    """tools/lab; raises with its output when it fails."""
    command = [str(ROOT / "tools/lab"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def up(config="configs/lab.yaml"):
    """Namespaces and, unless config is None, strowgerd; for as long as this process lives."""
    lab("up", "--build", BUILD, "--owner", os.getpid(), *(["--config", ROOT / config] if config else []))


def down():
    lab("down")


def run_in(namespace, *command, **options):
    return subprocess.run(["ip", "netns", "exec", f"{PREFIX}-{namespace}", *map(str, command)], capture_output=True,
                          text=True, **options)


def cli(*arguments, check=True):
    """strowger on the lab's socket; its standard output."""
    done = subprocess.run([str(BUILD / "tools/strowger/strowger"), "--socket", str(SOCKET), *map(str, arguments)],
                          capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"strowger {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


def query(*arguments):
    """The same with --json, as values."""
    return json.loads(cli(*arguments, "--json"))


class Follower:
    """A command that goes on, with --json: what it has printed so far, as values."""

    def __init__(self, *arguments):
        self.file = tempfile.NamedTemporaryFile()
        self.child = subprocess.Popen([str(BUILD / "tools/strowger/strowger"), "--socket", str(SOCKET), *map(str, arguments)],
                                      stdout=self.file, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def lines(self):
        return [json.loads(line) for line in Path(self.file.name).read_bytes().split(b"\n")[:-1]]

    def stop(self):
        self.child.terminate()
        self.child.wait()
        self.file.close()


def status():
    answer = query("status")
    return answer[0] if isinstance(answer, list) else answer


def counters():
    return {row["name"]: row["value"] for row in query("counters", "--all")}


def cdrs():
    path = RUN / "state/cdr.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(condition, seconds=10.0, what="the condition"):
    """Polls until condition() is true; its value. Raises after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        time.sleep(0.05)


class Process:
    """A program in a namespace; ended by its own process id, never by name."""

    def __init__(self, namespace, command, log, environment=None):
        self.log = Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.log, "wb")
        self.child = subprocess.Popen(["ip", "netns", "exec", f"{PREFIX}-{namespace}", *map(str, command)],
                                      stdout=self.file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                      env={**os.environ, **(environment or {})})

    def alive(self):
        return self.child.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self, how=signal.SIGTERM, patience=3.0):
        if self.alive():
            self.child.send_signal(how)
            try:
                self.child.wait(patience)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.file.close()


class Daemon:
    """The running strowgerd of the lab."""

    @staticmethod
    def pid():
        return int((RUN / "strowgerd.pid").read_text())

    @staticmethod
    def kill(how=signal.SIGKILL):
        pid = Daemon.pid()
        os.kill(pid, how)
        for _ in range(100):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)

    @staticmethod
    def start(config="configs/lab.yaml"):
        """Again, after kill(), on the same state."""
        SOCKET.unlink(missing_ok=True)
        with open(RUN / "strowgerd.log", "ab") as log:
            child = subprocess.Popen(["ip", "netns", "exec", f"{PREFIX}-sbc", str(BUILD / "controlplane/strowgerd"), "--config",
                                      str(ROOT / config), "--state", str(RUN / "state"), "--socket", str(SOCKET)],
                                     stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        (RUN / "strowgerd.pid").write_text(str(child.pid))
        wait_for(lambda: SOCKET.exists() or child.poll() is not None, 30, "the control socket")
        if child.poll() is not None:
            raise RuntimeError((RUN / "strowgerd.log").read_text()[-2000:])
        return child
