// Prefixes of numbers and what they lead to: one step a digit, however many there are. Built once, read-only after.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace strowger::tables {

class DigitTrie {
  public:
    // Longer prefixes than this are never found.
    static constexpr std::size_t kDeepest = 63;
    struct Prefix {
        std::string_view digits;  // empty: every number begins so. Needed for the building alone
        std::uint32_t value = 0;
    };

    void build(std::vector<Prefix> prefixes);
    // visit(value, length) for each prefix that the number begins with: the longest first, equals in the order in
    // which they were given.
    template <typename Visit>
    void each(std::string_view number, Visit&& visit) const noexcept {
        if (nodes_.empty()) return;
        std::array<std::uint32_t, kDeepest + 1> way;
        for (std::size_t depth = walk(number, way); depth-- > 0;) {
            const Node& node = nodes_[way[depth]];
            for (std::uint32_t i = 0; i < node.values; ++i) visit(ends_[node.first_value + i], depth);
        }
    }

  private:
    struct Node {
        char digit = 0;
        std::uint16_t children = 0;
        std::uint32_t first_child = 0;
        std::uint32_t first_value = 0;  // in ends_
        std::uint32_t values = 0;
    };
    void grow(std::uint32_t node, std::span<const Prefix> prefixes, std::size_t depth);
    // How many nodes are on the way, the root included.
    [[nodiscard]] std::size_t walk(std::string_view number, std::array<std::uint32_t, kDeepest + 1>& way) const noexcept;

    std::vector<Node> nodes_;  // [0]: the root, no digits; empty: nothing was built
    std::vector<std::uint32_t> ends_;
};

}  // namespace strowger::tables
