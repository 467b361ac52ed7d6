"""The digest firewall with real sockets: what is challenged costs the control plane nothing, and real phones get through."""
import secrets
import unittest

from strowger_lab import lab, sip
from strowger_lab.baresip import Baresip
from strowger_lab.case import OTHER, PHONE, LabCase
from strowger_lab.dialog import Callee
from strowger_lab.sipp import Sipp

FLOOD = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="registers without credentials">
<send retrans="500"><![CDATA[
REGISTER sip:lab.example SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:1050@lab.example>;tag=[pid]-[call_number]
To: <sip:1050@lab.example>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:1050@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="401"/>
</scenario>
"""


class DigestTest(LabCase):
    def setUp(self):
        self.before = lab.counters()

    def moved(self, name):
        return lab.counters()[name] - self.before.get(name, 0)

    def test_flood_of_registers_without_credentials(self):
        flood = Sipp("access", "10.10.0.118", 5070, FLOOD, "-r", 2000, "-m", 6000, "-l", 2000, "-recv_timeout", 8000, target="10.10.0.1:5060")
        self.addCleanup(flood.stop)
        phone = self.agent(user="1010")
        self.assertEqual(phone.register().code, 200, "a phone registers meanwhile")
        flood.wait(30)
        self.assertGreater(flood.counts()["SuccessfulCall(C)"], 5900)
        self.assertGreater(self.moved("digest.challenged"), 5900)
        self.assertEqual(self.moved("digest.verified"), 1)
        # Answers to the trunks' probes are the control plane's; of the flood it heard nothing.
        self.assertLess(self.moved("sip.punted"), 40)

    def test_guesses_are_looked_at_a_few_a_second(self):
        phone = self.agent(address="10.10.0.117", user="1011")
        uri, call_id, own = "sip:lab.example", secrets.token_hex(8), "<sip:1011@lab.example>"
        build = lambda n, extra: phone.request("REGISTER", uri, call_id, n, own, f"{own};tag=x", extra)
        phone.send(build(1, ()))
        challenge = phone.expect(401).get("WWW-Authenticate")
        value = sip.authorization(challenge, "REGISTER", uri, "1011", "guess")
        for n in range(500):
            phone.send(build(2 + n, (f"Authorization: {value}",)))
        lab.wait_for(lambda: self.moved("digest.wrong") + self.moved("digest.guessing") == 500, 5, "the guesses in the counters")
        self.assertLess(self.moved("digest.wrong"), 100)
        self.assertEqual(self.agent(user="1012").register().code, 200, "other sources are not held to account")

    def test_a_real_phone_registers_and_calls(self):
        pbx = self.pbx()
        phone = Baresip("access", "1001", "lab.example", "10.10.0.1:5060", PHONE, 5061, "secret-1001")
        self.addCleanup(phone.forget)
        self.addCleanup(phone.stop)
        phone.start().wait_registered(20)
        self.assertGreaterEqual(self.moved("digest.challenged"), 1)
        self.assertEqual(self.moved("digest.verified"), 1)
        seen = len(phone.events)
        phone.dial("sip:2001@lab.example")
        callee = Callee(pbx)
        self.assertEqual(callee.invite.get("Proxy-Authorization"), "")
        callee.answer(200, "OK", sip.sdp("10.20.0.10", 4100))
        phone.wait("CALL_ESTABLISHED", 10, seen)
        callee.acknowledged()
        self.assertEqual(self.moved("digest.verified"), 2)
        self.assertEqual(self.moved("digest.acknowledged"), 1, "the ACK to the 407")
        phone.hangup()
        callee.respond(callee.expect("BYE"), 200)
        self.no_calls()
        ladder = lab.cli("trace", "1001")
        for line in ("401 Unauthorized", "407 Proxy Authentication", "200 OK (INVITE)"):
            self.assertIn(line, ladder)

    def test_why_says_it(self):
        phone = self.agent(address=OTHER, user="1002")
        text = phone.request("REGISTER", "sip:lab.example", "why", 1, "<sip:1002@lab.example>", "<sip:1002@lab.example>;tag=w")
        said = self.why(text)
        self.assertIn("digest.challenged", said)
        self.assertIn("401 Unauthorized", said)
        phone.send(text)
        value = sip.authorization(phone.expect(401).get("WWW-Authenticate"), "REGISTER", "sip:lab.example", "1002", "secret-1002")
        self.assertIn("digest.verified", self.why(text.replace("Max-Forwards", f"Authorization: {value}\r\nMax-Forwards")))

    def why(self, text):
        file = self.config.with_name("question.sip")
        file.write_bytes(text.encode())
        rows = lab.query("why", file, "--realm", "access", "--source", f"{OTHER}:5060")
        return "\n".join(f"{row['stage']} {row['decision']} {row['detail']}" for row in rows)


if __name__ == "__main__":
    unittest.main()
