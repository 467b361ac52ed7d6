"""A real phone: baresip without sound card, steered over its control socket."""
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from . import lab

MODULES = "/usr/lib/baresip/modules"


class Baresip:
    """One phone in a namespace. `tone` is what it says; what it hears is recorded."""

    def __init__(self, namespace, user, domain, proxy, address, port=5060, password="", tone=440, register=True,
                 codecs="pcmu,pcma", answer="auto", extra="", control=None):
        self.namespace, self.user, self.domain, self.address, self.port = namespace, user, domain, address, port
        self.folder = Path(tempfile.mkdtemp(prefix=f"baresip-{user}-"))
        self.control = control or 4444 + port % 1000
        self.tone = tone
        host = f"[{address}]" if ":" in address else address
        (self.folder / "config").write_text(f"""
sip_listen {host}:{port}
sip_verify_server no
call_max_calls 16
call_local_timeout 60
audio_player aubridge,nil
audio_source ausine,{tone}
audio_alert aubridge,nil
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 2
auplay_channels 2
rtp_stats no
rtp_ports {10000 + (port % 100) * 100}-{10099 + (port % 100) * 100}
jitter_buffer_type fixed
jitter_buffer_delay 2-8
module_path {MODULES}
module g711.so
module g722.so
module account.so
module ausine.so
module aubridge.so
module sndfile.so
module uuid.so
module ctrl_tcp.so
module_app menu.so
snd_path {self.folder}
ctrl_tcp_listen 127.0.0.1:{self.control}
""")
        auth = f";auth_user={user};auth_pass={password}" if password else ""
        outbound = f";outbound=\"sip:{proxy};transport=udp\"" if proxy else ""
        (self.folder / "accounts").write_text(
            f"<sip:{user}@{domain};transport=udp>{auth}{outbound};regint={600 if register else 0}"
            f";answermode={answer};audio_codecs={codecs}{extra}\n")
        (self.folder / "contacts").write_text("")
        self.process = None
        self.events = []
        self.socket = None

    def start(self):
        self.process = lab.Process(self.namespace, ["baresip", "-f", self.folder], self.folder / "log")
        # The control socket lies in the phone's own namespace: a helper there joins it to a pipe.
        self.bridge = None
        lab.wait_for(self._connect, 10, f"baresip {self.user}'s control socket")
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def _connect(self):
        if not self.process.alive():
            raise RuntimeError(f"baresip {self.user} ended: {self.process.output()[-800:]}")
        self.bridge = subprocess.Popen(
            ["ip", "netns", "exec", f"{lab.PREFIX}-{self.namespace}", "python3", "-u", "-c", _BRIDGE, str(self.control)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        if self.bridge.stdout.read(1) == b"+":
            return True
        self.bridge.wait()
        return False

    def _read(self):
        data = b""
        while chunk := os.read(self.bridge.stdout.fileno(), 65536):
            data += chunk
            while b":" in data:
                length, rest = data.split(b":", 1)
                if not length.isdigit() or len(rest) < int(length) + 1:
                    break
                self.events.append(json.loads(rest[:int(length)]))
                data = rest[int(length) + 1:]

    def command(self, name, parameters=""):
        text = json.dumps({"command": name, "params": parameters, "token": str(time.monotonic())})
        self.bridge.stdin.write(f"{len(text)}:{text},".encode())
        self.bridge.stdin.flush()

    def seen(self, kind, since=0):
        """The events of that type from index `since` on."""
        return [e for e in self.events[since:] if e.get("type") == kind]

    def wait(self, kind, seconds=10.0, since=0):
        return lab.wait_for(lambda: self.seen(kind, since), seconds, f"{kind} at phone {self.user}")[-1]

    def wait_registered(self, seconds=10.0):
        # It may have been done before the control socket was open: the log knows.
        lab.wait_for(lambda: "200 OK" in self.process.output() or self.seen("REGISTER_OK"), seconds,
                     f"registration of phone {self.user}")

    def dial(self, uri):
        self.command("dial", uri)

    def hangup(self):
        self.command("hangup")

    def hold(self):
        self.command("hold")

    def resume(self):
        self.command("resume")

    def heard(self):
        """Recordings of what this phone decoded, newest last."""
        return sorted(self.folder.glob("dump-*-dec.wav"), key=lambda p: p.stat().st_mtime)

    def stop(self):
        if self.bridge is not None and self.bridge.poll() is None:
            try:
                self.command("quit")
                time.sleep(0.2)
            except (BrokenPipeError, ValueError):
                pass
            self.bridge.kill()
            self.bridge.wait()
        if self.process is not None:
            self.process.stop()

    def forget(self):
        shutil.rmtree(self.folder, ignore_errors=True)


_BRIDGE = """
import os, socket, sys, threading
s = socket.socket()
try:
    s.connect(("127.0.0.1", int(sys.argv[1])))
except OSError:
    os.write(1, b"-"); sys.exit(0)
os.write(1, b"+")
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
    os._exit(0)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
"""
