"""A SIP user agent that does exactly what a test says. By itself it only answers probes (OPTIONS outside of dialogs) and
swallows retransmissions, which stay in its history."""
import secrets
import threading
import time

from . import sip, sockets

OURS = {4: ("10.10.0.1", "10.20.0.1"), 6: ("fd10:a::1", "fd10:b::1")}


class Agent:
    def __init__(self, namespace, address, port=5060, user="1001", password=None, domain="lab.example"):
        self.address, self.port, self.user, self.domain = address, port, user, domain
        self.password = f"secret-{user}" if password is None else password
        self.server = (OURS[6 if ":" in address else 4][namespace == "core"], 5060)
        self.socket = sockets.udp(namespace, address, port)
        self.namespace = namespace
        self.waiting, self.history = [], []
        self.news = threading.Condition()
        self.open, self.probes = True, True
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while self.open:
            try:
                octets, source = self.socket.recvfrom(65535)
            except OSError:
                return
            if not octets.strip() or not self.open:
                continue
            message = sip.Message(octets, source)
            if message.method == "OPTIONS" and self.probes and not sip.tag_of(message.get("To")):
                self.respond(message, 200, "OK", tag="probe")
                continue
            with self.news:
                if not any(message.text == known.text for known in self.history[-50:]):
                    self.waiting.append(message)
                self.history.append(message)
                self.news.notify_all()

    def close(self):
        self.open = False
        sockets.close(self.socket, self.reader)

    def send(self, text, to=None):
        self.socket.sendto(text if isinstance(text, bytes) else text.encode(), to or self.server)

    def expect(self, *wanted, seconds=5.0, call_id=None):
        """The first message that is one of `wanted`: methods, codes, or classes such as 2 for any 2xx."""
        def fits(message):
            if call_id and message.get("Call-ID") != call_id:
                return False
            return any(w == message.method or w == message.code or (isinstance(w, int) and w < 10 and message.code // 100 == w)
                       for w in wanted)
        deadline = time.monotonic() + seconds
        with self.news:
            while True:
                for message in self.waiting:
                    if fits(message):
                        self.waiting.remove(message)
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{self.user} waited {seconds:g} s for {wanted}; there came {self.history[-8:]}")
                self.news.wait(left)

    def nothing(self, *unwanted, seconds=1.0):
        try:
            message = self.expect(*unwanted, seconds=seconds)
        except AssertionError:
            return
        raise AssertionError(f"{self.user} got {message}, which must not come")

    @property
    def contact(self):
        return f"sip:{self.user}@{sip.bracketed(self.address)}:{self.port}"

    def request(self, method, uri, call_id, sequence, to, from_, headers=(), body="", branch=None):
        branch = branch or "z9hG4bK" + secrets.token_hex(8)
        lines = [f"{method} {uri} SIP/2.0",
                 f"Via: SIP/2.0/UDP {sip.bracketed(self.address)}:{self.port};branch={branch};rport", "Max-Forwards: 70",
                 f"From: {from_}", f"To: {to}", f"Call-ID: {call_id}", f"CSeq: {sequence} {method}",
                 f"Contact: <{self.contact}>", *headers]
        if body:
            lines.append("Content-Type: application/sdp")
        return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body])

    def respond(self, request, code, reason="Whatever", body="", tag="", headers=()):
        """An answer with the request's Vias, dialog and sequence. Its To gets `tag` when it has none."""
        to = request.get("To")
        if tag and not sip.tag_of(to):
            to += f";tag={tag}"
        lines = [f"SIP/2.0 {code} {reason}", *(f"Via: {v}" for v in request.all("Via")),
                 *(f"Record-Route: {v}" for v in request.all("Record-Route")), f"From: {request.get('From')}", f"To: {to}",
                 f"Call-ID: {request.get('Call-ID')}", f"CSeq: {request.get('CSeq')}", f"Contact: <{self.contact}>", *headers]
        if body:
            lines.append("Content-Type: application/sdp")
        self.send("\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]), request.source[:2])

    def with_credentials(self, build, method, uri, password=None):
        """Sends build(sequence, headers), answers one challenge; (final answer that is no challenge, sequence)."""
        self.send(build(1, ()))
        answer = self.expect(401, 407, 1, 2, 3, 4, 5, 6)
        while answer.code < 200:
            answer = self.expect(401, 407, 1, 2, 3, 4, 5, 6, call_id=answer.get("Call-ID"))
        if answer.code not in (401, 407):
            return answer, 1
        return self.repeat(answer, build, method, uri, password), 2

    def repeat(self, challenge, build, method, uri, password=None):
        header, name = (("WWW-Authenticate", "Authorization") if challenge.code == 401
                        else ("Proxy-Authenticate", "Proxy-Authorization"))
        value = sip.authorization(challenge.get(header), method, uri, self.user, password or self.password)
        if method == "INVITE":
            self.send(self.request("ACK", uri, challenge.get("Call-ID"), 1, challenge.get("To"), challenge.get("From"),
                                   branch=challenge.get("Via").split("branch=")[1].split(";")[0]))
        self.send(build(2, (f"{name}: {value}",)))
        return None if method == "INVITE" else self.expect(1, 2, 3, 4, 5, 6, call_id=challenge.get("Call-ID"))

    def register(self, expires=600, password=None):
        uri, call_id, tag = f"sip:{self.domain}", secrets.token_hex(8), secrets.token_hex(4)
        own = f"<sip:{self.user}@{self.domain}>"
        answer, _ = self.with_credentials(
            lambda n, extra: self.request("REGISTER", uri, call_id, n, own, f"{own};tag={tag}",
                                          (f"Expires: {expires}", *extra)), "REGISTER", uri, password)
        return answer
