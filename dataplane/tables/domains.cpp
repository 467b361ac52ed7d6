#include "strowger/tables/domains.hpp"

#include <algorithm>
#include <array>

namespace strowger::tables {
namespace {

// Tenant and user as one text.
std::string_view user_key(std::uint16_t tenant, std::string_view user, std::array<char, 130>& room) {
    room[0] = static_cast<char>(tenant & 0xff);
    room[1] = static_cast<char>(tenant >> 8);
    std::copy(user.begin(), user.end(), room.begin() + 2);
    return {room.data(), user.size() + 2};
}

// All digits, as many as the range's numbers have; at most 18, so that the number fits.
bool number_of(std::string_view user, std::uint64_t& out) {
    if (user.empty() || user.size() > 18) return false;
    out = 0;
    for (const char c : user) {
        if (c < '0' || c > '9') return false;
        out = out * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return true;
}

}  // namespace

void Domains::build(std::vector<Domain> domains, std::vector<SubscriberName> names,
                    std::vector<SubscriberRange> ranges, const HashKey& key) {
    domains_ = std::move(domains);
    names_ = std::move(names);
    ranges_ = std::move(ranges);
    std::stable_sort(ranges_.begin(), ranges_.end(),
                     [](const auto& a, const auto& b) { return a.tenant < b.tenant; });
    std::vector<std::pair<std::string, std::uint32_t>> entries;
    for (std::size_t i = 0; i < domains_.size(); ++i)
        entries.emplace_back(domains_[i].name, static_cast<std::uint32_t>(i));
    by_name_.build(std::move(entries), key);
    entries.clear();
    std::array<char, kMaxUser + 2> room;
    for (std::size_t i = 0; i < names_.size(); ++i)
        if (names_[i].user.size() <= kMaxUser)
            entries.emplace_back(user_key(names_[i].tenant, names_[i].user, room),
                                 static_cast<std::uint32_t>(i));
    by_user_.build(std::move(entries), key);
}

std::uint16_t Domains::find(std::string_view host) const noexcept {
    std::array<char, 256> room;
    if (host.empty() || host.size() > room.size()) return kNoDomain;
    std::transform(host.begin(), host.end(), room.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::uint32_t found = by_name_.find({room.data(), host.size()});
    return found == TextTable::kAbsent ? kNoDomain : static_cast<std::uint16_t>(found);
}

Subscriber Domains::subscriber(std::uint16_t domain, std::string_view user) const noexcept {
    constexpr Subscriber nobody{kNoDomain, false};
    if (domain >= domains_.size() || user.empty() || user.size() > kMaxUser) return nobody;
    const std::uint16_t tenant = domains_[domain].tenant;
    std::array<char, kMaxUser + 2> room;
    const auto reached = [&](const auto& found) {
        return found.home_only && found.home != domain ? nobody : Subscriber{found.home, found.rules};
    };
    if (const auto i = by_user_.find(user_key(tenant, user, room)); i != TextTable::kAbsent)
        return reached(names_[i]);
    std::uint64_t number = 0;
    if (!number_of(user, number)) return nobody;
    auto range = std::lower_bound(ranges_.begin(), ranges_.end(), tenant,
                                  [](const SubscriberRange& r, std::uint16_t wanted) { return r.tenant < wanted; });
    for (; range != ranges_.end() && range->tenant == tenant; ++range)
        if (range->digits == user.size() && number >= range->first && number <= range->last)
            return reached(*range);
    return nobody;
}

}  // namespace strowger::tables
