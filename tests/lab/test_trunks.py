"""Trunks to carriers: failover, circuits, limits over groups, and accounts at a carrier that asks for a login."""
import unittest

from strowger_lab import lab, sip
from strowger_lab.carrier import Carrier
from strowger_lab.case import PBX, PHONE, LabCase
from strowger_lab.dialog import Callee, Caller

SWITCH = "10.20.0.22"  # behind the carrier


class TrunkCase(LabCase):
    def rows(self, trunk):
        return {row["target"]: row for row in lab.query("trunks") if row["name"] == trunk}

    def complete(self, caller, callee):
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)
        self.no_calls()


class AccountTest(TrunkCase):
    algorithm = "MD5"
    added = """kind: trunk
name: dsl
realm: core
targets: ["10.20.0.11:5060"]
domain: carrier.example
---
kind: account
name: line
trunk: dsl
user: '4930123'
password: line-secret
expires: 60s
number: '1003'
---
kind: account
name: wrong
trunk: dsl
user: '4930999'
password: no-secret
---
kind: route
name: dsl
priority: 5
digits: ["09"]
strip: 1
trunks: [dsl]
"""

    @classmethod
    def lay_out(cls):
        super().lay_out()
        cls.carrier = Carrier(algorithm=cls.algorithm).start()

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "carrier"):
            cls.carrier.stop()
            cls.carrier.forget()
        super().tearDownClass()

    def setUp(self):
        lab.wait_for(lambda: self.account("line")["state"] == "registered", 20, "the registration")

    def account(self, name):
        return next(row for row in lab.query("accounts") if row["name"] == name)

    def test_registered_and_called(self):
        self.assertLessEqual(self.account("line")["expires_s"], 60)
        lab.wait_for(lambda: self.account("wrong")["state"] == "refused", 10, "the refusal of the wrong password")
        self.assertEqual(self.account("wrong")["status"], 401)
        phone = self.agent(address="10.10.0.103", user="1003", register=True)
        switch = self.agent("core", SWITCH, user="030555")
        switch.server = ("10.20.0.11", 5060)
        caller = Caller(switch, "4930123", sip.sdp(SWITCH, 4100), uri="sip:4930123@carrier.example", challenged=False)
        callee = Callee(phone)
        self.assertEqual(lab.query("calls")[0]["from_trunk"], "dsl")
        callee.answer(200, "OK", sip.sdp("10.10.0.103", 4000))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)
        self.no_calls()

    def test_calls_are_challenged_once(self):
        phone, switch = self.agent(), self.agent("core", SWITCH, user="030555")
        challenges = []
        for number in ("0930555", "0930556"):
            caller = Caller(phone, number, sip.sdp(PHONE, 4000))
            callee = Callee(switch)
            self.assertIn(f"sip:{number[1:]}@carrier.example", callee.invite.start)
            self.assertEqual(callee.invite.get("Proxy-Authorization"), "")
            callee.answer(200, "OK", sip.sdp(SWITCH, 4100))
            caller.answered()
            callee.acknowledged()
            ours = callee.invite.get("Call-ID")
            caller.send("INFO")
            info = callee.expect("INFO")
            callee.respond(info, 200)
            caller.expect(200)
            self.finish(caller, callee)  # BYE from us is challenged, too
            challenges.append(sum(row["source"].startswith("10.20.0.11:") and row["summary"].startswith("407")
                                  for row in lab.query("trace", ours, "--messages")["messages"]))
        self.no_calls()
        self.assertLessEqual(challenges[0], 1, "at most the first call is challenged")
        self.assertEqual(challenges[1], 0, "the nonce serves the second call as well")

    def test_requests_of_our_own_within_the_call_show_the_login(self):
        """A transfer: the carrier's side is asked for an offer and gets an answer, by re-INVITEs that are ours."""
        phone, switch = self.agent(register=True), self.agent("core", SWITCH, user="030555")
        other = self.agent(address="10.10.0.102", user="1002", register=True)
        caller = Caller(phone, "0930555", sip.sdp(PHONE, 4000))
        callee = Callee(switch)
        callee.answer(200, "OK", sip.sdp(SWITCH, 4100))
        caller.answered()
        callee.acknowledged()
        caller.send("REFER", headers=("Refer-To: <sip:1002@lab.example>",))
        caller.expect(202)
        phone.respond(caller.expect("NOTIFY"), 200, "OK")
        target = Callee(other)
        target.answer(200, "OK", sip.sdp("10.10.0.102", 4200))
        request = callee.expect("INVITE")
        switch.respond(request, 200, "OK", sip.sdp(SWITCH, 4100))
        callee.expect("ACK")
        target.acknowledged()
        phone.respond(caller.expect("NOTIFY"), 200, "OK")
        phone.respond(caller.expect("BYE"), 200, "OK")
        target.send("BYE")
        bye = callee.expect("BYE")
        switch.respond(bye, 200, "OK")
        target.expect(2)
        self.no_calls()
        ours = lab.query("trace", callee.invite.get("Call-ID"), "--messages")["messages"]
        last = [row["summary"] for row in ours if row["source"].startswith("10.20.0.11:") and row["summary"][:3].isdigit()]
        self.assertFalse([s for s in last if s[:3] not in ("100", "200", "407")], last)

    def test_a_bye_of_the_carrier_ends_the_call(self):
        phone, switch = self.agent(), self.agent("core", SWITCH, user="030555")
        caller = Caller(phone, "0930555", sip.sdp(PHONE, 4000))
        callee = Callee(switch)
        callee.answer(200, "OK", sip.sdp(SWITCH, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee, by="callee")
        self.no_calls()


class Sha256Test(AccountTest):
    algorithm = "SHA-256"


class FailoverTest(TrunkCase):
    added = """kind: system
t1: 100ms
timer_b: 2s
---
kind: trunk
name: first
realm: core
targets: ["10.20.0.10:5063"]
identify: ["10.20.0.250"]
probe_interval: 0
failover_timeout: 600ms
progress_timeout: 1200ms
max_failures: 2
open_time: 3s
---
kind: trunk
name: second
realm: core
targets: ["10.20.0.11:5060"]
probe_interval: 0
---
kind: trunk_group
name: both
trunks: ["second;priority=2", "first;priority=1"]
max_calls: 2
full_code: 486
---
kind: route
name: both
priority: 5
digits: ["77"]
trunk_groups: [both]
"""

    def setUp(self):
        self.phone = self.agent()
        self.first = self.agent("core", PBX, port=5063, user="first")
        self.second = self.agent("core", "10.20.0.11", user="second")

    def state(self):
        return self.rows("first")["10.20.0.10:5063"]["state"]

    def call(self, number="7701"):
        return Caller(self.phone, number, sip.sdp(PHONE, 4000))

    def test_silence_opens_the_circuit_and_one_call_closes_it(self):
        lab.wait_for(lambda: self.try_first(), 8, "the first trunk")
        for _ in range(2):
            caller = self.call()
            self.first.expect("INVITE")
            self.complete(caller, Callee(self.second))
        self.assertEqual(self.state(), "open")
        self.first.waiting.clear()
        caller = self.call()
        callee = Callee(self.second)
        self.first.nothing("INVITE", seconds=0.2)
        self.complete(caller, callee)
        lab.wait_for(lambda: self.try_first(), 8, "a call to the first trunk again")
        self.assertEqual(self.state(), "up")

    def try_first(self):
        """A call; whether the first trunk got it."""
        self.first.waiting.clear()
        self.second.waiting.clear()
        caller = self.call()
        agent = lab.wait_for(lambda: next((a for a in (self.first, self.second) if a.waiting), None), 5, "the INVITE")
        self.complete(caller, Callee(agent))
        return agent is self.first

    def test_a_hundred_then_silence_and_a_late_answer(self):
        lab.wait_for(lambda: self.try_first(), 8, "the first trunk")
        caller = self.call()
        stuck = Callee(self.first)
        stuck.answer(100, "Trying")
        taken = Callee(self.second)
        stuck.expect("CANCEL")
        stuck.answer(200, "OK", sip.sdp(PBX, 4200))  # crosses the CANCEL
        stuck.expect("ACK")
        stuck.respond(stuck.expect("BYE"), 200)
        self.complete(caller, taken)

    def test_a_group_is_full(self):
        lab.wait_for(lambda: self.try_first(), 8, "the first trunk")
        held = []
        for n in range(2):
            caller = Caller(self.phone, "7701", sip.sdp(PHONE, 4000 + 2 * n))
            callee = Callee(self.first)
            callee.answer(200, "OK", sip.sdp(PBX, 4100 + 2 * n))
            caller.answered()
            callee.acknowledged()
            held.append((caller, callee))
        self.assertEqual(self.call().refused().code, 486)
        self.assertIn('strowger_trunk_group_refused{group="both"}', lab.cli("metrics"))
        for caller, callee in held:
            self.finish(caller, callee)
        self.no_calls()


class LeastCostTest(TrunkCase):
    added = """kind: trunk
name: cheap
realm: core
targets: ["10.20.0.10:5063"]
identify: ["10.20.0.250"]
probe_interval: 0
---
kind: trunk
name: dear
realm: core
targets: ["10.20.0.11:5060"]
probe_interval: 0
---
kind: lcr_table
name: rates
file: RATES
---
kind: route
name: abroad
priority: 5
digits: ["88"]
strip: 2
action: lcr
lcr_table: rates
"""

    @classmethod
    def setUpClass(cls):
        cls.rates = lab.ROOT / "build" / f"rates-{lab.PREFIX}.csv"
        cls.rates.write_text("prefix,trunk,cost\n49,dear,0.02\n49,cheap,0.01\n4930,dear,0.005\n")
        cls.added = cls.added.replace("RATES", str(cls.rates))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.rates.unlink()

    def table(self):
        return lab.query("lcr")[0]

    def reload(self, text):
        self.rates.write_text(text)
        before = self.table()
        lab.cli("reload", "rates")
        lab.wait_for(lambda: self.table() != before, 5, "the new rates")

    def test_the_cheapest_of_the_longest_prefix_and_a_change(self):
        phone, cheap = self.agent(), self.agent("core", PBX, port=5063, user="cheap")
        dear = self.agent("core", "10.20.0.11", user="dear")
        lab.wait_for(lambda: self.table()["rows"] == 3, 5, "the rates")
        self.complete(Caller(phone, "88498912", sip.sdp(PHONE, 4000)), Callee(cheap))
        caller = Caller(phone, "88493012", sip.sdp(PHONE, 4000))
        first = Callee(dear)
        self.assertIn("sip:493012@", first.invite.start)
        first.answer(503, "Full")
        first.acknowledged()
        self.complete(caller, Callee(cheap))  # of a shorter prefix
        self.reload("49,dear,0.001\n49,cheap,0.01\n")
        self.complete(Caller(phone, "88498912", sip.sdp(PHONE, 4000)), Callee(dear))
        self.reload("49,nobody,0.001\n")
        self.assertIn("line 1: trunk nobody", self.table()["problem"])
        self.complete(Caller(phone, "88498912", sip.sdp(PHONE, 4000)), Callee(dear))


if __name__ == "__main__":
    unittest.main()
