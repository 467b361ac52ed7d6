#include "call/policy.hpp"

#include <algorithm>

#include "model/effective.hpp"
#include "model/subscribers.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

template <typename Id>
Id id_of(const std::vector<std::string>& names, std::string_view name) {
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? kNone<Id> : static_cast<Id>(at - names.begin());
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

std::uint32_t milliseconds_of(model::Duration d) {
    return static_cast<std::uint32_t>(std::min<std::int64_t>(d.count(), 0xffffffff));
}

std::uint32_t seconds_of(model::Duration d) {
    return static_cast<std::uint32_t>(d.count() / 1000);
}

SessionPolicy session_policy(model::Duration expires, model::Duration min_se) {
    return {expires.count() == 0 ? 0 : seconds_of(std::max(expires, min_se)), seconds_of(min_se)};
}

RealmPolicy realm_policy(const model::Model& model, const model::Realm& realm,
                         const std::vector<std::string>& realms) {
    RealmPolicy out;
    out.name = realm.name;
    out.tenant = realm.tenant.name;
    out.default_domain = realm.default_domain;
    out.trusted = realm.trusted;
    out.hide_user_agent = realm.hide_user_agent;
    out.nat = realm.nat;
    out.inactivity_ms = milliseconds_of(model::inactivity_timeout(model, realm));
    out.hold_ms = milliseconds_of(model::hold_timeout(model, realm));
    out.max_calls = realm.max_calls;
    out.calls_per_second = realm.calls_per_second;
    out.full_code = realm.full_code;
    out.session = session_policy(realm.session_expires, realm.min_se);
    out.refer = realm.refer;
    out.follow_redirects = realm.follow_redirects;
    out.remove_headers = realm.remove_headers;
    out.codecs = {realm.codecs, realm.remove_codecs};
    for (const auto& other : realm.direct_media_with) {
        const auto id = id_of<RealmId>(realms, other.name);
        if (id != kNone<RealmId>) out.direct_with.push_back(id);
    }
    return out;
}

TrunkPolicy trunk_policy(const model::Realm& realm, const model::Trunk& trunk,
                         const std::vector<std::string>& realms) {
    TrunkPolicy out;
    out.name = trunk.name;
    out.realm = id_of<RealmId>(realms, trunk.realm.name);
    out.tenant = trunk.tenant.name;
    out.domain = trunk.domain;
    out.nat = model::nat(realm, trunk);
    out.prack = trunk.prack;
    out.caller_id = trunk.caller_id;
    out.privacy = trunk.privacy;
    out.failover_codes = trunk.failover_codes;
    std::sort(out.failover_codes.begin(), out.failover_codes.end());
    out.failover_timeout = trunk.failover_timeout.count() * kMillisecond;
    out.progress_timeout = trunk.progress_timeout.count() * kMillisecond;
    out.retry_after_s = seconds_of(trunk.retry_after);
    out.session = session_policy(model::session_expires(realm, trunk), model::min_se(realm, trunk));
    out.refer = model::refer(realm, trunk);
    out.follow_redirects = model::follow_redirects(realm, trunk);
    out.max_call_duration_s = seconds_of(trunk.max_call_duration);
    out.remove_headers = realm.remove_headers;
    append(out.remove_headers, trunk.remove_headers);
    out.codecs = {model::codecs(realm, trunk), realm.remove_codecs};
    append(out.codecs.remove, trunk.remove_codecs);
    return out;
}

using Translations = std::map<std::string, std::shared_ptr<const Translation>, std::less<>>;

Translations compile_translations(const model::Model& model, Expressions& expressions) {
    Translations out;
    for (const auto& [name, translation] : model.translations) {
        auto compiled = std::make_shared<Translation>();
        compiled->name = name;
        for (const auto& rule : translation.rules)
            if (auto expression = expressions.of(rule.pattern.text))
                compiled->rules.push_back({std::move(expression), rule.number});
        out.emplace(name, std::move(compiled));
    }
    return out;
}

// Of a realm or trunk; what it does not say is as `otherwise` has it.
template <typename Side>
NumberPolicy number_policy(const Side& side, const Translations& translations, const NumberPolicy& otherwise) {
    const auto find = [&](const model::MaybeTranslationRef& ref, const std::shared_ptr<const Translation>& else_) {
        const auto at = ref ? translations.find(ref->name) : translations.end();
        return at == translations.end() ? else_ : at->second;
    };
    return {find(side.called_in, otherwise.called_in), find(side.caller_in, otherwise.caller_in),
            find(side.called_out, otherwise.called_out), find(side.caller_out, otherwise.caller_out)};
}

// The rules by priority, then name, each at the sides where it holds.
void give_header_edits(const model::Model& model, Policies& out) {
    std::vector<const model::HeaderRule*> rules;
    for (const auto& [name, rule] : model.header_rules) rules.push_back(&rule);
    std::stable_sort(rules.begin(), rules.end(), [](const auto* a, const auto* b) { return a->priority < b->priority; });
    for (const auto* rule : rules) {
        std::string problem;
        const auto compiled = std::make_shared<const HeaderEdit>(HeaderEdit{
            rule->name, rule->action, rule->header, rule->value, rule->source, rule->messages, rule->methods,
            rule->if_header,
            rule->if_matches ? pattern::Expression::compile(rule->if_matches->text, pattern::Extent::part, problem)
                             : nullptr,
            rule->unless_header});
        const bool in = rule->direction == model::Direction::in;
        const bool everywhere = rule->realms.empty() && rule->trunks.empty();
        const auto give = [&](HeaderPolicy& to) { (in ? to.in : to.out).push_back(compiled); };
        const auto names = [](const auto& refs, const std::string& name) {
            return std::any_of(refs.begin(), refs.end(), [&](const auto& ref) { return ref.name == name; });
        };
        for (auto& realm : out.realms)
            if (everywhere || names(rule->realms, realm.name)) give(realm.headers);
        for (auto& trunk : out.trunks)
            if (everywhere || names(rule->trunks, trunk.name) || names(rule->realms, out.realm(trunk.realm).name))
                give(trunk.headers);
        out.edits_in = out.edits_in || in;
    }
}

// Schedules by their order in the model.
ScheduleIndex index_of(const model::Model& model, const model::MaybeScheduleRef& schedule) {
    if (!schedule) return kAlwaysOpen;
    const auto at = model.schedules.find(schedule->name);
    return at == model.schedules.end()
               ? kAlwaysOpen
               : static_cast<ScheduleIndex>(std::distance(model.schedules.begin(), at));
}

bool wants_something(const SubscriberPolicy& s) {
    return s.do_not_disturb || s.reject_anonymous || !s.always.empty() || !s.busy.empty() ||
           !s.no_answer.empty() || !s.unreachable.empty() || !s.block.empty() ||
           s.ring_ms != SubscriberPolicy{}.ring_ms;  // of a forwarding that its phone sets
}

SubscriberPolicy subscriber_policy(const model::Subscriber& s) {
    return {s.do_not_disturb, s.reject_anonymous,  milliseconds_of(s.ring_time), s.forward_always,
            s.forward_busy,   s.forward_no_answer, s.forward_unreachable,        s.block};
}

GroupPolicy group_policy(const model::Model& model, const model::RingGroup& group) {
    GroupPolicy out;
    out.name = group.name;
    out.tenant = group.tenant.name;
    out.number = group.number;
    out.strategy = group.strategy;
    out.members = group.members;
    out.ring_ms = milliseconds_of(group.ring_time);
    out.stop_codes = group.stop_codes;
    out.alert_info = group.alert_info;
    out.busy = group.on_busy;
    out.no_answer = group.on_no_answer;
    out.unreachable = group.on_unreachable;
    out.otherwise = group.otherwise;
    out.closed = group.closed;
    out.schedule = index_of(model, group.schedule);
    return out;
}

std::vector<ExpressionPtr> expressions_of(const model::Patterns& patterns, Expressions& expressions) {
    std::vector<ExpressionPtr> out;
    for (const auto& pattern : patterns)
        if (auto expression = expressions.of(pattern.text)) out.push_back(std::move(expression));
    return out;
}

RoutePolicy route_policy(const model::Model& model, const model::Route& route,
                         const std::vector<std::string>& realms, const std::vector<std::string>& trunks,
                         Expressions& expressions) {
    RoutePolicy out;
    out.name = route.name;
    for (const auto& trunk : route.from_trunks) out.from_trunks.push_back(id_of<TrunkId>(trunks, trunk.name));
    out.patterns = expressions_of(route.patterns, expressions);
    out.callers = route.callers;
    out.caller_patterns = expressions_of(route.caller_patterns, expressions);
    out.rewrite = route.rewrite;
    for (const auto& realm : route.from) out.from.push_back(id_of<RealmId>(realms, realm.name));
    out.any_tenant = !route.tenant.has_value();
    if (route.tenant) out.tenant = route.tenant->name;
    out.domains = route.domains;
    out.digits = route.digits;
    out.users = route.users;
    out.schedule = index_of(model, route.schedule);
    out.action = route.action;
    for (const auto& trunk : route.trunks) {
        const auto id = id_of<TrunkId>(trunks, trunk.name);
        if (id != kNone<TrunkId>) out.trunks.push_back(id);
    }
    if (route.lcr_table) out.lcr_table = route.lcr_table->name;
    out.emergency = route.emergency;
    for (const auto& group : route.trunk_groups) {
        const auto at = model.trunk_groups.find(group.name);
        if (at != model.trunk_groups.end())
            out.groups.push_back(static_cast<std::uint16_t>(std::distance(model.trunk_groups.begin(), at)));
    }
    out.reject_code = route.reject_code;
    out.strip = route.strip;
    out.add = route.add;
    out.alert_info = route.alert_info;
    out.max_call_duration_s = seconds_of(route.max_call_duration);
    out.priority = route.priority;
    out.enum_suffix = route.enum_suffix;
    if (route.enum_realm) out.enum_realm = id_of<RealmId>(realms, route.enum_realm->name);
    out.charge = route.charge && !route.emergency;
    out.rate = route.rate;
    return out;
}

TrunkGroupPolicy trunk_group_policy(const model::TrunkGroup& group, const std::vector<std::string>& trunks) {
    TrunkGroupPolicy out;
    out.name = group.name;
    for (const auto& member : group.trunks) {
        const auto id = id_of<TrunkId>(trunks, member.trunk.name);
        if (id != kNone<TrunkId>) out.members.push_back({id, member.priority, member.cost, member.weight});
    }
    std::stable_sort(out.members.begin(), out.members.end(), [](const auto& a, const auto& b) {
        return a.priority != b.priority ? a.priority < b.priority : a.cost < b.cost;
    });
    return out;
}

bool comes_from(const Policies& policies, const RoutePolicy& route, const RouteQuery& query) {
    if (route.from.empty()) return true;
    return std::any_of(route.from.begin(), route.from.end(), [&](RealmId realm) {
        return query.realm == kNone<RealmId> ? policies.realm(realm).tenant == query.tenant
                                             : realm == query.realm;
    });
}

bool contains_domain(const std::vector<std::string>& domains, std::string_view domain) {
    return std::any_of(domains.begin(), domains.end(),
                       [&](const auto& d) { return wire::same_token(d, domain); });
}

// All that a route asks of a call beside the called number.
bool fits_otherwise(const Policies& policies, const RoutePolicy& route, const RouteQuery& query) {
    if (!comes_from(policies, route, query)) return false;
    const auto& trunks = route.from_trunks;
    if (!trunks.empty() && (query.trunk == kNone<TrunkId> ||
                            std::find(trunks.begin(), trunks.end(), query.trunk) == trunks.end()))
        return false;
    if (!route.any_tenant && route.tenant != query.tenant) return false;
    if (!route.domains.empty() && !contains_domain(route.domains, query.domain)) return false;
    return fits_caller(route, query.caller) && policies.open(route.schedule, query.unix_s);
}

}  // namespace

