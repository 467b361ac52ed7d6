// Checks of the system, trunks, tenants, subscribers and routes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/check.hpp"
#include "model/effective.hpp"
#include "model/lower.hpp"
#include "model/subscribers.hpp"
#include "model/values.hpp"
#include "pattern/expression.hpp"

namespace strowger::model {

namespace {

// Adds findings of one kind.
struct Complainer {
    Kind kind;
    std::vector<Finding>& findings;
    void operator()(const std::string& name, const char* option, std::string text,
                    std::string complaint) const {
        findings.push_back({.kind = kind,
                            .name = name,
                            .option = option,
                            .text = std::move(text),
                            .complaint = std::move(complaint)});
    }
};

void check_target(const Model& model, const Trunk& trunk, const Target& target, const Complainer& complain) {
    if (target.transport != net::TransportKind::udp)
        complain(trunk.name, "targets", write(target), "only udp is available in this version");
    const auto realm = model.realms.find(trunk.realm.name);
    if (realm == model.realms.end() || !target.name.empty()) return;
    const bool v4 = target.remote.address.is_v4();
    const bool family = std::ranges::any_of(realm->second.listeners, [&](const Listener& listener) {
        return listener.local.address.is_v4() == v4;
    });
    if (!family)
        complain(trunk.name, "targets", write(target),
                 fmt::format("realm {} has no {} listener to send from", realm->first, v4 ? "IPv4" : "IPv6"));
    if (std::ranges::any_of(realm->second.listeners,
                            [&](const Listener& listener) { return listener.local == target.remote; }))
        complain(trunk.name, "targets", write(target),
                 "this is a listener of our own: calls would come back");
}

bool any_realm_authenticates(const Model& model) {
    return std::ranges::any_of(model.realms, [](const auto& entry) { return authenticates(entry.second); });
}

class SubscriberCheck {
  public:
    SubscriberCheck(const Model& model, std::vector<Finding>& findings)
        : model_(model),
          complain_{Kind::subscriber, findings},
          authenticates_(any_realm_authenticates(model)) {}

    void run() {
        for (const auto& [name, subscriber] : model_.subscribers) {
            options(subscriber);
            domain(subscriber);
            if (!subscriber.range.empty()) ranges_.push_back(&subscriber);
        }
        for (const auto& [name, subscriber] : model_.subscribers)
            if (subscriber.range.empty()) single(subscriber);
        overlaps();
    }

  private:
    void options(const Subscriber& s) {
        if (!s.user.empty() && !s.range.empty())
            complain_(s.name, "user", s.user, "a resource has either user or range: remove one");
        const int credentials = !s.password.empty() + !s.ha1_md5.empty() + !s.ha1_sha256.empty();
        if (!s.password.empty() && credentials > 1)
            complain_(s.name, "password", "",
                      "is given together with ha1_md5 or ha1_sha256: remove one of them");
        if (!s.range.empty() && credentials > 0 && s.password.empty())
            complain_(s.name, "range", write(s.range),
                      "a range needs password, such as secret-{user}: a hash fits one user only");
        if (credentials == 0 && authenticates_)
            complain_(s.name, "password", "",
                      "is missing: phones have to authenticate (realm option authenticate)");
    }

    void domain(const Subscriber& s) {
        const Tenant& tenant = tenant_of(model_, s.tenant.name);
        const bool exists = s.tenant.name == "default" || model_.tenants.contains(s.tenant.name);
        if (!exists) return;
        if (tenant.domains.empty())
            complain_(s.name, "tenant", s.tenant.name,
                      fmt::format("has no domains: write kind: tenant, name: {}, domains: [example.com]",
                                  s.tenant.name));
        else if (!s.domain.empty() && std::ranges::none_of(tenant.domains, [&](const std::string& other) {
                     return equal_ignoring_case(other, s.domain);
                 }))
            complain_(s.name, "domain", s.domain,
                      fmt::format("not a domain of tenant {}: it has {}", s.tenant.name,
                                  fmt::join(tenant.domains, ", ")));
    }

    void single(const Subscriber& s) {
        const std::string& user = s.user.empty() ? s.name : s.user;
        const auto [first, fresh] = users_.try_emplace(std::tuple(s.tenant.name, user), &s);
        if (!fresh)
            complain_(s.name, "user", user,
                      fmt::format("subscriber {} has this user already", first->second->name));
        for (const Subscriber* range : ranges_)
            if (range->tenant == s.tenant && contains(range->range, user))
                complain_(
                    s.name, "user", user,
                    fmt::format("within the range {} of subscriber {}", write(range->range), range->name));
    }

