"""SIPp in a namespace: many calls, with its own count of what succeeded."""
import csv
import tempfile
from pathlib import Path

from . import lab

# ${...} is filled in here, [...] by SIPp.
CALLER = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<send retrans="500" start_rtd="setup"><![CDATA[
INVITE sip:[service]@lab.example SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:2001@lab.example>;tag=[pid]-[call_number]
To: <sip:[service]@lab.example>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:2001@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP[media_ip_type] [media_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rtd="setup" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:2001@lab.example>;tag=[pid]-[call_number]
To: <sip:[service]@lab.example>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Contact: <sip:2001@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
${audio}
<pause milliseconds="${hold}"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:2001@lab.example>;tag=[pid]-[call_number]
To: <sip:[service]@lab.example>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Contact: <sip:2001@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""


class Sipp:
    """`arguments` as on SIPp's command line. `counts()` after `wait()` is the last line of its statistics."""

    def __init__(self, namespace, address, port, scenario, *arguments, target=""):
        self.folder = Path(tempfile.mkdtemp(prefix="sipp-"))
        self.statistics = self.folder / "statistics.csv"
        if scenario.lstrip().startswith("<?xml"):
            (self.folder / "scenario.xml").write_text(scenario)
            scenario = ["-sf", self.folder / "scenario.xml"]
        else:
            scenario = ["-sn", scenario]
        self.process = lab.Process(namespace, [
            "sipp", *([target] if target else []), "-i", address, "-p", port, "-mi", address, "-nostdin", "-trace_stat", "-stf",
            self.statistics, "-fd", "1", *scenario, *arguments], self.folder / "log")

    def wait(self, seconds):
        return self.process.child.wait(seconds)

    def counts(self):
        rows = list(csv.DictReader(self.statistics.read_text().splitlines(), delimiter=";"))
        return {key: int(value) for key, value in rows[-1].items() if key.endswith("(C)") and value.isdigit()}

    def stop(self):
        self.process.stop()


def caller(hold=1000, audio=""):
    return CALLER.replace("${hold}", str(hold)).replace("${audio}", audio)


CALLEE = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="callee">
<recv request="INVITE" rrs="true"/>
<send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:1001@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:1001@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP[media_ip_type] [media_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
<recv request="ACK"/>
<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<timewait milliseconds="2000"/>
</scenario>
"""
