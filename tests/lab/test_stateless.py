"""Calls that no part of the appliance remembers: policy stateless, with real sockets, a restart, and load."""
import signal
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import CARRIER, OTHER, PBX, PBX6, PHONE, PHONE6, LabCase
from strowger_lab.dialog import Callee, Caller
from strowger_lab.sipp import CALLEE, Sipp, caller

RATE, CALLS = 200, 2000


class StatelessCase(LabCase):
    changes = (("default_domain: lab.example\nhide_user_agent: true",
                "default_domain: lab.example\npolicy: stateless"),
               ("default_domain: lab.example\ntrusted: true", "default_domain: lab.example\ntrusted: true\npolicy: stateless"))

    def setUp(self):
        self.before = lab.counters()

    def moved(self, name):
        return lab.counters()[name] - self.before.get(name, 0)

    def call(self, from_agent, to_agent, number, media=((PHONE, 4000), (PBX, 4100))):
        """An answered call: both sides speak to each other as they are."""
        one = Caller(from_agent, number, sip.sdp(*media[0]), challenged=False)
        other = Callee(to_agent)
        self.assertEqual(other.call_id, one.call_id, "a proxy keeps the Call-ID")
        self.assertEqual(sip.media_of(other.invite), media[0], "and the session description")
        other.answer(180, "Ringing")
        other.answer(200, "OK", sip.sdp(*media[1]))
        one.expect(180)
        answer = one.answered()
        self.assertEqual(sip.media_of(answer), media[1])
        other.acknowledged()
        self.assertEqual(lab.status()["calls"], 0, "the control plane knows of no call")
        return one, other

    def whole_call(self, from_agent, to_agent, number, **options):
        for side in ("caller", "callee"):
            one, other = self.call(from_agent, to_agent, number, **options)
            self.finish(one, other, by=side)


class StatelessTest(StatelessCase):
    def test_phone_to_pbx_and_back(self):
        phone, pbx = self.agent(register=True), self.pbx()
        punted = lab.counters()["sip.punted"]
        self.whole_call(phone, pbx, "2001")
        self.whole_call(pbx, phone, "1001", media=((PBX, 4100), (PHONE, 4000)))
        self.assertGreaterEqual(self.moved("route.requests"), 12)
        self.assertGreaterEqual(self.moved("route.in_dialog"), 8)
        # Probes of the trunks and their answers are the control plane's; of the calls it saw nothing.
        self.assertLess(lab.counters()["sip.punted"] - punted, 12)
        self.assertEqual(self.moved("fallback.register"), 1)

    def test_phone_to_phone(self):
        other = self.agent(address=OTHER, user="1002", register=True)
        self.whole_call(self.agent(register=True), other, "1002", media=((PHONE, 4000), (OTHER, 4000)))

    def test_families(self):
        phone, pbx = self.agent(address=PHONE6, user="1003", register=True), self.pbx()
        self.whole_call(phone, pbx, "2001", media=((PHONE6, 4000), (PBX, 4100)))
        self.whole_call(pbx, phone, "1003", media=((PBX, 4100), (PHONE6, 4000)))
        self.whole_call(self.agent("core", PBX6, user="2001"), phone, "1003", media=((PBX6, 4100), (PHONE6, 4000)))

    def test_cancel_and_refusal(self):
        phone, pbx = self.agent(register=True), self.pbx()
        one = Caller(phone, "2001", sip.sdp(PHONE, 4000), challenged=False)
        other = Callee(pbx)
        other.answer(180, "Ringing")
        one.expect(180)
        one.cancel()
        cancel = other.expect("CANCEL")
        branch = lambda message: message.all("Via")[0].split("branch=")[1]
        self.assertEqual(branch(cancel), branch(other.invite))
        other.respond(cancel, 200)
        other.answer(487, "Request Terminated")
        self.assertEqual(one.refused().code, 487)
        self.assertEqual(branch(other.acknowledged()), branch(other.invite))

    def test_what_is_refused_here(self):
        phone = self.agent(register=True)
        self.assertEqual(Caller(phone, "1050", sip.sdp(PHONE, 4000), challenged=False).refused().code, 480)
        lab.wait_for(lambda: self.moved("route.acknowledged") == 1, 5, "the ACK to end here")
        self.assertEqual(Caller(self.pbx(), "nobody", sip.sdp(PBX, 4100)).refused().code, 404)

    def test_carrier_share_follows_health(self):
        first, second = self.agent("core", CARRIER, user="c1"), self.agent("core", "10.20.0.21", user="c2")
        lab.wait_for(lambda: all(row["state"] == "up" for row in lab.query("trunks") if row["name"] == "carriers"), 60,
                     "the probed carriers")
        phone = self.agent(register=True)
        for _ in range(30):
            Caller(phone, "0044123", sip.sdp(PHONE, 4000), challenged=False)
        lab.wait_for(lambda: len(self.invites(first)) + len(self.invites(second)) == 30, 5, "thirty calls")
        self.assertGreater(len(self.invites(first)), len(self.invites(second)))

    @staticmethod
    def invites(agent):
        return {m.get("Call-ID") for m in agent.history if m.method == "INVITE"}

    def test_why_says_it(self):
        phone = self.agent(register=True)
        text = phone.request("INVITE", "sip:2001@lab.example", "why", 1, "<sip:2001@lab.example>", "<sip:1001@lab.example>;tag=w")
        self.pbx()
        said = self.why(text)
        self.assertIn("route.requests", said)
        self.assertIn(f"sent to {PBX}:5060", said)
        self.leave(phone)
        said = self.why(text)
        self.assertIn("digest.challenged", said)
        self.assertIn("407 Proxy Authentication Required", said)
        register = phone.request("REGISTER", "sip:lab.example", "why", 1, "<sip:1001@lab.example>", "<sip:1001@lab.example>;tag=w")
        self.assertIn("digest.challenged", self.why(register))

    def why(self, text):
        file = Path(self.folder.name, "question.sip")
        file.write_bytes(text.encode())
        rows = lab.query("why", file, "--realm", "access", "--source", f"{PHONE}:5060")
        return "\n".join(f"{row['stage']} {row['decision']} {row['detail']}" for row in rows)

    def test_a_caller_that_did_not_register_is_challenged(self):
        one, other, _ = self.connect(self.agent(), self.pbx())  # by the worker, which forwards what has right credentials
        self.assertEqual(lab.status()["calls"], 0)
        self.assertEqual(other.invite.get("Proxy-Authorization"), "")
        self.finish(one, other)
        self.assertEqual(self.moved("digest.verified"), 1)
        self.assertEqual(self.moved("route.acknowledged"), 1, "the ACK to the 407")
        self.assertEqual(self.moved("fallback.dialog"), 0)

    def test_two_thousand_calls(self):
        with self.assertNoCalls():
            registered = self.agent(port=5062, user="1009", register=True)
            registered.close()
            phone = Sipp("access", PHONE, 5062, CALLEE)
            self.addCleanup(phone.stop)
            client = Sipp("core", PBX, 5070, caller(hold=200), "-s", "1009", "-r", RATE, "-m", CALLS, "-l", 1000,
                          target="10.20.0.1:5060")
            self.addCleanup(client.stop)
            self.assertEqual(client.wait(CALLS / RATE * 4 + 60), 0, client.process.output()[-1500:])
        self.assertGreaterEqual(self.moved("route.requests"), 3 * CALLS)

    def assertNoCalls(self):
        case = self

        class Watch:
            def __enter__(self):
                self.total = lab.status()["calls_total"]

            def __exit__(self, *failure):
                if not any(failure):
                    case.assertEqual(lab.status()["calls_total"], self.total)
        return Watch()


