"""Numbers, header rules and feature codes, as phones and a PBX see them."""
import signal
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import OTHER, PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller
from strowger_lab.kamailio import Kamailio

RULES = r"""kind: translation
name: to-e164
rules: ['00([1-9][0-9]*) => +\1', '0([1-9][0-9]*) => +49\1']
---
kind: translation
name: from-e164
rules: ['\+49([1-9][0-9]*) => 0\1']
---
kind: header_rule
name: mark
trunks: [pbx]
methods: [INVITE]
if_header: X-Phone
if_matches: 'room=([0-9]+)'
action: add
header: X-Room
value: \1
---
kind: header_rule
name: strip
direction: in
realms: [core]
messages: responses
action: remove
header: X-Rack
"""


class CallRulesTest(LabCase):
    changes = (
        ("domains: [lab.example]\n", "domains: [lab.example]\nfeature_codes: [forward_always=21, do_not_disturb=26]\n"),
        ("kind: realm\nname: access\n", "kind: realm\nname: access\ncalled_in: to-e164\n"),
        ("kind: trunk\nname: pbx\n", "kind: trunk\nname: pbx\ncalled_out: from-e164\n"),
    )
    added = RULES

    def setUp(self):
        if not lab.SOCKET.exists() or lab.cli("status", check=False) == "":
            lab.up(self.config)

    def tearDown(self):
        self.no_calls()

    def dial(self, agent, code):
        """What the display says after the code; the appliance hangs up."""
        caller = Caller(agent, code, sip.sdp(PHONE, 4000))
        answer = caller.answered()
        agent.respond(caller.expect("BYE"), 200, "OK")
        return answer.get("P-Asserted-Identity")

    def apply(self, text):
        file = Path(self.folder.name, "rules.yaml")
        file.write_text(text)
        return lab.cli("apply", "-f", file)

    def refused(self, text):
        with self.assertRaises(RuntimeError) as refused:
            self.apply(text)
        return str(refused.exception)

    def test_numbers_and_headers(self):
        caller = Caller(self.agent(), "089123", sip.sdp(PHONE, 4000), headers=("X-Phone: room=712;floor=7",))
        callee = Callee(self.pbx())
        self.assertIn("sip:089123@", callee.invite.text.split("\r\n", 1)[0])
        self.assertEqual(callee.invite.get("X-Room"), "712")
        callee.answer(200, "OK", sip.sdp(PBX, 4100), headers=("X-Rack: 7", "X-Other: 1"))
        answer = caller.answered()
        self.assertEqual((answer.get("X-Rack"), answer.get("X-Other")), ("", "1"))
        callee.acknowledged()
        self.finish(caller, callee)
        why = lab.query("why", "call", "1001", "0044123")
        self.assertIn(("numbers", "called 0044123 is +44123", "to-e164"),
                      [(row["stage"], row["decision"], row["detail"]) for row in why])

    def test_a_feature_outlives_a_crash(self):
        phone = self.agent(register=True)
        pbx = self.pbx()
        self.assertIn('"forward_always: 2001"', self.dial(phone, "*21*2001%23"))
        lab.Daemon.kill(signal.SIGKILL)
        child = lab.Daemon.start(self.config)
        self.addClassCleanup(lambda: child.poll() is None and (child.terminate(), child.wait(10)))
        shown = {row["option"]: row["value"] for row in lab.query("describe", "subscriber", "phones")}
        self.assertEqual(shown["1001@lab.example forward_always"], "2001")
        caller = Caller(self.agent(address=OTHER, user="1002"), "1001", sip.sdp(OTHER, 4000))
        callee = Callee(pbx)
        self.assertIn("sip:2001@", callee.invite.text.split("\r\n", 1)[0])
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)
        self.assertIn('"forward_always: off"', self.dial(phone, "%23%2321%23"))
        self.assertNotIn("1001@lab.example forward_always",
                         {row["option"] for row in lab.query("describe", "subscriber", "phones")})
        self.assertIn("feature_set", lab.cli("events", "feature"))

    def test_do_not_disturb(self):
        phone = self.agent(register=True)
        self.dial(phone, "*26%23")
        caller = Caller(self.agent(address=OTHER, user="1002"), "1001", sip.sdp(OTHER, 4000))
        self.assertEqual(caller.refused().code, 486)
        self.assertIn('"do_not_disturb: off"', self.dial(phone, "%2326%23"))

    def test_a_number_that_leads_nowhere_is_not_set(self):
        caller = Caller(self.agent(), "*21*1001%23", sip.sdp(PHONE, 4000))
        self.assertEqual(caller.refused().code, 482)

    def test_wrong_rules_are_told_with_their_lines(self):
        text = self.refused("kind: route\nname: bad\ntrunks: [pbx]\npatterns:\n  - 12+\n  - '(12'\n")
        self.assertIn("rules.yaml:6: route bad: patterns: (12: is no regular expression", text)
        text = self.refused("kind: header_rule\nname: no\naction: remove\nheader: Via\n")
        self.assertIn("rules.yaml:4: header_rule no: header: Via: may not be touched", text)
        text = self.refused("kind: header_rule\nname: a\naction: remove\nheader: X-A\n---\n"
                            "kind: header_rule\nname: b\naction: add\nheader: X-A\nvalue: '1'\n")
        self.assertIn("rules.yaml:9: header_rule b: header: X-A: contradicts header_rule a", text)
        self.assertIn("rules.yaml:4)", text)

    def test_thousands_of_expressions(self):
        """Calls go on while they are compiled, and the one that fits is found."""
        routes = "---\n".join(f"kind: route\nname: x{n}\npriority: 15\npatterns: ['7{n:04}[0-9]{{3,5}}']\n"
                              f"action: reject\nreject_code: 480\n" for n in range(2000))
        self.apply(routes)
        phone, pbx = self.agent(), self.pbx()
        for number, code in (("71234555", 480), ("7123455", 404)):
            caller = Caller(phone, number, sip.sdp(PHONE, 4000))
            if code == 404:
                callee = Callee(pbx)
                callee.answer(404, "Not Found")
                callee.acknowledged()
            self.assertEqual(caller.refused().code, code)
        why = lab.query("why", "call", "1001", "71234555")
        self.assertIn("x1234: reject 480", [row["decision"] for row in why])

    def test_a_proxy_that_sends_calls_back(self):
        """Kamailio takes the number for one of the appliance's, the appliance for one of Kamailio's."""
        kamailio = Kamailio()
        self.addCleanup(kamailio.forget)
        self.addCleanup(kamailio.stop)
        kamailio.start()
        caller = Caller(self.agent(), "5555", sip.sdp(PHONE, 4000))
        self.assertEqual(caller.refused().code, 482)
        calls = [record for record in lab.cdrs() if "5555" in record["caller"]["received"] + record["callee"]["received"]]
        self.assertLessEqual(len(calls), 2)


if __name__ == "__main__":
    unittest.main()
