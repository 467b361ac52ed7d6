"""What the lab tests share: one lab a class, agents that are closed again, and books that are back to the start."""
import fcntl
import tempfile
import time
import unittest
from pathlib import Path

from . import lab, sip
from .agent import Agent
from .dialog import Callee, Caller
from .media import Stream

PHONE, PHONE6, OTHER = "10.10.0.101", "fd10:a::101", "10.10.0.102"
PBX, PBX6, CARRIER = "10.20.0.10", "fd10:b::10", "10.20.0.20"


class LabCase(unittest.TestCase):
    changes = ()  # (text, replacement) in configs/lab.yaml
    added = ""    # resources behind it
    config = None

    @classmethod
    def setUpClass(cls):
        cls.lock = open(f"/run/lock/strowger-lab-{lab.PREFIX}", "w")
        fcntl.flock(cls.lock, fcntl.LOCK_EX)  # there is one lab on a machine
        text = (lab.ROOT / "configs/lab.yaml").read_text()
        for old, new in cls.changes:
            assert old in text, f"configs/lab.yaml has no {old!r}"
            text = text.replace(old, new)
        cls.folder = tempfile.TemporaryDirectory(prefix="strowger-lab-")
        cls.config = Path(cls.folder.name, "lab.yaml")
        cls.config.write_text(text + (f"---\n{cls.added}" if cls.added else ""))
        try:
            cls.lay_out()
        except Exception:
            cls.tearDownClass()
            raise

    @classmethod
    def lay_out(cls):
        lab.up(cls.config)

    @classmethod
    def tearDownClass(cls):
        lab.down()
        cls.folder.cleanup()
        cls.lock.close()

    def agent(self, namespace="access", address=PHONE, port=5060, user="1001", register=False, **options):
        agent = Agent(namespace, address, port, user, **options)
        self.addCleanup(agent.close)
        if register:
            self.assertEqual(agent.register().code, 200)
            self.addCleanup(self.leave, agent)
        return agent

    @staticmethod
    def leave(agent):
        """Off the register, or the next test's calls would ring a phone that is gone."""
        if agent.open:
            agent.waiting.clear()
            agent.register(expires=0)

    def pbx(self, address=PBX):
        return self.agent("core", address, 5060, "2001")

    def stream(self, namespace, address, port, **options):
        stream = Stream(namespace, address, port, **options)
        self.addCleanup(stream.close)
        return stream

    def connect(self, caller_agent, callee_agent, number="2001", caller_media=(PHONE, 4000), callee_media=(PBX, 4100)):
        """A call that is answered: (caller, callee, the 200)."""
        caller = Caller(caller_agent, number, sip.sdp(*caller_media) if caller_media else "")
        callee = Callee(callee_agent)
        callee.answer(180, "Ringing")
        callee.answer(200, "OK", sip.sdp(*callee_media))
        answer = caller.answered()
        callee.acknowledged()
        return caller, callee, answer

    def finish(self, caller, callee, by="caller"):
        """BYE by one side, answered by the other."""
        first, second = (caller, callee) if by == "caller" else (callee, caller)
        first.send("BYE")
        request = second.expect("BYE")
        second.agent.respond(request, 200, "OK")
        self.assertEqual(first.expect(2).code, 200)

    def no_calls(self, seconds=8.0):
        def back():
            now = lab.status()
            return now["calls"] == 0 and now["legs"] == 0
        try:
            lab.wait_for(back, seconds, "the end of all calls and legs")
        except TimeoutError as error:
            raise AssertionError(f"{error}: {lab.query('calls')} {lab.query('legs')}") from None

    def media_passes(self, one, other, packets=25):
        """Both streams run already: each gets that many packets more."""
        before = one.count(), other.count()
        lab.wait_for(lambda: one.count() - before[0] >= packets and other.count() - before[1] >= packets, 5,
                     f"{packets} packets both ways (there were {[one.count() - before[0], other.count() - before[1]]})")

    def silent(self, stream, seconds=0.6):
        time.sleep(0.2)
        before = stream.count()
        time.sleep(seconds)
        self.assertEqual(stream.count(), before, "packets came where there must be none")
