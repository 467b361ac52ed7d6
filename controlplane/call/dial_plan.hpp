// The routes of the configuration as calls look them up: prefixes in a trie, whole users in a hash table, regular
// expressions in one database, for each tenant. Made when the configuration changes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/types.hpp"
#include "pattern/database.hpp"
#include "pattern/expression.hpp"
#include "strowger/ids.hpp"
#include "strowger/tables/digit_trie.hpp"

namespace strowger::call {

// An index in Policies::schedules.
using ScheduleIndex = std::uint16_t;
inline constexpr ScheduleIndex kAlwaysOpen = 0xffff;

using ExpressionPtr = std::shared_ptr<const pattern::Expression>;

struct RoutePolicy {
    std::string name;
    std::vector<RealmId> from;
    std::vector<TrunkId> from_trunks;
    bool any_tenant = true;
    std::string tenant;
    std::vector<std::string> domains;
    std::vector<std::string> digits;
    std::vector<std::string> users;
    std::vector<ExpressionPtr> patterns;
    std::vector<std::string> callers;
    std::vector<ExpressionPtr> caller_patterns;
    ScheduleIndex schedule = kAlwaysOpen;
    model::RouteAction action = model::RouteAction::trunk;
    std::vector<TrunkId> trunks;
    std::vector<std::uint16_t> groups;  // indexes in Policies::trunk_groups, tried after `trunks`
    std::string lcr_table;
    bool emergency = false;
    std::uint16_t reject_code = 403;
    std::string rewrite;
    std::uint16_t strip = 0;
    std::string add;
    std::string alert_info;
    std::uint32_t max_call_duration_s = 0;
    std::uint32_t priority = 100;
    std::string enum_suffix;
    RealmId enum_realm = kNone<RealmId>;
    bool charge = false;
    std::string rate;

    [[nodiscard]] bool any_called() const { return digits.empty() && users.empty() && patterns.empty(); }
    [[nodiscard]] bool any_caller() const { return callers.empty() && caller_patterns.empty(); }
};
// The number that the route sends on: rewrite, then strip and add.
[[nodiscard]] std::string translated(const RoutePolicy& route, std::string number);
[[nodiscard]] bool fits_caller(const RoutePolicy& route, std::string_view caller);
// The first of the expressions that matches the number; nullptr: none.
[[nodiscard]] const pattern::Expression* first_match(const std::vector<ExpressionPtr>& expressions,
                                                     std::string_view number, pattern::Groups* groups = nullptr);

// Expressions by their text, so that what is compiled already is not compiled again.
class Expressions {
  public:
    // Takes over those of `before`; may be null.
    explicit Expressions(const Expressions* before) : before_(before) {}
    // nullptr: it is no expression; the model was not checked.
    [[nodiscard]] ExpressionPtr of(const std::string& text);
    // What was asked for is kept; `before` is not looked at any more.
    void settle() { before_ = nullptr; }

  private:
    const Expressions* before_;
    std::unordered_map<std::string, ExpressionPtr> by_text_;
};

// Control thread only.
class DialPlan {
  public:
    // `routes`: by priority, then name. `before`: whose database serves on when the expressions are the same; may be
    // null.
    DialPlan(std::vector<RoutePolicy> routes, const DialPlan* before);
    DialPlan(const DialPlan&) = delete;
    DialPlan& operator=(const DialPlan&) = delete;

    [[nodiscard]] const std::vector<RoutePolicy>& routes() const { return routes_; }
    // A route that the numbers lead to, by its place in routes(). Conditions other than the numbers are not looked at.
    struct Candidate {
        std::uint32_t route = 0;
        std::uint32_t weight = 0;  // any number, a prefix's length, an expression, a whole user: greater goes first
    };
    // Appends them; a route may come more than once. Cost: one step a digit, one look at the database, and what fits.
    void find(std::string_view tenant, std::string_view caller, std::string_view called,
              std::vector<Candidate>& out) const;

    // Until take() the expressions are tried one after the other, which is right, but takes longer the more there are.
    [[nodiscard]] bool wants_database() const;
    [[nodiscard]] std::vector<std::string> expressions() const;
    void take(std::shared_ptr<const pattern::Database> database) { database_ = std::move(database); }
    [[nodiscard]] bool has_database() const { return database_ != nullptr; }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    template <typename Value>
    using ByText = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
    // Of one tenant's routes, or of those for any.
    struct Part {
        tables::DigitTrie called;  // every number ends at its root
        tables::DigitTrie caller;  // of routes for any called number
        ByText<std::vector<std::uint32_t>> users;
    };
    struct Irregular {
        std::uint32_t route = 0;
        bool of_caller = false;
        ExpressionPtr expression;
    };
    void find_irregular(std::string_view caller, std::string_view called, std::vector<Candidate>& out) const;

    std::vector<RoutePolicy> routes_;
    Part any_;
    ByText<Part> tenants_;
    std::vector<Irregular> irregular_;
    bool any_called_ = false;  // some of irregular_
    bool any_caller_ = false;
    std::shared_ptr<const pattern::Database> database_;
    mutable std::vector<std::uint32_t> found_;  // scratch
};

}  // namespace strowger::call
