"""A PBX: Kamailio as registrar and proxy of the extensions 2001-2009, and the way to the appliance for all else."""
import shutil
import tempfile
from pathlib import Path

from . import lab

# What every Kamailio of the lab is: modules, and a location table in memory.
HEAD = """
debug=1
log_stderror=yes
children=2
disable_tcp=yes
auto_aliases=no
listen=udp:{address}:5060
{listen6}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "preload", "location")
"""

CONFIG = HEAD + """
alias="lab.example"
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here"); exit;
    }}
    t_check_trans();
    if (is_method("OPTIONS") && uri == myself && $rU == $null) {{ sl_send_reply("200", "Keepalive"); exit; }}
    if (is_method("REGISTER")) {{ save("location"); exit; }}
    if (is_method("INVITE|SUBSCRIBE")) record_route();
    if ($rU =~ "^2[0-9][0-9][0-9]$") {{
        if (!lookup("location")) {{ sl_send_reply("480", "Extension Not Registered"); exit; }}
        t_relay(); exit;
    }}
    # Not an extension: a subscriber of the appliance.
    $ru = "sip:" + $rU + "@lab.example";
    $du = "sip:{appliance}:5060";
    t_relay();
}}
"""


class Kamailio:
    def __init__(self, namespace="core", address="10.20.0.10", appliance="10.20.0.1", address6="fd10:b::10", config=CONFIG):
        self.namespace, self.address = namespace, address
        self.folder = Path(tempfile.mkdtemp(prefix="kamailio-"))
        self.folder.chmod(0o755)
        listen6 = f"listen=udp:[{address6}]:5060" if address6 else ""
        (self.folder / "kamailio.cfg").write_text(config.format(address=address, appliance=appliance, listen6=listen6))
        self.process = None

    def start(self):
        self.process = lab.Process(self.namespace, ["kamailio", "-DD", "-E", "-f", self.folder / "kamailio.cfg", "-Y",
                                                    self.folder, "-P", self.folder / "pid", "-m", "64", "-M", "8"],
                                   self.folder / "log")
        lab.wait_for(lambda: f"{self.address}:5060" in lab.run_in(self.namespace, "ss", "-lun").stdout
                     or not self.process.alive(), 10, "Kamailio's socket")
        if not self.process.alive():
            raise RuntimeError("Kamailio ended: " + self.process.output()[-1500:])
        return self

    def stop(self):
        if self.process is not None:
            self.process.stop()

    def forget(self):
        shutil.rmtree(self.folder, ignore_errors=True)