const RealmPolicy& Policies::realm(RealmId id) const {
    static const RealmPolicy gone;
    return index(id) < realms.size() ? realms[index(id)] : gone;
}

const TrunkPolicy& Policies::trunk(TrunkId id) const {
    static const TrunkPolicy gone;
    return index(id) < trunks.size() ? trunks[index(id)] : gone;
}

const AccountPolicy* Policies::account(TrunkId id, std::string_view user) const {
    const auto& accounts = trunk(id).accounts;
    for (const auto& account : accounts)
        if (account.user == user) return &account;
    return accounts.empty() ? nullptr : &accounts.front();
}

model::Refer Policies::refer(RealmId of_realm, TrunkId of_trunk) const {
    return of_trunk != kNone<TrunkId> ? trunk(of_trunk).refer : realm(of_realm).refer;
}

bool Policies::follows_redirects(RealmId of_realm, TrunkId of_trunk) const {
    return of_trunk != kNone<TrunkId> ? trunk(of_trunk).follow_redirects : realm(of_realm).follow_redirects;
}

const NumberPolicy& Policies::numbers(RealmId of_realm, TrunkId of_trunk) const {
    return of_trunk != kNone<TrunkId> ? trunk(of_trunk).numbers : realm(of_realm).numbers;
}

const HeaderPolicy& Policies::headers(RealmId of_realm, TrunkId of_trunk) const {
    return of_trunk != kNone<TrunkId> ? trunk(of_trunk).headers : realm(of_realm).headers;
}

