"""SIP: stateless forwarding, and Kamailio's registrar."""
import time

from .. import programs as benchmarks
from . import frames, programs
from .stand import cpu_a_frame

STATELESS = (("default_domain: lab.example\nhide_user_agent: true", "default_domain: lab.example\npolicy: stateless\ntrusted: true"),
             ("default_domain: lab.example\ntrusted: true", "default_domain: lab.example\ntrusted: true\npolicy: stateless"),
             ('targets: ["10.20.0.10:5060"]', 'targets: ["10.20.0.10:5060"]\nprobe_interval: 0s'),
             ('targets: ["10.20.0.20:5060;weight=2", "10.20.0.21:5060"]',
              'targets: ["10.20.0.20:5060;weight=2", "10.20.0.21:5060"]\nprobe_interval: 0s'))
MESSAGES = 512


def run(stand, build, effort, results):
    phone, appliance = ("10.10.0.100", 5060), ("10.10.0.1", 5060)
    invites = stand.path / "invites"
    frames.write(invites, [frames.udp(phone, appliance, frames.invite(n), stand.mac) for n in range(MESSAGES)])
    registers = stand.path / "registers"
    frames.write(registers, [frames.udp(phone, appliance, frames.register(n), stand.mac) for n in range(10000)])
    rates = {"testpmd": [], "strowger": [], "kamailio": []}
    kamailio_cpu, registrar_cpu, strowger_busy, offered = [], [], [], []
    for turn in range(effort.runs):
        print(f"  SIP {turn + 1}/{effort.runs}", flush=True)
        program = programs.testpmd(stand)
        try:
            rate, most = stand.lossless(invites)
            rates["testpmd"].append(rate)
            offered.append(most)
        finally:
            program.stop()
        program = programs.strowger(stand, STATELESS)
        try:
            rates["strowger"].append(stand.lossless(invites)[0])
            strowger_busy.append(busy_a_frame(stand, invites, 0.5 * rates["strowger"][-1], 1.0))
        finally:
            program.stop()
        program = programs.kamailio(stand, programs.FORWARD)
        try:
            rates["kamailio"].append(stand.lossless(invites)[0])
            kamailio_cpu.append(cpu_a_frame(stand, program.child.pid, invites, 0.6 * rates["kamailio"][-1], 2.0))
        finally:
            program.stop()
        program = programs.kamailio(stand, programs.REGISTRAR)
        try:
            registrar_cpu.append(cpu_a_frame(stand, program.child.pid, registers, 5000, 2.0, out="access"))
        finally:
            program.stop()
    for name, values in rates.items():
        results.add(f"sip_forward.veth.{name}.msg_per_s", "1/s", values)
    results.add("sip_forward.veth.generator.msg_per_s", "1/s", offered)
    results.ratio("sip_forward.veth.vs_testpmd", "sip_forward.veth.strowger.msg_per_s", "sip_forward.veth.testpmd.msg_per_s")
    results.ratio("sip_forward.veth.vs_kamailio_rate", "sip_forward.veth.strowger.msg_per_s", "sip_forward.veth.kamailio.msg_per_s")
    results.add("sip_forward.veth.strowger.busy_ns", "ns", [s * 1e9 for s in strowger_busy])
    results.add("sip_forward.kamailio.cpu_ns", "ns", [s * 1e9 for s in kamailio_cpu])
    results.add("register.kamailio.cpu_ns", "ns", [s * 1e9 for s in registrar_cpu])
    if not results.has("sip_forward.loop.request"):
        benchmarks.run(build, "pipeline", effort, results, only="sip_forward/loop/request", chosen={"bench_sip_forward"})
    if not results.has("register.md5"):
        benchmarks.run(build, "control", effort, results, only="register/md5", chosen={"bench_register"})
    results.ratio("sip_forward.memory.vs_kamailio_cpu", "sip_forward.kamailio.cpu_ns", "sip_forward.loop.request")
    # Ours with digest authentication, theirs without.
    results.ratio("register.vs_kamailio_cpu", "register.kamailio.cpu_ns", "register.md5")


def busy_a_frame(stand, file, rate, seconds, **options):
    """Seconds that the worker was at work for a frame: its loops that found something."""
    from strowger_lab import lab
    before = lab.counters()["worker.busy_ns"]
    seen = stand.blast(file, rate, seconds=seconds, **options)
    time.sleep(0.1)
    return (lab.counters()["worker.busy_ns"] - before) / 1e9 / max(seen["received"], 1)
