"""Calls with anchored media: Strowger's B2BUA beside Kamailio with rtpengine, CPU time a call, under SIPp."""
from strowger_lab import lab
from strowger_lab.sipp import CALLEE, Sipp, caller

from . import programs
from .media import ANCHORED, PBX, PHONE
from .stand import cpu_seconds, thread_seconds

RATE, CALLS = 100, 400


def load(stand, calls):
    """That many calls; all of them must be answered and ended."""
    stand.silence(False)
    callee = Sipp("core", PBX, 5060, CALLEE)
    client = Sipp("access", PHONE, 5060, caller(hold=200), "-s", "2001", "-r", RATE, "-m", calls, "-l", 1000, target="10.10.0.1:5060")
    try:
        if client.wait(calls / RATE * 4 + 60) != 0:
            raise RuntimeError(f"not every call came to its end: {client.process.output()[-1500:]}")
    finally:
        client.stop()
        callee.stop()
        stand.silence(True)


def both(stand):
    """CPU seconds a call of Kamailio and rtpengine together."""
    engine = programs.Rtpengine(stand)
    try:
        proxy = programs.kamailio(stand, programs.CALLS)
        try:
            load(stand, 50)
            pids = (engine.process.child.pid, proxy.child.pid)
            before = sum(map(cpu_seconds, pids))
            load(stand, CALLS)
            return (sum(map(cpu_seconds, pids)) - before) / CALLS
        finally:
            proxy.stop()
    finally:
        engine.stop()


def ours(stand):
    """CPU seconds a call of the control thread, and of the worker's loops that found something."""
    program = programs.strowger(stand, ANCHORED)
    try:
        load(stand, 50)
        pid = program.child.pid
        spent = lambda: thread_seconds(pid, pid) + lab.counters()["worker.busy_ns"] / 1e9
        before = spent()
        load(stand, CALLS)
        return (spent() - before) / CALLS
    finally:
        program.stop()


def run(stand, effort, results):
    mine, theirs = [], []
    for turn in range(effort.runs):
        print(f"  calls {turn + 1}/{effort.runs}", flush=True)
        mine.append(ours(stand) * 1e9)
        theirs.append(both(stand) * 1e9)
    results.add("b2bua.veth.strowger.cpu_ns", "ns", mine)
    results.add("b2bua.veth.kamailio_rtpengine.cpu_ns", "ns", theirs)
    results.ratio("b2bua.vs_kamailio_rtpengine_cpu", theirs, mine)
