#include "model/subscribers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/effective.hpp"
#include "model/lower.hpp"

namespace strowger::model {

namespace {

void replace_user(std::string& text, std::string_view user) {
    constexpr std::string_view kPlace = "{user}";
    for (std::size_t at = text.find(kPlace); at != std::string::npos;
         at = text.find(kPlace, at + user.size()))
        text.replace(at, kPlace.size(), user);
}

Subscriber member(const Subscriber& declared, std::string_view user) {
    Subscriber one = declared;
    one.user = user;
    one.range = {};
    replace_user(one.password.value, user);
    replace_user(one.display_name, user);
    return one;
}

}  // namespace

std::string user_of(const UserRange& range, std::uint64_t number) {
    return fmt::format("{:0{}}", number, static_cast<int>(range.digits));
}

bool contains(const UserRange& range, std::string_view user) {
    if (range.empty() || user.size() != range.digits) return false;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), number);
    return error == std::errc{} && end == user.data() + user.size() && number >= range.first &&
           number <= range.last;
}

SubscriberDirectory::SubscriberDirectory(const Model& model) {
    for (const auto& [name, tenant] : model.tenants) {
        if (!tenant.domains.empty()) tenants_[name].first_domain = lower(tenant.domains.front());
        for (const std::string& domain : tenant.domains) tenant_by_domain_[lower(domain)] = name;
    }
    for (const auto& [name, subscriber] : model.subscribers) {
        TenantEntry& tenant = tenants_[subscriber.tenant.name];
        if (!subscriber.range.empty()) {
            tenant.ranges.push_back(subscriber);
            size_ += subscriber.range.last - subscriber.range.first + 1;
            continue;
        }
        const std::string& user = subscriber.user.empty() ? name : subscriber.user;
        tenant.by_user.emplace(user, member(subscriber, user));
        ++size_;
    }
}

std::string_view SubscriberDirectory::tenant_of(std::string_view domain) const {
    const auto found = tenant_by_domain_.find(lower(domain));
    return found == tenant_by_domain_.end() ? std::string_view{} : std::string_view(found->second);
}

std::string_view SubscriberDirectory::home_domain(const Subscriber& subscriber) const {
    if (!subscriber.domain.empty()) return subscriber.domain;
    const auto found = tenants_.find(subscriber.tenant.name);
    return found == tenants_.end() ? std::string_view{} : std::string_view(found->second.first_domain);
}

std::optional<Subscriber> SubscriberDirectory::find_in_tenant(std::string_view tenant,
                                                              std::string_view user) const {
    const auto entry = tenants_.find(tenant);
    if (entry == tenants_.end()) return std::nullopt;
    if (const auto one = entry->second.by_user.find(user); one != entry->second.by_user.end())
        return one->second;
    for (const Subscriber& range : entry->second.ranges)
        if (contains(range.range, user)) return member(range, user);
    return std::nullopt;
}

std::optional<Subscriber> SubscriberDirectory::find(std::string_view domain, std::string_view user) const {
    const std::string_view tenant = tenant_of(domain);
    if (tenant.empty()) return std::nullopt;
    auto found = find_in_tenant(tenant, user);
    if (found && !found->domain.empty() && lower(found->domain) != lower(domain)) return std::nullopt;
    return found;
}

}  // namespace strowger::model
