// Whom a request may be sent to.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "call/features.hpp"
#include "call/headers.hpp"
#include "dialog/write.hpp"
#include "model/values.hpp"
#include "resolver/draw.hpp"
#include "strowger/wire/sip_escape.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

constexpr std::size_t kDeepestGroup = 8;
constexpr std::size_t kMostTargets = 32;  // of one call: bounds what an INVITE may set off

// An address in a URI's host and port, or where the flow leads.
bool endpoint_of(std::string_view uri_text, wire::Endpoint& out) {
    const auto uri = wire::parse_uri(uri_text);
    if (!uri || !uri->is_sip()) return false;
    const auto address = wire::parse_address(uri->host);
    if (!address) return false;
    out = {*address, wire::be16::from_host(uri->port == 0 ? std::uint16_t{5060} : uri->port)};
    return true;
}

// To a URI whose host is a name.
net::Flow toward(Engine& e, const net::Flow& like, std::string_view uri_text) {
    const auto uri = wire::parse_uri(uri_text);
    if (!uri || !uri->is_sip()) return like;
    return e.transport.toward(
        like, {uri->host, uri->port, uri->parameters.find("transport").value_or(std::string_view{}),
               wire::same_token(uri->scheme, "sips")});
}

void add_path(std::string_view path, std::vector<std::string>& out) {
    std::string_view element;
    while (wire::next_in_list(path, element)) out.emplace_back(element);
}

bool add_contact(Engine& e, Call& call, const Callee& callee, const registrar::Binding& b) {
    Target t;
    t.flow = b.flow;
    t.realm = b.flow.realm;
    t.pinned = true;
    t.request_uri = b.contact;
    t.to_uri = "sip:" + callee.aor;
    t.from_host = callee.domain;
    t.subscriber = callee.aor;
    t.tenant = callee.tenant;
    t.max_calls = callee.max_calls;
    t.full_code = callee.full_code;
    add_path(b.path, t.path);
    wire::Endpoint hop;
    if (!t.path.empty()) {
        const auto route = wire::parse_name_address(t.path.front());
        if (route && endpoint_of(route->uri, hop))
            e.transport.flow_to(t.realm, b.flow.transport, hop, t.flow);
        else if (route)
            t.flow = toward(e, b.flow, route->uri);
    } else if ((b.flags & (registrar::kFlowLost | registrar::kViaProxy)) != 0) {
        if (!endpoint_of(b.contact, hop))
            t.flow = toward(e, b.flow, b.contact);
        else if (!e.transport.flow_to(t.realm, b.flow.transport, hop, t.flow))
            return false;
    }
    call.targets.push_back(std::move(t));
    return true;
}

// The route's trunks in the order in which this call tries them.
std::vector<TrunkId> trunks_of(Engine& e, const RoutePolicy& route, const std::string& number) {
    auto out = route.trunks;
    if (!route.lcr_table.empty()) e.directory.least_cost(route.lcr_table, number, out);
    for (const auto g : route.groups) {
        if (g >= e.policies.trunk_groups.size()) continue;
        auto members = e.policies.trunk_groups[g].members;
        for (auto first = members.begin(); first != members.end();) {
            const auto last = std::find_if(first, members.end(), [&](const auto& m) {
                return m.priority != first->priority || m.cost != first->cost;
            });
            resolver::draw(first, last, e.tokens.number() >> 1,
                           [](const auto& m) { return std::uint64_t{m.weight}; });
            first = last;
        }
        for (const auto& member : members)
            if (std::find(out.begin(), out.end(), member.trunk) == out.end()) out.push_back(member.trunk);
    }
    return out;
}

// The targets from `from` on as one chain: each stands in for the one before, last resorts after all others.
// kNoTarget: there is none.
std::uint16_t chain(Call& call, std::size_t from, const RoutePolicy& route) {
    std::stable_partition(call.targets.begin() + static_cast<std::ptrdiff_t>(from), call.targets.end(),
                          [](const Target& t) { return !t.last_resort; });
    for (auto at = from; at < call.targets.size(); ++at) {
        auto& target = call.targets[at];
        if (at + 1 < call.targets.size()) target.instead = static_cast<std::uint16_t>(at + 1);
        target.charge = route.charge;
        if (!route.charge) continue;
        target.route = route.name;
        target.rate = route.rate;
    }
    return from < call.targets.size() ? static_cast<std::uint16_t>(from) : kNoTarget;
}

