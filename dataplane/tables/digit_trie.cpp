#include "strowger/tables/digit_trie.hpp"

#include <algorithm>

namespace strowger::tables {

void DigitTrie::build(std::vector<Prefix> prefixes) {
    nodes_.assign(1, {});
    ends_.clear();
    std::stable_sort(prefixes.begin(), prefixes.end(),
                     [](const Prefix& a, const Prefix& b) { return a.digits < b.digits; });
    grow(0, prefixes, 0);
}

// `prefixes` are sorted and share their first `depth` digits, which `node` stands for.
void DigitTrie::grow(std::uint32_t node, std::span<const Prefix> prefixes, std::size_t depth) {
    nodes_[node].first_value = static_cast<std::uint32_t>(ends_.size());
    std::size_t at = 0;
    for (; at < prefixes.size() && prefixes[at].digits.size() == depth; ++at) ends_.push_back(prefixes[at].value);
    nodes_[node].values = static_cast<std::uint32_t>(at);
    if (depth == kDeepest) return;
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

std::size_t DigitTrie::walk(std::string_view number, std::array<std::uint32_t, kDeepest + 1>& way) const noexcept {
    std::size_t depth = 0;
    for (std::uint32_t node = 0;;) {
        way[depth++] = node;
        if (depth > number.size() || depth == way.size()) return depth;
        const Node& here = nodes_[node];
        std::uint32_t child = here.first_child;
        const std::uint32_t end = child + here.children;
        while (child < end && nodes_[child].digit != number[depth - 1]) ++child;
        if (child == end) return depth;
        node = child;
    }
}

}  // namespace strowger::tables
