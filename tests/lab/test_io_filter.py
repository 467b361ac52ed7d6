"""AF_XDP ports: what the XDP filter takes, what the kernel keeps, and who may have the interface."""
import json
import socket
import struct
import time
import unittest

from io_support import FOREIGN, PATIENCE, Driver, Namespace, RawClient, ask_udp, connect


class FilterTest(unittest.TestCase):
    def setUp(self):
        self.ours = Namespace("ours")
        self.addCleanup(self.ours.remove)
        self.peer = Namespace("peer")
        self.addCleanup(self.peer.remove)
        connect(self.ours, "port0", self.peer, "peer0")
        self.ours.address("port0", "10.77.0.1/24", "10.77.0.3/24", "fd77::1/64")
        self.peer.address("peer0", "10.77.0.2/24", "fd77::2/64")
        # A veth hands a tag over beside the frame, where an XDP program can't see it.
        self.peer.run("ethtool", "-K", "peer0", "txvlan", "off")

    def start(self, *listen, **options):
        driver = Driver(self.ours, driver="af_xdp", interface="port0", **options)
        self.addCleanup(driver.quit)
        self.assertEqual(driver.first.get("error"), None)
        if listen:
            driver.ask("listen " + " ".join(listen))
        return driver

    def refused(self, **options):
        driver = Driver(self.ours, driver="af_xdp", **{"interface": "port0", **options})
        driver.quit()
        self.assertIn("error", driver.first)
        return driver.first["error"]

    def program(self, device="port0"):
        link = json.loads(self.ours.ip("-j", "-d", "link", "show", "dev", device))[0]
        return link.get("xdp", {}).get("prog", {}).get("name")

    def client(self, to):
        client = self.peer.udp(connect=to)
        self.addCleanup(client.close)
        return client

    def server(self, at):
        server = self.ours.udp(bind=at)
        self.addCleanup(server.close)
        return server

    def until(self, happened):
        deadline = time.monotonic() + PATIENCE
        while not happened():
            self.assertLess(time.monotonic(), deadline, "it does not happen")

    def expect_refused(self, to):
        """The kernel answers that nobody listens."""
        client = self.client(to)
        with self.assertRaises(ConnectionRefusedError):
            ask_udp(client)

    def test_live_ports_come_to_us(self):
        driver = self.start("10.77.0.1:5060", "[fd77::1]:5060", "10.77.0.1:16384")
        self.assertEqual(driver.first["driver"], "af_xdp native")
        for to in (("10.77.0.1", 5060), ("fd77::1", 5060), ("10.77.0.1", 16384), ("10.77.0.1", 16385)):
            with self.subTest(to=to):
                if to[1] == 16385:  # taken, but the driver only answers on the port it was told
                    before = driver.ask("state")["taken"]
                    self.client(to).send(b"x")
                    self.until(lambda: driver.ask("state")["taken"] > before)
                else:
                    self.assertEqual(ask_udp(self.client(to), b"round trip"), b"round trip")

    def test_ip_options_are_read_past(self):
        driver = self.start("10.77.0.1:5060")
        before = driver.ask("state")["taken"]
        client = self.client(("10.77.0.1", 5060))
        client.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x01" * 4)  # no-operation
        client.send(b"with options")
        self.until(lambda: driver.ask("state")["taken"] > before)

    def test_a_vlan_is_another_network(self):
        driver = self.start("10.88.0.1:5060@7")
        client = RawClient(self.peer, "peer0", self.ours.mac("port0"), "10.88.0.2", "10.88.0.1")
        self.addCleanup(client.close)
        self.assertEqual(client.ask(5060, b"tagged", vlan=7), (b"tagged", 7))
        for vlan in (8, None):  # another VLAN, and none: the kernel's
            before = driver.ask("state")
            client.send(5060, b"not that network", vlan=vlan)
            self.until(lambda: driver.ask("state")["left_to_kernel"] > before["left_to_kernel"])
            self.assertEqual(driver.ask("state")["taken"], before["taken"])

    def test_everything_else_stays_with_the_kernel(self):
        driver = self.start("10.77.0.1:5060")
        self.expect_refused(("10.77.0.1", 5061))
        server = self.server(("10.77.0.3", 5060))  # another address, same port
        self.client(("10.77.0.3", 5060)).send(b"not ours")
        self.assertEqual(server.recv(100), b"not ours")
        self.assertIn(" 0% packet loss", self.peer.run("ping", "-c", "3", "-i", "0.2", "-W", "5", "10.77.0.1"))
        self.assertIn(" 0% packet loss", self.peer.run("ping", "-c", "3", "-i", "0.2", "-W", "5", "fd77::1"))
        listener = self.ours.tcp_server(("10.77.0.1", 5060))
        self.addCleanup(listener.close)
        client = self.peer.socket(socket.AF_INET, socket.SOCK_STREAM, connect=("10.77.0.1", 5060))
        accepted, _ = listener.accept()
        client.sendall(b"over TCP")
        self.assertEqual(accepted.recv(100), b"over TCP")
        accepted.close()
        client.close()
        state = driver.ask("state")
        self.assertEqual(state["taken"], 0)
        self.assertGreater(state["left_to_kernel"], 0)

    def test_ports_come_and_go_while_running(self):
        driver = self.start("10.77.0.1:5060")
        self.expect_refused(("10.77.0.1", 5070))
        driver.ask("listen 10.77.0.1:5070")
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5070)), b"new"), b"new")
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5060)), b"old"), b"old")
        driver.ask("unlisten 10.77.0.1:5060")
        self.expect_refused(("10.77.0.1", 5060))
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5070)), b"stays"), b"stays")

    def test_fragments_reach_the_kernels_socket_whole(self):
        self.start("10.77.0.1:5060", "[fd77::1]:5060")
        for address in ("10.77.0.1", "fd77::1"):
            with self.subTest(address=address):
                companion = self.server((address, 5060))
                large = bytes(range(256)) * 24  # 6144 bytes
                self.client((address, 5060)).send(large)
                self.assertEqual(companion.recv(65535), large)

    def test_long_frames_reach_the_kernels_socket(self):
        for namespace, device in ((self.ours, "port0"), (self.peer, "peer0")):
            namespace.ip("link", "set", device, "mtu", "3000")
        self.start("10.77.0.1:5060")
        companion = self.server(("10.77.0.1", 5060))
        client = self.client(("10.77.0.1", 5060))
        longest = bytes(1792 - 42)
        self.assertEqual(ask_udp(client, longest), longest)
        client.send(longest + b"x")
        self.assertEqual(companion.recv(65535), longest + b"x")

    def test_a_jumbo_interface_gets_a_sentence(self):
        for namespace, device in ((self.ours, "port0"), (self.peer, "peer0")):
            namespace.ip("link", "set", device, "mtu", "9000")
        self.assertIn("ip link set dev port0 mtu 1500", self.refused())
        self.assertIsNone(self.program())

    def test_all_that_we_originate_arrives(self):
        """More packets than the pool has buffers, so every buffer is sent: none may lie outside of the UMEM."""
        count = 20000
        driver = self.start("10.77.0.1:5060", buffers=8192)
        sink = self.peer.udp(bind=("10.77.0.2", 7000))
        self.addCleanup(sink.close)
        sink.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE: all of them fit
        driver.tell(f"generate {count} 10.77.0.1:5060 10.77.0.2:7000 {self.peer.mac('peer0')}")
        seen = set()
        while len(seen) < count:
            try:
                seen.add(struct.unpack_from("<Q", sink.recv(2048))[0])
            except socket.timeout:
                self.fail(f"{count - len(seen)} of {count} packets are lost")
        state = driver.answer()
        self.assertEqual(state["sent"], count)
        self.assertEqual(state["tx_invalid"], 0)

    def test_a_killed_daemon_gives_way_and_its_program_is_replaced(self):
        driver = self.start("10.77.0.1:5060")
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5060)), b"alive"), b"alive")
        driver.kill()
        self.assertEqual(self.program(), "strowger_xdp")
        self.expect_refused(("10.77.0.1", 5060))  # the kernel has the traffic back, no black hole
        self.start("10.77.0.1:5060")
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5060)), b"again"), b"again")

    def test_the_rights_of_the_systemd_unit_are_enough(self):
        driver = self.start("10.77.0.1:5060", capabilities="+net_admin,+net_raw,+bpf,+ipc_lock")
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5060)), b"humble"), b"humble")
        self.assertGreater(driver.ask("state")["taken"], 0)
        driver.quit()
        self.assertIsNone(self.program())

    def test_an_ordinary_end_leaves_nothing(self):
        driver = self.start("10.77.0.1:5060")
        self.assertEqual(self.program(), "strowger_xdp")
        driver.quit()
        self.assertIsNone(self.program())
        self.expect_refused(("10.77.0.1", 5060))

    def test_somebody_elses_program_is_not_touched(self):
        self.ours.ip("link", "set", "dev", "port0", "xdp", "obj", FOREIGN, "sec", "xdp")
        error = self.refused()
        self.assertIn("somebody_else", error)
        self.assertIn("ip link set dev port0 xdp off", error)
        self.assertEqual(self.program(), "somebody_else")

    def test_one_daemon_an_interface(self):
        self.start("10.77.0.1:5060")
        self.assertIn("in use by another strowgerd", self.refused())
        self.assertEqual(ask_udp(self.client(("10.77.0.1", 5060)), b"still here"), b"still here")

    def test_generic_mode_unless_only_native_is_wanted(self):
        # A device without native XDP, in a place of its own: else port0 would answer ARP for it.
        apart = Namespace("apart")
        self.addCleanup(apart.remove)
        self.ours.ip("link", "add", "mv0", "link", "port0", "type", "macvlan", "mode", "bridge")
        self.ours.ip("link", "set", "mv0", "netns", apart.name)
        apart.address("mv0", "10.77.0.9/24")
        self.ours = apart
        self.assertIn("native_xdp_only: false", self.refused(interface="mv0", native_only=1))
        self.assertIsNone(self.program("mv0"))
        driver = Driver(apart, driver="af_xdp", interface="mv0")
        self.addCleanup(driver.quit)
        self.assertEqual(driver.first["driver"], "af_xdp generic")
        driver.ask("listen 10.77.0.9:5060")
        self.assertEqual(ask_udp(self.client(("10.77.0.9", 5060)), b"generic"), b"generic")

    def test_mistakes_get_a_sentence(self):
        self.assertIn("there is no interface nowhere0", self.refused(interface="nowhere0"))
        self.assertIn("set queues: 1", self.refused(queues=4))
        self.assertIn("raise packet_buffers", self.refused(buffers=1024))
        self.assertIsNone(self.program())

    def test_state_follows_the_kernels_device(self):
        self.ours.ip("link", "set", "port0", "mtu", "1400")
        driver = self.start("10.77.0.1:5060")
        self.assertEqual(driver.first["mtu"], 1400)
        self.assertTrue(driver.first["link_up"])
        self.peer.ip("link", "set", "peer0", "down")
        self.until(lambda: not driver.ask("state")["link_up"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