std::uint16_t add_trunks(Engine& e, Call& call, const RoutePolicy& route, const std::vector<TrunkId>& trunks,
                         const std::string& number, const std::string& parameters) {
    const auto before = call.targets.size();
    std::vector<TrunkTarget> order;
    for (const auto id : trunks) {
        const auto& trunk = e.policies.trunk(id);
        if (trunk.name.empty()) continue;
        order.clear();
        e.directory.order_targets(id, e.tokens.number(), order);
        for (const auto& target : order) {
            if (call.targets.size() == kMostTargets) break;
            Target t;
            if (!e.transport.flow_to(trunk.realm, target.transport, target.remote, t.flow)) continue;
            t.realm = trunk.realm;
            t.trunk = id;
            t.trunk_target = target.position;
            t.pinned = trunk.nat == model::NatMode::on;
            t.from_host = trunk.domain;
            t.tenant = trunk.tenant;
            const auto host = !trunk.domain.empty()  ? trunk.domain
                              : !target.name.empty() ? std::string(target.name)
                                                     : dialog::host_of(target.remote);
            const auto called = rewritten(trunk.numbers.called_out, number);
            t.to_uri = called.empty() ? "sip:" + host : "sip:" + wire::escaped_user(called) + "@" + host;
            t.request_uri = t.to_uri + parameters;
            t.last_resort = target.last_resort;
            t.missed = target.missed;
            call.targets.push_back(std::move(t));
        }
    }
    return chain(call, before, route);
}

// The host of a URI, reached from a realm of ours.
std::uint16_t add_host(Engine& e, Call& call, const RoutePolicy& route, const Origin& from,
                       const std::string& uri_text) {
    const auto before = call.targets.size();
    const auto uri = wire::parse_uri(uri_text);
    if (!uri || before == kMostTargets) return kNoTarget;
    Target t;
    t.realm = route.enum_realm;
    t.tenant = from.tenant;
    t.to_uri = fmt::format("sip:{}@{}", uri->user, uri->host);
    t.request_uri = uri_text;
    auto kind = net::TransportKind::udp;
    if (const auto given = uri->parameters.find("transport")) {
        if (wire::same_token(*given, "tcp")) kind = net::TransportKind::tcp;
        if (wire::same_token(*given, "tls")) kind = net::TransportKind::tls;
    }
    if (wire::same_token(uri->scheme, "sips")) kind = net::TransportKind::tls;
    wire::Endpoint hop;
    const bool address = endpoint_of(uri_text, hop);
    // A listener of the realm, of whichever family it has, to look names up for.
    const auto has_flow = [&](net::TransportKind how, const char* to) {
        return e.transport.flow_to(t.realm, how,
                                   {.address = *wire::parse_address(to), .port = wire::be16::from_host(5060)}, t.flow);
    };
    if (address ? !e.transport.flow_to(t.realm, kind, hop, t.flow)
                : !has_flow(kind, "192.0.2.1") && !has_flow(kind, "2001:db8::1"))
        return kNoTarget;
    if (!address) t.flow = toward(e, t.flow, uri_text);
    call.targets.push_back(std::move(t));
    return chain(call, before, route);
}

// What a number is: a group, a subscriber, or trunks' business.
struct Meaning {
    Refusal refusal{404, 0, "no route"};
    const GroupPolicy* group = nullptr;
    bool is_subscriber = false;
    Callee callee;
    const RoutePolicy* route = nullptr;  // of trunks
    const RoutePolicy* by = nullptr;     // the route that says so
    std::string number;
    Origin of;  // with the domain and tenant that a group belongs to
    bool waits = false;             // for name servers
    std::vector<TrunkId> enum_via;  // whose domain the number's address has
    std::string enum_uri;           // the address itself, when it is nobody's that we know
};

// What the SIP address of a number is to us. False: it leads nowhere.
bool take_address(Engine& e, const Origin& from, const RoutePolicy& route, const std::string& text, Meaning& out) {
    const auto uri = wire::parse_uri(text);
    if (!uri) return false;
    const auto user = plain(uri->user);
    if (e.directory.find_domain(from.realm, uri->host, from.local, out.of.domain, out.of.tenant)) {
        out.number = user;
        out.is_subscriber = e.directory.find_subscriber(from.realm, uri->host, user, from.local, out.callee);
        return out.is_subscriber;
    }
    for (std::size_t i = 0; i < e.policies.trunks.size(); ++i)
        if (!e.policies.trunks[i].domain.empty() && wire::same_token(e.policies.trunks[i].domain, uri->host))
            out.enum_via.push_back(static_cast<TrunkId>(i));
    if (!out.enum_via.empty())
        out.number = user;
    else if (route.enum_realm != kNone<RealmId>)
        out.enum_uri = text;
    else
        return false;
    out.route = &route;
    return true;
}

