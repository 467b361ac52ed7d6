#include "call/dial_plan.hpp"

#include <algorithm>
#include <map>

namespace strowger::call {
namespace {

constexpr std::uint32_t kAnyNumber = 1;  // a prefix of n digits: n more
constexpr std::uint32_t kExpression = 500;
constexpr std::uint32_t kWholeUser = 1'000;
// Longer numbers match no expression: nobody is called so, and the work on one is bounded.
constexpr std::size_t kLongestNumber = 64;
// So many are tried one after the other as fast as a database is asked.
constexpr std::size_t kFewExpressions = 8;

}  // namespace

ExpressionPtr Expressions::of(const std::string& text) {
    auto& kept = by_text_[text];
    if (kept != nullptr) return kept;
    if (before_ != nullptr)
        if (const auto at = before_->by_text_.find(text); at != before_->by_text_.end()) return kept = at->second;
    std::string problem;
    return kept = pattern::Expression::compile(text, pattern::Extent::whole, problem);
}

const pattern::Expression* first_match(const std::vector<ExpressionPtr>& expressions, std::string_view number,
                                       pattern::Groups* groups) {
    if (number.size() > kLongestNumber) return nullptr;
    for (const auto& expression : expressions)
        if (expression->matches(number, groups)) return expression.get();
    return nullptr;
}

std::string translated(const RoutePolicy& route, std::string number) {
    pattern::Groups groups;
    if (!route.rewrite.empty() && first_match(route.patterns, number, &groups) != nullptr)
        number = pattern::expand(route.rewrite, groups);
    number.erase(0, std::min<std::size_t>(route.strip, number.size()));
    number.insert(0, route.add);
    return number;
}

bool fits_caller(const RoutePolicy& route, std::string_view caller) {
    if (route.any_caller()) return true;
    const auto begins = [&](const std::string& digits) { return caller.starts_with(digits); };
    return std::any_of(route.callers.begin(), route.callers.end(), begins) ||
           first_match(route.caller_patterns, caller) != nullptr;
}

DialPlan::DialPlan(std::vector<RoutePolicy> routes, const DialPlan* before) : routes_(std::move(routes)) {
    struct Prefixes {
        std::vector<tables::DigitTrie::Prefix> called, caller;
    };
    std::map<const Part*, Prefixes> prefixes;
    for (std::uint32_t i = 0; i < routes_.size(); ++i) {
        const auto& route = routes_[i];
        Part& part = route.any_tenant ? any_ : tenants_[route.tenant];
        auto& of = prefixes[&part];
        for (const auto& digits : route.digits) of.called.push_back({digits, i});
        for (const auto& user : route.users) part.users[user].push_back(i);
        for (const auto& expression : route.patterns) irregular_.push_back({i, false, expression});
        any_called_ = any_called_ || !route.patterns.empty();
        if (!route.any_called()) continue;
        if (route.any_caller()) of.called.push_back({{}, i});
        for (const auto& digits : route.callers) of.caller.push_back({digits, i});
        for (const auto& expression : route.caller_patterns) irregular_.push_back({i, true, expression});
        any_caller_ = any_caller_ || !route.caller_patterns.empty();
    }
    const auto finish = [&](Part& part) {
        part.called.build(std::move(prefixes[&part].called));
        part.caller.build(std::move(prefixes[&part].caller));
    };
    finish(any_);
    for (auto& entry : tenants_) finish(entry.second);
    if (before != nullptr && before->database_ != nullptr && before->expressions() == expressions())
        database_ = before->database_;
}

bool DialPlan::wants_database() const {
    return database_ == nullptr && irregular_.size() > kFewExpressions;
}

std::vector<std::string> DialPlan::expressions() const {
    std::vector<std::string> out;
    out.reserve(irregular_.size());
    for (const auto& entry : irregular_) out.push_back(entry.expression->text());
    return out;
}

void DialPlan::find(std::string_view tenant, std::string_view caller, std::string_view called,
                    std::vector<Candidate>& out) const {
    const auto look = [&](const Part& part) {
        if (!part.users.empty())
            if (const auto at = part.users.find(called); at != part.users.end())
                for (const auto route : at->second) out.push_back({route, kWholeUser});
        part.called.each(called, [&](std::uint32_t route, std::size_t length) {
            out.push_back({route, kAnyNumber + static_cast<std::uint32_t>(length)});
        });
        part.caller.each(caller, [&](std::uint32_t route, std::size_t) { out.push_back({route, kAnyNumber}); });
    };
    look(any_);
    if (const auto at = tenants_.find(tenant); at != tenants_.end()) look(at->second);
    if (!irregular_.empty()) find_irregular(caller, called, out);
}

void DialPlan::find_irregular(std::string_view caller, std::string_view called, std::vector<Candidate>& out) const {
    const auto look = [&](std::string_view number, bool of_caller) {
        if (number.size() > kLongestNumber) return;
        const auto try_one = [&](const Irregular& entry) {
            if (entry.of_caller != of_caller || !entry.expression->matches(number)) return;
            out.push_back({entry.route, of_caller ? kAnyNumber : kExpression});
        };
        if (database_ == nullptr) {
            for (const auto& entry : irregular_) try_one(entry);
            return;
        }
        found_.clear();
        database_->find(number, found_);
        for (const auto place : found_) try_one(irregular_[place]);
    };
    if (any_called_) look(called, false);
    if (any_caller_) look(caller, true);
}

}  // namespace strowger::call
