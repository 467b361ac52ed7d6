"""Real phones and a real PBX: audio both ways, hold, codecs, and a tone test that knows silence."""
import time
import unittest

from strowger_lab import audio, lab
from strowger_lab.baresip import Baresip
from strowger_lab.case import OTHER, PHONE, PHONE6, LabCase
from strowger_lab.kamailio import Kamailio


class PhoneTest(LabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.started = []
        try:
            cls.begin(Kamailio())
            access = "10.10.0.1:5060"
            cls.first = cls.begin(Baresip("access", "1001", "lab.example", access, PHONE, 5061, "secret-1001", tone=440))
            cls.second = cls.begin(Baresip("access", "1002", "lab.example", access, OTHER, 5062, "secret-1002", tone=620))
            cls.third = cls.begin(Baresip("access", "1003", "lab.example", "[fd10:a::1]:5060", PHONE6, 5064, "secret-1003", tone=740))
            cls.extension = cls.begin(Baresip("core", "2001", "lab.example", "10.20.0.10:5060", "10.20.0.11", 5063, tone=880))
            for phone in (cls.first, cls.second, cls.third, cls.extension):
                phone.wait_registered(20)
        except Exception:
            cls.tearDownClass()
            raise

    @classmethod
    def begin(cls, party):
        cls.started.append(party)
        return party.start()

    @classmethod
    def tearDownClass(cls):
        for party in reversed(cls.started):
            party.stop()
            party.forget()
        super().tearDownClass()

    def tearDown(self):
        for phone in (self.first, self.second, self.third, self.extension):
            phone.hangup()
        self.no_calls()

    def call(self, caller, called, number, seconds=3.0):
        """The recordings of both, when the call is over."""
        known = {phone: set(phone.heard()) for phone in (caller, called)}
        seen = len(caller.events)
        caller.dial(f"sip:{number}@lab.example")
        caller.wait("CALL_ESTABLISHED", 15, seen)
        time.sleep(seconds)
        caller.hangup()
        self.no_calls()
        time.sleep(0.2)
        return [[r for r in phone.heard() if r not in known[phone]][-1] for phone in (caller, called)]

    def hears(self, recording, frequency):
        share, gap, seconds = audio.tone_share(recording, frequency)
        self.assertGreater(share, 0.9, f"{frequency} Hz in {share:.0%} of {seconds:.1f} s, longest gap {gap:.1f} s")
        self.assertGreater(seconds, 1.5)

    def both_hear(self, caller, called, number):
        heard = self.call(caller, called, number)
        self.hears(heard[0], called.tone)
        self.hears(heard[1], caller.tone)

    def test_a_phone_transfers(self):
        """1001 calls the extension and transfers it to 1002: those two hear each other."""
        known = {phone: set(phone.heard()) for phone in (self.second, self.extension)}
        at_second = len(self.second.events)
        at_first = len(self.first.events)
        self.first.dial("sip:2001@lab.example")
        self.first.wait("CALL_ESTABLISHED", 15, at_first)
        self.first.command("transfer", "sip:1002@lab.example")
        self.second.wait("CALL_ESTABLISHED", 15, at_second)
        self.first.wait("CALL_CLOSED", 5, at_first)
        time.sleep(3)
        self.second.hangup()
        self.no_calls()
        time.sleep(0.2)
        heard = [[r for r in phone.heard() if r not in known[phone]][-1] for phone in (self.second, self.extension)]
        self.hears(heard[0], self.extension.tone)

    def test_phone_to_phone(self):
        self.both_hear(self.first, self.second, "1002")

    def test_phone_to_extension(self):
        self.both_hear(self.first, self.extension, "2001")

    def test_extension_to_phone(self):
        self.both_hear(self.extension, self.second, "1002")

    def test_ipv6_phone_to_extension(self):
        self.both_hear(self.third, self.extension, "2001")

    def test_extension_to_ipv6_phone(self):
        self.both_hear(self.extension, self.third, "1003")

    def test_hold_and_resume(self):
        known, seen = set(self.extension.heard()), len(self.first.events)
        self.first.dial("sip:2001@lab.example")
        self.first.wait("CALL_ESTABLISHED", 15, seen)
        time.sleep(1.5)
        self.first.hold()
        lab.wait_for(lambda: any(call["state"] == "held" for call in lab.query("calls")), 5, "a call on hold")
        time.sleep(1.0)
        self.first.resume()
        lab.wait_for(lambda: all(call["state"] == "answered" for call in lab.query("calls")), 5, "the call resumed")
        time.sleep(2.0)
        self.first.hangup()
        self.no_calls()
        self.assertTrue(set(self.extension.heard()) - known)

    def test_silence_is_told(self):
        """The proof of the proof: with the relay's media cut off, the tone is not heard."""
        cut = ("-I", "INPUT", "-p", "udp", "--dport", "10000:40000", "-j", "DROP")
        lab.run_in("access", "iptables", *cut, check=True)
        try:
            known, seen = set(self.first.heard()), len(self.first.events)
            self.first.dial("sip:2001@lab.example")
            self.first.wait("CALL_ESTABLISHED", 15, seen)
            time.sleep(2.0)
            self.first.hangup()
            time.sleep(0.3)
            new = [r for r in self.first.heard() if r not in known]
            share = audio.tone_share(new[-1], self.extension.tone)[0] if new else 0.0
            self.assertLess(share, 0.1)
        finally:
            lab.run_in("access", "iptables", "-F", "INPUT", check=True)


if __name__ == "__main__":
    unittest.main()
