// The tables of the stateless proxy: dial plan, domains and subscribers, choice of a trunk's target.
#include <gtest/gtest.h>

#include <map>

#include "strowger/tables/proxy.hpp"

namespace strowger::tables {
namespace {

std::vector<std::uint16_t> codes(const Dialplan& plan, const DialQuery& query) {
    Dialplan::Fits room;
    std::vector<std::uint16_t> out;
    for (const DialRule* rule : plan.find(query, room)) out.push_back(rule->reject_code);
    return out;
}

using Codes = std::vector<std::uint16_t>;

// Rules are told apart by their code.
TEST(Dialplan, PriorityThenDigitsThenPlace) {
    Dialplan plan;
    plan.build({{.priority = 10, .digits = {"0"}, .reject_code = 1},
                {.priority = 10, .digits = {"0049", "0"}, .reject_code = 2},
                {.priority = 5, .digits = {"00"}, .reject_code = 3},
                {.priority = 10, .users = {"004930"}, .reject_code = 4},
                {.priority = 10, .reject_code = 5}},
               {1, 2});
    EXPECT_EQ(codes(plan, {.user = "004930"}), (Codes{3, 4, 2, 1, 5}));
    EXPECT_EQ(codes(plan, {.user = "0049"}), (Codes{3, 2, 1, 5}));
    EXPECT_EQ(codes(plan, {.user = "0"}), (Codes{1, 2, 5}));
    EXPECT_EQ(codes(plan, {.user = "bob"}), (Codes{5}));
    EXPECT_EQ(codes(plan, {.user = ""}), (Codes{5}));
}

TEST(Dialplan, ConditionsNarrow) {
    Dialplan plan;
    plan.build({{.from = {RealmId{1}}, .reject_code = 1},
                {.any_tenant = false, .tenant = 3, .reject_code = 2},
                {.domains = {"a.example"}, .reject_code = 3}},
               {});
    EXPECT_EQ(codes(plan, {.realm = RealmId{1}, .tenant = 3, .domain = "a.example", .user = "x"}),
              (Codes{1, 2, 3}));
    EXPECT_EQ(codes(plan, {.realm = RealmId{0}, .tenant = 0, .domain = "b.example", .user = "x"}), (Codes{}));
}

TEST(Dialplan, NoneAndTooMany) {
    Dialplan plan;
    EXPECT_EQ(codes(plan, {.user = "1"}), (Codes{}));
    std::vector<DialRule> many;
    for (std::uint16_t i = 0; i < 100; ++i) many.push_back({.priority = 100u - i, .reject_code = i});
    plan.build(many, {});
    const Codes found = codes(plan, {.user = "1"});
    ASSERT_EQ(found.size(), Dialplan::kMostFits);
    EXPECT_EQ(found.front(), 99);
    EXPECT_EQ(codes(plan, {.user = std::string(200, '1')}).size(), Dialplan::kMostFits);
}

TEST(Domains, SubscribersOfATenant) {
    Domains domains;
    domains.build({{"a.example", 0}, {"b.example", 0}, {"c.example", 1}},
                  {{"bob", 0, 0, false, false}, {"eve", 0, 1, true, true}},
                  {{100, 199, 4, 1, 2, false, false}}, {5, 6});
    EXPECT_EQ(domains.find("B.Example"), 1);
    EXPECT_EQ(domains.find("d.example"), Domains::kNoDomain);
    EXPECT_EQ(domains.subscriber(1, "bob").home, 0) << "at every domain of its tenant";
    EXPECT_EQ(domains.subscriber(2, "bob").home, Domains::kNoDomain);
    EXPECT_EQ(domains.subscriber(0, "Bob").home, Domains::kNoDomain) << "users have case";
    EXPECT_EQ(domains.subscriber(0, "eve").home, Domains::kNoDomain) << "at home only";
    EXPECT_TRUE(domains.subscriber(1, "eve").rules);
    EXPECT_EQ(domains.subscriber(2, "0150").home, 2);
    EXPECT_EQ(domains.subscriber(2, "150").home, Domains::kNoDomain);
    EXPECT_EQ(domains.subscriber(2, "0200").home, Domains::kNoDomain);
    EXPECT_EQ(domains.subscriber(2, "01500000000000000000000").home, Domains::kNoDomain);
    EXPECT_EQ(domains.subscriber(Domains::kNoDomain, "bob").home, Domains::kNoDomain);
}

class Choice : public ::testing::Test {
  protected:
    Choice() {
        for (std::uint8_t i = 0; i < 4; ++i)
            trunk.targets.push_back({{wire::IpAddress::from_v4(wire::be32::from_host(0x0a000000u + i)), {}},
                                     static_cast<std::uint16_t>(i == 3 ? 0 : i + 1),
                                     true});
    }
    std::size_t chosen(std::uint64_t key) const {
        const TrunkTarget* target = trunk.choose(key, {1, 2});
        return target == nullptr ? 99 : static_cast<std::size_t>(target - trunk.targets.data());
    }
    Trunk trunk;
};

TEST_F(Choice, ByWeight) {
    std::map<std::size_t, int> share;
    for (std::uint64_t key = 0; key < 6000; ++key) ++share[chosen(key)];
    EXPECT_NEAR(share[0], 1000, 150);
    EXPECT_NEAR(share[1], 2000, 150);
    EXPECT_NEAR(share[2], 3000, 150);
    EXPECT_EQ(share[3], 0) << "weight 0: the last resort";
}

TEST_F(Choice, OnlyTheShareOfATargetMovesWithIt) {
    std::vector<std::size_t> before;
    for (std::uint64_t key = 0; key < 1000; ++key) before.push_back(chosen(key));
    trunk.set_down(1, true);
    for (std::uint64_t key = 0; key < 1000; ++key) {
        if (before[key] == 1)
            EXPECT_NE(chosen(key), 1u);
        else
            EXPECT_EQ(chosen(key), before[key]);
    }
    trunk.set_down(0, true);
    trunk.set_down(2, true);
    EXPECT_EQ(chosen(1), 3u);
    trunk.set_down(3, true);
    EXPECT_EQ(chosen(1), 99u);
    trunk.set_down(1, false);
    EXPECT_EQ(chosen(1), 1u);
    trunk.set_down(77, true);
}

TEST(Proxy, ListenersAreKnownByTheirTag) {
    Proxy proxy;
    proxy.name_listener(ListenerId{2}, 0xabc, *wire::parse_endpoint("[2001:db8::1]:5060"));
    EXPECT_EQ(proxy.text_of(ListenerId{2}), "[2001:db8::1]:5060");
    EXPECT_EQ(proxy.listener_of(0xabc), ListenerId{2});
    EXPECT_EQ(proxy.listener_of(0), kNone<ListenerId>);
    EXPECT_EQ(proxy.tag_of(ListenerId{0}), 0u);
    EXPECT_EQ(proxy.tag_of(kNone<ListenerId>), 0u);
}

}  // namespace
}  // namespace strowger::tables
