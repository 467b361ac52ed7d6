"""SIP messages as the tests write and read them: nothing is repaired, everything can be written wrong on purpose."""
import hashlib
import re
import secrets


class Message:
    def __init__(self, octets, source=None):
        head, _, self.body = octets.partition(b"\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode(errors="replace")).split("\r\n")
        self.text, self.start, self.source = octets.decode(errors="replace"), lines[0], source
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]
        words = self.start.split(" ", 2)
        self.code = int(words[1]) if words[0].startswith("SIP/") and words[1].isdigit() else 0
        self.method = "" if self.code else words[0]
        self.uri = "" if self.code else words[1]

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name, otherwise=""):
        return next(iter(self.all(name)), otherwise)

    def sequence(self):
        number, method = self.get("CSeq").split()
        return int(number), method

    def __repr__(self):
        return f"<{self.start} {self.get('CSeq')}>"


def tag_of(header):
    found = re.search(r";tag=([^;>\s]+)", header)
    return found.group(1) if found else ""


def uri_of(header):
    found = re.search(r"<([^>]+)>", header)
    return found.group(1) if found else header.split(";")[0].strip()


def bracketed(address):
    return f"[{address}]" if ":" in address else address


def sdp(address, port, direction="sendrecv", payloads=((0, "PCMU/8000"), (101, "telephone-event/8000")), version=1,
        extra=""):
    family = "IP6" if ":" in address else "IP4"
    maps = "".join(f"a=rtpmap:{number} {name}\r\n" for number, name in payloads)
    return (f"v=0\r\no=phone 77 {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {' '.join(str(number) for number, _ in payloads)}\r\n{maps}a={direction}\r\n{extra}")


def media_of(message):
    """(address, port) of the first m= line of a body."""
    body = message.body.decode()
    port = int(re.search(r"^m=\w+ (\d+)", body, re.MULTILINE).group(1))
    part = body[body.index("m="):]
    found = re.search(r"^c=IN IP[46] (\S+)", part, re.MULTILINE) or re.search(r"^c=IN IP[46] (\S+)", body, re.MULTILINE)
    return found.group(1), port


def direction_of(message):
    found = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", message.body.decode(), re.MULTILINE)
    return found.group(1) if found else "sendrecv"


def authorization(challenge, method, uri, user, password, count=1):
    """The credentials that answer a Digest challenge (RFC 7616, MD5 and SHA-256, qop=auth)."""
    values = {key: quoted or plain for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', challenge)}
    algorithm = values.get("algorithm", "MD5")
    digest = lambda text: (hashlib.sha256 if algorithm.upper() == "SHA-256" else hashlib.md5)(text.encode()).hexdigest()
    own, nc = secrets.token_hex(8), f"{count:08x}"
    first = digest(f"{user}:{values['realm']}:{password}")
    answer = digest(f"{first}:{values['nonce']}:{nc}:{own}:auth:" + digest(f"{method}:{uri}"))
    opaque = f', opaque="{values["opaque"]}"' if "opaque" in values else ""
    return (f'Digest username="{user}", realm="{values["realm"]}", nonce="{values["nonce"]}", uri="{uri}", '
            f'response="{answer}", algorithm={algorithm}, cnonce="{own}", qop=auth, nc={nc}{opaque}')
