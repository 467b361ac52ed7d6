#include "call/limits.hpp"

#include <algorithm>

namespace strowger::call {
namespace {

std::uint32_t limit_of_tenant(const Policies& policies, std::string_view name) {
    for (const auto& tenant : policies.tenants)
        if (tenant.name == name) return tenant.max_calls;
    return 0;
}

bool full(std::uint32_t count, std::uint32_t limit) {
    return limit != 0 && count >= limit;
}

void lower(std::unordered_map<std::string, std::uint32_t>& counts, std::string_view name) {
    const auto at = counts.find(std::string(name));
    if (at == counts.end()) return;
    if (--at->second == 0) counts.erase(at);
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

Refusal Limits::take(const Policies& policies, Directory& directory, const Admission& a) {
    const auto refuse = [this](std::uint16_t status, std::uint32_t retry_after_s, std::string_view what) {
        ++refused_;
        return Refusal{status, retry_after_s, what};
    };
    if (a.inbound && full(calls_, policies.max_calls)) return refuse(503, policies.retry_after_s, "system");
    auto& in_realm = realm(a.realm);
    if (full(in_realm, policies.realm(a.realm).max_calls))
        return refuse(503, policies.retry_after_s, "realm");
    const std::string tenant(a.tenant);
    if (a.inbound) {
        const auto limit = limit_of_tenant(policies, tenant);
        const auto at = tenants_.find(tenant);
        if (full(at == tenants_.end() ? 0 : at->second, limit))
            return refuse(503, policies.retry_after_s, "tenant");
    }
    if (!a.subscriber.empty() && full(of_subscriber(a.subscriber), a.subscriber_max))
        return refuse(486, 0, "subscriber");
    if (a.trunk != kNone<TrunkId> && !directory.take_trunk(a.trunk, a.inbound)) {
        const auto& trunk = policies.trunk(a.trunk);
        return refuse(trunk.full_code, trunk.full_code == 503 ? trunk.retry_after_s : 0, "trunk");
    }
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
    if (a.trunk != kNone<TrunkId>) directory.release_trunk(a.trunk);
}

}  // namespace strowger::call
