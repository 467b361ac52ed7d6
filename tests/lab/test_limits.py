"""What happens at the edges: no ports left, trunks full, down or silent, and configuration that changes under a call."""
import time
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import OTHER, PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller


class FewPortsTest(LabCase):
    # Two calls' worth on each side: an even port and its RTCP each.
    changes = (("default_domain: lab.example\nhide_user_agent: true", "default_domain: lab.example\nmedia_ports: 20000-20003"),)

    def test_port_pool_exhausted(self):
        phone, pbx = self.agent(), self.pbx()
        held = [self.connect(phone, pbx, caller_media=(PHONE, 4000 + 2 * n), callee_media=(PBX, 4100 + 2 * n)) for n in range(2)]
        refused = Caller(phone, "2001", sip.sdp(PHONE, 4020)).refused()
        self.assertIn(refused.code, (500, 503))
        self.finish(*held[0][:2])
        lab.wait_for(lambda: lab.status()["calls"] == 1, 8, "the end of one call")
        time.sleep(6.0)  # a port rests for five seconds before it is used again
        caller, callee, _ = self.connect(phone, pbx)
        self.finish(caller, callee)
        self.finish(*held[1][:2])
        self.no_calls()


class TrunkTest(LabCase):
    changes = (('targets: ["10.20.0.10:5060"]\ndomain: lab.example',
                'targets: ["10.20.0.10:5060"]\ndomain: lab.example\nmax_calls: 1\nprobe_interval: 1s\nprobe_failures: 2'),)
    added = "kind: system\nt1: 50ms\ntimer_b: 2s\ntimer_f: 2s\n"

    def state(self):
        return next(row for row in lab.query("trunks") if row["name"] == "pbx")["state"]

    def test_full_trunk_is_told(self):
        phone, pbx = self.agent(), self.pbx()
        lab.wait_for(lambda: self.state() == "up", 10, "the probed trunk")
        caller, callee, _ = self.connect(phone, pbx)
        refused = Caller(phone, "2001", sip.sdp(PHONE, 4020)).refused()
        self.assertEqual(refused.code, 503)
        self.assertNotEqual(refused.get("Retry-After"), "")
        self.finish(caller, callee)
        self.no_calls()

    def test_silent_pbx_ends_the_call_and_marks_the_trunk_down(self):
        phone, pbx = self.agent(), self.pbx()
        lab.wait_for(lambda: self.state() == "up", 10, "the probed trunk")
        pbx.probes = False
        caller = Caller(phone, "2001", sip.sdp(PHONE, 4000))
        self.assertIn(caller.refused(seconds=8).code, (408, 503, 504))
        lab.wait_for(lambda: self.state() == "down", 15, "the trunk to be down")
        asked = time.monotonic()
        self.assertEqual(Caller(phone, "2001", sip.sdp(PHONE, 4000)).refused().code, 503)
        self.assertLess(time.monotonic() - asked, 1.5, "a trunk that is down is not asked again")
        pbx.probes = True
        lab.wait_for(lambda: self.state() == "up", 10, "the trunk to be up again")
        pbx.waiting.clear()
        caller, callee, _ = self.connect(phone, pbx)
        self.finish(caller, callee)
        self.no_calls()


class ChangeTest(LabCase):
    def apply(self, text, check=True):
        file = Path(self.folder.name, "change.yaml")
        file.write_text(text)
        return lab.cli("apply", "-f", file, check=check)

    def test_configuration_applied_in_a_call(self):
        one, other = self.stream("access", PHONE, 4000), self.stream("core", PBX, 4100)
        phone, pbx = self.agent(), self.pbx()
        caller, callee, answer = self.connect(phone, pbx)
        one.start(sip.media_of(answer))
        other.start(sip.media_of(callee.invite))
        self.media_passes(one, other)
        self.apply("kind: subscriber\nname: guest\nuser: '3001'\npassword: secret-3001\n")
        self.media_passes(one, other)
        guest = self.agent(address=OTHER, user="3001", register=True)
        self.assertEqual(lab.status()["calls"], 1)
        with self.assertRaises(RuntimeError) as refused:
            self.apply("kind: trunk\nname: nowhere\nrealm: moon\ntargets: ['10.20.0.30:5060']\n")
        self.assertIn("moon", str(refused.exception))
        history = lab.query("history")
        lab.cli("rollback", min(row["version"] for row in history))
        self.media_passes(one, other)
        self.assertIn(guest.register().code, (401, 403))
        self.finish(caller, callee)
        self.no_calls()


if __name__ == "__main__":
    unittest.main()