Meaning look_up(Engine& e, const Call& call, const Origin& from, const std::string& user) {
    Meaning out;
    out.of = from;
    std::vector<const RoutePolicy*> routes;
    find_routes(e.policies, query_of(e, call, from, user), routes);
    for (const auto* route : routes) {
        out.number = translated(*route, user);
        out.by = route;
        switch (route->action) {
            case model::RouteAction::reject:
                out.refusal = {route->reject_code, 0, "route refuses"};
                return out;
            case model::RouteAction::subscriber:
                if (!e.directory.find_domain(from.realm, from.domain, from.local, out.of.domain,
                                             out.of.tenant))
                    continue;
                out.group = e.policies.group_of_number(out.of.tenant, out.number);
                out.is_subscriber =
                    out.group == nullptr &&
                    e.directory.find_subscriber(from.realm, from.domain, out.number, from.local, out.callee);
                if (out.group == nullptr && !out.is_subscriber) continue;
                out.refusal = {};
                return out;
            case model::RouteAction::trunk:
            case model::RouteAction::lcr:
                out.route = route;
                out.refusal = {};
                return out;
            case model::RouteAction::enum_: {
                const auto found = e.directory.enumerate(out.number, route->enum_suffix);
                out.waits = found.state == resolver::Enumerated::State::pending;
                const bool leads = found.state == resolver::Enumerated::State::found &&
                                   take_address(e, from, *route, found.uri, out);
                if (!out.waits && !leads) continue;
                out.refusal = {};
                return out;
            }
        }
    }
    return out;
}

// Where the dial plan sends a number.
std::uint16_t add_route(Engine& e, Call& call, const Meaning& m, const Origin& from, const std::string& parameters) {
    if (!m.enum_uri.empty()) return add_host(e, call, *m.route, from, m.enum_uri);
    return add_trunks(e, call, *m.route, m.enum_via.empty() ? trunks_of(e, *m.route, m.number) : m.enum_via, m.number,
                      parameters);
}

// One member of a group, or of a group within it.
void add_member(Engine& e, Call& call, const Origin& from, const model::Destination& member,
                std::size_t depth, Branches& out);

void add_group(Engine& e, Call& call, const Origin& from, const GroupPolicy& group, std::size_t depth,
               Branches& out) {
    Branches branches;
    for (const auto i : e.groups.order(group.name, group.strategy, group.members, e.tokens.number())) {
        const auto before = call.targets.size();
        add_member(e, call, from, group.members[i].destination, depth + 1, branches);
        const auto name = model::write(group.members[i].destination);
        for (auto t = before; t < call.targets.size(); ++t) call.targets[t].member = name;
    }
    if (group.strategy == model::Strategy::parallel && !branches.empty()) {
        std::vector<std::uint16_t> all;
        for (const auto& branch : branches) all.insert(all.end(), branch.begin(), branch.end());
        branches.assign(1, std::move(all));
    }
    std::move(branches.begin(), branches.end(), std::back_inserter(out));
}

void add_member(Engine& e, Call& call, const Origin& from, const model::Destination& member,
                std::size_t depth, Branches& out) {
    if (depth > kDeepestGroup) return;
    if (!member.group.empty()) {
        if (const auto* group = e.policies.group(member.group)) add_group(e, call, from, *group, depth, out);
        return;
    }
    auto origin = from;
    if (!member.domain.empty()) origin.domain = member.domain;
    const auto meaning = look_up(e, call, origin, member.user);
    if (meaning.group != nullptr) return add_group(e, call, meaning.of, *meaning.group, depth, out);
    if (meaning.is_subscriber) {
        if (!wants_of(e, meaning.callee).do_not_disturb) add_contacts(e, call, meaning.callee, false, out);
    } else if (meaning.waits) {
        call.lookup.waiting = true;
    } else if (meaning.route != nullptr) {
        const auto first = add_route(e, call, meaning, origin, {});
        if (first != kNoTarget) out.push_back({first});
    }
}

}  // namespace

RouteQuery query_of(const Engine& e, const Call& call, const Origin& from, std::string_view user) {
    return {from.realm,
            from.tenant,
            from.domain,
            user,
            e.unix_ns() / kSecond,
            call.caller_identity.empty() ? call.caller_user : call.caller_identity,
            from.trunk};
}

void translate_called(const Engine& e, const Call& call, Called& called) {
    const auto& inbound = call.legs[kInbound];
    const auto& translation = e.policies.numbers(inbound.realm, inbound.trunk).called_in;
    if (translation != nullptr) called.user = wire::escaped_user(rewritten(translation, plain(called.user)));
}

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
    std::erase_if(out.user, [](char c) { return c == '-' || c == '.' || c == '(' || c == ')'; });  // RFC 3966 5.1.1
    out.parameters = ";user=phone";
    return true;
}