class HiddenCase(StatelessCase):
    """The same, and neither side sees anything of the other's network."""
    changes = tuple((text, f"{changed}\nhide_topology: true") for text, changed in StatelessCase.changes)

    def assertHidden(self, phone, pbx):
        for agent, marks in ((phone, ("10.20.0.", "fd10:b:")), (pbx, ("10.10.0.", "fd10:a:"))):
            for message in agent.history:
                head = message.text.split("\r\n\r\n")[0]
                for mark in marks:
                    self.assertNotIn(mark, head)


class HiddenTest(HiddenCase):
    def test_both_ways_and_both_families(self):
        phone, pbx = self.agent(register=True), self.pbx()
        self.whole_call(phone, pbx, "2001")
        self.whole_call(pbx, phone, "1001", media=((PBX, 4100), (PHONE, 4000)))
        self.assertHidden(phone, pbx)
        six = self.agent(address=PHONE6, user="1003", register=True)
        self.whole_call(six, pbx, "2001", media=((PHONE6, 4000), (PBX, 4100)))
        self.whole_call(pbx, six, "1003", media=((PBX, 4100), (PHONE6, 4000)))
        self.assertHidden(six, pbx)
        self.assertEqual(self.moved("route.forged_tokens"), 0)

    def test_cancel(self):
        phone, pbx = self.agent(register=True), self.pbx()
        one = Caller(phone, "2001", sip.sdp(PHONE, 4000), challenged=False)
        other = Callee(pbx)
        other.answer(180, "Ringing")
        one.expect(180)
        one.cancel()
        other.respond(other.expect("CANCEL"), 200)
        other.answer(487, "Request Terminated")
        self.assertEqual(one.refused().code, 487)
        other.acknowledged()
        self.assertHidden(phone, pbx)


class Restarts:
    ends = (signal.SIGKILL, signal.SIGTERM)

    def test_calls_outlive_the_daemon(self):
        for how in self.ends:
            with self.subTest(how=how):
                phone, pbx = self.agent(register=True), self.pbx()
                calls = [self.call(phone, pbx, "2001") for _ in range(2)]
                ringing = Caller(pbx, "1001", sip.sdp(PBX, 4100))
                rings = Callee(phone)
                lab.Daemon.kill(how)
                child = lab.Daemon.start(self.config)
                self.addClassCleanup(lambda child=child: child.poll() is None and (child.terminate(), child.wait(10)))
                lab.wait_for(lambda: lab.counters()["worker.sleeps"] > 0, 10, "a worker that runs")
                self.finish(*calls[0], by="caller")
                self.finish(*calls[1], by="callee")
                # The answer to an INVITE from before, too.
                rings.answer(200, "OK", sip.sdp(PHONE, 4000))
                ringing.answered()
                rings.acknowledged()
                self.finish(ringing, rings)
                self.assertEqual(lab.status()["calls"], 0)
                for agent in (phone, pbx):
                    agent.waiting.clear()
                self.leave(phone)
                phone.close()
                pbx.close()


class RestartTest(Restarts, StatelessCase):
    pass


class HiddenRestartTest(Restarts, HiddenCase):
    ends = (signal.SIGKILL,)


if __name__ == "__main__":
    unittest.main()
