// The dial plan: which calls go where. Written by the control plane before publish; read-only after.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/siphash.hpp"
#include "strowger/tables/digit_trie.hpp"
#include "strowger/tables/text_table.hpp"

namespace strowger::tables {

enum class DialAction : std::uint8_t { trunk, subscriber, reject };

// One line of the plan. Lower priority is looked at first, among equals the longest digits, then the place in
// the list.
struct DialRule {
    std::uint32_t priority = 100;
    std::vector<RealmId> from;         // empty: any
    bool any_tenant = true;
    std::uint16_t tenant = 0;
    std::vector<std::string> domains;  // lower case; empty: any
    std::vector<std::string> digits;   // with users both empty: every number
    std::vector<std::string> users;
    bool scheduled = false;  // holds at times only, which the control plane knows
    DialAction action = DialAction::trunk;
    std::vector<TrunkId> trunks;
    std::uint16_t reject_code = 403;
    std::uint16_t strip = 0;  // digits taken off the front
    std::string add;          // put before, after strip
};

struct DialQuery {
    RealmId realm{};
    std::uint16_t tenant = 0;
    std::string_view domain;  // lower case
    std::string_view user;    // unescaped
};

class Dialplan {
  public:
    static constexpr std::size_t kMostFits = 32;
    using Fits = std::array<const DialRule*, kMostFits>;

    void build(std::vector<DialRule> rules, const HashKey& key);
    // The rules that fit, in the order in which they are to be looked at; those past kMostFits are lost, the
    // worst ones first. Cost: one step a digit, and the rules that end on the way.
    [[nodiscard]] std::span<const DialRule* const> find(const DialQuery& query, Fits& room) const noexcept;

  private:
    std::vector<DialRule> rules_;
    DigitTrie by_digits_;               // every number ends at its root
    TextTable by_user_;                 // whole users to a range in users_
    std::vector<std::vector<std::uint32_t>> users_;
};

}  // namespace strowger::tables
