"""Packets through the worker's loop, in memory: bench/pipeline."""
from . import programs


def run(build, effort, results, **_):
    programs.run(build, "pipeline", effort, results)
    results.add("sip_forward.memory.msg_per_s", "1/s", [1e9 / ns for ns in results.runs("sip_forward.loop.request")])
    for name, row in list(results.rows.items()):
        if name.startswith("rtp_relay.loop."):
            legs = int(name.rsplit(".", 1)[1])
            results.add(f"rtp_relay.memory.ns_per_packet_{legs // 1000}k", "ns", row["runs"])
    if results.has("rtp_relay.two_workers.50000", "rtp_relay.loop.50000"):
        pairs = zip(results.runs("rtp_relay.two_workers.50000"), results.runs("rtp_relay.loop.50000"))
        results.add("rtp_relay.hand_off_ns", "ns", [2 * (two - one) for two, one in pairs])  # half of the packets cross
