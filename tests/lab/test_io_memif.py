"""Ports that DPDK owns: two of them, joined by memif, give their kernels a working network through their taps."""
import hashlib
import http.server
import os
import tempfile
import threading
import time
import unittest

from io_support import PATIENCE, Driver, Namespace, ask_udp


class MemifTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="strowger-io-")
        self.addCleanup(self.folder.cleanup)
        self.ours, self.peer = Namespace("ours"), Namespace("peer")
        self.addCleanup(self.ours.remove)
        self.addCleanup(self.peer.remove)
        path = os.path.join(self.folder.name, "memif.sock")
        self.server = Driver(self.ours, driver="memif", device=path, server=1, interface="wire0")
        self.addCleanup(self.server.quit)
        self.client = Driver(self.peer, driver="memif", device=path, interface="wire0")
        self.addCleanup(self.client.quit)
        self.ours.address("wire0", "10.78.0.1/24", "fd78::1/64")
        self.peer.address("wire0", "10.78.0.2/24", "fd78::2/64")

    def carrier(self, namespace):
        return "LOWER_UP" in namespace.ip("link", "show", "wire0")

    def until(self, happened):
        deadline = time.monotonic() + PATIENCE
        while not happened():
            self.assertLess(time.monotonic(), deadline, "it does not happen")

    def test_ping_arp_and_neighbour_discovery(self):
        self.assertEqual(self.server.first["driver"], "memif")
        for to in ("10.78.0.1", "fd78::1"):
            self.peer.run("ping", "-c", "1", "-w", str(PATIENCE), to)  # the first may find the link not up yet
            self.assertIn(" 0% packet loss", self.peer.run("ping", "-c", "5", "-i", "0.2", "-s", "1400", to))
            self.assertIn(self.ours.mac("wire0"), self.peer.ip("neigh", "show", to))
        # Pieces of a datagram above the MTU.
        self.assertIn(" 0% packet loss", self.peer.run("ping", "-c", "3", "-i", "0.2", "-s", "6000", "10.78.0.1"))

    def test_the_tap_has_the_ports_address_and_size(self):
        self.assertEqual(self.server.first["mtu"], 1500)
        self.assertIn("mtu 1500", self.ours.ip("link", "show", "wire0"))
        self.assertNotEqual(self.ours.mac("wire0"), self.peer.mac("wire0"))

    def test_live_udp_is_answered_by_the_port_and_the_rest_by_the_kernel(self):
        self.server.ask("listen 10.78.0.1:5060")
        ours = self.peer.udp(connect=("10.78.0.1", 5060))
        self.addCleanup(ours.close)
        self.assertEqual(ask_udp(ours, b"to the port"), b"to the port")
        other = self.peer.udp(connect=("10.78.0.1", 5061))
        self.addCleanup(other.close)
        with self.assertRaises(ConnectionRefusedError):
            ask_udp(other)

    def test_http_download(self):
        body = os.urandom(1 << 20) * 8

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = self.ours.tcp_server(("10.78.0.1", 8080))
        server.socket.settimeout(None)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        got = os.path.join(self.folder.name, "body")
        self.peer.run("curl", "-sS", "--max-time", "60", "-o", got, "http://10.78.0.1:8080/file")
        with open(got, "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(), hashlib.sha256(body).hexdigest())

    def test_a_port_whose_peer_goes_away_comes_back(self):
        self.peer.run("ping", "-c", "1", "-w", str(PATIENCE), "10.78.0.1")
        self.client.kill()
        self.client = Driver(self.peer, driver="memif", device=os.path.join(self.folder.name, "memif.sock"),
                             interface="wire0")
        self.addCleanup(self.client.quit)
        self.peer.address("wire0", "10.78.0.2/24")
        # A new peer, a new MAC: what the kernel has cached of the old one is of no use.
        self.ours.ip("neigh", "flush", "dev", "wire0")
        self.peer.run("ping", "-c", "1", "-w", str(PATIENCE), "10.78.0.1")

    def test_the_tap_shows_the_link(self):
        self.until(lambda: self.carrier(self.ours))
        self.client.kill()
        self.until(lambda: not self.carrier(self.ours))

    def test_the_tap_goes_with_the_port(self):
        self.server.quit()
        self.assertIn("does not exist", self.ours.ip("link", "show", "wire0", check=False))

    def test_a_name_that_is_taken(self):
        driver = Driver(self.ours, driver="memif", device=os.path.join(self.folder.name, "other.sock"), server=1,
                        interface="wire0")
        driver.quit()
        self.assertIn("the tap wire0 cannot be made", driver.first["error"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
