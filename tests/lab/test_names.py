"""Trunks whose targets are names: a real name server, its records, its changes and its death."""
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import CARRIER, PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller
from strowger_lab.nameserver import Nameserver

OTHER_CARRIER = "10.20.0.21"

SRV = """_sip._udp IN SRV 10 3 5060 one
_sip._udp IN SRV 10 1 5060 two
_sip._udp IN SRV 20 0 5061 three
one IN A 10.20.0.20
two IN A 10.20.0.21
three IN A 10.20.0.22
plain IN A 10.20.0.23
here IN A 10.20.0.24
"""


class NamesTest(LabCase):
    added = """kind: system
dns_servers: ["10.20.0.11:53"]
dns_timeout: 500ms
t1: 100ms
timer_b: 2s
---
kind: trunk
name: named
realm: core
targets: [carrier.example]
probe_interval: 0
---
kind: route
name: named
priority: 5
digits: ["77"]
trunks: [named]
"""

    @classmethod
    def lay_out(cls):
        super().lay_out()
        cls.server = Nameserver()
        cls.server.write(SRV)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.forget()
        super().tearDownClass()

    def setUp(self):
        self.server.write(SRV)
        if self.server.process is None:
            self.server.start()
        self.phone = self.agent()
        self.addresses("10.20.0.20:5060", "10.20.0.21:5060", "10.20.0.22:5061")

    def rows(self, trunk="named"):
        return [row for row in lab.query("trunks") if row["name"] == trunk]

    def addresses(self, *wanted, trunk="named"):
        lab.wait_for(lambda: sorted(row["target"] for row in self.rows(trunk)) == sorted(wanted), 10,
                     f"the addresses {wanted} (there are {[row['target'] for row in self.rows(trunk)]})")

    def warnings(self):
        return " ".join(lab.status()["warnings"])

    def apply(self, text):
        file = Path(self.folder.name, "change.yaml")
        file.write_text(text)
        return lab.cli("apply", "-f", file)

    def complete(self, caller, callee):
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)
        self.no_calls()

    def test_srv_leads_to_the_first_priority_and_over_to_the_next(self):
        one, two = self.agent("core", CARRIER, user="one"), self.agent("core", OTHER_CARRIER, user="two")
        three = self.agent("core", "10.20.0.22", port=5061, user="three")
        caller = Caller(self.phone, "7701", sip.sdp(PHONE, 4000))
        first = lab.wait_for(lambda: next((a for a in (one, two) if a.waiting), None), 5, "the INVITE at priority 10")
        for agent in (first, two if first is one else one):
            callee = Callee(agent)
            self.assertIn("sip:7701@carrier.example", callee.invite.start, "the name stays in the Request-URI")
            callee.answer(503, "Busy")
            callee.acknowledged()
        self.complete(caller, Callee(three))

    def test_calls_from_a_resolved_address_are_the_trunks(self):
        self.server.write("@ IN A 10.20.0.11\n")
        self.addresses("10.20.0.11:5060")
        one = self.agent("core", "10.20.0.11", user="one")
        phone = self.agent(address="10.10.0.103", user="1003", register=True)
        caller = Caller(one, "1003", sip.sdp("10.20.0.11", 4100), uri="sip:1003@lab.example", challenged=False)
        callee = Callee(phone)
        self.assertEqual(lab.query("calls")[0]["from_trunk"], "named")
        callee.answer(200, "OK", sip.sdp("10.10.0.103", 4000))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)
        self.no_calls()

    def test_a_change_is_picked_up_and_moves_no_call(self):
        self.server.write("@ IN A 10.20.0.20\n")
        self.addresses("10.20.0.20:5060")
        one, two = self.agent("core", CARRIER, user="one"), self.agent("core", OTHER_CARRIER, user="two")
        caller = Caller(self.phone, "7701", sip.sdp(PHONE, 4000))
        callee = Callee(one)
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.server.write("@ IN A 10.20.0.21\n")
        self.addresses("10.20.0.21:5060")
        other = Caller(self.phone, "7702", sip.sdp(PHONE, 4010))
        second = Callee(two)
        second.answer(486, "Busy Here")
        second.acknowledged()
        other.refused()
        self.finish(caller, callee)
        self.no_calls()

    def test_a_dead_name_server_is_bridged(self):
        self.server.stop()
        lab.wait_for(lambda: "no name server answers" in self.warnings(), 15, "the warning")
        self.assertIn("trunk named: target carrier.example", self.warnings())
        self.addresses("10.20.0.20:5060", "10.20.0.21:5060", "10.20.0.22:5061")
        one, two = self.agent("core", CARRIER, user="one"), self.agent("core", OTHER_CARRIER, user="two")
        caller = Caller(self.phone, "7701", sip.sdp(PHONE, 4000))
        first = lab.wait_for(lambda: next((a for a in (one, two) if a.waiting), None), 5, "the INVITE")
        self.complete(caller, Callee(first))
        self.server.start()
        lab.wait_for(lambda: "no name server answers" not in self.warnings(), 20, "the end of the warning")

    def test_naptr_and_a_name_that_does_not_resolve(self):
        self.server.write("@ IN NAPTR 10 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.here\n"
                          "@ IN NAPTR 5 10 \"s\" \"SIPS+D2T\" \"\" _sips._tcp\n"
                          "_sip._udp.here IN SRV 0 0 5066 here\nhere IN A 10.20.0.24\n")
        self.addresses("10.20.0.24:5066")
        told = self.apply("kind: trunk\nname: typo\nrealm: core\ntargets: [no-such.carrier.example]\n")
        self.assertNotIn("error", told)
        lab.wait_for(lambda: "trunk typo: target no-such.carrier.example: the name has no address" in self.warnings(), 5,
                     "the warning")
        self.assertEqual([row["state"] for row in self.rows("typo")], ["not resolved"])
        lab.cli("delete", "trunk", "typo")

    def test_a_contact_by_name_is_found(self):
        """The callee answers from one address and names another host as its Contact: ACK and BYE go there."""
        pbx = self.pbx()
        elsewhere = self.agent("core", "10.20.0.24", user="2001")
        caller = Caller(self.phone, "2001", sip.sdp(PHONE, 4000))
        callee = Callee(pbx)
        pbx.__class__ = type("Named", (pbx.__class__,), {"contact": "sip:2001@here.carrier.example"})
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        self.assertIn("sip:2001@here.carrier.example", elsewhere.expect("ACK").start)
        pbx.nothing("ACK", seconds=0.3)
        caller.send("BYE")
        bye = elsewhere.expect("BYE")
        elsewhere.respond(bye, 200, "OK")
        self.assertEqual(caller.expect(2).code, 200)
        self.no_calls()


if __name__ == "__main__":
    unittest.main()
