// `strowger why`: every decision that the running configuration makes about one packet.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "daemon_parts.hpp"
#include "observe/trace.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger {
namespace {

using manage::DecisionRow;

// A frame and what brought it: a pcap file's first packet, or one made around a SIP message.
struct Question {
    std::string frame;  // Ethernet
    std::string sip;    // the message, when the question was one
};

std::uint32_t u32(std::string_view bytes, std::size_t at, bool swapped) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

// The first packet of a classic pcap file. False: it is none, or has no packet.
bool first_packet(std::string_view file, std::string& frame, std::string& error) {
    constexpr std::size_t kFileHeader = 24;
    constexpr std::size_t kPacketHeader = 16;
    if (file.size() < kFileHeader + kPacketHeader) return false;
    const std::uint32_t magic = u32(file, 0, false);
    const bool swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    if (!swapped && magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) return false;
    if (u32(file, 20, swapped) != 1) error = "the pcap file must hold Ethernet frames (link type 1)";
    const std::uint32_t length = u32(file, kFileHeader + 8, swapped);
    if (length > file.size() - kFileHeader - kPacketHeader)
        error = "the pcap file ends within its first packet";
    if (error.empty()) frame = file.substr(kFileHeader + kPacketHeader, length);
    return true;
}

void append(std::string& out, const void* data, std::size_t size) {
    out.append(static_cast<const char*>(data), size);
}

// The message as it would arrive from `source` at a listener.
std::string frame_around(std::string_view sip, const wire::Endpoint& source, const tables::Listener& listener,
                         const tables::Interface& interface) {
    std::string out;
    const bool v4 = source.address.is_v4();
    const wire::be16 type = v4 ? wire::kEtherIpv4 : wire::kEtherIpv6;
    const wire::EthernetHeader ethernet{interface.mac, {}, interface.vlan != 0 ? wire::kEtherVlan : type};
    append(out, &ethernet, sizeof ethernet);
    if (interface.vlan != 0) {
        const wire::VlanTag tag{wire::be16::from_host(interface.vlan), type};
        append(out, &tag, sizeof tag);
    }
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
void explain_request(DaemonParts& parts, const message::Incoming& request, std::vector<DecisionRow>& out) {
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
    const auto names_of = [](const auto& numbering, auto id) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < numbering.size(); ++i)
            names.push_back(numbering.key(static_cast<decltype(id)>(i)));
        return names;
    };
    const call::Policies policies =
        call::compile(model, names_of(parts.ids.realms, RealmId{}), names_of(parts.ids.trunks, TrunkId{}));
    std::vector<const call::RoutePolicy*> routes;
    call::find_routes(policies, {flow.realm, tenant, ours ? domain.name : uri->host, uri->user}, routes);
    for (const call::RoutePolicy* route : routes) {
        std::string detail;
        std::string decision = std::string(model::name_of(route->action));
        if (route->action == model::RouteAction::reject) decision += fmt::format(" {}", route->reject_code);
        for (const TrunkId id : route->trunks) decision += " " + policies.trunk(id).name;
        if (route->action == model::RouteAction::subscriber) {
            const registrar::Account* account = ours ? parts.accounts.find(domain.name, uri->user) : nullptr;
            std::vector<registrar::Binding> contacts;
            if (account != nullptr)
                parts.location.lookup(account->tenant, account->aor, parts.wheel->now(), contacts);
            detail = account == nullptr
                         ? fmt::format("{} is no subscriber: the next route is looked at", uri->user)
                         : fmt::format("{}: {} registered contacts", account->aor, contacts.size());
        }
        out.push_back(row("route", fmt::format("{}: {}", route->name, decision), detail));
    }
    if (routes.empty()) out.push_back(row("route", "refused: 404", "no route fits; strowger get routes"));
}

}  // namespace

manage::WhyAnswer Overview::why(const manage::WhyQuery& query) {
    manage::WhyAnswer answer;
    const tables::Tables& live = parts_.publisher->live();
    Question question;
    if (!first_packet(query.body, question.frame, answer.error)) question.sip = query.body;
    if (!answer.error.empty()) return answer;

    PortId port{0};
    if (!question.sip.empty()) {
        wire::Endpoint source;
        const tables::Listener* listener = nullptr;
        const auto given = wire::parse_endpoint(query.source);
        if (!query.source.empty() && !given) answer.error = query.source + " is not ADDRESS:PORT";
        source = given.value_or(*wire::parse_endpoint("192.0.2.1:5060"));
        const RealmId realm = query.realm.empty() ? RealmId{0} : parts_.ids.realms.find(query.realm);
        for (const tables::Listener& l : live.listeners)
            if (l.realm == realm && l.interface != kNone<InterfaceId> &&
                l.local.address.is_v4() == source.address.is_v4() && listener == nullptr)
                listener = &l;
        if (listener == nullptr) {
            answer.error = fmt::format(
                "there is no realm {} with a UDP listener of that address family; give one with --realm",
                query.realm);
            return answer;
        }
        port = live.interfaces[index(listener->interface)].port;
        question.frame =
            frame_around(question.sip, source, *listener, live.interfaces[index(listener->interface)]);
    }
    for (Decision& d : parts_.dataplane->explain(port, question.frame))
        answer.decisions.push_back(row(std::move(d.stage), std::move(d.decision), std::move(d.detail)));
    const bool punted = std::any_of(answer.decisions.begin(), answer.decisions.end(),
                                    [](const DecisionRow& d) { return d.decision == "sip.punted"; });
    if (question.sip.empty() || !punted) return answer;

    net::Flow flow;
    const RealmId realm = query.realm.empty() ? RealmId{0} : parts_.ids.realms.find(query.realm);
    flow.realm = realm;
    flow.remote = wire::parse_endpoint(query.source).value_or(*wire::parse_endpoint("192.0.2.1:5060"));
    for (const tables::Listener& l : live.listeners)
        if (l.realm == realm) flow.local = l.local;
    wire::TokeniseStatus status{};
    const auto message = message::Incoming::parse(flow, question.sip, parts_.wheel->now(), status);
    if (message && message.sip().is_request()) explain_request(parts_, message, answer.decisions);
    return answer;
}

}  // namespace strowger
