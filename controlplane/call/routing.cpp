// Whom a request may be sent to.
#include <algorithm>

#include "call/features.hpp"
#include "dialog/write.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

constexpr std::size_t kMostTargets = 32;  // of one call: bounds what an INVITE may set off

std::string plain(std::string_view user) {
    std::string out(user.size(), 0);
    const auto n = wire::unescape(user, out.data());
    if (!n) return std::string(user);
    out.resize(*n);
    return out;
}

// An address in a URI's host and port, or where the flow leads.
bool endpoint_of(std::string_view uri_text, wire::Endpoint& out) {
    const auto uri = wire::parse_uri(uri_text);
    if (!uri || !uri->is_sip()) return false;
    const auto address = wire::parse_address(uri->host);
    if (!address) return false;
    out = {*address, wire::be16::from_host(uri->port == 0 ? std::uint16_t{5060} : uri->port)};
    return true;
}

void add_path(std::string_view path, std::vector<std::string>& out) {
    std::string_view element;
    while (wire::next_in_list(path, element)) out.emplace_back(element);
}

bool add_contact(Engine& e, Call& call, const Callee& callee, const registrar::Binding& b,
                 std::uint16_t group) {
    Target t;
    t.group = group;
    t.flow = b.flow;
    t.realm = b.flow.realm;
    t.pinned = true;
    t.request_uri = b.contact;
    t.to_uri = "sip:" + callee.aor;
    t.from_host = callee.domain;
    t.subscriber = callee.aor;
    t.tenant = callee.tenant;
    t.max_calls = callee.max_calls;
    add_path(b.path, t.path);
    wire::Endpoint hop;
    if (!t.path.empty()) {
        const auto route = wire::parse_name_address(t.path.front());
        if (route && endpoint_of(route->uri, hop))
            e.transport.flow_to(t.realm, b.flow.transport, hop, t.flow);
    } else if ((b.flags & (registrar::kFlowLost | registrar::kViaProxy)) != 0) {
        if (!endpoint_of(b.contact, hop) || !e.transport.flow_to(t.realm, b.flow.transport, hop, t.flow))
            return false;
    }
    call.targets.push_back(std::move(t));
    return true;
}

Refusal add_subscriber(Engine& e, Call& call, const Callee& callee) {
    std::vector<registrar::Binding> bindings;
    e.directory.contacts(callee, e.wheel.now(), bindings);
    std::uint16_t group = 0;
    std::uint16_t q = 0;
    for (const auto& b : bindings) {
        if (call.targets.size() == kMostTargets) break;
        // Contacts of one q ring together, lower ones when all of those have failed.
        if (!call.targets.empty() && b.q != q) ++group;
        q = b.q;
        add_contact(e, call, callee, b, group);
    }
    return call.targets.empty() ? Refusal{480, 0, "subscriber has no phone registered"} : Refusal{};
}

void add_trunk(Engine& e, Call& call, const RoutePolicy& route, TrunkId id, const Called& called) {
    const auto& trunk = e.policies.trunk(id);
    if (trunk.name.empty()) return;
    std::vector<std::uint16_t> order;
    e.directory.order_targets(id, e.tokens.number(), order);
    auto number = called.user;
    number.erase(0, std::min<std::size_t>(route.strip, number.size()));
    number.insert(0, route.add);
    for (const auto i : order) {
        if (i >= trunk.targets.size() || call.targets.size() == kMostTargets) continue;
        const auto& target = trunk.targets[i];
        Target t;
        if (!e.transport.flow_to(trunk.realm, target.transport, target.remote, t.flow)) continue;
        t.group = static_cast<std::uint16_t>(call.targets.size());
        t.realm = trunk.realm;
        t.trunk = id;
        t.trunk_target = i;
        t.pinned = trunk.nat == model::NatMode::on;
        t.from_host = trunk.domain;
        t.tenant = trunk.tenant;
        const auto host = trunk.domain.empty() ? dialog::host_of(target.remote) : trunk.domain;
        t.to_uri = number.empty() ? "sip:" + host : "sip:" + number + "@" + host;
        t.request_uri = t.to_uri + called.parameters;
        call.targets.push_back(std::move(t));
    }
}

}  // namespace

bool read_called(const message::Incoming& request, Called& out) {
    const auto uri = wire::parse_uri(request.sip().uri());
    if (!uri) return false;
    if (uri->is_sip()) {
        out.user = uri->user;
        out.domain = uri->host;
        if (const auto kind = uri->parameters.find("user")) out.parameters = ";user=" + std::string(*kind);
        return true;
    }
    if (!wire::same_token(uri->scheme, "tel")) return false;
    out.user = uri->opaque.substr(0, uri->opaque.find(';'));
    out.parameters = ";user=phone";
    return true;
}

Refusal choose_targets(Engine& e, Call& call, const Called& called, const message::Incoming& request) {
    const auto& inbound = call.legs[kInbound];
    const auto& local = request.flow().local;
    const auto user = plain(called.user);
    std::vector<const RoutePolicy*> routes;
    find_routes(e.policies, {inbound.realm, inbound.tenant, called.domain, user}, routes);
    for (const auto* route : routes) {
        switch (route->action) {
            case model::RouteAction::reject:
                return {route->reject_code, 0, "route refuses"};
            case model::RouteAction::subscriber: {
                auto number = user;
                number.erase(0, std::min<std::size_t>(route->strip, number.size()));
                number.insert(0, route->add);
                Callee callee;
                if (!e.directory.find_subscriber(inbound.realm, called.domain, number, local, callee))
                    continue;
                return add_subscriber(e, call, callee);
            }
            case model::RouteAction::trunk:
                for (const auto trunk : route->trunks) add_trunk(e, call, *route, trunk, called);
                return call.targets.empty()
                           ? Refusal{503, e.policies.retry_after_s, "no trunk target can be reached"}
                           : Refusal{};
        }
    }
    return {404, 0, "no route"};
}

}  // namespace strowger::call
