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
    nodes_.assign(1, {});
    ends_.clear();
    users_.clear();
    std::vector<Prefix> prefixes;
    std::vector<std::pair<std::string, std::uint32_t>> whole;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        const DialRule& rule = rules_[i];
        for (const std::string& digits : rule.digits) prefixes.push_back({digits, i});
        if (rule.digits.empty() && rule.users.empty()) prefixes.push_back({{}, i});
        for (const std::string& user : rule.users) whole.emplace_back(user, i);
    }
    std::stable_sort(prefixes.begin(), prefixes.end(),
                     [](const Prefix& a, const Prefix& b) { return a.digits < b.digits; });
    grow(0, prefixes, 0);
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

// `prefixes` are sorted and share their first `depth` digits, which `node` stands for.
void Dialplan::grow(std::uint32_t node, std::span<const Prefix> prefixes, std::size_t depth) {
    nodes_[node].first_rule = static_cast<std::uint32_t>(ends_.size());
    std::size_t at = 0;
    for (; at < prefixes.size() && prefixes[at].digits.size() == depth; ++at) ends_.push_back(prefixes[at].rule);
    nodes_[node].rules = static_cast<std::uint32_t>(at);
    const auto rest = prefixes.subspan(at);
    const auto first = static_cast<std::uint32_t>(nodes_.size());
    nodes_[node].first_child = first;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (i != 0 && rest[i].digits[depth] == rest[i - 1].digits[depth]) continue;
        nodes_.push_back({.digit = rest[i].digits[depth]});
        ++nodes_[node].children;
    }
    std::size_t from = 0;
    for (std::uint32_t child = first; from < rest.size(); ++child) {
        std::size_t to = from;
        while (to < rest.size() && rest[to].digits[depth] == nodes_[child].digit) ++to;
        grow(child, rest.subspan(from, to - from), depth + 1);
        from = to;
    }
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
    // The way down, longest digits first.
    std::array<std::uint32_t, 64> way;
    std::size_t depth = 0;
    for (std::uint32_t node = 0; !nodes_.empty();) {
        way[depth] = node;
        if (depth == query.user.size() || depth + 1 == way.size()) break;
        const Node& here = nodes_[node];
        std::uint32_t child = here.first_child;
        const std::uint32_t end = child + here.children;
        while (child < end && nodes_[child].digit != query.user[depth]) ++child;
        if (child == end) break;
        node = child;
        ++depth;
    }
    if (nodes_.empty()) return {};
    for (std::size_t d = depth + 1; d-- > 0;)
        for (std::uint32_t i = 0; i < nodes_[way[d]].rules; ++i) add(ends_[nodes_[way[d]].first_rule + i], d);
    return {room.data(), count};
}

}  // namespace strowger::tables
