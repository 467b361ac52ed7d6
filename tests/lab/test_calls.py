"""Calls by message: each direction and family, early media, offers late and anew, hold, CANCEL, release."""
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import OTHER, PBX, PBX6, PHONE, PHONE6, LabCase
from strowger_lab.dialog import Callee, Caller


class CallTest(LabCase):
    def tearDown(self):
        self.no_calls()

    def both_ways(self, caller_agent, callee_agent, number, one, other):
        """A call with media both ways, and nothing of one side told to the other."""
        streams = [self.stream(agent.namespace, *where) for agent, where in ((caller_agent, one), (callee_agent, other))]
        caller, callee, answer = self.connect(caller_agent, callee_agent, number, one, other)
        streams[0].start(sip.media_of(answer))
        streams[1].start(sip.media_of(callee.invite))
        self.media_passes(*streams)
        self.hidden(callee_agent, caller_agent)
        self.hidden(caller_agent, callee_agent)
        self.finish(caller, callee)
        self.no_calls()
        for stream in streams:
            self.silent(stream, 0.3)

    def hidden(self, reader, other):
        """What `reader` got tells neither the other's address nor its Call-IDs."""
        theirs = {m.get("Call-ID") for m in other.history}
        for message in reader.history:
            if other.address != reader.address:
                self.assertNotIn(other.address, message.text)
            self.assertNotIn(message.get("Call-ID"), theirs)

    def test_phone_to_pbx(self):
        self.both_ways(self.agent(), self.pbx(), "2001", (PHONE, 4000), (PBX, 4100))

    def test_pbx_to_phone(self):
        phone = self.agent(register=True)
        self.both_ways(self.pbx(), phone, "1001", (PBX, 4100), (PHONE, 4000))

    def test_phone_to_phone(self):
        other = self.agent(address=OTHER, user="1002", register=True)
        self.both_ways(self.agent(), other, "1002", (PHONE, 4000), (OTHER, 4000))

    def test_ipv6_phone_to_ipv4_pbx(self):
        self.both_ways(self.agent(address=PHONE6), self.pbx(), "2001", (PHONE6, 4000), (PBX, 4100))

    def test_ipv4_pbx_to_ipv6_phone(self):
        phone = self.agent(address=PHONE6, register=True)
        self.both_ways(self.pbx(), phone, "1001", (PBX, 4100), (PHONE6, 4000))

    def test_ipv6_pbx_to_ipv4_phone(self):
        phone = self.agent(register=True)
        self.both_ways(self.agent("core", PBX6, user="2001"), phone, "1001", (PBX6, 4100), (PHONE, 4000))

    def test_early_media(self):
        one, other = self.stream("access", PHONE, 4000), self.stream("core", PBX, 4100)
        caller = Caller(self.agent(), "2001", sip.sdp(PHONE, 4000))
        callee = Callee(self.pbx())
        callee.answer(183, "Session Progress", sip.sdp(PBX, 4100))
        early = caller.expect(183)
        one.start(sip.media_of(early))
        other.start(sip.media_of(callee.invite))
        self.media_passes(one, other)
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.media_passes(one, other)
        self.finish(caller, callee)

    def test_delayed_offer(self):
        one, other = self.stream("access", PHONE, 4000), self.stream("core", PBX, 4100)
        caller = Caller(self.agent(), "2001")
        callee = Callee(self.pbx())
        self.assertEqual(callee.invite.body, b"")
        callee.answer(180, "Ringing")
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        answer = caller.answered(body=sip.sdp(PHONE, 4000))
        acknowledgement = callee.acknowledged()
        one.start(sip.media_of(answer))
        other.start(sip.media_of(acknowledgement))
        self.media_passes(one, other)
        self.finish(caller, callee)

    def reoffer(self, offerer, answerer, offer, reply):
        """re-INVITE: (what the other side was offered, what came back)."""
        offerer.send("INVITE", offer)
        request = answerer.expect("INVITE")
        answerer.agent.respond(request, 200, "OK", reply)
        answer = offerer.expect(2)
        offerer.agent.send(offerer.agent.request("ACK", *self.dialog_of(offerer)))
        answerer.expect("ACK")
        return request, answer

    def dialog_of(self, side):
        if isinstance(side, Caller):
            return side.target, side.call_id, side.sequence, side.to, side.from_, side.routes()
        return (sip.uri_of(side.invite.get("Contact")), side.call_id, side.sequence, side.invite.get("From"),
                f"{side.invite.get('To')};tag={side.tag}")

    def test_reinvite_from_either_side_moves_media(self):
        one, other = self.stream("access", PHONE, 4000), self.stream("core", PBX, 4100)
        caller, callee, answer = self.connect(self.agent(), self.pbx())
        moved = self.stream("access", PHONE, 4010)
        _, answer = self.reoffer(caller, callee, sip.sdp(PHONE, 4010, version=2), sip.sdp(PBX, 4100, version=2))
        moved.start(sip.media_of(answer))
        other.start(sip.media_of(callee.invite))
        self.media_passes(moved, other)
        self.assertEqual(one.count(), 0)
        away = self.stream("core", PBX, 4110)
        request, answer = self.reoffer(callee, caller, sip.sdp(PBX, 4110, version=3), sip.sdp(PHONE, 4010, version=3))
        away.start(sip.media_of(answer))
        self.media_passes(moved, away)
        self.finish(caller, callee, by="callee")

    def test_hold_in_three_spellings(self):
        caller, callee, _ = self.connect(self.agent(), self.pbx())
        version = 2
        for held, wanted in ((sip.sdp(PHONE, 4000, "sendonly", version=2), ("sendonly",)),
                             (sip.sdp(PHONE, 4000, "inactive", version=4), ("inactive",)),
                             (sip.sdp("0.0.0.0", 4000, "sendrecv", version=6), ("sendonly", "inactive", "0.0.0.0"))):
            request, _ = self.reoffer(caller, callee, held, sip.sdp(PBX, 4100, "recvonly", version=version))
            told = sip.direction_of(request) if sip.media_of(request)[0] != "0.0.0.0" else "0.0.0.0"
            self.assertIn(told, wanted)
            request, _ = self.reoffer(caller, callee, sip.sdp(PHONE, 4000, version=version + 1), sip.sdp(PBX, 4100, version=version + 1))
            self.assertEqual(sip.direction_of(request), "sendrecv")
            version += 2
        self.finish(caller, callee)

    def test_reinvites_that_cross(self):
        caller, callee, _ = self.connect(self.agent(), self.pbx())
        caller.send("INVITE", sip.sdp(PHONE, 4000, version=2))
        request = callee.expect("INVITE")
        callee.send("INVITE", sip.sdp(PBX, 4100, version=2))
        self.assertEqual(callee.expect(4, 2).code, 491)
        callee.agent.send(callee.agent.request("ACK", *self.dialog_of(callee)))
        callee.respond(request, 200, sip.sdp(PBX, 4100, version=3))
        caller.expect(2)
        caller.acknowledge()
        callee.acknowledged()
        self.finish(caller, callee)

    def test_info_and_update_pass(self):
        caller, callee, _ = self.connect(self.agent(), self.pbx())
        for method in ("INFO", "UPDATE", "MESSAGE", "OPTIONS"):
            caller.send(method)
            request = callee.expect(method)
            callee.respond(request, 200)
            self.assertEqual(caller.expect(2).sequence()[1], method)
        self.finish(caller, callee)

    def test_cancel_while_it_rings(self):
        caller = Caller(self.agent(), "2001", sip.sdp(PHONE, 4000))
        callee = Callee(self.pbx())
        callee.answer(180, "Ringing")
        caller.expect(180)
        caller.cancel()
        self.assertEqual(caller.expect(2).sequence()[1], "CANCEL")
        cancel = callee.expect("CANCEL")
        callee.respond(cancel, 200)
        callee.answer(487, "Request Terminated")
        callee.acknowledged()
        self.assertEqual(caller.refused().code, 487)

    def test_cancel_before_any_answer(self):
        pbx = self.pbx()
        caller = Caller(self.agent(), "2001", sip.sdp(PHONE, 4000))
        caller.expect(100)
        caller.cancel()
        self.assertEqual(caller.expect(2).sequence()[1], "CANCEL")
        callee = Callee(pbx)
        pbx.nothing("CANCEL", seconds=0.5)  # RFC 3261 9.1: not before a provisional answer
        callee.answer(180, "Ringing")
        callee.respond(callee.expect("CANCEL"), 200)
        callee.answer(487, "Request Terminated")
        callee.acknowledged()
        self.assertEqual(caller.refused().code, 487)

    def test_cancel_crosses_the_answer(self):
        """The callee answers and is cancelled at once: it is acknowledged and released, the caller has its 487."""
        caller = Caller(self.agent(), "2001", sip.sdp(PHONE, 4000))
        callee = Callee(self.pbx())
        callee.answer(180, "Ringing")
        caller.expect(180)
        caller.cancel()
        callee.respond(callee.expect("CANCEL"), 200)
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        callee.acknowledged()
        callee.respond(callee.expect("BYE"), 200)
        self.assertEqual(caller.refused().code, 487)

    def test_refusals_pass(self):
        phone, pbx = self.agent(), self.pbx()
        for code in (486, 404, 603):
            caller = Caller(phone, "2001", sip.sdp(PHONE, 4000))
            callee = Callee(pbx)
            callee.answer(code, "Not Now")
            callee.acknowledged()
            self.assertEqual(caller.refused().code, code)

    def test_pbx_hangs_up(self):
        caller, callee, _ = self.connect(self.agent(), self.pbx())
        self.finish(caller, callee, by="callee")

    def test_invite_of_six_kilobytes(self):
        """Over UDP it travels in fragments, in and out."""
        long = tuple(f"X-Long-{n}: {str(n) * 190}" for n in range(30))
        phone = self.agent()
        caller = Caller(phone, "2001", sip.sdp(PHONE, 4000), headers=long)
        callee = Callee(self.pbx())
        self.assertGreater(len(caller.last), 6000)
        self.assertEqual(len([h for h, _ in callee.invite.headers if h.startswith("X-Long-")]), 30)
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)

    def test_what_happens_is_told(self):
        """As a list afterwards, and at once to somebody who follows."""
        last = max([event["sequence"] for event in lab.query("events")], default=0)
        follower = lab.Follower("events", "call", "--follow", "--after", last, "--json")
        self.addCleanup(follower.stop)
        caller, callee, _ = self.connect(self.agent(), self.pbx())
        call = lab.query("calls")[0]["id"]
        self.finish(caller, callee)
        kinds = ["call_start", "call_ring", "call_answer", "call_end"]

        def told():
            rows = [row for row in lab.query("events", "call", "--after", last) if row["data"]["call"] == call]
            return rows if [row["kind"] for row in rows] == kinds else None
        rows = lab.wait_for(told, 5, "the call's events")
        self.assertEqual((rows[0]["data"]["realm"], rows[0]["data"]["subscriber"]), ("access", "1001@lab.example"))
        self.assertEqual((rows[2]["data"]["trunk"], rows[3]["data"]["ended_by"]), ("pbx", "caller"))
        followed = lab.wait_for(lambda: (lines := follower.lines())[len(kinds) - 1:] and lines, 5, "events at the follower")
        self.assertEqual([row["kind"] for row in followed], kinds)
        self.assertRegex(lab.cli("events", "call_end"), r"call_end .* call=\d+ .*ended_by=caller")

    def test_record_and_ladder(self):
        before = len(lab.cdrs())
        caller, callee, _ = self.connect(self.agent(), self.pbx())
        row = lab.query("calls")[0]
        self.assertEqual((row["state"], row["from_realm"], row["to_realm"]), ("answered", "access", "core"))
        self.finish(caller, callee)
        record = lab.wait_for(lambda: lab.cdrs()[before:], 5, "the call's record")[0]
        self.assertEqual((record["ended_by"], record["codec"].upper(), record["caller"]["realm"]), ("caller", "PCMU", "access"))
        ladder = lab.cli("trace", caller.call_id)
        for word in ("INVITE", "200", "ACK", "BYE", "40[17]"):
            self.assertRegex(ladder, word)
        capture = Path(self.folder.name, "call.pcapng")
        lab.cli("trace", caller.call_id, "--pcapng", capture)
        decisions = [(row["stage"], row["decision"]) for row in lab.query("why", capture)]
        self.assertIn(("digest", "digest.challenged"), decisions)
        self.assertEqual(decisions[-4:], [("tx", f"sent to {PHONE}:5060"), ("identify", "challenge: 407"),
                                          ("route", "phones: subscriber"), ("route", "pbx: trunk pbx")])


if __name__ == "__main__":
    unittest.main()
