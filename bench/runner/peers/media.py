"""RTP: relayed streams."""
from strowger_lab import sip
from strowger_lab.agent import Agent
from strowger_lab.dialog import Callee, Caller

from .. import programs as benchmarks
from . import frames, programs
from .signalling import busy_a_frame
from .stand import cpu_a_frame

STREAMS = 500  # so many that no single one makes rtpengine think of a flood
ANCHORED = (("default_domain: lab.example\nhide_user_agent: true", "default_domain: lab.example\ntrusted: true\ninactivity_timeout: 0s"),
            ('targets: ["10.20.0.10:5060"]', 'targets: ["10.20.0.10:5060"]\nprobe_interval: 0s'))
PHONE, PBX = "10.10.0.100", "10.20.0.10"


def ends(stream):
    return (PHONE, 40000 + 2 * stream), (PBX, 50000 + 2 * stream)


def file_of(stand, name, targets):
    path = stand.path / name
    frames.write(path, [frames.udp(ends(i)[0], target, frames.rtp(i), stand.mac) for i, target in enumerate(targets)])
    return path


def anchored_calls(stand):
    """That many calls through strowgerd; where each caller's media must go."""
    stand.silence(False)
    phone, pbx = Agent("access", PHONE, 5070, "1001"), Agent("core", PBX, 5060, "2001")
    targets = []
    try:
        for stream in range(STREAMS):
            one, other = ends(stream)
            caller = Caller(phone, "2001", sip.sdp(*one, payloads=((8, "PCMA/8000"),)), challenged=False)
            callee = Callee(pbx)
            callee.answer(200, "OK", sip.sdp(*other, payloads=((8, "PCMA/8000"),)))
            targets.append(sip.media_of(caller.answered()))
            callee.acknowledged()
    finally:
        phone.close()
        pbx.close()
        stand.silence(True)
    return targets


def run(stand, build, effort, results):
    rates = {"testpmd": [], "strowger": [], "rtpengine": []}
    cpu, busy = [], []
    for turn in range(effort.runs):
        print(f"  RTP {turn + 1}/{effort.runs}", flush=True)
        program = programs.testpmd(stand)
        try:
            plain = file_of(stand, "rtp", [("10.10.0.1", 20000 + 2 * i) for i in range(STREAMS)])
            rates["testpmd"].append(stand.lossless(plain, rtp=True)[0])
        finally:
            program.stop()
        program = programs.strowger(stand, ANCHORED)
        try:
            streams = file_of(stand, "rtp-strowger", anchored_calls(stand))
            rates["strowger"].append(stand.lossless(streams, rtp=True)[0])
            busy.append(busy_a_frame(stand, streams, 0.5 * rates["strowger"][-1], 1.0, rtp=True))
        finally:
            program.stop()
        engine = programs.Rtpengine(stand)
        try:
            streams = file_of(stand, "rtp-rtpengine", [engine.stream(i, *ends(i)) for i in range(STREAMS)])
            rates["rtpengine"].append(stand.climb(streams, 10_000, rtp=True))
            cpu.append(cpu_a_frame(stand, engine.process.child.pid, streams, 0.6 * rates["rtpengine"][-1], 2.0, rtp=True))
        finally:
            engine.stop()
    for name, values in rates.items():
        results.add(f"rtp_relay.veth.{name}.packets_per_s", "1/s", values)
    results.ratio("rtp_relay.veth.vs_testpmd", "rtp_relay.veth.strowger.packets_per_s", "rtp_relay.veth.testpmd.packets_per_s")
    results.ratio("rtp_relay.veth.vs_rtpengine_rate", "rtp_relay.veth.strowger.packets_per_s",
                  "rtp_relay.veth.rtpengine.packets_per_s")
    results.add("rtp_relay.veth.strowger.busy_ns", "ns", [s * 1e9 for s in busy])
    results.add("rtp_relay.rtpengine.cpu_ns", "ns", [s * 1e9 for s in cpu])
    if not results.has("rtp_relay.memory.ns_per_packet_500k"):
        if not results.has("rtp_relay.loop.500000"):
            benchmarks.run(build, "pipeline", effort, results, only="rtp_relay/loop/500000", chosen={"bench_media"})
        results.add("rtp_relay.memory.ns_per_packet_500k", "ns", results.runs("rtp_relay.loop.500000"))
    results.ratio("rtp_relay.memory.vs_rtpengine_cpu", "rtp_relay.rtpengine.cpu_ns", "rtp_relay.memory.ns_per_packet_500k")
