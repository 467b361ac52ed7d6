// Routes by caller, trunk and regular expressions, and what they make of a number.
#include "call/dial_plan.hpp"

#include <gtest/gtest.h>

#include <random>

#include "call/policy.hpp"

namespace strowger::call {
namespace {

struct Plan : testing::Test {
    model::Route& add(const std::string& name, std::uint32_t priority = 100) {
        auto& r = model.routes[name];
        r.name = name;
        r.priority = priority;
        return r;
    }
    void apply() { policies = compile(model, {"access", "core"}, {"pbx", "carrier"}, &policies); }
    std::string found(RouteQuery query) {
        std::vector<const RoutePolicy*> out;
        find_routes(policies, query, out);
        std::string names;
        for (const auto* r : out) names += (names.empty() ? "" : " ") + r->name;
        return names;
    }
    model::Model model;
    Policies policies;
};

TEST_F(Plan, AnExpressionGoesBeforeDigitsAndAWholeUserBeforeBoth) {
    add("any");
    add("digits").digits = {"0049151"};
    add("pattern").patterns = {{"0049(15|16|17)\\d{7,9}"}};
    add("user").users = {"00491511234567"};
    add("first", 10).digits = {"00"};
    apply();
    EXPECT_EQ(found({.user = "00491511234567"}), "first user pattern digits any");
    EXPECT_EQ(found({.user = "004915112345678"}), "first pattern digits any");
    EXPECT_EQ(found({.user = "0049151"}), "first digits any");
}

TEST_F(Plan, CallersAndTrunksAreConditions) {
    add("caller").callers = {"+49"};
    auto& both = add("both");
    both.digits = {"00"};
    both.caller_patterns = {{"\\+4930\\d+"}};
    add("irregular").caller_patterns = {{"\\+4[0-9]{3,}"}};
    add("trunk").from_trunks = {{"carrier"}};
    apply();
    EXPECT_EQ(found({.user = "0012", .caller = "+49301"}), "both caller irregular");
    EXPECT_EQ(found({.user = "0012", .caller = "+49401"}), "caller irregular");
    EXPECT_EQ(found({.user = "12", .caller = "+43"}), "");
    EXPECT_EQ(found({.user = "12", .caller = "", .trunk = TrunkId{1}}), "trunk");
    EXPECT_EQ(found({.user = "12", .caller = "", .trunk = TrunkId{0}}), "");
}

TEST_F(Plan, TenantsDoNotSeeEachOther) {
    for (const char* tenant : {"a", "b"}) {
        auto& r = add(tenant);
        r.tenant = model::TenantRef{tenant};
        r.digits = {"0"};
        r.patterns = {{"1+"}};
    }
    apply();
    EXPECT_EQ(found({.tenant = "a", .user = "01"}), "a");
    EXPECT_EQ(found({.tenant = "b", .user = "11"}), "b");
    EXPECT_EQ(found({.tenant = "c", .user = "01"}), "");
}

TEST_F(Plan, ANumberIsRewrittenThenStrippedThenAddedTo) {
    auto& r = add("r");
    r.patterns = {{"0([1-9]\\d+)"}, {"(\\d)x(\\d)"}};
    r.digits = {"7"};
    r.rewrite = "99\\1\\2";
    r.strip = 1;
    r.add = "+";
    apply();
    const auto& route = policies.plan->routes().front();
    EXPECT_EQ(translated(route, "0301"), "+9301");
    EXPECT_EQ(translated(route, "1x2"), "+912");
    EXPECT_EQ(translated(route, "712"), "+12") << "no pattern fits: it is as it was called";
}

TEST_F(Plan, AHostileNumberIsNoNumber) {
    add("r").patterns = {{"(1+)+2"}, {".*"}};
    apply();
    EXPECT_EQ(found({.user = std::string(60, '1')}), "r") << "by the second of them";
    EXPECT_EQ(found({.user = std::string(5'000, '1')}), "");
}

// With and without the database, over everything that can be asked: the same routes in the same order.
TEST_F(Plan, TheDatabaseChangesNothing) {
    std::mt19937 random(3);
    const auto digits = [&](std::size_t n) {
        std::string text;
        while (text.size() < n) text += static_cast<char>('0' + random() % 3);
        return text;
    };
    for (int i = 0; i < 60; ++i) {
        auto& r = add("r" + std::to_string(i), static_cast<std::uint32_t>(random() % 4));
        if (random() % 2 != 0) r.patterns = {{digits(2) + "[01]*"}, {digits(1) + "\\d{2}"}};
        if (random() % 3 == 0) r.caller_patterns = {{digits(1) + "\\d*"}};
        if (random() % 3 == 0) r.digits = {digits(2), digits(1)};
    }
    apply();
    ASSERT_TRUE(policies.plan->wants_database());
    std::vector<std::string> asked, before;
    for (int i = 0; i < 500; ++i) asked.push_back(digits(1 + random() % 5));
    for (const auto& number : asked) before.push_back(found({.user = number, .caller = asked.front()}));
    std::string problem;
    policies.plan->take(pattern::Database::build(policies.plan->expressions(), problem));
    ASSERT_TRUE(policies.plan->has_database()) << problem;
    for (std::size_t i = 0; i < asked.size(); ++i)
        EXPECT_EQ(found({.user = asked[i], .caller = asked.front()}), before[i]) << asked[i];
    // It serves on when something else than an expression changes, and no longer when one does.
    model.routes["r1"].strip = 1;
    apply();
    EXPECT_TRUE(policies.plan->has_database());
    add("new").patterns = {{"9\\d"}};
    apply();
    EXPECT_FALSE(policies.plan->has_database());
    EXPECT_TRUE(policies.plan->wants_database());
}

TEST_F(Plan, AFewExpressionsNeedNoDatabase) {
    add("r").patterns = {{"1+"}, {"2+"}};
    apply();
    EXPECT_FALSE(policies.plan->wants_database());
}

}  // namespace
}  // namespace strowger::call
