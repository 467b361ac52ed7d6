"""Calls over every class of port: two workers, and ports that the daemon owns whole (memif, with a tap)."""
import types
import unittest

from io_support import Driver
from strowger_lab import lab, sip
from strowger_lab.case import PBX, PHONE, PHONE6, LabCase
from strowger_lab.dialog import Callee, Caller


class TwoWorkersTest(LabCase):
    added = "kind: system\nworkers: 2\n"

    def of_worker(self, worker):
        return {row["name"]: row["value"] for row in lab.query("counters", "--all", "--worker", worker)}

    def test_calls_are_shared_by_the_workers(self):
        """Each worker has one port's queue. A media port has one worker: what the other one receives is handed over, and
        none is lost."""
        calls = []
        for i in range(8):
            phone = self.agent(address=f"10.10.0.{102 + i}", register=True, user=f"10{10 + i}")
            pbx = self.agent("core", f"10.20.0.{20 + i}", 5060, "2001")
            one = self.stream("access", phone.address, 4000)
            other = self.stream("core", pbx.address, 4100)
            caller, callee, answer = self.connect(pbx, phone, f"10{10 + i}", (pbx.address, 4100), (phone.address, 4000))
            other.start(sip.media_of(answer))
            one.start(sip.media_of(callee.invite))
            calls.append((caller, callee, one, other))
        for _, _, one, other in calls:
            self.media_passes(one, other, packets=50)
        self.assertEqual({leg["worker"] for leg in lab.query("legs")}, {0, 1})
        for worker in (0, 1):
            books = self.of_worker(worker)
            self.assertGreater(books["rtp.relayed"], 400)
            self.assertGreater(books["handoff.packets"], 0, "each receives packets of the other's media ports")
        for caller, callee, one, other in calls:
            sent = one.sent, other.sent
            lab.wait_for(lambda: other.count() >= sent[0] and one.count() >= sent[1], 5, f"all of {sent} packets")
            self.finish(caller, callee)
        self.assertEqual(lab.counters()["rx.handoff_full"], 0)
        self.no_calls()


class MemifTest(LabCase):
    """The phones' side is a port that the daemon owns: their whole network is behind its tap."""

    wire = None
    changes = (("driver: af_xdp\ninterface: access0",
                "driver: memif\ndevice: FOLDER/wire.sock\nmemif_server: true\ninterface: access0"),)

    @classmethod
    def lay_out(cls):
        cls.config.write_text(cls.config.read_text().replace("FOLDER", cls.folder.name))
        lab.up(config=None)
        lab.run_in("access", "ip", "link", "del", "eth0", check=True)
        lab.Daemon.start(cls.config)
        there = types.SimpleNamespace(name=f"{lab.PREFIX}-access")
        cls.wire = Driver(there, driver="memif", device=f"{cls.folder.name}/wire.sock", interface="eth0")
        for namespace, device, addresses in (("sbc", "access0", ("10.10.0.1/24", "fd10:a::1/64")),
                                             ("access", "eth0", ("10.10.0.101/24", "10.10.0.102/24", "fd10:a::101/64"))):
            for address in addresses:
                lab.run_in(namespace, "ip", "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []), check=True)
            lab.run_in(namespace, "ip", "link", "set", device, "up", check=True)
        lab.wait_for(lambda: lab.run_in("access", "ping", "-c", 1, "-W", 1, "10.10.0.1").returncode == 0, 20, "the wire")

    @classmethod
    def tearDownClass(cls):
        cls.wire.quit()
        super().tearDownClass()

    def test_calls_both_ways_and_in_both_families(self):
        for address, way in ((PHONE, "out"), (PHONE, "in"), (PHONE6, "out"), (PHONE6, "in")):
            with self.subTest(address=address, way=way):
                phone, pbx = self.agent(address=address, register=True), self.pbx()
                one, other = self.stream("access", address, 4000), self.stream("core", PBX, 4100)
                ends = [(phone, (address, 4000)), (pbx, (PBX, 4100))]
                (first, first_media), (second, second_media) = ends if way == "out" else ends[::-1]
                caller, callee, answer = self.connect(first, second, "2001" if way == "out" else "1001", first_media, second_media)
                streams = (one, other) if way == "out" else (other, one)
                streams[0].start(sip.media_of(answer))
                streams[1].start(sip.media_of(callee.invite))
                self.media_passes(one, other)
                self.finish(caller, callee)
                self.no_calls()
                self.leave(phone)
                for party in (phone, pbx, one, other):
                    party.close()

    def test_an_invite_in_pieces(self):
        """6 KB on a wire of 1500: put together by the worker on the way in, cut on the way out."""
        phone, pbx = self.agent(), self.pbx()
        caller = Caller(phone, "2001", sip.sdp(PHONE, 4000),
                        headers=[f"X-Long-{i}: {chr(120) * 1000}" for i in range(6)])
        callee = Callee(pbx)
        self.assertGreater(len(callee.invite.text), 6000)
        callee.answer(200, "OK", sip.sdp(PBX, 4100))
        caller.answered()
        callee.acknowledged()
        self.finish(caller, callee)
        self.no_calls()

    def test_the_kernel_behind_the_port_is_reachable(self):
        done = lab.run_in("access", "ping", "-c", 5, "-i", 0.2, "-s", 4000, "10.10.0.1")
        self.assertIn(" 0% packet loss", done.stdout)


if __name__ == "__main__":
    unittest.main()
