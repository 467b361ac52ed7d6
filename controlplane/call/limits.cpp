#include "call/limits.hpp"

#include <algorithm>

namespace strowger::call {
namespace {

const TenantPolicy& tenant_of(const Policies& policies, std::string_view name) {
    static const TenantPolicy unlimited;
    for (const auto& tenant : policies.tenants)
        if (tenant.name == name) return tenant;
    return unlimited;
}

constexpr std::size_t kMostRates = 20'000;  // of subscribers, before those that rest are forgotten

bool full(std::uint32_t count, std::uint32_t limit) {
    return limit != 0 && count >= limit;
}

void lower(std::unordered_map<std::string, std::uint32_t>& counts, std::string_view name) {
    const auto at = counts.find(std::string(name));
    if (at == counts.end()) return;
    if (--at->second == 0) counts.erase(at);
}

trunk::Load load_of(const Admission& a) {
    return {a.inbound ? trunk::Direction::in : trunk::Direction::out, a.emergency, a.kbit};
}

}  // namespace

std::uint32_t& Limits::realm(RealmId id) {
    if (index(id) >= realms_.size()) realms_.resize(index(id) + 1);
    return realms_[index(id)];
}

std::uint32_t Limits::of_realm(RealmId id) const {
    return index(id) < realms_.size() ? realms_[index(id)] : 0;
}

std::uint32_t Limits::of_subscriber(std::string_view aor) const {
    const auto at = subscribers_.find(std::string(aor));
    return at == subscribers_.end() ? 0 : at->second;
}

bool Limits::idle() const {
    return calls_ == 0 && tenants_.empty() && subscribers_.empty() &&
           std::all_of(realms_.begin(), realms_.end(), [](auto n) { return n == 0; });
}

// All rates have room, or none is charged.
Refusal Limits::take_rates(const Policies& policies, const Admission& a) {
    const auto& realm = policies.realm(a.realm);
    const auto& tenant = tenant_of(policies, a.tenant);
    if (index(a.realm) >= realm_rates_.size()) realm_rates_.resize(index(a.realm) + 1);
    auto* of_tenant = tenant.calls_per_second == 0 ? nullptr : &tenant_rates_[std::string(a.tenant)];
    if (subscriber_rates_.size() >= kMostRates)
        std::erase_if(subscriber_rates_, [&](const auto& entry) { return entry.second.idle(a.now); });
    auto* of_subscriber = a.subscriber_rate == 0 || a.subscriber.empty()
                              ? nullptr
                              : &subscriber_rates_[std::string(a.subscriber)];
    auto& of_realm = realm_rates_[index(a.realm)];
    if (!a.emergency) {
        if (!rate_.fits(policies.calls_per_second, a.now)) return {503, policies.retry_after_s, "system"};
        if (!of_realm.fits(realm.calls_per_second, a.now))
            return {realm.full_code, policies.retry_after_s, "realm"};
        if (of_tenant != nullptr && !of_tenant->fits(tenant.calls_per_second, a.now))
            return {tenant.full_code, policies.retry_after_s, "tenant"};
        if (of_subscriber != nullptr && !of_subscriber->fits(a.subscriber_rate, a.now))
            return {a.subscriber_code, 0, "subscriber"};
    }
    rate_.take(policies.calls_per_second, a.now);
    of_realm.take(realm.calls_per_second, a.now);
    if (of_tenant != nullptr) of_tenant->take(tenant.calls_per_second, a.now);
    if (of_subscriber != nullptr) of_subscriber->take(a.subscriber_rate, a.now);
    return {};
}

Refusal Limits::take(const Policies& policies, Directory& directory, const Admission& a) {
    const auto refuse = [this](const Refusal& refusal) {
        ++refused_;
        auto out = refusal;
        if (out.status != 503) out.retry_after_s = 0;
        return out;
    };
    auto& in_realm = realm(a.realm);
    const std::string tenant(a.tenant);
    if (!a.emergency) {
        const auto& of_realm = policies.realm(a.realm);
        if (a.inbound && full(calls_, policies.max_calls))
            return refuse({503, policies.retry_after_s, "system"});
        if (full(in_realm, of_realm.max_calls))
            return refuse({of_realm.full_code, policies.retry_after_s, "realm"});
        if (a.inbound) {
            const auto& of_tenant = tenant_of(policies, tenant);
            const auto at = tenants_.find(tenant);
            if (full(at == tenants_.end() ? 0 : at->second, of_tenant.max_calls))
                return refuse({of_tenant.full_code, policies.retry_after_s, "tenant"});
        }
        if (!a.subscriber.empty() && full(of_subscriber(a.subscriber), a.subscriber_max))
            return refuse({a.subscriber_code, 0, "subscriber"});
    }
    if (a.inbound)
        if (const auto refusal = take_rates(policies, a); refusal.status != 0) return refuse(refusal);
    if (a.trunk != kNone<TrunkId>)
        if (const auto status = directory.take_trunk(a.trunk, load_of(a)); status != 0)
            return refuse({status, policies.trunk(a.trunk).retry_after_s, "trunk"});
    ++in_realm;
    if (a.inbound) {
        ++calls_;
        ++tenants_[tenant];
    }
    if (!a.subscriber.empty()) ++subscribers_[std::string(a.subscriber)];
    return {};
}

void Limits::give_back(Directory& directory, const Admission& a) {
    --realm(a.realm);
    if (a.inbound) {
        --calls_;
        lower(tenants_, a.tenant);
    }
    if (!a.subscriber.empty()) lower(subscribers_, a.subscriber);
    if (a.trunk != kNone<TrunkId>) directory.release_trunk(a.trunk, load_of(a));
}

}  // namespace strowger::call
