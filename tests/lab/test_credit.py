"""Chargeable calls, with an HTTP server that keeps the accounts: granted, renewed, used up, refused, slow and dead."""
import time
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import PBX, PHONE, LabCase
from strowger_lab.creditor import Creditor
from strowger_lab.dialog import Callee, Caller

SYSTEM = """kind: system
credit_url: http://10.20.0.11:8090/credit
credit_token: not-for-everybody
credit_timeout: 1s
"""


class CreditTest(LabCase):
    added = SYSTEM + """---
kind: route
name: premium
priority: 5
digits: ["09"]
strip: 2
trunks: [pbx]
charge: true
rate: premium-1
"""

    def setUp(self):
        self.phone, self.switch = self.agent(), self.pbx()

    def creditor(self, answer=None):
        made = Creditor()
        self.addCleanup(made.close)
        if answer is not None:
            made.answer = answer
        return made

    def call(self, number="092001"):
        return Caller(self.phone, number, sip.sdp(PHONE, 4000))

    def answer(self, caller, callee):
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()

    def apply(self, text):
        file = Path(self.folder.name, "change.yaml")
        file.write_text(text)
        lab.cli("apply", "-f", file)

    def events(self, kind):
        return [row["data"] for row in lab.query("events", kind)]

    def record(self, number):
        return lab.wait_for(lambda: next((r for r in reversed(lab.cdrs()) if f"sip:{number}@" in r["callee"]["received"]), None),
                            8, "the CDR")

    def test_renewed_and_then_used_up(self):
        grants = iter((4, 4, 0))
        creditor = self.creditor(lambda q: (200, {"grant_s": next(grants, 0), "rate": "premium-2"}
                                            if q["event"] != "report" else {}))
        caller = self.call()
        callee = Callee(self.switch)
        asked = creditor.of("authorise")[0]
        self.assertEqual((asked["route"], asked["rate"], asked["subscriber"]), ("premium", "premium-1", "1001@lab.example"))
        self.assertEqual(creditor.tokens, {"Bearer not-for-everybody"})
        start = time.monotonic()
        self.answer(caller, callee)
        for side in (caller, callee):
            bye = side.expect("BYE", seconds=15)
            self.assertIn("cause=402", bye.get("Reason"))
            side.agent.respond(bye, 200, "OK")
        self.assertAlmostEqual(time.monotonic() - start, 8, delta=1.5)
        self.no_calls()
        report = lab.wait_for(lambda: next((q for q in creditor.of("report") if q["call"] == asked["call"]), None), 8,
                              "the report")
        self.assertEqual(len(creditor.of("renew")), 2)
        self.assertAlmostEqual(report["used_s"], 8, delta=1)
        self.assertEqual((report["ended_by"], report["reason"], report["rate"]), ("appliance", "credit used up", "premium-2"))
        self.assertEqual(self.events("credit_used_up")[-1]["call"], str(report["call"]))
        record = self.record("092001")
        self.assertEqual((record["charged"], record["rate"]), (True, "premium-2"))

    def test_refused(self):
        creditor = self.creditor(lambda q: (200, {"grant_s": 0}))
        self.assertEqual(self.call("092002").refused().code, 402)
        creditor.answer = lambda q: (200, {"grant_s": 0, "code": 486})
        self.assertEqual(self.call("092002").refused().code, 486)
        creditor.answer = lambda q: (403, {})
        self.assertEqual(self.call("092002").refused().code, 402)
        self.switch.nothing("INVITE", seconds=0.2)
        self.no_calls()
        self.assertFalse(self.record("092002")["charged"])

    def test_nonsense_and_nobody_there_refuse_or_allow(self):
        creditor = self.creditor(lambda q: (200, ["what"]))
        self.assertEqual(self.call("092003").refused().code, 503)
        creditor.close()
        self.assertEqual(self.call("092003").refused().code, 503)
        self.assertGreaterEqual(len(self.events("credit_unanswered")), 2)
        self.apply(SYSTEM + "credit_unanswered: allow\n")
        caller = self.call("092004")
        callee = Callee(self.switch)
        self.answer(caller, callee)
        self.finish(caller, callee)
        self.no_calls()
        self.assertTrue(self.record("092004")["charged"])
        self.apply(SYSTEM + "credit_unanswered: refuse\n")
        self.assertIn("strowger_credit_unanswered", lab.cli("metrics"))

    def test_a_slow_one_holds_up_its_own_call_alone(self):
        self.creditor(lambda q: None)
        slow = self.call("092005")
        start = time.monotonic()
        other = Caller(self.agent(address="10.10.0.103", user="1003"), "2001", sip.sdp("10.10.0.103", 4200))
        callee = Callee(self.switch)
        self.answer(other, callee)
        self.assertLess(time.monotonic() - start, 0.9, "a call that costs nothing waits for nobody")
        self.assertEqual(slow.refused().code, 503)
        self.finish(other, callee)
        self.no_calls()


if __name__ == "__main__":
    unittest.main()
