#include "lcr/table.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace strowger::lcr {
namespace {

constexpr std::size_t kMostOffers = 32;

constexpr unsigned digit_at(Packed prefix, std::size_t place) {
    return static_cast<unsigned>(prefix >> (60 - 4 * place)) & 15u;
}

// 1 to 12; 0: no digit.
constexpr unsigned value_of(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 1;
    return c == '*' ? 11 : c == '#' ? 12 : 0;
}

std::string_view without_plus(std::string_view digits) {
    return digits.starts_with('+') ? digits.substr(1) : digits;
}

}  // namespace

std::optional<Packed> pack(std::string_view digits) {
    digits = without_plus(digits);
    if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
    Packed out = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const unsigned value = value_of(digits[i]);
        if (value == 0) return std::nullopt;
        out |= Packed{value} << (60 - 4 * i);
    }
    return out;
}

Table::Table(std::vector<Row> rows, std::vector<std::string> names) : names_(std::move(names)) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        return a.cost != b.cost ? a.cost < b.cost : a.line < b.line;
    });
    // Level by level, so that a node's children lie together. A node stands for rows [begin, end), equal up
    // to its depth.
    struct Range {
        std::uint32_t begin;
        std::uint32_t end;
        std::uint8_t depth;
    };
    offers_.reserve(rows.size());
    std::vector<Range> ranges{{0, static_cast<std::uint32_t>(rows.size()), 0}};
    nodes_.emplace_back();
    for (std::size_t n = 0; n < ranges.size(); ++n) {
        auto [at, end, depth] = ranges[n];
        Node node;
        node.first_offer = static_cast<std::uint32_t>(offers_.size());
        while (at < end && (depth == kMostDigits || digit_at(rows[at].prefix, depth) == 0)) {
            offers_.push_back({rows[at].cost, rows[at].trunk});
            ++node.offers;
            ++at;
        }
        node.first_child = static_cast<std::uint32_t>(nodes_.size());
        while (at < end) {
            const unsigned digit = digit_at(rows[at].prefix, depth);
            const std::uint32_t from = at;
            while (at < end && digit_at(rows[at].prefix, depth) == digit) ++at;
            node.children |= static_cast<std::uint16_t>(1u << digit);
            nodes_.emplace_back();
            ranges.push_back({from, at, static_cast<std::uint8_t>(depth + 1)});
        }
        nodes_[n] = node;
    }
    nodes_.shrink_to_fit();
}

void Table::find(std::string_view number, std::vector<Offer>& out) const {
    if (nodes_.empty()) return;
    std::array<std::uint32_t, kMostDigits + 1> path;
    std::size_t length = 0;
    std::uint32_t at = 0;
    path[length++] = at;
    for (const char c : without_plus(number)) {
        const unsigned digit = value_of(c);
        const Node& node = nodes_[at];
        if (digit == 0 || (node.children >> digit & 1u) == 0) break;
        const auto before = static_cast<std::uint32_t>(
            std::popcount(static_cast<std::uint16_t>(node.children & ((1u << digit) - 1))));
        at = node.first_child + before;
        path[length++] = at;
    }
    const std::size_t first = out.size();
    while (length-- > 0) {
        const Node& node = nodes_[path[length]];
        for (std::uint32_t i = node.first_offer; i < node.first_offer + node.offers; ++i) {
            const bool known = std::any_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                           [&](const Offer& o) { return o.trunk == offers_[i].trunk; });
            if (!known) out.push_back(offers_[i]);
            if (out.size() - first == kMostOffers) return;
        }
    }
}

}  // namespace strowger::lcr
