"""docs/performance.md: what was measured, on what, how, and what stands against the targets."""
from . import machine, plot
from .results import figure, table

# (what, result, how to compare, target, unit, what would move it). The targets are the design's.
TARGETS = (
    ("SIP stateless forward in memory, one core", "sip_forward.memory.msg_per_s", ">=", 1_000_000, "messages a second"),
    ("the same against Kamailio's CPU a message", "sip_forward.memory.vs_kamailio_cpu", ">=", 60, "times"),
    ("the same over AF_XDP on veth, against testpmd", "sip_forward.veth.vs_testpmd", ">=", 0.8, "of its rate"),
    ("the same against Kamailio's rate", "sip_forward.veth.vs_kamailio_rate", ">=", 20, "times"),
    ("RTP relay in memory, 500,000 legs, software checksums", "rtp_relay.memory.ns_per_packet_500k", "<=", 90, "ns a packet"),
    ("the same against rtpengine's CPU a packet", "rtp_relay.memory.vs_rtpengine_cpu", ">=", 80, "times"),
    ("RTP relay over AF_XDP on veth, against testpmd", "rtp_relay.veth.vs_testpmd", ">=", 0.9, "of its rate"),
    ("tokenise with header ids, against a memchr loop", "tokenise.vs_memchr", "<=", 0.75, "of its time"),
    ("B2BUA calls with anchored media, one control thread", "b2bua.calls_per_s", ">=", 15_000, "calls a second"),
    ("REGISTER refresh with digest", "register.per_s", ">=", 150_000, "a second"),
    ("memory of an anchored call", "memory.bytes_per_call", "<=", 4096, "bytes"),
    ("memory of a registration in tables", "memory.bytes_per_binding", "<=", 300, "bytes"),
    ("at ten times the rated calls, completed of the rated", "overload.completed_of_rated", ">=", 0.95, "share"),
)

HEAD = """# Performance

This page is written by `sudo tools/bench --report`; its figures are of one run of it. Absolute figures belong to the machine below.
Ratios are of pairs that were measured one after the other in the same run, and are what to compare.

## The machine

{machine}

No NIC took part. "In memory" means that the ports are rings in the process: everything from rx to tx is the product, the device costs
nothing. "On veth" means AF_XDP on veth pairs between network namespaces, where the kernel copies every packet twice; the rate of
testpmd on the same devices is the device's limit, not any program's.

## Method

- Every figure is the median of {runs} runs; minimum and maximum stand beside it in the last section. Runs of things that are compared
  alternate.
- CPU time is that of the thread (`CLOCK_THREAD_CPUTIME_ID`), or of the process with its children from `/proc` for the peers, or, for
  stages, TSC cycles with the median over turns.
- In memory, 256 packets wait in the port and the worker's own loop takes them: 64 a burst, their headers in the cache, legs and
  messages at random. Checksums are computed in full in software.
- On veth the load is `bench/peers`: an open loop over AF_PACKET on one core, with the program under test on the other one. "Without
  loss" lets 1 packet in 1000 go, since a virtual machine is stopped for milliseconds at times. Between two testpmd ports the load reaches
  what `sip_forward.veth.generator.msg_per_s` says: where testpmd's figure is close to it, the load is the limit.
- Kamailio runs with one child, without transactions, checks and Record-Route: `forward()` alone. rtpengine runs in user space with one
  thread. Strowger does all that RFC 3261 16.11 asks, with two Record-Routes.
- Calls and registrations: the daemon itself in one process with its worker and a load of its own (`bench/control`); the CPU time is the
  control thread's. A call is INVITE, 100, 180, 200, ACK, BYE and 200 on both sides, with two media legs installed and removed.
"""


def facts_table():
    facts = machine.facts()
    caches = ", ".join(f"{name.replace(' cache', '')} {size}" for name, size in facts["caches"].items())
    rows = [("CPU", f"{facts['cpu']}, {facts['cores']} cores, {facts['mhz']} MHz, {facts['vector']}"
             + (", virtual machine" if facts["virtual"] else "")), ("caches", caches), ("memory", f"{facts['memory_gb']} GB, "
             f"{facts['huge_pages']} huge pages reserved"), ("kernel", facts["kernel"]), ("compiler", f"g++ {facts['compiler']}, release build"),
            ("packages", ", ".join(f"{name} {version}" for name, version in facts["packages"].items())), ("commit", facts["commit"])]
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)


def met(value, how, target):
    return value >= target if how == ">=" else value <= target


