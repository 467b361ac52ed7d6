#include "two_ways.hpp"

#include "publish/compile_proxy.hpp"
#include "sip_lines.hpp"

namespace strowger::test {
namespace {

const std::vector<std::string> kRealms{"access", "core"};

std::string uri_of(const std::string& text) {
    const std::string line = first_line(text);
    const std::size_t from = line.find(' ') + 1;
    return line.substr(from, line.rfind(' ') - from);
}

}  // namespace

std::string to_string(const Outcome& outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::none:
            return "nothing";
        case Outcome::Kind::answered:
            return std::to_string(outcome.status);
        case Outcome::Kind::control_plane:
            return "to the control plane";
        case Outcome::Kind::forwarded:
            break;
    }
    return outcome.uri + " to " + outcome.destination + " from " + outcome.from;
}

ControlPlane::ControlPlane(const model::Model& model, publish::Ids& ids) {
    accounts.configure(model, kRealms);
    trunks.configure(model, ids);
    directory.configure(model, kRealms);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < ids.trunks.size(); ++i)
        names.push_back(ids.trunks.key(static_cast<TrunkId>(i)));
    calls.configure(call::compile(model, kRealms, names));
    for (const RealmId realm : {RealmId{0}, RealmId{1}})
        sessions.configure(
            realm, {{{MediaAddressId{static_cast<std::uint16_t>(index(realm))},
                      *wire::parse_address(realm == RealmId{0} ? "10.10.0.1" : "10.20.0.1"), 20000, 29999}},
                    46});
    sessions.set_now(wheel.now());
}

void ControlPlane::enroll(const char* aor, const char* contact, ListenerId listener, const char* local,
                          const char* remote, const char* path) {
    registrar::Binding b;
    b.id = static_cast<std::int64_t>(texts_.size() + 1);
    b.tenant = std::string_view(aor).ends_with("@acme.example") ? "acme" : "default";
    b.aor = aor;
    b.contact = contact;
    b.path = path;
    b.flow.realm = RealmId{0};
    b.flow.listener = listener;
    b.flow.local = *wire::parse_endpoint(local);
    b.flow.remote = *wire::parse_endpoint(remote);
    b.expires = 3600 * kSecond;
    texts_.push_back(std::make_unique<std::string>(aor));
    ASSERT_TRUE(location.put(b));
}

Outcome ControlPlane::ask(RealmId realm, const char* source, const char* local, const std::string& text) {
    net::Flow flow;
    flow.realm = realm;
    flow.listener = static_cast<ListenerId>(2 * index(realm));
    flow.local = *wire::parse_endpoint(local);
    flow.remote = *wire::parse_endpoint(source);
    wire::TokeniseStatus status{};
    const auto request = message::Incoming::parse(flow, text, wheel.now(), status);
    EXPECT_TRUE(request) << wire::describe(status) << "\n" << text;
    outcome_ = {};
    layer.receive(request);
    return outcome_;
}

bool ControlPlane::send(const net::Flow& flow, const message::Outgoing& message) {
    const std::string text(message.text());
    if (outcome_.kind != Outcome::Kind::none) return true;  // what follows the first decision
    if (text.starts_with("SIP/2.0 1")) return true;
    if (text.starts_with("SIP/2.0 "))
        outcome_ = {.kind = Outcome::Kind::answered,
                    .uri = {},
                    .destination = {},
                    .from = {},
                    .status = std::stoi(text.substr(8, 3))};
    else
        outcome_ = {.kind = Outcome::Kind::forwarded,
                    .uri = uri_of(text),
                    .destination = wire::to_string(flow.remote),
                    .from = wire::to_string(flow.local)};
    return true;
}

bool ControlPlane::flow_to(RealmId realm, net::TransportKind kind, const wire::Endpoint& remote,
                           net::Flow& out) const {
    const bool access = realm == RealmId{0};
    const bool v4 = remote.address.is_v4();
    out = {};
    out.transport = kind;
    out.realm = realm;
    out.listener = static_cast<ListenerId>((access ? 0 : 2) + (v4 ? 0 : 1));
    out.local = *wire::parse_endpoint(access ? (v4 ? "10.10.0.1:5060" : "[fd10:a::1]:5060")
                                             : (v4 ? "10.20.0.1:5060" : "[fd10:b::1]:5060"));
    out.remote = remote;
    return true;
}

TwoWays::TwoWays() {
    for (const auto& name : kRealms) {
        model::Realm realm;
        realm.name = name;
        realm.tenant.name = "default";
        realm.default_domain = "lab.example";
        realm.addresses = {*wire::parse_address(name == "core" ? "10.20.0.1" : "10.10.0.1"),
                           *wire::parse_address(name == "core" ? "fd10:b::1" : "fd10:a::1")};
        realm.policy = model::Policy::stateless;
        realm.trusted = name == "core";
        realm.authenticate = false;
        model.realms[name] = realm;
        (void)ids.realms.of(name);
    }
}

void TwoWays::start() {
    control = std::make_unique<ControlPlane>(model, ids);
    publish::compile_proxy(model, ids, *publish::compile_plan(model, ids), tables);
    tables.proxy.keys[0] = {3, true, {11, 12}};
    tables.proxy.choice_key = {7, 8};
    feed.emplace(control->location, *control);
    feed->enable();
    tables.proxy.locations = feed->contacts();
    tables.proxy.callers = feed->callers();
}

Outcome TwoWays::ask_worker(RealmId realm, const char* source, const std::string& text) {
    const bool access = realm == RealmId{0};
    const auto from = endpoint(source);
    const bool v4 = from.address.is_v4();
    const char* ours = access ? (v4 ? "10.10.0.1" : "fd10:a::1") : (v4 ? "10.20.0.1" : "fd10:b::1");
    run(access ? kAccessPort : kCorePort,
        eth().ip(wire::to_string(from.address).c_str(), ours).udp(from.port.host(), 5060).payload(text));
    Outcome out;
    if (!punted().empty()) out.kind = Outcome::Kind::control_plane;
    for (const PortId port : {kAccessPort, kCorePort})
        for (const std::string& bytes : sent(port)) {
            const Parsed frame = parse(bytes);
            EXPECT_EQ(out.kind, Outcome::Kind::none) << "one request, one thing that comes of it";
            if (frame.payload.starts_with("SIP/2.0 "))
                out = {.kind = Outcome::Kind::answered,
                       .uri = {},
                       .destination = {},
                       .from = {},
                       .status = std::stoi(frame.payload.substr(8, 3))};
            else
                out = {.kind = Outcome::Kind::forwarded,
                       .uri = uri_of(frame.payload),
                       .destination = wire::to_string(frame.destination),
                       .from = wire::to_string(frame.source)};
        }
    return out;
}

Outcome TwoWays::ask_control_plane(RealmId realm, const char* source, const std::string& text) {
    const bool access = realm == RealmId{0};
    const bool v4 = endpoint(source).address.is_v4();
    return control->ask(
        realm, source,
        access ? (v4 ? "10.10.0.1:5060" : "[fd10:a::1]:5060") : (v4 ? "10.20.0.1:5060" : "[fd10:b::1]:5060"),
        text);
}

}  // namespace strowger::test
