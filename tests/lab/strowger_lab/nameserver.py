"""A name server: nsd with one zone, which a test may rewrite."""
import shutil
import signal
import tempfile
from pathlib import Path

from . import lab

CONFIG = """server:
    ip-address: {address}
    username: ""
    server-count: 1
    pidfile: "{folder}/pid"
    zonesdir: "{folder}"
    zonelistfile: "{folder}/zone.list"
    xfrdfile: ""
    database: ""
    xfrdir: "{folder}"
    zonefiles-check: yes
    hide-version: yes
    rrl-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: "{zone}"
    zonefile: "zone"
"""


class Nameserver:
    def __init__(self, zone="carrier.example", namespace="core", address="10.20.0.11"):
        self.zone, self.namespace, self.address, self.serial = zone, namespace, address, 0
        self.folder = Path(tempfile.mkdtemp(prefix="nsd-"))
        (self.folder / "nsd.conf").write_text(CONFIG.format(address=address, folder=self.folder, zone=zone))
        self.process = None

    def write(self, records, ttl=1):
        """The zone's records below its SOA; nsd takes them when it runs."""
        self.serial += 1
        (self.folder / "zone").write_text(
            f"$ORIGIN {self.zone}.\n$TTL {ttl}\n@ IN SOA ns hostmaster {self.serial} 3600 600 86400 {ttl}\n@ IN NS ns\n"
            f"ns IN A {self.address}\n{records}\n")
        if self.process is not None and self.process.alive():
            self.process.child.send_signal(signal.SIGHUP)

    def start(self):
        self.process = lab.Process(self.namespace, ["/usr/sbin/nsd", "-d", "-c", self.folder / "nsd.conf"], self.folder / "log")
        lab.wait_for(lambda: f"{self.address}:53" in lab.run_in(self.namespace, "ss", "-lun").stdout
                     or not self.process.alive(), 10, "nsd's socket")
        if not self.process.alive():
            raise RuntimeError("nsd ended: " + self.process.output()[-1500:])
        return self

    def stop(self):
        if self.process is not None:
            self.process.stop()
            self.process = None

    def forget(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
