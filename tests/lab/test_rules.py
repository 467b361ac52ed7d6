"""Call rules: forwarding, ring groups and opening hours, changed while calls go on."""
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import OTHER, PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller


class RulesTest(LabCase):
    added = """kind: subscriber
name: anna
user: '3001'
password: secret-3001
forward_busy: '2001'
forward_no_answer: '2002'
forward_unreachable: group:desk
ring_time: 1s
---
kind: schedule
name: office
time_zone: Europe/Berlin
override: open
---
kind: ring_group
name: desk
number: '1500'
members: ['1002', '2005']
ring_time: 1s
otherwise: '2003'
schedule: office
closed: '2004'
"""

    def setUp(self):
        self.caller = self.agent()
        self.pbx_side = self.pbx()

    def tearDown(self):
        self.no_calls()

    def call(self, number):
        return Caller(self.caller, number, sip.sdp(PHONE, 4000))

    def anna(self):
        return self.agent(address=OTHER, user="3001", register=True)

    def led_on_to(self, number, reason):
        """The PBX gets the call, and is told by whom and why."""
        callee = Callee(self.pbx_side)
        self.assertIn(f"sip:{number}@", callee.invite.text.split("\r\n", 1)[0])
        self.assertIn(f"reason={reason}", callee.invite.get("Diversion"))
        return callee

    def complete(self, caller, callee):
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)

    def test_busy_goes_on(self):
        anna = self.anna()
        caller = self.call("3001")
        Callee(anna).answer(486, "Busy Here")
        anna.expect("ACK")
        self.complete(caller, self.led_on_to("2001", "user-busy"))

    def test_no_answer_goes_on(self):
        anna = self.anna()
        caller = self.call("3001")
        ringing = Callee(anna)
        ringing.answer(180, "Ringing")
        ringing.respond(ringing.expect("CANCEL"), 200)
        ringing.answer(487, "Request Terminated")
        ringing.acknowledged()
        self.complete(caller, self.led_on_to("2002", "no-answer"))

    def test_unreachable_goes_to_the_group_and_on(self):
        caller = self.call("3001")
        mobile = self.led_on_to("2005", "unavailable")  # a member of the group that is not here
        mobile.answer(486, "Busy Here")
        mobile.acknowledged()
        self.complete(caller, self.led_on_to("2003", "user-busy"))

    def test_all_members_ring_and_one_takes_it(self):
        desk = self.agent(address=OTHER, user="1002", register=True)
        caller = self.call("1500")
        mobile, phone = Callee(self.pbx_side), Callee(desk)
        mobile.answer(180, "Ringing")
        phone.answer(180, "Ringing")
        phone.answer(200, "OK", sip.sdp(OTHER, 4000))
        caller.answered()
        phone.acknowledged()
        mobile.respond(mobile.expect("CANCEL"), 200)
        mobile.answer(487, "Request Terminated")
        mobile.acknowledged()
        self.finish(caller, phone)

    def why(self, *arguments):
        return [(row["stage"], row["decision"], row["detail"]) for row in lab.query("why", "call", *arguments)]

    def test_why_call_says_the_plan(self):
        """The rules that match and who would ring, without placing a call."""
        rows = self.why("1001", "3001")
        self.assertEqual(rows[0][:2], ("caller", "realm access, tenant default"))
        self.assertIn(("route", "phones: subscriber", "priority 20, any number"), rows)
        self.assertEqual([row[1] for row in rows if row[0] == "plan"],
                         ["goes on to 2001", "goes on to 2002", "goes on to group:desk"])
        self.anna()
        rings = [row for row in self.why("1001", "3001") if row[1] == "rings"]
        self.assertRegex(rings[0][2], r"^sip:3001@.* at 10\.10\.0\.102:5060, for 1 s$")
        self.assertIn("sip:2001@lab.example at 10.20.0.10:5060 (trunk pbx)", self.why("1001", "2001")[-1][2])
        self.assertEqual(self.why("trunk:pbx", "1099")[-1][1:], ("refused: 480", "subscriber has no phone registered"))
        with self.assertRaises(RuntimeError) as refused:
            lab.cli("why", "call", "9999", "2001")
        self.assertIn("9999 is no subscriber", str(refused.exception))
        self.assertEqual(lab.status()["calls"], 0)

    def test_why_call_knows_the_hours(self):
        lab.cli("override", "office", "auto")
        hours = Path(self.folder.name, "hours.yaml")
        hours.write_text("kind: schedule\nname: office\ntime_zone: Europe/Berlin\nhours: ['mon-fri 09:00-17:00']\n")
        lab.cli("apply", "-f", hours)
        try:
            night = self.why("1001", "1500", "--at", "2026-11-25T20:00")
            self.assertEqual(night[-1][1:], ("goes on to 2004", "after unconditional"))
            day = self.why("1001", "1500", "--at", "2026-11-25T15:59")
            self.assertIn("rings", [row[1] for row in day])
            self.assertEqual(self.why("1001", "1500", "--at", "2026-11-25T16:00")[-1][1], "goes on to 2004")
        finally:
            lab.cli("override", "office", "on")

    def test_hours_are_overridden_by_hand(self):
        lab.cli("override", "office", "off")
        try:
            self.complete(self.call("1500"), self.led_on_to("2004", "unconditional"))
            self.assertIn("closed", str(lab.query("get", "schedule", "office")))
        finally:
            lab.cli("override", "office", "on")
        caller = self.call("1500")
        self.complete(caller, Callee(self.pbx_side))
        with self.assertRaises(RuntimeError) as refused:
            lab.cli("override", "offices", "on")
        self.assertIn("no schedule offices", str(refused.exception))
        with self.assertRaises(RuntimeError) as refused:
            lab.cli("override", "office", "perhaps")
        self.assertIn("on, off or auto", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