std::string_view Policies::pickup_code(std::string_view tenant) const {
    const auto at =
        std::find_if(tenants.begin(), tenants.end(), [&](const auto& t) { return t.name == tenant; });
    return at == tenants.end() ? std::string_view{} : std::string_view(at->pickup_code);
}

const model::FeatureCodes& Policies::feature_codes(std::string_view tenant) const {
    const auto at =
        std::find_if(tenants.begin(), tenants.end(), [&](const auto& t) { return t.name == tenant; });
    return at == tenants.end() ? system_feature_codes : at->feature_codes;
}

const ParkingPolicy* Policies::parking_lot(std::string_view tenant, std::string_view number) const {
    const auto at = std::find_if(parking_lots.begin(), parking_lots.end(), [&](const auto& lot) {
        return lot.tenant == tenant && model::contains(lot.orbits, number);
    });
    return at == parking_lots.end() ? nullptr : &*at;
}

bool Policies::open(ScheduleIndex schedule, std::int64_t unix_s) const {
    return schedule >= schedules.size() || schedule::is_open(schedules[schedule], unix_s);
}

const SubscriberPolicy* Policies::subscriber(std::string_view resource) const {
    const auto at = subscribers.find(resource);
    return at == subscribers.end() ? nullptr : &at->second;
}

