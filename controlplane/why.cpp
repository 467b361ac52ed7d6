// `strowger why`: every decision that the running configuration makes about one packet.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "daemon_parts.hpp"
#include "observe/capture.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger {
namespace {

using manage::DecisionRow;

// A frame, where it arrives, and the SIP message in it.
struct Question {
    PortId port{0};
    std::string frame;  // Ethernet
    std::string sip;    // empty: it holds none for a listener
    net::Flow flow;     // of the SIP message
};

void append(std::string& out, const void* data, std::size_t size) {
    out.append(static_cast<const char*>(data), size);
}

// The beginning of a frame to the interface.
std::string link_header(const tables::Interface& interface, bool v4) {
    std::string out;
    const wire::be16 type = v4 ? wire::kEtherIpv4 : wire::kEtherIpv6;
    const wire::EthernetHeader ethernet{interface.mac, {}, interface.vlan != 0 ? wire::kEtherVlan : type};
    append(out, &ethernet, sizeof ethernet);
    if (interface.vlan != 0) {
        const wire::VlanTag tag{wire::be16::from_host(interface.vlan), type};
        append(out, &tag, sizeof tag);
    }
    return out;
}

// The message as it would arrive from `source` at a listener.
std::string frame_around(std::string_view sip, const wire::Endpoint& source, const tables::Listener& listener,
                         const tables::Interface& interface) {
    const bool v4 = source.address.is_v4();
    std::string out = link_header(interface, v4);
    const auto udp_length = static_cast<std::uint16_t>(sizeof(wire::UdpHeader) + sip.size());
    if (v4) {
        wire::Ipv4Header ip{};
        ip.version_ihl = 0x45;
        ip.total_length = wire::be16::from_host(static_cast<std::uint16_t>(sizeof ip + udp_length));
        ip.ttl = 64;
        ip.protocol = wire::kProtocolUdp;
        ip.source = source.address.v4();
        ip.destination = listener.local.address.v4();
        append(out, &ip, sizeof ip);
    } else {
        wire::Ipv6Header ip{};
        ip.version_class_flow = wire::be32::from_host(0x60000000);
        ip.payload_length = wire::be16::from_host(udp_length);
        ip.next_header = wire::kProtocolUdp;
        ip.hop_limit = 64;
        ip.source = source.address.bytes;
        ip.destination = listener.local.address.bytes;
        append(out, &ip, sizeof ip);
    }
    const wire::UdpHeader udp{source.port, listener.local.port, wire::be16::from_host(udp_length), {}};
    append(out, &udp, sizeof udp);
    out += sip;
    return out;
}

DecisionRow row(std::string stage, std::string decision, std::string detail) {
    DecisionRow out;
    out.stage = std::move(stage);
    out.decision = std::move(decision);
    out.detail = std::move(detail);
    return out;
}

// The control plane's side of a request: who it is from, and where it would go.
void explain_request(DaemonParts& parts, const message::Incoming& request, bool verified,
                     std::vector<DecisionRow>& out) {
    const wire::SipMessage& sip = request.sip();
    const net::Flow& flow = request.flow();
    const model::Model& model = parts.configuration->model();
    const std::string realm_name(parts.accounts.realm_name(flow.realm));
    const auto realm = model.realms.find(realm_name);
    if (realm == model.realms.end())
        return out.push_back(row("identify", "refused: 403", "the realm was deleted"));

    const TrunkId trunk = parts.trunks.identify(flow.realm, flow.remote.address);
    const bool is_register = sip.method() == wire::Method::register_;
    std::string tenant = realm->second.tenant.name;
    if (trunk != kNone<TrunkId> && !is_register) {
        out.push_back(row("identify", "trunk " + parts.trunks.find(trunk)->options.name,
                          "its source address is one of the trunk's; no authentication"));
        tenant = parts.trunks.find(trunk)->options.tenant.name;
    } else if (verified) {
        out.push_back(row("identify", "believed",
                          "the worker found its credentials right; the nonce's count is looked at"));
    } else if (is_register || parts.accounts.authenticates(flow.realm)) {
        const auto header = is_register ? wire::HeaderId::authorization : wire::HeaderId::proxy_authorization;
        out.push_back(row(
            "identify",
            sip.has(header) ? "credentials are checked" : (is_register ? "challenge: 401" : "challenge: 407"),
            fmt::format("realm {} asks for digest authentication of {}", realm_name,
                        registrar::digest_realm(parts.accounts, request))));
    } else {
        out.push_back(row("identify", "believed", fmt::format("realm {} is trusted", realm_name)));
    }
    if (is_register) return;

    const auto uri = wire::parse_uri(sip.uri());
    if (!uri) return out.push_back(row("route", "refused: 416", "the Request-URI is not one we understand"));
    registrar::Domain domain;
    const bool ours = parts.accounts.domain_of(uri->host, flow.realm, flow.local, domain);
    const auto to = wire::parse_name_address(sip.header(wire::HeaderId::to));
    if (to && !to->tag().empty())
        return out.push_back(row("route", "within a dialog",
                                 "goes to the call whose dialog it names; 481 when there is none"));
    const call::Policies& policies = parts.calls->policies();
    const auto from = wire::parse_name_address(sip.header(wire::HeaderId::from));
    const auto caller = from ? wire::parse_uri(from->uri) : std::nullopt;
    std::vector<const call::RoutePolicy*> routes;
    const call::NumberPolicy& numbers = policies.numbers(flow.realm, trunk);
    const std::string calls = call::rewritten(numbers.caller_in, caller ? caller->user : std::string_view{});
    const std::string called = call::rewritten(numbers.called_in, uri->user);
    call::find_routes(policies,
                      {flow.realm, tenant, ours ? domain.name : uri->host, called, unix_now_ms() / 1000, calls, trunk},
                      routes);
    for (const call::RoutePolicy* route : routes) {
        std::string detail;
        std::string decision = std::string(model::name_of(route->action));
        if (route->action == model::RouteAction::reject) decision += fmt::format(" {}", route->reject_code);
        for (const TrunkId id : route->trunks) decision += " " + policies.trunk(id).name;
        if (route->action == model::RouteAction::subscriber) {
            const registrar::Account* account = ours ? parts.accounts.find(domain.name, called) : nullptr;
            std::vector<registrar::Binding> contacts;
            if (account != nullptr)
                parts.location.lookup(account->tenant, account->aor, parts.wheel->now(), contacts);
            detail = account == nullptr
                         ? fmt::format("{} is no subscriber: the next route is looked at", called)
                         : fmt::format("{}: {} registered contacts", account->aor, contacts.size());
        }
        out.push_back(row("route", fmt::format("{}: {}", route->name, decision), detail));
    }
    if (routes.empty()) out.push_back(row("route", "refused: 404", "no route fits; strowger get routes"));
}

// A message as text, as if it came from query.source to the realm's first listener of that family.
bool ask_about_message(const DaemonParts& parts, const manage::WhyQuery& query, Question& out,
                       std::string& error) {
    const tables::Tables& live = parts.publisher->live();
    const auto source = wire::parse_endpoint(query.source.empty() ? "192.0.2.1:5060" : query.source);
    if (!source) {
        error = query.source + " is not ADDRESS:PORT";
        return false;
    }
    const RealmId realm = query.realm.empty() ? RealmId{0} : parts.ids.realms.find(query.realm);
    const auto listener = std::ranges::find_if(live.listeners, [&](const tables::Listener& l) {
        return l.realm == realm && l.interface != kNone<InterfaceId> &&
               l.local.address.is_v4() == source->address.is_v4();
    });
    if (listener == live.listeners.end()) {
        error = fmt::format(
            "there is no realm {} with a UDP listener of that address family; give one with --realm",
            query.realm);
        return false;
    }
    const tables::Interface& interface = live.interfaces[index(listener->interface)];
    out.port = interface.port;
    out.sip = query.body;
    out.frame = frame_around(query.body, *source, *listener, interface);
    out.flow.realm = realm;
    out.flow.local = listener->local;
    out.flow.remote = *source;
    return true;
}

// A captured packet, at the interface that has its destination; for one of nobody's, at the realm's.
void ask_about_packet(const DaemonParts& parts, const manage::WhyQuery& query,
                      const observe::CapturedPacket& packet, Question& out) {
    const tables::Tables& live = parts.publisher->live();
    const RealmId wanted = query.realm.empty() ? kNone<RealmId> : parts.ids.realms.find(query.realm);
    const auto fits = [&](RealmId realm, InterfaceId interface) {
        return interface != kNone<InterfaceId> && (wanted == kNone<RealmId> || realm == wanted);
    };
    InterfaceId at = kNone<InterfaceId>;
    for (const tables::MediaAddress& media : live.media_addresses)
        if (fits(media.realm, media.interface) && (media.address == packet.destination.address ||
                                                   (at == kNone<InterfaceId> && media.realm == wanted)))
            at = media.interface;
    for (const tables::Listener& listener : live.listeners) {
        if (!fits(listener.realm, listener.interface) || listener.local != packet.destination) continue;
        at = listener.interface;
        out.flow.realm = listener.realm;
        out.flow.local = listener.local;
        out.flow.remote = packet.source;
        out.sip = packet.payload;
    }
    const tables::Interface nowhere{.port = PortId{0}};
    const tables::Interface& interface = at == kNone<InterfaceId> ? nowhere : live.interfaces[index(at)];
    out.port = interface.port;
    out.frame = packet.link.empty() ? link_header(interface, packet.destination.address.is_v4())
                                    : std::string(packet.link);
    out.frame += packet.network;
}

}  // namespace

manage::WhyAnswer Overview::why(const manage::WhyQuery& query) {
    manage::WhyAnswer answer;
    Question question;
    observe::CapturedPacket packet;
    if (!observe::read_capture(query.body, packet, answer.error)) {
        if (!ask_about_message(parts_, query, question, answer.error)) return answer;
    } else if (answer.error.empty()) {
        ask_about_packet(parts_, query, packet, question);
    } else {
        return answer;
    }
    for (Decision& d : parts_.dataplane->explain(question.port, question.frame))
        answer.decisions.push_back(row(std::move(d.stage), std::move(d.decision), std::move(d.detail)));
    const auto decided = [&](std::string_view what) {
        return std::ranges::any_of(answer.decisions,
                                   [&](const DecisionRow& d) { return d.decision == what; });
    };
    // What a worker has challenged is explained to its end: so it will go once it shows credentials.
    if (question.sip.empty() || !(decided("sip.punted") || decided("digest.challenged"))) return answer;

    wire::TokeniseStatus status{};
    const auto message = message::Incoming::parse(question.flow, question.sip, parts_.wheel->now(), status);
    if (message && message.sip().is_request())
        explain_request(parts_, message, decided("digest.verified"), answer.decisions);
    return answer;
}

}  // namespace strowger
