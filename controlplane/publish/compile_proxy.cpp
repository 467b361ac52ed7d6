#include "publish/compile_proxy.hpp"

#include <algorithm>
#include <map>

#include "model/effective.hpp"
#include "model/lower.hpp"
#include "model/values.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::publish {
namespace {

using model::lower;
using tables::Domains;

std::uint16_t tenant_number(ProxyPlan& plan, const std::string& name) {
    return plan.tenants.try_emplace(name, static_cast<std::uint16_t>(plan.tenants.size())).first->second;
}
std::uint16_t tenant_number(const ProxyPlan& plan, const std::string& name) {
    const auto found = plan.tenants.find(name);
    return found == plan.tenants.end() ? std::uint16_t{0xffff} : found->second;
}

std::uint16_t domain_number(const ProxyPlan& plan, const std::string& name) {
    const auto found = plan.domains.find(lower(name));
    return found == plan.domains.end() ? Domains::kNoDomain : found->second;
}

// Calls to it are led by rules, which take state.
bool has_rules(const model::Subscriber& s) {
    return s.do_not_disturb || s.reject_anonymous || !s.block.empty() || !s.forward_always.empty() ||
           !s.forward_busy.empty() || !s.forward_no_answer.empty() || !s.forward_unreachable.empty();
}

// The first domain of a tenant, where its subscribers are at home.
std::uint16_t home_of(const model::Model& model, const std::string& tenant, const ProxyPlan& plan) {
    const auto& domains = model::tenant_of(model, tenant).domains;
    return domains.empty() ? Domains::kNoDomain : domain_number(plan, domains.front());
}

void compile_domains(const model::Model& model, ProxyPlan& plan) {
    std::vector<tables::Domain> domains;
    for (const auto& [name, tenant] : model.tenants)
        for (const std::string& domain : tenant.domains) {
            const auto id = static_cast<std::uint16_t>(domains.size());
            if (domains.size() == Domains::kNoDomain ||
                !plan.domains.try_emplace(lower(domain), id).second)
                continue;
            domains.push_back({lower(domain), tenant_number(plan, name)});
        }
    std::vector<tables::SubscriberName> names;
    std::vector<tables::SubscriberRange> ranges;
    for (const auto& [name, subscriber] : model.subscribers) {
        const std::uint16_t tenant = tenant_number(plan, subscriber.tenant.name);
        const bool home_only = !subscriber.domain.empty();
        const std::uint16_t home =
            home_only ? domain_number(plan, subscriber.domain) : home_of(model, subscriber.tenant.name, plan);
        if (home == Domains::kNoDomain) continue;
        const model::UserRange& range = subscriber.range;
        if (range.empty()) {
            names.push_back({subscriber.user.empty() ? name : subscriber.user, tenant, home, home_only,
                             has_rules(subscriber)});
        } else {
            ranges.push_back(
                {range.first, range.last, range.digits, tenant, home, home_only, has_rules(subscriber)});
        }
    }
    for (const auto& [_, group] : model.ring_groups) {
        const std::uint16_t home = home_of(model, group.tenant.name, plan);
        if (!group.number.empty() && home != Domains::kNoDomain)
            names.push_back({group.number, tenant_number(plan, group.tenant.name), home, false, true});
    }
    auto built = std::make_shared<Domains>();
    built->build(std::move(domains), std::move(names), std::move(ranges), {});
    plan.names = std::move(built);
}

// Header fields that the proxy itself lives on: never removed.
bool is_needed(const std::string& name) {
    using wire::HeaderId;
    switch (wire::header_of(name)) {
        case HeaderId::via:
        case HeaderId::from:
        case HeaderId::to:
        case HeaderId::call_id:
        case HeaderId::cseq:
        case HeaderId::max_forwards:
        case HeaderId::contact:
        case HeaderId::route:
        case HeaderId::record_route:
        case HeaderId::content_type:
        case HeaderId::content_length:
            return true;
        default:
            return false;
    }
}

bool is_stateless(const model::Realm& realm, const model::Trunk& trunk) {
    return trunk.policy.value_or(realm.policy) == model::Policy::stateless;
}

tables::ProxyRealm compile_realm(const model::Model& model, const model::Realm& realm, Ids& ids,
                                 const ProxyPlan& plan) {
    tables::ProxyRealm out;
    out.stateless = realm.policy == model::Policy::stateless;
    out.trusted = realm.trusted;
    out.hides = realm.hide_topology;
    out.registered_callers = model::authenticates(realm);
    out.nat = realm.nat == model::NatMode::off  ? tables::ProxyNat::off
              : realm.nat == model::NatMode::on ? tables::ProxyNat::on
                                                : tables::ProxyNat::auto_;
    out.tenant = tenant_number(plan, realm.tenant.name);
    out.default_domain = domain_number(plan, realm.default_domain);
    if (out.default_domain == Domains::kNoDomain)
        out.default_domain = home_of(model, realm.tenant.name, plan);
    for (const std::string& name : realm.remove_headers)
        if (!is_needed(name)) out.remove_headers.push_back(name);
    if (realm.hide_user_agent) out.remove_headers.insert(out.remove_headers.end(), {"User-Agent", "Server"});
    for (const auto& [name, trunk] : model.trunks) {
        if (trunk.realm.name != realm.name) continue;
        for (const wire::Prefix& prefix : model::identify(trunk))
            out.sources.push_back(
                {prefix, ids.trunks.of(name), tenant_number(plan, trunk.tenant.name), is_stateless(realm, trunk),
                 trunk.hide_topology.value_or(realm.hide_topology)});
    }
    std::ranges::stable_sort(out.sources,
                             [](const auto& a, const auto& b) { return a.prefix.length > b.prefix.length; });
    return out;
}

void compile_trunks(const model::Model& model, Ids& ids, const ProxyPlan& plan, tables::Proxy& out) {
    std::vector<std::pair<std::string, std::uint32_t>> domains;
    for (const auto& [name, trunk] : model.trunks) {
        const TrunkId id = ids.trunks.of(name);
        out.trunks.resize(std::max(out.trunks.size(), ids.trunks.size()));
        tables::Trunk& compiled = out.trunks[index(id)];
        const RealmId realm = ids.realms.find(trunk.realm.name);
        if (index(realm) >= out.realms.size()) continue;  // its port is not started yet
        compiled.realm = realm;
        compiled.tenant = tenant_number(plan, trunk.tenant.name);
        compiled.domain = trunk.domain;
        for (const model::Target& target : trunk.targets)
            if (target.name.empty())
                compiled.targets.push_back(
                    {target.remote, target.weight, target.transport == net::TransportKind::udp});
        // A domain of our own leads to subscribers and the dial plan, not to the peer.
        const std::string domain = lower(trunk.domain);
        if (!domain.empty() && domain_number(plan, domain) == Domains::kNoDomain)
            domains.emplace_back(domain, static_cast<std::uint32_t>(index(id)));
    }
    out.trunk_domains.build(std::move(domains), out.choice_key);
}

tables::DialRule compile_rule(const model::Route& route, Ids& ids, const ProxyPlan& plan) {
    tables::DialRule out;
    out.priority = route.priority;
    for (const auto& realm : route.from) out.from.push_back(ids.realms.of(realm.name));
    out.any_tenant = !route.tenant.has_value();
    if (route.tenant) out.tenant = tenant_number(plan, route.tenant->name);
    for (const std::string& domain : route.domains) out.domains.push_back(lower(domain));
    out.digits = route.digits;
    out.users = route.users;
    // What depends on anything else than the called number's beginning is the control plane's business.
    out.scheduled = route.schedule || !route.patterns.empty() || !route.callers.empty() ||
                    !route.caller_patterns.empty() || !route.from_trunks.empty();
    switch (route.action) {
        case model::RouteAction::lcr:
        case model::RouteAction::enum_:
            out.scheduled = true;  // the control plane's business
            [[fallthrough]];
        case model::RouteAction::trunk:
            out.action = tables::DialAction::trunk;
            break;
        case model::RouteAction::subscriber:
            out.action = tables::DialAction::subscriber;
            break;
        case model::RouteAction::reject:
            out.action = tables::DialAction::reject;
            break;
    }
    // Priorities, costs and limits of a group are kept by the control plane, and so is credit.
    out.scheduled = out.scheduled || !route.trunk_groups.empty() || route.charge;
    for (const auto& trunk : route.trunks) out.trunks.push_back(ids.trunks.of(trunk.name));
    out.reject_code = route.reject_code;
    out.strip = route.strip;
    out.add = route.add;
    return out;
}

// A listener's name in tokens, and which one requests of its realm leave from.
void name_listeners(const Ids& ids, tables::Tables& out) {
    for (std::size_t i = 0; i < out.listeners.size(); ++i) {
        const tables::Listener& listener = out.listeners[i];
        if (listener.interface == kNone<InterfaceId>) continue;
        const auto id = static_cast<ListenerId>(i);
        const std::string_view address(reinterpret_cast<const char*>(&listener.local), sizeof listener.local);
        const std::uint64_t hash =
            SipHash({}).add(std::string_view(ids.realms.key(listener.realm))).add(address).finish();
        out.proxy.name_listener(id, static_cast<std::uint32_t>(hash), listener.local);
        tables::ProxyRealm& realm = out.proxy.realms[index(listener.realm)];
        ListenerId& first = listener.local.address.is_v4() ? realm.listener_v4 : realm.listener_v6;
        if (first == kNone<ListenerId>) first = id;
    }
}

}  // namespace

