"""Quality-driven routing: a carrier that loses packets is left, and comes back when trial calls are good."""
import time
import unittest

from strowger_lab import lab, sip
from strowger_lab.case import CARRIER, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller
from strowger_lab.media import Stream

SPARE = "10.20.0.21"


class Lossy(Stream):
    """Every second packet is missing."""

    def packet(self, sequence):
        return super().packet(2 * sequence)


class QualityTest(LabCase):
    added = """kind: trunk
name: carrier
realm: core
targets: ["10.20.0.20:5060", "10.20.0.21:5060;weight=0"]
identify: ["10.20.0.250"]
probe_interval: 0
quality: leave
max_loss: 10
max_post_dial_delay: 5s
quality_calls: 2
quality_hold: 2s
---
kind: route
name: carrier
priority: 5
digits: ["77"]
trunks: [carrier]
"""

    def setUp(self):
        self.phone = self.agent()
        self.first, self.spare = self.agent("core", CARRIER, user="first"), self.agent("core", SPARE, user="spare")

    def row(self, target="10.20.0.20:5060"):
        return next(r for r in lab.query("trunks") if r["name"] == "carrier" and r["target"] == target)

    def call(self, sends=Stream):
        """A call with media from whoever gets it; the agent that did."""
        caller = Caller(self.phone, "7701", sip.sdp(PHONE, 4000))
        agent = lab.wait_for(lambda: next((a for a in (self.first, self.spare) if a.waiting), None), 5, "the INVITE")
        callee = Callee(agent)
        callee.answer(180, "Ringing")
        callee.answer(200, "OK", sip.sdp(agent.address, 4100))
        caller.answered()
        callee.acknowledged()
        stream = sends("core", agent.address, 4100)
        try:
            stream.start(sip.media_of(callee.invite))
            time.sleep(0.3)
        finally:
            stream.close()
        self.finish(caller, callee)
        self.no_calls()
        return agent

    def test_left_and_back_after_trials(self):
        self.assertEqual(self.row()["quality"], "")
        for _ in range(2):
            self.assertIs(self.call(Lossy), self.first)
        left = lab.wait_for(lambda: self.row()["quality"] == "left" and self.row(), 5, "the verdict")
        self.assertTrue(left["missed"].startswith("loss is "), left)
        event = lab.wait_for(lambda: lab.query("events", "target_poor"), 3, "the event")[-1]["data"]
        self.assertEqual((event["trunk"], event["target"], event["action"]), ("carrier", "10.20.0.20:5060", "leave"))
        why = " ".join(row["detail"] for row in lab.query("why", "call", "1001", "7701"))
        self.assertIn("last resort", why)
        self.assertLess(why.find(SPARE), why.find(CARRIER))
        self.assertIs(self.call(), self.spare)
        self.assertIn('strowger_trunk_poor_targets{trunk="carrier"} 1', lab.cli("metrics"))
        lab.wait_for(lambda: self.row()["quality"] == "on trial", 6, "the end of the hold")
        tried = 0
        for _ in range(100):
            if self.row()["quality"] == "good":
                break
            tried += self.call() is self.first
        self.assertEqual(tried, 2, self.row())
        self.assertTrue(lab.wait_for(lambda: lab.query("events", "target_good"), 3, "the event"))
        self.assertIs(self.call(), self.first)
        row = self.row()
        self.assertEqual(row["answer_ratio"], 100)
        self.assertGreater(row["post_dial_delay_ms"], 0)

    def test_the_last_resort_is_taken_all_the_same(self):
        for _ in range(100):
            if self.row()["quality"] == "left":
                break
            self.call(Lossy)
        self.spare.close()
        caller = Caller(self.phone, "7701", sip.sdp(PHONE, 4000))
        callee = Callee(self.first, seconds=12)
        callee.answer(486, "Busy Here")
        callee.acknowledged()
        caller.refused()
        self.no_calls()


if __name__ == "__main__":
    unittest.main()
