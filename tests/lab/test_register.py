"""Registrations and who is let in: passwords, nonces, replays, fetches; floods of what is no SIP."""
import secrets
import time
import unittest

from strowger_lab import lab, sip
from strowger_lab.baresip import Baresip
from strowger_lab.case import OTHER, PHONE, LabCase


class RegisterTest(LabCase):
    def test_register_fetch_and_leave(self):
        phone = self.agent()
        answer = phone.register()
        self.assertEqual(answer.code, 200)
        self.assertIn(phone.contact, answer.get("Contact"))
        rows = lab.query("registrations", "1001")
        self.assertEqual([row["contact"] for row in rows], [phone.contact])
        self.assertEqual(phone.register(expires=0).code, 200)
        self.assertEqual(lab.query("registrations", "1001"), [])

    def test_wrong_password(self):
        phone = self.agent(user="1003")
        self.assertIn(phone.register(password="wrong").code, (401, 403))
        self.assertEqual(lab.query("registrations", "1003"), [])

    def test_unknown_user_is_told_no_more_than_a_wrong_password(self):
        phone = self.agent(user="7777")
        wrong = self.agent(address=OTHER, user="1003").register(password="wrong").code
        self.assertEqual(phone.register().code, wrong)

    def test_real_phone_with_a_wrong_password(self):
        phone = Baresip("access", "1004", "lab.example", "10.10.0.1:5060", OTHER, 5071, "wrong")
        self.addCleanup(phone.forget)
        self.addCleanup(phone.stop)
        phone.start()
        lab.wait_for(lambda: "401 Unauthorized" in phone.process.output() or "403" in phone.process.output(), 10, "the refusal")
        self.assertEqual(lab.query("registrations", "1004"), [])

    def test_replayed_credentials_are_refused(self):
        phone = self.agent(user="1005")
        uri, call_id, own = "sip:lab.example", secrets.token_hex(8), "<sip:1005@lab.example>"
        def build(sequence, extra):
            return phone.request("REGISTER", uri, call_id, sequence, own, f"{own};tag=x", ("Expires: 60", *extra))
        phone.send(build(1, ()))
        challenge = phone.expect(401)
        value = sip.authorization(challenge.get("WWW-Authenticate"), "REGISTER", uri, "1005", "secret-1005")
        phone.send(build(2, (f"Authorization: {value}",)))
        self.assertEqual(phone.expect(2, 4).code, 200)
        phone.send(build(3, (f"Authorization: {value}",)))  # the same nonce count again
        self.assertEqual(phone.expect(2, 4).code, 401)

    def test_invite_with_a_wrong_password(self):
        phone = self.agent(user="1006")
        call_id, own = secrets.token_hex(8), "<sip:1006@lab.example>"
        phone.send(phone.request("INVITE", "sip:2001@lab.example", call_id, 1, "<sip:2001@lab.example>", f"{own};tag=x",
                                 body=sip.sdp(PHONE, 4000)))
        challenge = phone.expect(401, 407)
        phone.repeat(challenge, lambda n, extra: phone.request(
            "INVITE", "sip:2001@lab.example", call_id, n, "<sip:2001@lab.example>", f"{own};tag=x", extra, sip.sdp(PHONE, 4000)),
            "INVITE", "sip:2001@lab.example", "wrong")
        self.assertIn(phone.expect(4, 2).code, (401, 403, 407))
        self.assertEqual(lab.status()["calls"], 0)

    def test_options_by_sipsak(self):
        done = lab.run_in("access", "sipsak", "-v", "-s", "sip:10.10.0.1", timeout=20)
        self.assertIn("200 OK", done.stdout + done.stderr)

    def test_keepalive(self):
        phone = self.agent()
        before = lab.counters().get("sip.keepalives", 0)
        phone.send(b"\r\n\r\n")
        lab.wait_for(lambda: lab.counters().get("sip.keepalives", 0) > before, 3, "the keep-alive in the counters")

    def test_flood_of_malformed_messages(self):
        """Each ends in a counted verdict; calls and registrations go on meanwhile."""
        attacker = self.agent(address="10.10.0.119", port=5099, user="x")
        good = attacker.request("INVITE", "sip:1@lab.example", "c", 1, "<sip:1@lab.example>", "<sip:x@y>;tag=1").encode()
        before = sum(lab.counters().values())
        shapes = [b"INVITE", good[:60], b"\x00" * 400, good.replace(b"CSeq: 1", b"CSeq: x"), good.replace(b"SIP/2.0\r\n", b"SIP/7.0\r\n"),
                  good.replace(b"Content-Length: 0", b"Content-Length: 9999"), b"A" * 1400, good.replace(b"From:", b"Frm:"),
                  good.replace(b"INVITE sip:1@", b"INVITE \xff:1@"), b"SIP/2.0 9999 no\r\n\r\n", good.replace(b"\r\n", b"\n\n")]
        for n in range(5000):
            attacker.send(shapes[n % len(shapes)])
            if n % 50 == 0:
                time.sleep(0.005)
        phone = self.agent(user="1007")
        self.assertEqual(phone.register().code, 200)
        self.assertGreater(sum(lab.counters().values()), before + 5000)
        self.assertEqual(lab.status()["calls"], 0)


if __name__ == "__main__":
    unittest.main()
