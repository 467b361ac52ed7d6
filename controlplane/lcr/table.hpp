// A rate table: which trunks carry a number, the cheapest first. Immutable; one digit a level, 12 bytes a
// node and 8 an offer. A million rows take about 30 MB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::lcr {

// Up to 16 digits, four bits each from the top, value + 1: sorts like the digits, a shorter prefix before its
// longer ones.
using Packed = std::uint64_t;
inline constexpr std::size_t kMostDigits = 16;
// 0-9, * and #, with or without a leading +, which means nothing. nullopt: something else, or too long.
[[nodiscard]] std::optional<Packed> pack(std::string_view digits);

struct Row {
    Packed prefix = 0;
    std::uint32_t line = 0;   // of the file
    std::uint32_t cost = 0;   // millionths
    std::uint16_t trunk = 0;  // index in the table's names
};

struct Offer {
    std::uint32_t cost = 0;
    std::uint16_t trunk = 0;
};

class Table {
  public:
    Table() = default;
    // `rows` in any order; none twice for one prefix and trunk. `names`: of trunks, by Row::trunk.
    Table(std::vector<Row> rows, std::vector<std::string> names);

    // Appends the offers for a number: those of the longest prefix by cost, then those of shorter ones for
    // trunks that have not been named yet. At most 32.
    void find(std::string_view number, std::vector<Offer>& out) const;
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] std::size_t rows() const { return offers_.size(); }
    [[nodiscard]] std::size_t bytes() const {
        return nodes_.size() * sizeof(Node) + offers_.size() * sizeof(Offer);
    }

  private:
    struct Node {
        std::uint32_t first_child = 0;  // the others follow it, by digit
        std::uint32_t first_offer = 0;  // the others follow it, by cost
        std::uint16_t children = 0;     // bit by digit
        std::uint16_t offers = 0;
    };
    static_assert(sizeof(Node) == 12);

    std::vector<Node> nodes_;
    std::vector<Offer> offers_;
    std::vector<std::string> names_;
};

}  // namespace strowger::lcr
