"""What tools/quickstart shows: two phones, a PBX with an extension, calls between them, and how good they were."""
import signal
import sys
import time

from . import audio, lab
from .baresip import Baresip
from .kamailio import Kamailio

TALK = 4.0    # seconds of each call
SHARE = 0.9   # of what is heard must be the other party's tone
DOMAIN = "lab.example"


def say(text=""):
    print(text, flush=True)


def start_parties(started):
    """Phones 1001 and 1002 behind the appliance; extension 2001 behind the PBX. Each speaks its own tone."""
    def begin(party):
        started.append(party)
        return party.start()

    begin(Kamailio())
    first = begin(Baresip("access", "1001", DOMAIN, "10.10.0.1:5060", "10.10.0.101", 5061, "secret-1001", tone=440))
    second = begin(Baresip("access", "1002", DOMAIN, "10.10.0.1:5060", "10.10.0.102", 5062, "secret-1002", tone=620))
    extension = begin(Baresip("core", "2001", DOMAIN, "10.20.0.10:5060", "10.20.0.11", 5063, tone=880))
    for party in (first, second, extension):
        party.wait_registered(20)
    return first, second, extension


def present(call_id, legs):
    detail = lab.query("call", call_id)
    row = detail["call"]
    say(detail["ladder"].rstrip())
    say(f"   codec {row['codec'] or '?'}, media {row['media']}")
    for leg in legs:
        say(f"   {leg['side']:>6} leg {leg['local']} <-> {leg['remote']}: {leg['packets_in']} packets in, {leg['packets_out']} out, "
            f"{leg['lost']} lost, jitter {leg['jitter_ms']:.2f} ms, MOS {leg['mos']:.2f}")


def judge(party, recording, frequency, problems):
    share, gap, seconds = audio.tone_share(recording, frequency) if recording else (0.0, 0.0, 0.0)
    good = share >= SHARE and seconds >= TALK * 0.6
    say(f"   {party.user} heard {frequency} Hz in {share:.0%} of {seconds:.1f} s, longest gap {gap:.1f} s{'' if good else '   <- WRONG'}")
    if not good:
        problems.append(f"{party.user} did not hear the tone of {frequency} Hz")


def call(title, caller, called, number):
    """One call, both ways listened to; what was wrong with it."""
    say(f"\n== {title}: {caller.user} calls {number}")
    problems = []
    before = {p: set(p.heard()) for p in (caller, called)}
    seen = len(caller.events)
    caller.dial(f"sip:{number}@{DOMAIN}")
    try:
        lab.wait_for(lambda: caller.seen("CALL_ESTABLISHED", seen) or caller.seen("CALL_CLOSED", seen), 15, "an answer")
        if not caller.seen("CALL_ESTABLISHED", seen):
            raise RuntimeError("refused: " + caller.seen("CALL_CLOSED", seen)[-1].get("param", "no reason"))
        time.sleep(TALK)
        rows = lab.query("calls")
        if len(rows) != 1:
            problems.append(f"the appliance tells of {len(rows)} calls in progress instead of one")
        for row in rows:
            legs = lab.query("legs", row["id"])
            present(row["id"], legs)
            least = TALK * 50 * 0.6
            for leg in legs:
                if leg["packets_in"] < least or leg["packets_out"] < least:
                    problems.append(f"the {leg['side']} leg relayed only {leg['packets_in']} packets in, {leg['packets_out']} out")
            if len(legs) != 2:
                problems.append(f"the call has {len(legs)} media legs instead of two")
    except (TimeoutError, RuntimeError) as error:
        problems.append(str(error))
        say(lab.cli("trace", number, check=False).rstrip())
    caller.hangup()
    try:
        lab.wait_for(lambda: lab.status()["calls"] == 0, 10, "the end of the call")
    except TimeoutError as error:
        problems.append(str(error))
    time.sleep(0.2)  # the phones write their recordings to the end
    for party, other in ((caller, called), (called, caller)):
        new = [r for r in party.heard() if r not in before[party]]
        judge(party, new[-1] if new else None, other.tone, problems)
    return [f"{title}: {problem}" for problem in problems]


def hang_on():
    say("\nThe lab stays. Try, in another terminal:")
    strowger = f"sudo {lab.BUILD}/tools/strowger/strowger --socket {lab.SOCKET}"
    for what in ("status", "registrations", "trace 1002", "counters", "describe realm access"):
        say(f"   {strowger} {what}")
    say(f"   sudo {lab.ROOT}/tools/lab exec access sipsak -vv -s sip:10.10.0.1")
    say("Ctrl-C ends it.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        say()


def main(stay):
    started = []
    problems = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        lab.up()
        first, second, extension = start_parties(started)
        say(lab.cli("registrations").rstrip())
        problems += call("phone to phone", first, second, "1002")
        problems += call("phone to PBX", first, extension, "2001")
        problems += call("PBX to phone", extension, second, "1002")
        say("\n== the poll-mode workers")
        say(lab.cli("counters").rstrip())
        if len(lab.cdrs()) != 3:
            problems.append(f"{len(lab.cdrs())} call records were written instead of three")
        if stay:
            hang_on()
    except (RuntimeError, TimeoutError) as error:
        problems.append(str(error))
        log = lab.RUN / "strowgerd.log"
        if log.exists():
            say("--- the end of strowgerd's log")
            say("\n".join(log.read_text(errors="replace").splitlines()[-20:]))
    except KeyboardInterrupt:
        problems.append("interrupted")
    finally:
        for party in reversed(started):
            party.stop()
            party.forget()
        lab.down()
    say()
    for problem in problems:
        say(f"quickstart: {problem}")
    say("quickstart: " + ("something is wrong" if problems else "three calls, all audio right"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main("--stay" in sys.argv[1:]))
