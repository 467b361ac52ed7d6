#include "strowger/tables/dialplan.hpp"

#include <algorithm>

namespace strowger::tables {
namespace {

// A whole user outweighs any digits.
constexpr std::size_t kWholeUser = 1000;

bool fits_otherwise(const DialRule& rule, const DialQuery& query) {
    if (!rule.from.empty() && std::find(rule.from.begin(), rule.from.end(), query.realm) == rule.from.end())
        return false;
    if (!rule.any_tenant && rule.tenant != query.tenant) return false;
    return rule.domains.empty() ||
           std::any_of(rule.domains.begin(), rule.domains.end(),
                       [&](const std::string& domain) { return domain == query.domain; });
}

}  // namespace

void Dialplan::build(std::vector<DialRule> rules, const HashKey& key) {
    rules_ = std::move(rules);
    users_.clear();
    std::vector<DigitTrie::Prefix> prefixes;
    std::vector<std::pair<std::string, std::uint32_t>> whole;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        const DialRule& rule = rules_[i];
        for (const std::string& digits : rule.digits) prefixes.push_back({digits, i});
        if (rule.digits.empty() && rule.users.empty()) prefixes.push_back({{}, i});
        for (const std::string& user : rule.users) whole.emplace_back(user, i);
    }
    by_digits_.build(std::move(prefixes));
    std::stable_sort(whole.begin(), whole.end());
    std::vector<std::pair<std::string, std::uint32_t>> entries;
    for (const auto& [user, rule] : whole) {
        if (entries.empty() || entries.back().first != user) {
            entries.emplace_back(user, static_cast<std::uint32_t>(users_.size()));
            users_.emplace_back();
        }
        users_.back().push_back(rule);
    }
    by_user_.build(std::move(entries), key);
}

std::span<const DialRule* const> Dialplan::find(const DialQuery& query, Fits& room) const noexcept {
    std::array<std::size_t, kMostFits> weights;
    std::size_t count = 0;
    const auto add = [&](std::uint32_t number, std::size_t weight) {
        const DialRule& rule = rules_[number];
        if (!fits_otherwise(rule, query)) return;
        std::size_t place = 0;
        for (; place < count; ++place) {
            const DialRule& other = *room[place];
            if (&other == &rule) return;  // heavier already
            if (rule.priority != other.priority ? rule.priority < other.priority
                                                : weight != weights[place] ? weight > weights[place]
                                                                           : &rule < &other)
                break;
        }
        if (place == kMostFits) return;
        count = std::min(count + 1, kMostFits);
        std::move_backward(room.begin() + static_cast<std::ptrdiff_t>(place),
                           room.begin() + static_cast<std::ptrdiff_t>(count) - 1,
                           room.begin() + static_cast<std::ptrdiff_t>(count));
        std::move_backward(weights.begin() + static_cast<std::ptrdiff_t>(place),
                           weights.begin() + static_cast<std::ptrdiff_t>(count) - 1,
                           weights.begin() + static_cast<std::ptrdiff_t>(count));
        room[place] = &rule;
        weights[place] = weight;
    };

    if (const auto i = by_user_.find(query.user); i != TextTable::kAbsent)
        for (const std::uint32_t rule : users_[i]) add(rule, kWholeUser);
    by_digits_.each(query.user, add);
    return {room.data(), count};
}

}  // namespace strowger::tables
