"""Every benchmark that needs no root runs once, for as short as possible, and the names that are promised are there.

   smoke_test.py BUILD"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = {"1/s", "ns", "us", "ratio", "bytes", "cycles", "share"}
PROMISED = """tokenise.vs_memchr message.routable message.edit digest.md5 digest.sha256 location.find.1000 location.put.1000
binding.lookup.1000 binding.refresh.1000 leg.find.1000 relay.software.1000 fib.routes.10 fib.neighbours.10 dialplan.find.10
timer.start_cancel.1000 timer.fire transaction.server transaction.match transaction.client
sip_forward.memory.msg_per_s sip_forward.loop.request sip_forward.loop.response sip_forward.loop.in_dialog
sip_forward.loop.hidden_request sip_forward.loop.hidden_response sip_forward.loop.hidden_in_dialog digest_firewall.challenged.1000
rtp_relay.memory.ns_per_packet_1k rtp_relay.memory.ns_per_packet_50k rtp_relay.hand_off_ns
stages.rtp.50000.classify stages.rtp.50000.rtp stages.sip.request.tokenise stages.sip.request.route bursts.rtp.1.cycles
register.per_s memory.bytes_per_binding b2bua.calls_per_s memory.bytes_per_call
overload.completed_of_rated overload.completed_per_cpu_of_rated overload.media_lost_share flood.calls_lost_share flood.media_lost_share""".split()

with tempfile.TemporaryDirectory(prefix="strowger-bench-") as folder:
    out = Path(folder, "figures.json")
    done = subprocess.run([sys.executable, "-m", "runner", "--smoke", "--build", sys.argv[1], "--json", str(out), "micro", "pipeline",
                           "control", "overload"], cwd=ROOT, env={"PYTHONPATH": str(ROOT / "bench"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                                      "PYTHONDONTWRITEBYTECODE": "1"})
    if done.returncode != 0:
        sys.exit(f"the runner ended with {done.returncode}")
    figures = json.loads(out.read_text())

problems = [f"{name} is not there" for name in PROMISED if name not in figures]
for name, row in figures.items():
    if row["unit"] not in UNITS:
        problems.append(f"{name} has the unit {row['unit']}, which none knows")
    may_be_none = row["unit"] == "share" or name == "rtp_relay.hand_off_ns"
    if not row["min"] <= row["value"] <= row["max"] or (row["value"] <= 0 and not may_be_none):
        problems.append(f"{name} is {row}")
print("\n".join(problems) or f"{len(figures)} figures, {len(PROMISED)} of them promised")
sys.exit(1 if problems else 0)
