"""callgun against the appliance and against Kamailio: what it counts is what they have seen."""
import unittest

from strowger_lab import callgun, lab
from strowger_lab.case import LabCase
from strowger_lab.kamailio import Kamailio

PHONES = ("--users", "1001-1099", "--password", "secret-{user}", "--domain", "lab.example")
PBX = ("--answer-port", callgun.CORE, "--answer-addresses", "10.20.0.10", "--numbers", "2001-2009")


class CallgunTest(LabCase):
    # The PBX is there only while callgun runs.
    changes = (('targets: ["10.20.0.10:5060"]', 'targets: ["10.20.0.10:5060"]\nprobe_interval: 0s'),)

    def test_calls_with_audio_through_the_appliance(self):
        before = lab.status()["calls_total"]
        report = callgun.run("calls", "10.10.0.1:5060", callgun.ACCESS, "10.10.0.100-109", *PHONES, *PBX, "--rate", 20,
                             "--count", 40, "--hold", 1, "--ring", 0.1, "--rtp")
        self.assertEqual((report["completed"], report["failed"], report["exit_code"]), (40, 0, 0), report["text"])
        self.assertEqual(report["challenged"], 40)
        self.assertEqual(report["callee"]["released"], 40)
        media = report["media"]
        self.assertEqual((media["legs"], media["silent_legs"], media["unknown"]), (80, 0, 0), report["text"])
        # 40 calls of a second, 50 packets a second, both ways; a busy machine may lose or delay some.
        self.assertGreater(media["received"], 3000)
        self.assertLess(media["lost"], 0.02 * media["received"], report["text"])
        self.assertEqual(media["duplicates"], 0)
        self.assertEqual(lab.status()["calls_total"] - before, 40)
        self.no_calls()

    def test_calls_to_phones_of_the_other_family(self):
        users = ("--users", "1001-1003", *PHONES[2:])
        registered = callgun.run("register", "[fd10:a::1]:5060", callgun.ACCESS, "fd10:a::101-103", *users, "--rate", 20,
                                 "--count", 3)
        self.assertEqual(registered["completed"], 3, registered["text"])
        report = callgun.run("calls", "10.20.0.1:5060", callgun.CORE, "10.20.0.10", "--users", "2001", "--domain",
                             "lab.example", "--answer-port", callgun.ACCESS, "--answer-addresses", "fd10:a::101-103",
                             "--numbers", "1001-1003", "--rate", 10, "--count", 9, "--hold", 0.5, "--rtp")
        self.assertEqual((report["completed"], report["media"]["silent_legs"]), (9, 0), report["text"])

    def test_registrations_with_digest_and_an_avalanche(self):
        before = lab.status()["registrations"]
        report = callgun.run("register", "10.10.0.1:5060", callgun.ACCESS, "10.10.0.100-109", *PHONES, "--rate", 100,
                             "--count", 198)
        # The second round of the 99 users goes with the nonce of the first.
        self.assertEqual((report["completed"], report["challenged"]), (198, 99), report["text"])
        self.assertEqual(lab.status()["registrations"] - before, 99)
        avalanche = callgun.run("register", "10.10.0.1:5060", callgun.ACCESS, "10.10.0.100-109", *PHONES, "--rate", 500,
                                "--avalanche")
        self.assertTrue(avalanche["all_registered"], avalanche["text"])
        self.assertEqual(avalanche["completed"], 99)
        wrong = callgun.run("register", "10.10.0.1:5060", callgun.ACCESS, "10.10.0.100", "--users", "1001", "--password",
                            "wrong", "--domain", "lab.example", "--rate", 10, "--count", 2)
        self.assertEqual((wrong["failed_by_code"], wrong["exit_code"]), ({"401": 2}, 1), wrong["text"])

    def test_a_search_ends_where_nothing_passes(self):
        report = callgun.run("register", "10.10.0.1:5060", callgun.ACCESS, "10.10.0.100", "--users", "1001", "--password",
                             "wrong", "--rate", 4, "--search", "--step", 0.5, "--rest", 0)
        self.assertEqual((report["search"]["rate"], report["exit_code"]), (0, 1), report["text"])
        self.assertTrue(all(not step["passed"] for step in report["search"]["steps"]))
        self.assertTrue(report["search"]["steps"][0]["why"].startswith("401 "), report["text"])

    def test_mistakes_are_told(self):
        with self.assertRaisesRegex(RuntimeError, "has no address 10.10.0.200.*ip addr add 10.10.0.200/24 dev eth0"):
            callgun.run("options", "10.10.0.1:5060", callgun.ACCESS, "10.10.0.200")
        with self.assertRaisesRegex(RuntimeError, "no interface eth7"):
            callgun.run("options", "10.10.0.1:5060", f"af_xdp:eth7@{lab.PREFIX}-access", "10.10.0.100")
        with self.assertRaisesRegex(RuntimeError, "namespace nowhere cannot be entered"):
            callgun.run("options", "10.10.0.1:5060", "af_xdp:eth0@nowhere", "10.10.0.100")
        with self.assertRaisesRegex(RuntimeError, "nobody answers for 10.10.0.250"):
            callgun.run("options", "10.10.0.250:5060", callgun.ACCESS, "10.10.0.100")


class OtherServerTest(LabCase):
    """Without the appliance: callgun stands in its place, before Kamailio."""

    @classmethod
    def lay_out(cls):
        lab.up(None)

    def test_options_at_kamailio(self):
        kamailio = Kamailio()
        self.addCleanup(kamailio.forget)
        self.addCleanup(kamailio.stop)
        kamailio.start()
        for target, ours in (("10.20.0.10:5060", "10.20.0.1"), ("[fd10:b::10]:5060", "fd10:b::1")):
            report = callgun.run("options", target, f"af_xdp:core0@{lab.PREFIX}-sbc", ours, "--rate", 100, "--count", 100)
            self.assertEqual(report["completed"], 100, report["text"])
        self.assertIsNone(kamailio.process.child.poll())


if __name__ == "__main__":
    unittest.main()