const GroupPolicy* Policies::group(std::string_view name) const {
    const auto at = groups.find(name);
    return at == groups.end() ? nullptr : &at->second;
}

const GroupPolicy* Policies::group_of_number(const std::string& tenant, const std::string& number) const {
    const auto at = group_numbers.find({tenant, number});
    return at == group_numbers.end() ? nullptr : group(at->second);
}

bool Policies::direct(RealmId a, RealmId b) const {
    const auto names = [](const RealmPolicy& p, RealmId other) {
        return std::find(p.direct_with.begin(), p.direct_with.end(), other) != p.direct_with.end();
    };
    return names(realm(a), b) || names(realm(b), a);
}

Policies compile(const model::Model& model, const std::vector<std::string>& realms,
                 const std::vector<std::string>& trunks, const Policies* before, bool same_plan) {
    Policies out;
    const auto expressions =
        std::make_shared<Expressions>(before == nullptr ? nullptr : before->expressions.get());
    const Translations translations = compile_translations(model, *expressions);
    out.server_name = model.system.server_name;
    out.max_calls = model.system.max_calls;
    out.calls_per_second = model.system.calls_per_second;
    out.failover_within = model.system.failover_within.count() * kMillisecond;
    out.max_call_duration = model.system.max_call_duration.count() * kMillisecond;
    out.retry_after_s = seconds_of(model.system.retry_after);
    out.credit = {!model.system.credit_url.empty(),
                  model.system.credit_unanswered == model::Unanswered::allow,
                  seconds_of(model.system.credit_allowance), model.system.credit_code,
                  model.system.credit_timeout.count() * kMillisecond};
    for (const auto& name : realms) {
        const auto at = model.realms.find(name);
        out.realms.push_back(at == model.realms.end() ? RealmPolicy{}
                                                      : realm_policy(model, at->second, realms));
        if (at != model.realms.end()) out.realms.back().numbers = number_policy(at->second, translations, {});
    }
    for (const auto& name : trunks) {
        const auto at = model.trunks.find(name);
        const auto realm =
            at == model.trunks.end() ? model.realms.end() : model.realms.find(at->second.realm.name);
        out.trunks.push_back(realm == model.realms.end() ? TrunkPolicy{}
                                                         : trunk_policy(realm->second, at->second, realms));
        if (realm != model.realms.end())
            out.trunks.back().numbers =
                number_policy(at->second, translations, number_policy(realm->second, translations, {}));
    }
    out.plan = same_plan && before != nullptr ? before->plan : nullptr;
    if (out.plan == nullptr) {
        std::vector<RoutePolicy> routes;
        routes.reserve(model.routes.size());
        for (const auto& [name, route] : model.routes)
            routes.push_back(route_policy(model, route, realms, trunks, *expressions));
        std::stable_sort(routes.begin(), routes.end(), [](const RoutePolicy& a, const RoutePolicy& b) {
            return a.priority != b.priority ? a.priority < b.priority : a.name < b.name;
        });
        out.plan = std::make_shared<DialPlan>(std::move(routes), before == nullptr ? nullptr : before->plan.get());
    }
    for (const auto& route : out.plan->routes()) out.emergencies = out.emergencies || route.emergency;
    expressions->settle();
    // Those of a plan that stays are in the old collection.
    out.expressions = same_plan && before != nullptr ? before->expressions : expressions;
    give_header_edits(model, out);
    out.system_feature_codes = model.system.feature_codes;
    for (const auto& [name, tenant] : model.tenants)
        out.tenants.push_back({name, tenant.max_calls, tenant.calls_per_second, tenant.full_code, tenant.pickup_code,
                               tenant.feature_codes.empty() ? out.system_feature_codes : tenant.feature_codes});
    for (const auto& [name, group] : model.trunk_groups) {
        out.trunk_groups.push_back(trunk_group_policy(group, trunks));
        out.bandwidth = out.bandwidth || group.max_bandwidth != 0;
    }
    for (const auto& [name, trunk] : model.trunks) out.bandwidth = out.bandwidth || trunk.max_bandwidth != 0;
    for (const auto& [name, account] : model.accounts) {
        const auto id = id_of<TrunkId>(trunks, account.trunk.name);
        if (index(id) < out.trunks.size())
            out.trunks[index(id)].accounts.push_back(
                {name, account.user, account.domain, account.number, account.from_user});
    }
    for (const auto& [name, lot] : model.parking_lots)
        out.parking_lots.push_back(
            {lot.tenant.name, lot.orbits, milliseconds_of(lot.timeout), lot.return_to});
    for (const auto& [name, schedule] : model.schedules) out.schedules.push_back(schedule::compile(schedule));
    for (const auto& [name, subscriber] : model.subscribers)
        if (auto policy = subscriber_policy(subscriber); wants_something(policy))
            out.subscribers.emplace(name, std::move(policy));
    for (const auto& [name, group] : model.ring_groups) {
        out.groups.emplace(name, group_policy(model, group));
        if (!group.number.empty()) out.group_numbers[{group.tenant.name, group.number}] = name;
    }
    return out;
}

void find_routes(const Policies& policies, const RouteQuery& query, std::vector<const RoutePolicy*>& out) {
    if (policies.plan == nullptr) return;
    const auto& routes = policies.plan->routes();
    std::vector<DialPlan::Candidate> found;
    found.reserve(32);
    policies.plan->find(query.tenant, query.caller, query.user, found);
    // Each once, with its greatest weight.
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.route != b.route ? a.route < b.route : a.weight > b.weight;
    });
    found.erase(std::unique(found.begin(), found.end(),
                            [](const auto& a, const auto& b) { return a.route == b.route; }),
                found.end());
    std::erase_if(found, [&](const auto& f) { return !fits_otherwise(policies, routes[f.route], query); });
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
        const auto first = routes[a.route].priority;
        const auto second = routes[b.route].priority;
        return first != second ? first < second : a.weight > b.weight;
    });
    for (const auto& f : found) out.push_back(&routes[f.route]);
}

}  // namespace strowger::call
