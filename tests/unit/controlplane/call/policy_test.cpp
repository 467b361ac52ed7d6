#include "call/policy.hpp"

#include <gtest/gtest.h>

#include "call/slab.hpp"

namespace strowger::call {
namespace {

model::Route route(std::string name, std::uint32_t priority, std::vector<std::string> digits) {
    model::Route r;
    r.name = std::move(name);
    r.priority = priority;
    r.digits = std::move(digits);
    return r;
}

struct Routes : testing::Test {
    std::string found(RouteQuery query) {
        std::vector<const RoutePolicy*> out;
        find_routes(policies, query, out);
        std::string names;
        for (const auto* r : out) names += (names.empty() ? "" : " ") + r->name;
        return names;
    }
    void add(model::Route r) {
        model.routes[r.name] = std::move(r);
        policies = compile(model, {"access", "core"}, {"pbx"});
    }
    model::Model model;
    Policies policies;
};

TEST_F(Routes, PriorityThenLongestDigitsThenName) {
    add(route("late", 200, {"0049"}));
    add(route("short", 100, {"00"}));
    add(route("long", 100, {"0049", "0041"}));
    add(route("any", 100, {}));
    add(route("also-short", 100, {"00"}));
    EXPECT_EQ(found({.user = "004912"}), "long also-short short any late");
    EXPECT_EQ(found({.user = "123"}), "any");
}

TEST_F(Routes, RealmTenantDomainAndWholeUsers) {
    auto r = route("x", 1, {});
    r.from = {{"core"}};
    r.tenant = model::TenantRef{"t1"};
    r.domains = {"Example.com"};
    r.users = {"reception"};
    model::Realm realm;
    realm.name = "core";
    model.realms["core"] = realm;
    add(r);
    const RouteQuery good{RealmId{1}, "t1", "example.COM", "reception"};
    EXPECT_EQ(found(good), "x");
    auto bad = good;
    bad.realm = RealmId{0};
    EXPECT_EQ(found(bad), "");
    bad = good;
    bad.tenant = "default";
    EXPECT_EQ(found(bad), "");
    bad = good;
    bad.domain = "other";
    EXPECT_EQ(found(bad), "");
    bad = good;
    bad.user = "reception2";
    EXPECT_EQ(found(bad), "");
}

TEST(Policies, TrunksInheritFromTheirRealm) {
    model::Model model;
    model::Realm realm;
    realm.name = "core";
    realm.codecs = {"PCMA"};
    realm.remove_codecs = {"G723"};
    realm.remove_headers = {"X-A"};
    realm.nat = model::NatMode::on;
    realm.direct_media_with = {{"core"}};
    model.realms["core"] = realm;
    model::Trunk trunk;
    trunk.name = "pbx";
    trunk.realm = {"core"};
    trunk.remove_codecs = {"GSM"};
    trunk.remove_headers = {"X-B"};
    model.trunks["pbx"] = trunk;
    const auto p = compile(model, {"gone", "core"}, {"pbx", "gone"});
    const auto& t = p.trunk(TrunkId{0});
    EXPECT_EQ(t.realm, RealmId{1});
    EXPECT_EQ(t.codecs.keep, (std::vector<std::string>{"PCMA"}));
    EXPECT_EQ(t.codecs.remove, (std::vector<std::string>{"G723", "GSM"}));
    EXPECT_EQ(t.remove_headers, (std::vector<std::string>{"X-A", "X-B"}));
    EXPECT_EQ(t.nat, model::NatMode::on);
    EXPECT_TRUE(p.trunk(TrunkId{1}).name.empty());
    EXPECT_TRUE(p.trunk(kNone<TrunkId>).name.empty());
    EXPECT_TRUE(p.direct(RealmId{1}, RealmId{1}));
    EXPECT_FALSE(p.direct(RealmId{0}, RealmId{1}));
}

TEST(Slab, OldHandlesNameNothing) {
    Slab<int> slab;
    std::uint64_t first = 0;
    slab.add(first) = 7;
    EXPECT_EQ(*slab.find(first), 7);
    slab.remove(first);
    slab.remove(first);
    std::uint64_t second = 0;
    slab.add(second) = 8;
    EXPECT_EQ(slab.find(first), nullptr);
    EXPECT_EQ(*slab.find(second), 8);
    EXPECT_EQ(slab.find(0), nullptr);
    EXPECT_EQ(slab.size(), 1u);
}

}  // namespace
}  // namespace strowger::call
