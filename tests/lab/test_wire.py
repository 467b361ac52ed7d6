"""Wires that lose, double and reorder: calls still come about, and the statistics tell what the wire did."""
import time
import unittest

from strowger_lab import lab, sip
from strowger_lab.baresip import Baresip
from strowger_lab.case import PBX, PHONE, PHONE6, LabCase
from strowger_lab.impair import Relay, loss
from strowger_lab.kamailio import Kamailio


class WireTest(LabCase):
    def test_calls_through_ten_percent_loss(self):
        """Real phones retransmit, and so do we: every call is answered and released."""
        started = [Kamailio().start()]
        self.addCleanup(lambda: [(party.stop(), party.forget()) for party in started])
        for user, namespace, proxy, address, port, password in (
                ("1001", "access", "10.10.0.1:5060", PHONE, 5061, "secret-1001"),
                ("2001", "core", "10.20.0.10:5060", "10.20.0.11", 5063, "")):
            started.append(Baresip(namespace, user, "lab.example", proxy, address, port, password).start())
            started[-1].wait_registered(20)
        phone = started[1]
        with loss("access", 0.1), loss("core", 0.1):
            for _ in range(4):
                seen = len(phone.events)
                phone.dial("sip:2001@lab.example")
                phone.wait("CALL_ESTABLISHED", 30, seen)
                time.sleep(1)
                phone.hangup()
                lab.wait_for(lambda: lab.status()["calls"] == 0, 40, "the release")
        self.no_calls()

    def test_media_that_is_doubled_and_reordered(self):
        """All of it passes, and the leg tells how the wire was."""
        one, other = self.stream("access", PHONE, 4000), self.stream("core", PBX, 4100)
        caller, callee, answer = self.connect(self.agent(), self.pbx(), caller_media=(PHONE, 4050))
        relay = Relay("access", PHONE, 4050, sip.media_of(answer), home=(PHONE, 4000), duplicate=0.1, delayed=0.1)
        self.addCleanup(relay.close)
        one.start((PHONE, 4050))
        other.start(sip.media_of(callee.invite))
        lab.wait_for(lambda: other.count() > 150, 10, "media through the bad wire")
        numbers = [number for number, _ in other.received]
        self.assertGreater(len(numbers), len(set(numbers)), "doubled packets are passed on: the far end decides")
        self.assertNotEqual(numbers, sorted(numbers), "the order is the wire's")
        self.finish(caller, callee)
        self.no_calls()
        record = lab.wait_for(lambda: lab.cdrs()[-1:], 5, "the call's record")[0]
        side = next(media for media in record["media"] if media["side"] == "caller")
        self.assertGreater(side["duplicate"], 0)
        self.assertGreater(side["reordered"], 0)

    def media_in_fragments(self, address):
        one = self.stream("access", address, 4000, payload=3000)
        other = self.stream("core", PBX, 4100, payload=3000)
        caller, callee, answer = self.connect(self.agent(address=address), self.pbx(), caller_media=(address, 4000))
        one.start(sip.media_of(answer))
        other.start(sip.media_of(callee.invite))
        self.media_passes(one, other)
        self.assertEqual((one.octets, other.octets), ({3012}, {3012}))
        self.finish(caller, callee)
        self.no_calls()

    def test_media_in_fragments(self):
        """A packet that is larger than the wire's MTU comes in pieces, is relayed whole, and leaves in pieces."""
        self.media_in_fragments(PHONE)

    def test_media_in_fragments_of_ipv6(self):
        self.media_in_fragments(PHONE6)

    def test_doubled_requests_make_one_call(self):
        phone, pbx = self.agent(), self.pbx()
        send = phone.send
        phone.send = lambda text, to=None: (send(text, to), send(text, to))
        before = lab.status()["calls_total"]
        caller, callee, _ = self.connect(phone, pbx)
        self.finish(caller, callee)
        self.assertEqual(lab.status()["calls_total"], before + 1)
        self.assertEqual(len({m.get("Via") for m in pbx.history if m.method == "INVITE"}), 1)
        self.no_calls()


if __name__ == "__main__":
    unittest.main()
