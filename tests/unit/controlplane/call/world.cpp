#include "world.hpp"

#include <fmt/format.h>

namespace strowger::test {
namespace {

Party party(std::string user, RealmId realm, std::string_view address, std::string_view ours,
            std::string media) {
    Party p;
    p.user = std::move(user);
    p.realm = realm;
    p.address = *wire::parse_endpoint(address);
    p.ours = *wire::parse_endpoint(ours);
    p.media_address = std::move(media);
    p.call_id = "callid-of-" + p.user;
    p.local_tag = "tag-of-" + p.user;
    p.secrets = {std::string(address.substr(0, address.rfind(':'))), p.media_address, p.call_id, p.local_tag,
                 "z9hG4bK-" + p.user};
    return p;
}

}  // namespace

std::string header(const std::string& message, std::string_view name) {
    const auto at = message.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return message.substr(from, message.find("\r\n", from) - from);
}
std::string body_of(const std::string& message) {
    return message.substr(message.find("\r\n\r\n") + 4);
}
std::string start_line(const std::string& message) {
    return message.substr(0, message.find("\r\n"));
}
int status_of(const std::string& message) {
    return message.starts_with("SIP/2.0 ") ? std::stoi(message.substr(8, 3)) : 0;
}
std::string tag_of(const std::string& value) {
    const auto at = value.find(";tag=");
    return at == std::string::npos ? std::string{} : value.substr(at + 5, value.find(';', at + 5) - at - 5);
}
std::string uri_in(const std::string& value) {
    const auto at = value.find('<');
    return at == std::string::npos ? value.substr(0, value.find(';'))
                                   : value.substr(at + 1, value.find('>') - at - 1);
}
std::string audio(std::string_view address, int port, std::string_view more) {
    return fmt::format(
        "v=0\r\no=- 1 1 IN {3} {0}\r\ns=-\r\nc=IN {3} {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP 8 101\r\n"
        "a=rtpmap:101 telephone-event/8000\r\n{2}",
        address, port, more, address.find(':') == std::string_view::npos ? "IP4" : "IP6");
}

std::string Party::head(std::string_view method, const std::string& uri, const std::string& to, int number) {
    return fmt::format(
        "{0} {1} SIP/2.0\r\nVia: SIP/2.0/UDP {2};branch=z9hG4bK-{3}-{4};rport\r\nMax-Forwards: 70\r\n"
        "From: \"{3}\" <{5}>;tag={6}\r\nTo: {7}\r\nCall-ID: {8}\r\nCSeq: {9} {0}\r\nContact: "
        "<sip:{3}@{2}>\r\n",
        method, uri, wire::to_string(address), user, ++branch, local, local_tag, to, call_id, number);
}

namespace {
std::string tail(const std::string& body, const std::string& more) {
    const bool typed = more.find("Content-Type") != std::string::npos;
    return fmt::format("{}{}Content-Length: {}\r\n\r\n{}", more,
                       body.empty() || typed ? "" : "Content-Type: application/sdp\r\n", body.size(), body);
}
}  // namespace

std::string Party::request(std::string_view method, const std::string& called, const std::string& body,
                           const std::string& more) {
    local = "sip:" + user + "@lab.example";
    remote = "sip:" + called + "@lab.example";
    return head(method, remote, "<" + remote + ">", ++cseq) + tail(body, more);
}

std::string Party::in_dialog(std::string_view method, const std::string& body, const std::string& more,
                             int with_cseq) {
    const auto number = with_cseq != 0 ? with_cseq : ++cseq;
    return head(method, target, fmt::format("<{}>;tag={}", remote, remote_tag), number) + tail(body, more);
}

std::string Party::cancel(const std::string& invite) const {
    return fmt::format(
        "CANCEL {} SIP/2.0\r\nVia: {}\r\nMax-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\n"
        "CSeq: {} CANCEL\r\nReason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n",
        remote, header(invite, "Via"), header(invite, "From"), header(invite, "To"),
        header(invite, "Call-ID"), std::stoi(header(invite, "CSeq")));
}

std::string Party::ack_refusal(const std::string& invite, const std::string& refusal) const {
    return fmt::format(
        "ACK {} SIP/2.0\r\nVia: {}\r\nMax-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\n"
        "CSeq: {} ACK\r\nContent-Length: 0\r\n\r\n",
        remote, header(invite, "Via"), header(invite, "From"), header(refusal, "To"),
        header(invite, "Call-ID"), std::stoi(header(invite, "CSeq")));
}

std::string Party::respond(const std::string& request, int status, const std::string& body,
                           const std::string& more) {
    auto to = header(request, "To");
    if (status > 100 && tag_of(to).empty()) to += ";tag=" + local_tag;
    return fmt::format(
        "SIP/2.0 {} Whatever\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\n"
        "Contact: <sip:{}@{}>\r\n{}",
        status, header(request, "Via"), header(request, "From"), to, header(request, "Call-ID"),
        header(request, "CSeq"), user, wire::to_string(address), tail(body, more));
}

void Party::learn(const std::string& message) {
    const bool caller = status_of(message) != 0;
    target = uri_in(header(message, "Contact"));
    remote_tag = tag_of(header(message, caller ? "To" : "From"));
    secrets.push_back(remote_tag);  // ours toward this party: the other side has another
    if (caller) return;
    invite_text = message;
    call_id = header(message, "Call-ID");
    secrets.push_back(call_id);
    local = uri_in(header(message, "To"));
    remote = uri_in(header(message, "From"));
}

std::string Party::take() {
    if (inbox.empty()) {
        ADD_FAILURE() << user << " got nothing";
        return "SIP/2.0 000\r\n\r\n";
    }
    auto first = inbox.front();
    inbox.erase(inbox.begin());
    return first;
}
std::string Party::take(std::string_view start) {
    auto message = take();
    EXPECT_TRUE(message.starts_with(start)) << user << " expected " << start << " and got\n" << message;
    return message;
}

call::Caller FakeDirectory::identify(const message::Incoming& request) {
    call::Caller out;
    const auto& flow = request.flow();
    if (flow.realm == kCore) {
        out.trunk = kPbx;
        return out;
    }
    if (challenges && !request.sip().has(wire::HeaderId::proxy_authorization)) {
        out.status = 407;
        out.headers = "Proxy-Authenticate: Digest realm=\"lab.example\", nonce=\"n\"\r\n";
        return out;
    }
    out.digest_realm = "lab.example";
    out.user = wire::to_string(flow.remote).starts_with("198.51.100.7:") ? "1001" : "1002";
    out.domain = "lab.example";
    out.aor = out.user + "@lab.example";
    out.behind_nat = true;
    return out;
}
bool FakeDirectory::find_subscriber(RealmId, std::string_view, std::string_view user, const wire::Endpoint&,
                                    call::Callee& out) {
    if (!user.starts_with("10")) return false;
    out = {"default", std::string(user), "lab.example", std::string(user) + "@lab.example",
           0,         std::string(user)};
    return true;
}
std::size_t FakeDirectory::contacts(const call::Callee& callee, Nanoseconds,
                                    std::vector<registrar::Binding>& out) {
    const auto& mine = bindings[callee.user];
    out.insert(out.end(), mine.begin(), mine.end());
    return mine.size();
}
bool FakeDirectory::find_domain(RealmId realm, std::string_view host, const wire::Endpoint& local,
                                std::string& domain, std::string& tenant) {
    domain = "lab.example";
    tenant = "default";
    return host.empty() || is_ours(realm, host, local);
}
bool FakeDirectory::is_ours(RealmId, std::string_view host, const wire::Endpoint& local) {
    const auto address = wire::parse_address(host);
    return host == "lab.example" || (address && *address == local.address);
}
void FakeDirectory::order_targets(TrunkId, std::uint64_t, std::vector<call::TrunkTarget>& out) {
    for (const auto i : order)
        out.push_back({i,
                       net::TransportKind::udp,
                       *wire::parse_endpoint(i == 0 ? "10.1.0.5:5060" : "10.1.0.6:5060"),
                       {},
                       i == last_resort,
                       i == last_resort ? "mos is 2.00, min_mos 3.6" : ""});
}
std::uint16_t FakeDirectory::take_trunk(TrunkId, const trunk::Load& load) {
    if (trunk_calls >= trunk_max && !load.emergency) return full_code;
    ++trunk_calls;
    loads.push_back(load);
    return 0;
}
std::string FakeDirectory::credentials(std::string_view account, std::string_view method,
                                       std::string_view uri) {
    return knows_nonce ? fmt::format("Proxy-Authorization: {} {} {} {}\r\n", account, password, method, uri)
                       : std::string{};
}
bool FakeDirectory::challenged(std::string_view, const wire::SipMessage&, bool answered) {
    knows_nonce = !answered;
    return !answered;
}

credit::Question FakeAuthority::take(credit::Event event) {
    if (asked.empty()) {
        ADD_FAILURE() << "nothing was asked";
        return {};
    }
    auto out = std::move(asked.front());
    asked.pop_front();
    EXPECT_EQ(name_of(out.event), name_of(event));
    return out;
}
void FakeAuthority::answer(const credit::Question& question, std::uint32_t grant_s, std::uint16_t code) {
    credit::Answer out;
    out.ticket = question.ticket;
    out.answered = true;
    out.grant_s = grant_s;
    out.code = code;
    done(out);
}
void FakeAuthority::fail(const credit::Question& question) {
    credit::Answer out;
    out.ticket = question.ticket;
    out.why = "time-out";
    done(out);
}

World::World() {
    calls.give_credit(authority);
    model.system.max_call_duration = std::chrono::hours(12);
    model::Realm access;
    access.name = "access";
    access.hide_user_agent = true;
    model.realms["access"] = access;
    model::Realm core;
    core.name = "core";
    core.trusted = true;
    model.realms["core"] = core;
    model::Trunk trunk;
    trunk.name = "pbx";
    trunk.realm = {"core"};
    trunk.targets = {{net::TransportKind::udp, *wire::parse_endpoint("10.1.0.5:5060"), 1},
                     {net::TransportKind::udp, *wire::parse_endpoint("10.1.0.6:5060"), 1}};
    model.trunks["pbx"] = trunk;
    model::Route phones;
    phones.name = "phones";
    phones.priority = 20;
    phones.action = model::RouteAction::subscriber;
    model.routes["phones"] = phones;
    model::Route out;
    out.name = "out";
    out.priority = 30;
    out.digits = {"2"};
    out.trunks = {{"pbx"}};
    model.routes["out"] = out;
    apply();
    sessions.configure(kAccess, {{{MediaAddressId{0}, *wire::parse_address("203.0.113.9"), 20000, 20063},
                                  {MediaAddressId{2}, *wire::parse_address("2001:db8::9"), 20000, 20063}},
                                 46});
    sessions.configure(kCore, {{{MediaAddressId{1}, *wire::parse_address("10.1.0.1"), 30000, 30063}}, 46});
    sessions.set_now(wheel.now());
    a = party("1001", kAccess, "198.51.100.7:5070", "203.0.113.9:5060", "192.168.1.5");
    c = party("1002", kAccess, "198.51.100.8:5070", "203.0.113.9:5060", "192.168.1.6");
    d = party("1022", kAccess, "198.51.100.9:5070", "203.0.113.9:5060", "192.168.1.7");
    pbx = party("2001", kCore, "10.1.0.5:5060", "10.1.0.1:5060", "10.1.7.55");
    spare = party("2002", kCore, "10.1.0.6:5060", "10.1.0.1:5060", "10.1.7.66");
    six = party("1006", kAccess, "[2001:db8::7]:5070", "[2001:db8::9]:5060", "2001:db8::77");
    enroll("1006", six);
    enroll("1001", a);
    enroll("1002", c);
}

World::~World() {
    media_events();
    pass(300 * kSecond);
    media_events();
    EXPECT_TRUE(calls.idle()) << "calls, dialogs or limits leak";
    EXPECT_EQ(layer.counts().servers, 0u);
    EXPECT_EQ(layer.counts().clients, 0u);
    EXPECT_EQ(wheel.running(), 0u) << "timers leak";
    EXPECT_EQ(sessions.ports().in_use(), 0u) << "ports leak";
    EXPECT_EQ(sessions.counts().legs, 0u) << "legs leak";
    EXPECT_TRUE(dataplane.legs.empty());
    EXPECT_EQ(directory.trunk_calls, 0);
    for (const auto* one : parties)
        for (const auto* other : parties) {
            if (one == other) continue;
            for (const auto& secret : one->secrets)
                if (!secret.empty()) {
                    EXPECT_EQ(other->all.find(secret), std::string::npos)
                        << secret << " of " << one->user << " was told to " << other->user;
                }
        }
}

void World::say(Party& party, const std::string& message) {
    net::Flow flow;
    flow.realm = party.realm;
    flow.listener = static_cast<ListenerId>(party.realm == kCore ? 1 : 0);
    flow.local = party.ours;
    flow.remote = party.address;
    wire::TokeniseStatus status;
    const auto incoming = message::Incoming::parse(flow, message, wheel.now(), status);
    ASSERT_TRUE(incoming) << wire::describe(status) << "\n" << message;
    layer.receive(incoming);
}

bool World::send(const net::Flow& flow, const message::Outgoing& message) {
    for (auto* p : parties) {
        if (p->address != flow.remote || p->realm != flow.realm) continue;
        EXPECT_EQ(flow.local, p->ours);
        if (!p->reachable) return false;
        p->inbox.emplace_back(message.text());
        p->all += message.text();
        return true;
    }
    ADD_FAILURE() << "nobody is at " << wire::to_string(flow.remote);
    return false;
}

bool World::flow_to(RealmId realm, net::TransportKind kind, const wire::Endpoint& remote,
                    net::Flow& out) const {
    out = {};
    out.transport = kind;
    out.realm = realm;
    out.listener = static_cast<ListenerId>(realm == kCore ? 1 : 0);
    out.local = realm == kCore ? pbx.ours : a.ours;
    out.remote = remote;
    return true;
}

void World::pass(Nanoseconds time) {
    const auto end = wheel.now() + time;
    while (wheel.now() < end) {
        wheel.advance(std::min(end, std::max(wheel.now() + kMillisecond, std::min(wheel.next(), end))));
        sessions.set_now(wheel.now());
    }
}

void World::media_events() {
    std::array<rings::Event, 16> events;
    while (const auto n = dataplane.events(events))
        for (std::size_t i = 0; i < n; ++i) calls.on_media_event(events[i]);
}

void World::enroll(const std::string& user, Party& party, std::uint16_t q) {
    registrar::Binding b;
    b.tenant = "default";
    b.q = q;
    b.flags = registrar::kBehindNat;
    static std::vector<std::unique_ptr<std::string>> texts;
    texts.push_back(std::make_unique<std::string>("sip:" + party.user + "@" +
                                                  (party.media_address.find(':') == std::string::npos
                                                       ? party.media_address
                                                       : "[" + party.media_address + "]") +
                                                  ":5099"));
    b.contact = *texts.back();
    b.flow.realm = party.realm;
    b.flow.local = party.ours;
    b.flow.remote = party.address;
    directory.bindings[user].push_back(b);
}

std::vector<call::Explanation> World::explain(const std::string& called) {
    return calls.explain({.realm = kAccess,
                          .tenant = "default",
                          .caller = "1001",
                          .domain = "lab.example",
                          .local = a.ours,
                          .called = called,
                          .unix_ns = unix_ns});
}

void World::establish(Party& from, Party& to, const std::string& called, const std::string& more) {
    say(from, from.request("INVITE", called, audio(from.media_address, 4000), more));
    from.take("SIP/2.0 100");
    const auto invite = to.take("INVITE");
    to.learn(invite);
    say(to, to.respond(invite, 180));
    from.take("SIP/2.0 180");
    say(to, to.respond(invite, 200, audio(to.media_address, 6000)));
    from.learn(from.take("SIP/2.0 200"));
    say(from, from.in_dialog("ACK", "", "", from.cseq));
    to.take("ACK");
    EXPECT_TRUE(from.quiet() && to.quiet());
}

void World::hang_up(Party& from, Party& to) {
    say(from, from.in_dialog("BYE"));
    from.take("SIP/2.0 200");
    const auto bye = to.take("BYE");
    say(to, to.respond(bye, 200));
    media_events();
}

const rings::Command* World::leg_told(const std::string& sdp) const {
    const auto at = sdp.find("m=audio ");
    if (at == std::string::npos) return nullptr;
    const auto port = static_cast<std::uint16_t>(std::stoi(sdp.substr(at + 8)));
    const bool v6 = sdp.find("c=IN IP6") != std::string::npos;
    return dataplane.leg(MediaAddressId{static_cast<std::uint16_t>(port >= 30000 ? 1 : v6 ? 2 : 0)}, port);
}

}  // namespace strowger::test
