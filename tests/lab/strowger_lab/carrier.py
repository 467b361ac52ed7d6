"""A carrier: Kamailio that challenges whoever registers and calls, and sends calls on to one switch."""
from .kamailio import HEAD, Kamailio

CONFIG = HEAD + """
alias="carrier.example"
loadmodule "auth.so"
modparam("registrar", "min_expires", 60)
modparam("auth", "qop", "auth")
modparam("auth", "algorithm", "ALGORITHM")
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (is_method("OPTIONS") && !has_totag()) {{ sl_send_reply("200", "Keepalive"); exit; }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("carrier.example", "line-secret", "0")) {{ www_challenge("carrier.example", "1"); exit; }}
        save("location"); exit;
    }}
    if (is_method("ACK") && !has_totag()) {{ if (t_check_trans()) t_relay(); exit; }}
    # Whoever comes from the appliance shows a login, for requests within dialogs, too.
    if (src_ip == {appliance} && !is_method("ACK")) {{
        if (!pv_proxy_authenticate("carrier.example", "line-secret", "0")) {{ proxy_challenge("carrier.example", "1"); exit; }}
        consume_credentials();
    }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here"); exit;
    }}
    t_check_trans();
    record_route();
    if (src_ip == {appliance}) {{ $du = "sip:10.20.0.22:5060"; t_relay(); exit; }}
    if (!lookup("location")) {{ sl_send_reply("480", "Line Not Registered"); exit; }}
    t_relay();
}}
"""


class Carrier(Kamailio):
    def __init__(self, address="10.20.0.11", algorithm="MD5"):
        super().__init__("core", address, address6="", config=CONFIG.replace("ALGORITHM", algorithm))
