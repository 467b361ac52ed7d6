"""Transfer, replacement, pick-up, orbits and session timers, between user agents that do what a test says."""
import unittest

from strowger_lab import lab, sip
from strowger_lab.case import OTHER, PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller


class TransferTest(LabCase):
    changes = (("domains: [lab.example]", "domains: [lab.example]\npickup_code: '*8'"),)
    added = """kind: parking_lot
name: lot
orbits: 700-709
timeout: 5s
"""

    def setUp(self):
        self.phone = self.agent(register=True)
        self.other = self.agent(address=OTHER, user="1002", register=True)
        self.pbx_side = self.pbx()

    def tearDown(self):
        self.no_calls()

    def refer(self, by, to):
        by.send("REFER", headers=(f"Refer-To: <{to}>",))
        by.expect(202)
        self.notified(by, "100")

    def notified(self, by, code):
        notify = by.expect("NOTIFY")
        self.assertTrue(notify.body.decode().startswith(f"SIP/2.0 {code}"), notify.text)
        by.agent.respond(notify, 200, "OK")

    def takes_offer(self, side, address, port):
        request = side.expect("INVITE")
        self.assertIn(b"m=audio", request.body)
        side.agent.respond(request, 200, "OK", sip.sdp(address, port))
        side.expect("ACK")
        return request

    def gone(self, side):
        side.agent.respond(side.expect("BYE"), 200, "OK")

    def test_blind(self):
        caller, callee, _ = self.connect(self.phone, self.pbx_side)
        self.refer(callee, "sip:1002@lab.example")
        target = Callee(self.other)
        self.assertEqual(target.invite.body, b"")
        target.answer(180, "Ringing")
        self.notified(callee, "180")
        target.answer(200, "OK", sip.sdp(OTHER, 4200))
        told = sip.media_of(self.takes_offer(caller, PHONE, 4000))
        answer = target.acknowledged()
        self.notified(callee, "200")
        self.gone(callee)
        one = self.stream("access", PHONE, 4000)
        two = self.stream("access", OTHER, 4200)
        one.start(told)
        two.start(sip.media_of(answer))
        self.media_passes(one, two)
        self.finish(caller, target)
        lab.wait_for(lambda: any(r["reason"] == "transferred" and r["moves"][0]["to"] == "sip:1002@lab.example"
                                 for r in lab.cdrs()), 5, "the record of the transfer")

    def test_the_target_is_busy(self):
        caller, callee, _ = self.connect(self.phone, self.pbx_side)
        self.refer(callee, "sip:1002@lab.example")
        target = Callee(self.other)
        target.answer(486, "Busy Here")
        target.acknowledged()
        self.notified(callee, "486")
        self.finish(caller, callee)

    def test_replaces(self):
        caller, callee, _ = self.connect(self.phone, self.pbx_side)
        tag = sip.tag_of(callee.invite.get("From"))
        taker = Caller(self.other, "2001", sip.sdp(OTHER, 4200), headers=(
            f"Replaces: {callee.call_id};to-tag={tag};from-tag={callee.tag}",))
        request = caller.expect("INVITE")
        caller.agent.respond(request, 200, "OK", sip.sdp(PHONE, 4000))
        taker.answered()
        caller.expect("ACK")
        self.gone(callee)
        taker.bye()
        self.gone(caller)

    def test_pick_up(self):
        caller = Caller(self.pbx_side, "1002", sip.sdp(PBX, 4100))
        ringing = Callee(self.other)
        ringing.answer(180, "Ringing")
        caller.expect(180)
        taker = Caller(self.phone, "*81002", sip.sdp(PHONE, 4000))
        taker.answered()
        request = taker.expect("INVITE")
        taker.agent.respond(request, 200, "OK", sip.sdp(PHONE, 4000))
        ringing.respond(ringing.expect("CANCEL"), 200)
        ringing.answer(487, "Request Terminated")
        ringing.acknowledged()
        caller.answered()
        taker.expect("ACK")
        caller.bye()
        self.gone(taker)

    def park(self):
        caller, callee, _ = self.connect(self.phone, self.pbx_side)
        self.refer(caller, "sip:700@lab.example")
        asked = callee.expect("INVITE")
        callee.agent.respond(asked, 200, "OK", sip.sdp(PBX, 4100), callee.tag)
        self.assertIn(b"a=inactive", callee.acknowledged().body)
        self.notified(caller, "200")
        self.gone(caller)
        return callee

    def test_park_and_retrieve(self):
        parked = self.park()
        taker = Caller(self.other, "700", sip.sdp(OTHER, 4200))
        request = parked.expect("INVITE")
        parked.agent.respond(request, 200, "OK", sip.sdp(PBX, 4100))
        taker.answered()
        parked.expect("ACK")
        taker.bye()
        self.gone(parked)

    def test_a_parked_call_returns(self):
        parked = self.park()
        returned = Callee(self.phone, seconds=8)
        returned.answer(200, "OK", sip.sdp(PHONE, 4000))
        request = parked.expect("INVITE")
        parked.agent.respond(request, 200, "OK", sip.sdp(PBX, 4100))
        parked.expect("ACK")
        returned.acknowledged()
        returned.bye()
        self.gone(parked)


class SessionTimerTest(LabCase):
    changes = (("hide_user_agent: true", "hide_user_agent: true\nsession_expires: 90s"),)

    def test_a_refresher_that_is_told_so_and_a_422(self):
        phone, pbx_side = self.agent(), self.pbx()
        short = Caller(phone, "2001", sip.sdp(PHONE, 4000), ("Supported: timer", "Session-Expires: 60"))
        self.assertEqual(short.expect(422).get("Min-SE"), "90")
        short.agent.send(phone.request("ACK", short.uri, short.call_id, short.sequence, short.to, short.from_,
                                       branch=short.branch))
        caller = Caller(phone, "2001", sip.sdp(PHONE, 4000), ("Supported: timer", "Session-Expires: 1800"))
        callee = Callee(pbx_side)
        self.assertEqual(callee.invite.get("Session-Expires"), "")
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        answer = caller.answered()
        callee.acknowledged()
        self.assertEqual(answer.get("Session-Expires"), "90;refresher=uac")
        self.assertEqual(answer.get("Require"), "timer")
        caller.send("UPDATE", headers=("Supported: timer", "Session-Expires: 90;refresher=uac"))
        self.assertEqual(caller.expect(2).get("Session-Expires"), "90;refresher=uac")
        pbx_side.nothing("UPDATE", seconds=0.3)
        self.finish(caller, callee)
        self.no_calls()


if __name__ == "__main__":
    unittest.main()