void add_contacts(Engine& e, Call& call, const Callee& callee, bool by_preference, Branches& out) {
    std::vector<registrar::Binding> bindings;
    e.directory.contacts(callee, e.wheel.now(), bindings);
    std::uint16_t q = 0;
    bool first = true;
    for (const auto& b : bindings) {
        if (call.targets.size() == kMostTargets) break;
        if (!add_contact(e, call, callee, b)) continue;
        // Contacts of one q ring together, lower ones when all of those have failed.
        if (first || (by_preference && b.q != q)) out.emplace_back();
        first = false;
        q = b.q;
        out.back().push_back(static_cast<std::uint16_t>(call.targets.size() - 1));
    }
}

void add_members(Engine& e, Call& call, const Origin& from, const GroupPolicy& group, Branches& out) {
    add_group(e, call, from, group, 0, out);
}

void wait_for_names(Engine& e, Call& call, std::size_t targets, const Origin& from, const model::Destination& to) {
    call.targets.resize(targets);
    call.plan = {};
    call.lookup = {true, from, to};
    if (call.handle != 0) e.lookups.push_back(call.handle);
}

void on_names(Engine& e) {
    const auto waiting = std::exchange(e.lookups, {});
    for (const auto handle : waiting) {
        auto* call = e.calls.find(handle);
        if (call == nullptr || !call->lookup.waiting || call->state != CallState::inviting) continue;
        const auto lookup = std::exchange(call->lookup, {});
        touch(e, *call);
        const auto* group = lookup.to.group.empty() ? nullptr : e.policies.group(lookup.to.group);
        auto refusal = Refusal{404, 0, "ring group is gone"};
        if (lookup.to.group.empty())
            refusal = plan_number(e, *call, lookup.from, lookup.to.user);
        else if (group != nullptr)
            refusal = plan_group(e, *call, lookup.from, *group);
        if (refusal.status != 0) {
            call->plan = {};
            call->failure_code = refusal.status;
            call->record.reason = refusal.what;
        }
        if (call->kind == CallKind::session)
            try_targets(e, *call);
        else
            try_standalone(e, *call);
    }
}

Refusal plan_number(Engine& e, Call& call, const Origin& from, const std::string& user) {
    const auto meaning = look_up(e, call, from, user);
    if (meaning.waits) {
        wait_for_names(e, call, call.targets.size(), from, {.user = user, .domain = {}, .group = {}});
        return {};
    }
    if (meaning.refusal.status != 0) return meaning.refusal;
    if (meaning.by != nullptr) {
        call.plan.alert_info = meaning.by->alert_info;
        call.plan.max_duration_s = meaning.by->max_call_duration_s;
    }
    if (meaning.group != nullptr) return plan_group(e, call, meaning.of, *meaning.group);
    if (meaning.is_subscriber) return plan_subscriber(e, call, meaning.callee);
    const auto first = add_route(e, call, meaning, from, from.parameters);
    if (first == kNoTarget) return {503, e.policies.retry_after_s, "no trunk target can be reached"};
    call.plan.steps.push_back({});
    call.plan.steps.back().targets.push_back(first);
    return {};
}

Refusal check_number(Engine& e, const Call& call, const Origin& from, const std::string& user) {
    return look_up(e, call, from, user).refusal;
}

bool is_emergency(Engine& e, const Call& call, const Called& called) {
    if (!e.policies.emergencies) return false;
    const auto& inbound = call.legs[kInbound];
    std::vector<const RoutePolicy*> routes;
    const auto user = plain(called.user);
    find_routes(e.policies, query_of(e, call, {inbound.realm, inbound.tenant, called.domain, {}, {}, inbound.trunk}, user),
                routes);
    return !routes.empty() && routes.front()->emergency;
}

Refusal choose_targets(Engine& e, Call& call, const Called& called, const message::Incoming& request) {
    const auto& inbound = call.legs[kInbound];
    auto user = plain(called.user);
    // A peer that we are registered at calls the Contact that we gave it.
    for (const auto& account : e.policies.trunk(inbound.trunk).accounts)
        if (account.user == user && !account.number.empty()) {
            user = account.number;
            break;
        }
    return plan_number(
        e, call,
        {inbound.realm, inbound.tenant, called.domain, request.flow().local, called.parameters, inbound.trunk},
        user);
}

}  // namespace strowger::call