std::shared_ptr<const ProxyPlan> compile_plan(const model::Model& model, Ids& ids) {
    auto plan = std::make_shared<ProxyPlan>();
    // Every tenant that somebody is of has a number, before anything asks for it.
    for (const auto& [name, tenant] : model.tenants) tenant_number(*plan, name);
    for (const auto& [name, realm] : model.realms) tenant_number(*plan, realm.tenant.name);
    for (const auto& [name, trunk] : model.trunks) tenant_number(*plan, trunk.tenant.name);
    for (const auto& [name, route] : model.routes)
        if (route.tenant) tenant_number(*plan, route.tenant->name);
    compile_domains(model, *plan);
    std::vector<tables::DialRule> rules;
    rules.reserve(model.routes.size());
    for (const auto& [_, route] : model.routes) rules.push_back(compile_rule(route, ids, *plan));
    std::ranges::stable_sort(rules, {}, &tables::DialRule::priority);
    auto dialplan = std::make_shared<tables::Dialplan>();
    dialplan->build(std::move(rules), {});
    plan->dialplan = std::move(dialplan);
    return plan;
}

bool same_plan(const model::Model& a, const model::Model& b) {
    return a.routes == b.routes && a.tenants == b.tenants && a.realms == b.realms && a.trunks == b.trunks &&
           a.ring_groups == b.ring_groups && a.subscribers == b.subscribers;
}

void compile_proxy(const model::Model& model, Ids& ids, const ProxyPlan& plan, tables::Tables& out) {
    tables::Proxy& proxy = out.proxy;
    proxy.domains = plan.names;
    proxy.dialplan = plan.dialplan;
    proxy.realms.resize(out.realms.size());
    for (const auto& [name, realm] : model.realms) {
        const RealmId id = ids.realms.find(name);
        if (index(id) < proxy.realms.size())
            proxy.realms[index(id)] = compile_realm(model, realm, ids, plan);
    }
    for (const tables::ProxyRealm& realm : proxy.realms) {
        proxy.enabled = proxy.enabled || realm.stateless;
        for (const tables::ProxySource& source : realm.sources)
            proxy.enabled = proxy.enabled || source.stateless;
    }
    compile_trunks(model, ids, plan, proxy);
    name_listeners(ids, out);
    proxy.retry_after_s = out.overload.retry_after_s;
}

}  // namespace strowger::publish
