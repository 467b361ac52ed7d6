"""One side of a call as a test plays it."""
import secrets

from . import sip


class Caller:
    """Of an Agent that calls `number`. From an untrusted realm the challenge is answered on the way, unless none is expected."""

    def __init__(self, agent, number, body="", headers=(), uri=None, challenged=None):
        self.challenged = agent.namespace == "access" if challenged is None else challenged
        self.agent, self.uri, self.body, self.headers = agent, uri or f"sip:{number}@{agent.domain}", body, headers
        self.call_id, self.tag = secrets.token_hex(10), secrets.token_hex(4)
        self.to, self.sequence = f"<{self.uri}>", 1
        self.target, self.route, self.branch = self.uri, [], None
        self.send_invite()

    @property
    def from_(self):
        return f"<sip:{self.agent.user}@{self.agent.domain}>;tag={self.tag}"

    def send_invite(self):
        def build(sequence, extra):
            self.sequence, self.branch = sequence, "z9hG4bK" + secrets.token_hex(8)
            self.last = self.agent.request("INVITE", self.uri, self.call_id, sequence, self.to, self.from_,
                                           (*self.headers, *extra), self.body, self.branch)
            return self.last
        self.agent.send(build(1, ()))
        if self.challenged:
            challenge = self.agent.expect(401, 407, call_id=self.call_id)
            self.agent.repeat(challenge, build, "INVITE", self.uri)

    def expect(self, *wanted, seconds=5.0):
        return self.agent.expect(*wanted, seconds=seconds, call_id=self.call_id)

    def refused(self, seconds=8.0):
        """The final answer that is no success, acknowledged."""
        answer = self.expect(3, 4, 5, 6, seconds=seconds)
        self.agent.send(self.agent.request("ACK", self.uri, self.call_id, self.sequence, answer.get("To"), self.from_,
                                           branch=self.branch))
        return answer

    def answered(self, body="", seconds=8.0):
        """The 200, acknowledged (with `body` when the offer was in it)."""
        answer = self.expect(2, seconds=seconds)
        self.to, self.target = answer.get("To"), sip.uri_of(answer.get("Contact"))
        self.route = list(reversed(answer.all("Record-Route")))
        self.acknowledge(body)
        return answer

    def acknowledge(self, body=""):
        self.agent.send(self.agent.request("ACK", self.target, self.call_id, self.sequence, self.to, self.from_,
                                           self.routes(), body))

    def routes(self):
        return tuple(f"Route: {r}" for r in self.route)

    def send(self, method, body="", headers=()):
        self.sequence += 1
        self.agent.send(self.agent.request(method, self.target, self.call_id, self.sequence, self.to, self.from_,
                                           (*self.routes(), *headers), body))

    def cancel(self):
        self.agent.send(self.agent.request("CANCEL", self.uri, self.call_id, self.sequence, f"<{self.uri}>", self.from_,
                                           branch=self.branch))

    def bye(self):
        self.send("BYE")
        return self.expect(2)


class Callee:
    """Of an Agent that is called; made when the INVITE comes."""

    def __init__(self, agent, seconds=5.0):
        self.agent, self.invite = agent, agent.expect("INVITE", seconds=seconds)
        self.call_id, self.tag, self.sequence = self.invite.get("Call-ID"), secrets.token_hex(4), 1
        self.source = self.invite.source[:2]

    def answer(self, code, reason="Whatever", body="", headers=()):
        self.agent.respond(self.invite, code, reason, body, self.tag, headers)

    def acknowledged(self, seconds=5.0):
        return self.agent.expect("ACK", seconds=seconds, call_id=self.call_id)

    def expect(self, *wanted, seconds=5.0):
        return self.agent.expect(*wanted, seconds=seconds, call_id=self.call_id)

    def respond(self, request, code, body="", reason="OK"):
        self.agent.respond(request, code, reason, body, self.tag)

    def send(self, method, body="", headers=()):
        self.sequence += 1
        self.agent.send(self.agent.request(
            method, sip.uri_of(self.invite.get("Contact")), self.call_id, self.sequence, self.invite.get("From"),
            f"{self.invite.get('To')};tag={self.tag}", (*self.routes(), *headers), body), self.source)

    def routes(self):
        return tuple(f"Route: {r}" for r in self.invite.all("Record-Route"))

    def bye(self):
        self.send("BYE")
        return self.expect(2)