    void overlaps() {
        std::ranges::sort(ranges_, [](const Subscriber* a, const Subscriber* b) {
            return std::tie(a->tenant.name, a->range.digits, a->range.first, a->name) <
                   std::tie(b->tenant.name, b->range.digits, b->range.first, b->name);
        });
        const Subscriber* widest = nullptr;  // of those before, the one that reaches furthest
        for (const Subscriber* range : ranges_) {
            const bool comparable = widest != nullptr && widest->tenant == range->tenant &&
                                    widest->range.digits == range->range.digits;
            if (comparable && range->range.first <= widest->range.last)
                complain_(range->name, "range", write(range->range),
                          fmt::format("overlaps {} of subscriber {}", write(widest->range), widest->name));
            if (!comparable || range->range.last > widest->range.last) widest = range;
        }
    }

    const Model& model_;
    Complainer complain_;
    bool authenticates_;
    std::map<std::tuple<std::string, std::string>, const Subscriber*> users_;
    std::vector<const Subscriber*> ranges_;
};

}  // namespace

void check_system(const Model& model, std::vector<Finding>& findings) {
    const Complainer complain{Kind::system, findings};
    const System& system = model.system;
    if (!system.api_listen.empty() && system.api_token.empty())
        complain("", "api_listen", write(system.api_listen.front()),
                 "needs api_token: nobody may reach the API without showing one");
    if (!system.credit_url.empty() && !system.credit_url.starts_with("http://") &&
        !system.credit_url.starts_with("https://"))
        complain("", "credit_url", system.credit_url,
                 "must start with http:// or https://, such as http://127.0.0.1:8090/credit");
    if (system.t2 < system.t1)
        complain("", "t2", write(system.t2), fmt::format("must not be below t1 ({})", write(system.t1)));
    if (!system.cpus.empty() && system.workers != 0 && system.cpus.size() != system.workers)
        complain("", "cpus", fmt::format("{} cores", system.cpus.size()),
                 fmt::format("workers is {}: name one core for each, or leave one of the two out",
                             system.workers));
}

void check_trunks(const Model& model, std::vector<Finding>& findings) {
    const Complainer complain{Kind::trunk, findings};
    std::map<std::tuple<std::string, wire::IpAddress, std::uint8_t>, const Trunk*> sources;
    for (const auto& [name, trunk] : model.trunks) {
        for (const Target& target : trunk.targets) check_target(model, trunk, target, complain);
        if (trunk.policy == Policy::proxy)
            complain(name, "policy", write(*trunk.policy),
                     "not available in this version: use b2bua or stateless");
        const Prefixes all = identify(trunk);
        for (const wire::Prefix& source : all) {
            const auto [first, fresh] =
                sources.try_emplace(std::tuple(trunk.realm.name, source.address, source.length), &trunk);
            if (fresh || first->second == &trunk) continue;
            complain(
                name, trunk.identify.empty() ? "targets" : "identify", write(source),
                fmt::format(
                    "identifies calls of trunk {} already: a source belongs to one trunk (option identify)",
                    first->second->name));
        }
    }
}

// What is kept free must fit into what there is.
template <typename Resource>
void check_reserved(Kind kind, const std::string& name, const Resource& r, std::vector<Finding>& findings) {
    const std::uint64_t reserved = std::uint64_t{r.reserved_in} + r.reserved_out + r.reserved_emergency;
    if (reserved == 0 || reserved <= r.max_calls) return;
    findings.push_back(
        {.kind = kind,
         .name = name,
         .option = "max_calls",
         .text = write(r.max_calls),
         .complaint = fmt::format("must be at least what is reserved of it: reserved_in, reserved_out and "
                                  "reserved_emergency are {} together",
                                  reserved)});
}

void check_trunk_groups(const Model& model, std::vector<Finding>& findings) {
    for (const auto& [name, trunk] : model.trunks) check_reserved(Kind::trunk, name, trunk, findings);
    for (const auto& [name, group] : model.trunk_groups) {
        check_reserved(Kind::trunk_group, name, group, findings);
        for (std::size_t i = 0; i < group.trunks.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (group.trunks[i].trunk == group.trunks[j].trunk)
                    findings.push_back({.kind = Kind::trunk_group,
                                        .name = name,
                                        .option = "trunks",
                                        .text = write(group.trunks[i]),
                                        .complaint = "the group has this trunk already"});
    }
    std::map<std::pair<std::string, std::string>, std::string> users;
    for (const auto& [name, account] : model.accounts) {
        const auto [first, fresh] = users.try_emplace({account.trunk.name, account.user}, name);
        if (!fresh)
            findings.push_back(
                {.kind = Kind::account,
                 .name = name,
                 .option = "user",
                 .text = account.user,
                 .complaint = fmt::format("account {} of this trunk has it already", first->second)});
    }
}

void check_feature_codes(const FeatureCodes& codes, const std::string& name, const Complainer& complain) {
    for (std::size_t i = 0; i < codes.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (codes[i].code == codes[j].code)
                complain(name, "feature_codes", write(codes[i]), fmt::format("{} has this code already", write(codes[j])));
            if (codes[i].feature == codes[j].feature)
                complain(name, "feature_codes", write(codes[i]), fmt::format("the feature has a code already: {}", codes[j].code));
        }
}

void check_tenants(const Model& model, std::vector<Finding>& findings) {
    const Complainer complain{Kind::tenant, findings};
    check_feature_codes(model.system.feature_codes, "", {Kind::system, findings});
    bool codes = !model.system.feature_codes.empty();
    for (const auto& [name, tenant] : model.tenants) {
        check_feature_codes(tenant.feature_codes, name, complain);
        codes = codes || !tenant.feature_codes.empty();
    }
    for (const auto& [name, realm] : model.realms)
        if (codes && realm.policy == Policy::stateless)
            Complainer{Kind::realm, findings}(name, "policy", write(realm.policy),
                                              "workers do not know what subscribers set by feature_codes: use b2bua, or "
                                              "remove the codes from system and tenants");
    for (const auto& [name, trunk] : model.trunks)
        if (codes && trunk.policy && *trunk.policy == Policy::stateless)
            Complainer{Kind::trunk, findings}(name, "policy", write(*trunk.policy),
                                              "workers do not know what subscribers set by feature_codes: use b2bua, or "
                                              "remove the codes from system and tenants");
    std::map<std::string, std::string_view> owner;
    for (const auto& [name, tenant] : model.tenants) {
        for (const std::string& domain : tenant.domains) {
            const auto [first, fresh] = owner.try_emplace(lower(domain), name);
            if (!fresh)
                complain(name, "domains", domain,
                         fmt::format("tenant {} has this domain already", first->second));
        }
        if (tenant.min_expires > tenant.max_expires)
            complain(name, "min_expires", write(tenant.min_expires),
                     fmt::format("must not be above max_expires ({})", write(tenant.max_expires)));
        if (tenant.default_expires < tenant.min_expires || tenant.default_expires > tenant.max_expires)
            complain(name, "default_expires", write(tenant.default_expires),
                     fmt::format("must lie between min_expires ({}) and max_expires ({})",
                                 write(tenant.min_expires), write(tenant.max_expires)));
    }
}

void check_subscribers(const Model& model, std::vector<Finding>& findings) {
    SubscriberCheck(model, findings).run();
}

// What a route's rewrite names is there in each of its patterns.
void check_rewrite(const std::string& name, const Route& route, const Complainer& complain) {
    if (route.patterns.empty())
        return complain(name, "rewrite", route.rewrite, "needs patterns, whose groups it writes: use strip and add");
    std::string problem;
    for (const Pattern& pattern : route.patterns) {
        const auto expression = pattern::Expression::compile(pattern.text, pattern::Extent::whole, problem);
        if (expression == nullptr) continue;  // told when it was read
        if (const auto what = pattern::expand_complaint(route.rewrite, expression->groups()); !what.empty())
            complain(name, "rewrite", route.rewrite, fmt::format("{} ({})", what, pattern.text));
    }
}

void check_routes(const Model& model, std::vector<Finding>& findings) {
    const Complainer complain{Kind::route, findings};
    for (const auto& [name, route] : model.routes) {
        if (!route.rewrite.empty()) check_rewrite(name, route, complain);
        if (route.enum_realm && route.action != RouteAction::enum_)
            complain(name, "enum_realm", route.enum_realm->name,
                     fmt::format("not used by action {}: choose action enum", write(route.action)));
        if (!route.rate.empty() && !route.charge)
            complain(name, "rate", route.rate, "is for chargeable calls: write charge: true, too");
        if ((route.action == RouteAction::lcr) != route.lcr_table.has_value())
            complain(name, "lcr_table", route.lcr_table ? route.lcr_table->name : std::string(),
                     route.lcr_table
                         ? fmt::format("not used by action {}: choose action lcr", write(route.action))
                         : std::string("is missing: action lcr needs it"));
        if (route.action == RouteAction::trunk && route.trunks.empty() && route.trunk_groups.empty())
            complain(name, "trunks", "",
                     "is missing: name the trunks, or choose action subscriber or reject");
        if (route.action != RouteAction::trunk && !route.trunk_groups.empty())
            complain(
                name, "trunk_groups", route.trunk_groups.front().name,
                fmt::format("not used by action {}: remove this line, or the action", write(route.action)));
        if (route.action != RouteAction::trunk && !route.trunks.empty())
            complain(
                name, "trunks", route.trunks.front().name,
                fmt::format("not used by action {}: remove this line, or the action", write(route.action)));
    }
}

}  // namespace strowger::model