def against_targets(results):
    out = ["| what | measured | target | |", "|---|---|---|---|"]
    for what, name, how, target, unit in TARGETS:
        if not results.has(name):
            out.append(f"| {what} (`{name}`) | not measured in this run | {how} {figure(target)} {unit} | |")
            continue
        row = results.rows[name]
        out.append(f"| {what} (`{name}`) | **{figure(row['value'])}** ({figure(row['min'])} to {figure(row['max'])}) | {how} {figure(target)} "
                   f"{unit} | {'met' if met(row['value'], how, target) else 'not met'} |")
    return "\n".join(out)


def stages_of(results, case):
    """Stage names to cycles of one case."""
    start = f"stages.{case}."
    return {name[len(start):]: row["value"] for name, row in results.rows.items() if name.startswith(start) and "." not in name[len(start):]
            and row["value"] > 3}


def missed(results):
    """For each target that is not met: where the time goes, and what would move it."""
    out = []
    has, value = results.has, results.value

    def say(name, text):
        for _, one, how, target, _ in TARGETS:
            if one == name and has(name) and not met(value(name), how, target):
                out.append(f"- **{name}**: {text}")

    def share(case):
        parts = stages_of(results, case)
        total = sum(parts.values()) or 1
        return ", ".join(f"{name} {cycles:.0f} ({cycles / total:.0%})" for name, cycles in sorted(parts.items(), key=lambda p: -p[1]))

    say("sip_forward.memory.msg_per_s", f"cycles a message: {share('sip.request')}. Most is `route`, which no single part rules: of "
        "the instructions of the whole way (callgrind on `bench_sip_forward`) tokenising takes 19 %, the dial plan and the choice of a target 18 %, "
        "Via, Record-Route and the other changes 16 %, reading Via, From and To 13 %, and the new packet with its checksum 12 %. Each of these "
        "would have to be halved.")
    say("rtp_relay.memory.ns_per_packet_500k", f"cycles a packet: {share('rtp.500000')}. Against 1,000 legs ({share('rtp.1000')}) the rest is what "
        "memory costs: one line a leg that no cache holds. What both have is computation; wider vectors for the checksum (about a quarter of the "
        "rtp stage) and a device that computes checksums would move it.")
    say("tokenise.vs_memchr", "the memchr loop of the C library finds neither ids nor faults. Line ends alone cost less than that loop; what is paid for is the header "
        "ids and the checks, one field after the other (`tokenise.scalar` and the vector twins stand in the last section).")
    for one in ("sip_forward.veth.vs_testpmd", "rtp_relay.veth.vs_testpmd"):
        say(one, "here the device is the limit: a message costs microseconds of the kernel's copying on the program's own core (`.busy_ns`), of which "
            "our part is what the figures in memory say. testpmd sends the frame it got; we send another one"
            + (", which is 240 octets longer." if one.startswith("sip") else "."))
    say("b2bua.calls_per_s", "one thread does all of a call's signalling. The profile of the control thread (perf or valgrind on `bench_calls`) "
        "says where: formatting and copying of headers, the transaction index, records.")
    say("register.per_s", "a worker has tokenised the REGISTER and verified its credentials (`digest.registers.verified_md5`); the control thread copies it, "
        "looks up account, nonce's count and bindings, plans, applies and answers. Most of that is waiting for memory.")
    say("memory.bytes_per_call", "the worker's two legs are the smaller part; the rest is the control plane's heap for two dialogs, two sides of media "
        "and the messages that are kept for the call. Which of them can go once the call is up has not been looked at yet.")
    part = lambda name: f"{100 * value(name):.1f} %" if has(name) else "a part"
    say("overload.completed_of_rated", "where the machine has two cores, the control thread has one and the load and the worker share the other. A CPU "
        f"second of the control thread completes {value('overload.completed_per_cpu_of_rated') if has('overload.completed_per_cpu_of_rated') else 0:.2f} "
        "times the calls that it completes at the rated rate: what is missing beyond that was taken by other programs. "
        f"{part('overload.refused_share')} of the calls got a 503; a worker writes at most 25,000 of them a second. "
        f"Calls in progress lost {part('overload.media_lost_share')} of their media meanwhile.")
    say("sip_forward.memory.vs_kamailio_cpu", "follows from the messages a second in memory.")
    say("sip_forward.veth.vs_kamailio_rate", "follows from the rate on veth, whose limit is the device.")
    say("rtp_relay.memory.vs_rtpengine_cpu", "follows from the nanoseconds a packet in memory; rtpengine's own figure is mostly the kernel's.")
    return "\n".join(out) or "Every target that this run measured is met."


