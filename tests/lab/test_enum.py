"""ENUM: numbers that a real name server turns into SIP addresses, and what happens when it does not."""
import time
import unittest

from strowger_lab import lab, sip
from strowger_lab.case import CARRIER, PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller
from strowger_lab.nameserver import Nameserver

ZONE = r"""1.0.0.1.9.4 IN NAPTR 10 20 "u" "E2U+sip" "!^.*$!sip:never@nowhere.example!" .
1.0.0.1.9.4 IN NAPTR 10 10 "u" "E2U+sip" "!^\\+49(.*)$!sip:0\\1@dsl.example!" .
1.0.0.1.9.4 IN NAPTR 5 10 "u" "E2U+mailto" "!^.*$!mailto:info@example.com!" .
2.0.0.1.9.4 IN NAPTR 10 10 "u" "E2U+sip" "!^.*$!sip:bob@10.20.0.24:5060!" .
3.0.0.1.9.4 IN NAPTR 10 10 "u" "E2U+sip" "!^.*$!sip:1003@lab.example!" .
4.0.0.1.9.4 IN NAPTR 10 10 "u" "E2U+sip" "!((.{1,200}){1,200})*!sip:a@b!" .
"""


class EnumTest(LabCase):
    added = """kind: system
dns_servers: ["10.20.0.11:53"]
dns_timeout: 500ms
dns_stale: 0s
---
kind: trunk
name: dsl
realm: core
targets: ["10.20.0.20:5060"]
identify: ["10.20.0.250"]
domain: dsl.example
probe_interval: 0
---
kind: route
name: enum
priority: 5
digits: ["+"]
action: enum
enum_suffix: e164.example
enum_realm: core
---
kind: route
name: otherwise
priority: 6
digits: ["+"]
trunks: [pbx]
"""

    @classmethod
    def lay_out(cls):
        super().lay_out()
        cls.server = Nameserver(zone="e164.example")
        cls.server.write(ZONE)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "server"):
            cls.server.forget()
        super().tearDownClass()

    def setUp(self):
        if self.server.process is None:
            self.server.start()
        self.phone = self.agent()

    def call(self, number):
        return Caller(self.phone, number, sip.sdp(PHONE, 4000))

    def complete(self, caller, callee):
        callee.answer(486, "Busy Here")
        callee.acknowledged()
        self.assertEqual(caller.refused().code, 486)
        self.no_calls()

    def test_by_order_and_preference_to_a_trunk(self):
        carrier = self.agent("core", CARRIER, user="carrier")
        for _ in range(2):
            caller = self.call("+491001")
            callee = Callee(carrier)
            self.assertTrue(callee.invite.start.startswith("INVITE sip:01001@dsl.example"), callee.invite.start)
            self.complete(caller, callee)
        why = " ".join(f"{row['decision']} {row['detail']}" for row in lab.query("why", "call", "1001", "+491001"))
        self.assertIn("sip:01001@dsl.example", why)

    def test_to_a_host_and_to_our_own_subscriber(self):
        bob = self.agent("core", "10.20.0.24", user="bob")
        caller = self.call("+491002")
        callee = Callee(bob)
        self.assertTrue(callee.invite.start.startswith("INVITE sip:bob@10.20.0.24:5060"), callee.invite.start)
        self.complete(caller, callee)
        phone = self.agent(address="10.10.0.103", user="1003", register=True)
        caller = self.call("+491003")
        self.complete(caller, Callee(phone))

    def test_nothing_found_leads_to_the_next_route(self):
        pbx = self.pbx()
        for number in ("+491009", "+491004"):  # no such name; a regexp that asks for too much
            caller = self.call(number)
            self.complete(caller, Callee(pbx))

    def test_a_dead_name_server_costs_its_time_out(self):
        pbx = self.pbx()
        self.server.stop()
        start = time.monotonic()
        caller = self.call("+491010")
        callee = Callee(pbx)
        self.assertLess(time.monotonic() - start, 2.5)
        self.complete(caller, callee)


if __name__ == "__main__":
    unittest.main()
