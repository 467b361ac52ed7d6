"""Frames that the blaster sends: Ethernet, IPv4, UDP. UDP checksums are 0, which IPv4 allows: no peer has to check them."""
import socket
import struct

SDP = ("v=0\r\no=- 3846 3846 IN IP4 10.10.0.100\r\ns=-\r\nc=IN IP4 10.10.0.100\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n"
       "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n")


def udp(source, destination, payload, to_mac, from_mac="02:00:00:00:00:99"):
    """source and destination: (address, port)."""
    mac = lambda text: bytes.fromhex(text.replace(":", ""))
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0x4000, 64, 17, 0,
                         socket.inet_aton(source[0]), socket.inet_aton(destination[0]))
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    header = header[:10] + struct.pack("!H", ~total & 0xFFFF) + header[12:]
    return (mac(to_mac) + mac(from_mac) + b"\x08\x00" + header +
            struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0) + payload)


def invite(number):
    """740 octets, as a phone sends it."""
    return (f"INVITE sip:2{number:06}@lab.example SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 10.10.0.100:5060;branch=z9hG4bK{number:06}abcdef;rport\r\nMax-Forwards: 70\r\n"
            f"From: \"Desk\" <sip:1001@lab.example>;tag=a{number:06}\r\nTo: <sip:2{number:06}@lab.example>\r\n"
            f"Call-ID: call-{number:06}-0123456789abcdef@10.10.0.100\r\nCSeq: 1 INVITE\r\nContact: <sip:1001@10.10.0.100:5060>\r\n"
            "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\nSupported: replaces, timer\r\n"
            "User-Agent: Desk Phone 410/8.2.1 0004f2a1b2c3\r\nSession-Expires: 1800\r\nContent-Type: application/sdp\r\n"
            f"Content-Length: {len(SDP)}\r\n\r\n{SDP}").encode()


def register(number):
    """A REGISTER without credentials, from a phone of its own."""
    user = 100000 + number
    return (f"REGISTER sip:lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.100:5060;branch=z9hG4bKr{number:06};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{user}@lab.example>;tag=a{number:06}\r\nTo: <sip:{user}@lab.example>\r\n"
            f"Call-ID: reg-{number:06}-0123456789abcdef\r\nCSeq: 1 REGISTER\r\nContact: <sip:{user}@10.10.0.100:5060>\r\n"
            "Expires: 3600\r\nUser-Agent: Telephone 1.2.3\r\nContent-Length: 0\r\n\r\n").encode()


def rtp(stream):
    """20 ms of G.711."""
    return struct.pack("!BBHII", 0x80, 8, 1, 160, 0x1000 + stream) + b"\xd5" * 160


def write(path, frames):
    with open(path, "wb") as file:
        for frame in frames:
            file.write(struct.pack("<H", len(frame)) + frame)