def plots(results, folder):
    """Writes what the results allow; lines of Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    out = []

    def put(name, svg, text):
        (folder / f"{name}.svg").write_text(svg)
        out.append(f"![{text}](performance/{name}.svg)\n")

    rows = [(label, stages_of(results, case)) for label, case in (
        ("INVITE", "sip.request"), ("response", "sip.response"), ("request in a dialog", "sip.in_dialog"),
        ("hidden INVITE", "sip.hidden_request"), ("hidden response", "sip.hidden_response"), ("hidden request in a dialog", "sip.hidden_in_dialog"))]
    if all(parts for _, parts in rows):
        put("stages_sip", plot.parts("SIP forwarded stateless: cycles a message by stage", rows, "cycles"), "cycles of SIP by stage")
    rows = [(f"{legs:,} legs", stages_of(results, f"rtp.{legs}")) for legs in (1000, 50000, 500000)]
    if all(parts for _, parts in rows):
        put("stages_rtp", plot.parts("RTP relayed: cycles a packet by stage", rows, "cycles"), "cycles of RTP by stage")
    legs = [(n, results.value(f"rtp_relay.loop.{n}")) for n in (1000, 50000, 500000) if results.has(f"rtp_relay.loop.{n}")]
    if len(legs) > 1:
        put("rtp_legs", plot.lines("RTP through the whole loop", {"relay": legs}, "legs", "ns a packet"), "RTP by legs")
    bursts = [(n, results.value(f"bursts.rtp.{n}.cycles")) for n in (1, 4, 16, 32, 64) if results.has(f"bursts.rtp.{n}.cycles")]
    if len(bursts) > 1:
        put("rtp_bursts", plot.lines("RTP by packets in a burst", {"relay": bursts}, "packets in a burst", "cycles a packet"), "RTP by burst")
    rules = [(n, results.value(f"sip_forward.loop.rules.{n}")) for n in (10, 1000, 10000) if results.has(f"sip_forward.loop.rules.{n}")]
    if len(rules) > 1:
        put("sip_rules", plot.lines("An INVITE by rules of the dial plan", {"forward": rules}, "rules", "ns a message"), "SIP by rules")
    for kind, unit, peer, what in (("sip_forward", "msg_per_s", "kamailio", "SIP messages"), ("rtp_relay", "packets_per_s", "rtpengine", "RTP packets")):
        names = [(p, f"{kind}.veth.{p}.{unit}") for p in ("testpmd", "strowger", peer)]
        if results.has(*(name for _, name in names)) and all(results.value(name) > 0 for _, name in names):
            put(f"veth_{kind}", plot.bars(f"{what} a second without loss, on veth", [(p, results.value(name)) for p, name in names], "/s"),
                f"{what} a second on veth")
    cpu = [(label, name) for label, name in (("Kamailio, a SIP message", "sip_forward.kamailio.cpu_ns"),
                                             ("Strowger, a SIP message", "sip_forward.loop.request"),
                                             ("rtpengine, an RTP packet", "rtp_relay.rtpengine.cpu_ns"),
                                             ("Strowger, an RTP packet", "rtp_relay.loop.500000")) if results.has(name)]
    if len(cpu) > 1:
        put("cpu", plot.bars("CPU time (logarithmic)", [(label, results.value(name)) for label, name in cpu], "ns", logarithmic=True), "CPU time")
    return "\n".join(out)


def unmeasured(results):
    """What belongs to a whole run and is not in this one."""
    out = []
    if not any(name.startswith("location.") for name in results.rows):
        out.append("- The tables of contacts and bindings at 1 and 8 million entries (`tools/bench micro` without `--quick`).")
    if max(len(row["runs"]) for row in results.rows.values()) < 5:
        out.append("- Five runs of everything: this was a quick one.")
    return out


def write(root, results):
    folder = root / "docs/performance"
    runs = max((len(row["runs"]) for row in results.rows.values()), default=0)
    text = [HEAD.format(machine=facts_table(), runs=runs), "## Against the targets\n", against_targets(results), "",
            "## Where a target is not met\n", missed(results), ""]
    if results.notes:
        text += ["## Notes of this run\n", *(f"- {note}" for note in results.notes), ""]
    text += ["## Plots\n", plots(results, folder), "## What was not measured\n", *unmeasured(results),
             "- NICs with DMA and offloads, and more than one core for the worker: the machine has neither.",
             "- The kernel's share of the work for a packet that is done on the load's core, for any program.",
             "- Speech quality under load.", "",
             "## Every figure\n", "`sudo tools/bench` prints it again; `tools/bench --json FILE` keeps it. With all runs: [figures.json](performance/figures.json).\n", "```", *table(results), "```", ""]
    (root / "docs/performance.md").write_text("\n".join(text))
    results.save(folder / "figures.json")
    print(f"wrote {(root / 'docs/performance.md').relative_to(root)}")
