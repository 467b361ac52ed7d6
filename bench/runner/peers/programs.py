"""The peers: each is started for the time of its measurement, with the settings that favour it."""
from strowger_lab import lab, sockets

from . import stand

KAMAILIO = """
debug=0
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
use_dns_cache=no
listen=udp:10.10.0.1:5060
{more}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
{modules}
request_route {{
{route}
}}
"""
# No transaction, no Record-Route, no checks: what the program does least for a message that it forwards.
FORWARD = {"more": "", "modules": 'loadmodule "pv.so"', "route": '    $du = "sip:10.20.0.10:5060";\n    forward();'}
# No authentication, bindings in memory only.
REGISTRAR = {"more": "", "modules": 'loadmodule "sl.so"\nloadmodule "usrloc.so"\nloadmodule "registrar.so"\nmodparam("usrloc", "db_mode", 0)\n'
             'modparam("usrloc", "hash_size", 16)', "route": '    save("location");'}

# Calls with transactions, their media through rtpengine: what a B2BUA with anchored media is compared with.
CALLS = {"more": "listen=udp:10.20.0.1:5060\nmhomed=1",
         "modules": "\n".join(f'loadmodule "{name}.so"' for name in ("tm", "sl", "rr", "pv", "textops", "siputils", "rtpengine"))
         + '\nmodparam("rtpengine", "rtpengine_sock", "udp:127.0.0.1:2223")',
         "route": """    if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
    if (has_totag()) {
        if (is_method("BYE")) rtpengine_delete();
        loose_route();
        t_relay();
        exit;
    }
    record_route();
    rtpengine_offer("direction=access direction=core trust-address replace-origin");
    t_on_reply("answers");
    $du = "sip:10.20.0.10:5060";
    t_relay();
}
onreply_route[answers] {
    if (has_body("application/sdp")) rtpengine_answer("trust-address replace-origin");"""}


def kamailio(at, what):
    config = at.path / "kamailio.cfg"
    config.write_text(KAMAILIO.format(**what))
    return at.start(["kamailio", "-DD", "-E", "-f", config, "-Y", at.path, "-P", at.path / "kamailio.pid", "-m", "256", "-M", "32"],
                    "kamailio.log", stand.listens("10.10.0.1", 5060), what="Kamailio")


def testpmd(at):
    """Frames of one device go out of the other, untouched: what the devices allow."""
    device = lambda n, name: f"--vdev=net_af_xdp{n},iface={name},start_queue=0,queue_count=1,busy_budget=0"
    return at.start(["dpdk-testpmd", f"--lcores=(0-1)@{stand.DEVICE_CORE}", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                     "-m", "256", device(0, "access0"), device(1, "core0"), "--", "--forward-mode=io", "--auto-start", "--burst=64",
                     "--stats-period=3600", "--total-num-mbufs=16384", "--no-mlockall"],
                    "testpmd.log", lambda program: "Press enter" in program.output() or "start packet forwarding" in program.output()
                    or "io packet forwarding" in program.output(), what="testpmd")


def bencode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(bencode(k) + bencode(value[k]) for k in sorted(value)) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(bencode(v) for v in value) + b"e"
    data = value.encode()
    return str(len(data)).encode() + b":" + data


class Rtpengine:
    """User space only, one thread; streams between 10.10.0.100 and 10.20.0.10."""

    def __init__(self, at):
        self.process = at.start(
            ["rtpengine", "--foreground", "--log-stderr", "--log-level=2", "--table=-1", "--interface=access/10.10.0.1",
             "--interface=core/10.20.0.1", "--listen-ng=127.0.0.1:2223", "--num-threads=1", "--port-min=20000", "--port-max=29999",
             f"--pidfile={at.path}/rtpengine.pid"], "rtpengine.log", stand.listens("127.0.0.1", 2223), what="rtpengine")
        self.socket = sockets.udp("sbc", "127.0.0.1")
        self.socket.settimeout(5)
        self.cookie = 0

    def ask(self, **message):
        self.cookie += 1
        self.socket.sendto(b"%d " % self.cookie + bencode({k.replace("_", "-"): v for k, v in message.items()}), ("127.0.0.1", 2223))
        answer = self.socket.recv(65535)
        if b"6:result2:ok" not in answer:
            raise RuntimeError(f"rtpengine said {answer!r}")
        return answer

    def stream(self, number, from_, to):
        """Where `from_` (address, port) must send to so that it goes to `to`."""
        sdp = lambda end: (f"v=0\r\no=- 1 1 IN IP4 {end[0]}\r\ns=-\r\nc=IN IP4 {end[0]}\r\nt=0 0\r\nm=audio {end[1]} RTP/AVP 8\r\n"
                           "a=rtpmap:8 PCMA/8000\r\n")
        call = {"call_id": f"bench-{number}", "from_tag": f"f{number}", "flags": ["trust-address"], "replace": ["origin"]}
        self.ask(command="offer", sdp=sdp(from_), direction=["access", "core"], **call)
        answer = self.ask(command="answer", sdp=sdp(to), to_tag=f"t{number}", **call).decode()
        return "10.10.0.1", int(answer.split("m=audio ")[1].split()[0])

    def stop(self):
        self.socket.close()
        self.process.stop()


def strowger(at, changes, added=""):
    """strowgerd on AF_XDP with configs/lab.yaml, changed."""
    text = (lab.ROOT / "configs/lab.yaml").read_text()
    for old, new in changes:
        if old not in text:
            raise RuntimeError(f"configs/lab.yaml has no {old!r}")
        text = text.replace(old, new)
    config = at.path / "strowger.yaml"
    config.write_text(text + added)
    lab.RUN.mkdir(parents=True, exist_ok=True)
    lab.SOCKET.unlink(missing_ok=True)
    program = at.start([at.build / "controlplane/strowgerd", "--config", config, "--state", at.path / "state", "--socket", lab.SOCKET],
                       "strowgerd.log", lambda _: lab.SOCKET.exists(), what="strowgerd")
    lab.wait_for(lambda: lab.counters()["worker.sleeps"] > 0, 10, "a worker that runs")
    return program
