#include "trunk/trunks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace strowger::trunk {
namespace {

class TrunksTest : public ::testing::Test {
  protected:
    TrunksTest() {
        model.trunks["pbx"] = {.name = "pbx"};
        auto& pbx = model.trunks["pbx"];
        pbx.realm.name = "core";
        pbx.targets = {target("10.0.0.1:5060", 3), target("10.0.0.2:5060", 1), target("10.0.0.3:5060", 0)};
        pbx.probe_failures = 2;
        pbx.max_calls = 2;
        model.trunks["carrier"] = {.name = "carrier"};
        auto& carrier = model.trunks["carrier"];
        carrier.realm.name = "core";
        carrier.targets = {target("192.0.2.1:5060", 1)};
        carrier.identify = {*wire::parse_prefix("10.0.0.0/8"), *wire::parse_prefix("192.0.2.0/24")};
        trunks.configure(model, ids);
        pbx_id = trunks.find("pbx");
    }
    static model::Target target(const char* remote, std::uint16_t weight) {
        return {.remote = *wire::parse_endpoint(remote), .weight = weight};
    }
    static wire::IpAddress ip(const char* text) { return *wire::parse_address(text); }
    std::vector<std::uint16_t> order(std::uint64_t random) {
        std::vector<std::uint16_t> out;
        trunks.order(pbx_id, random, 1000 * kSecond, out);
        return out;
    }
    [[nodiscard]] RealmId core() const { return ids.realms.find("core"); }

    model::Model model;
    publish::Ids ids;
    resolver::Penalties penalties;
    Trunks trunks{penalties};
    TrunkId pbx_id{};
};

TEST_F(TrunksTest, TheLongestPrefixOfTheRealmIdentifies) {
    EXPECT_EQ(trunks.identify(core(), ip("10.0.0.2")), pbx_id) << "its target's address is longer than 10/8";
    EXPECT_EQ(trunks.identify(core(), ip("10.9.9.9")), trunks.find("carrier"));
    EXPECT_EQ(trunks.identify(core(), ip("203.0.113.1")), kNone<TrunkId>);
    EXPECT_EQ(trunks.identify(RealmId{77}, ip("10.0.0.2")), kNone<TrunkId>)
        << "another realm's addresses are others";
}

TEST_F(TrunksTest, TargetsAreDrawnByWeight) {
    std::map<std::uint16_t, int> first;
    for (std::uint64_t i = 0; i < 4000; ++i) {
        const auto drawn = order(i * 0x9E3779B97F4A7C15ULL);
        ASSERT_EQ(drawn.size(), 3u);
        EXPECT_EQ(drawn.back(), 2) << "weight 0 comes last";
        ++first[drawn.front()];
    }
    EXPECT_NEAR(first[0], 3000, 200);
    EXPECT_NEAR(first[1], 1000, 200);
}

TEST_F(TrunksTest, ATargetThatIsDownIsLeftOutUntilItAnswers) {
    trunks.mark_failure(pbx_id, 0, 408, 1);
    EXPECT_EQ(order(0).size(), 3u) << "one failure is not enough";
    trunks.mark_failure(pbx_id, 0, 408, 2);
    const auto without = order(0);
    EXPECT_EQ(std::count(without.begin(), without.end(), 0), 0);
    for (const std::uint16_t other : {std::uint16_t{1}, std::uint16_t{2}})
        for (int i = 0; i < 2; ++i) trunks.mark_failure(pbx_id, other, 0, 3);
    EXPECT_TRUE(order(0).empty());
    trunks.mark_success(pbx_id, 1, 200, kMillisecond, 4);
    EXPECT_EQ(order(0), std::vector<std::uint16_t>{1});
}

TEST_F(TrunksTest, WithoutProbesNothingGoesDown) {
    model.trunks["pbx"].probe_interval = model::Duration{0};
    trunks.configure(model, ids);
    for (int i = 0; i < 50; ++i) trunks.mark_failure(pbx_id, 0, 408, i);
    EXPECT_EQ(order(0).size(), 3u) << "nothing would bring it back";
}

constexpr Load kIn{.direction = Direction::in};
constexpr Load kOut{.direction = Direction::out};
constexpr Load kEmergency{.direction = Direction::out, .emergency = true};

class CapacityTest : public TrunksTest {
  protected:
    // Applies what a test changed.
    model::Trunk& pbx() { return model.trunks["pbx"]; }
    void apply() { trunks.configure(model, ids); }
    std::uint16_t take(const Load& load, TrunkId id) { return trunks.take_call(id, load, now); }
    std::uint16_t take(const Load& load) { return take(load, pbx_id); }
    void release(const Load& load) { trunks.release_call(pbx_id, load); }
    Nanoseconds now = 100 * kSecond;
};

TEST_F(CapacityTest, CallsAreCountedAndLimited) {
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut), 503);
    EXPECT_EQ(trunks.find(pbx_id)->refused_full, 1u);
    release(kIn);
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(trunks.find(pbx_id)->usage.calls(), 2u);
    EXPECT_EQ(take(kEmergency), 0) << "passes every limit";
}

TEST_F(CapacityTest, EachDirectionHasItsOwnLimitAndCode) {
    pbx().max_calls = 0;
    pbx().max_calls_in = 1;
    pbx().max_calls_out = 2;
    pbx().full_code = 480;
    apply();
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(take(kIn), 480);
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut), 480);
}

TEST_F(CapacityTest, WhatIsReservedIsKeptFree) {
    pbx().max_calls = 5;
    pbx().reserved_in = 2;
    pbx().reserved_emergency = 1;
    apply();
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut), 503) << "two are kept for calls in, one for emergencies";
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(take(kIn), 503) << "the last one is for emergencies";
    EXPECT_EQ(take(kEmergency), 0);
    EXPECT_EQ(trunks.find(pbx_id)->usage.calls(), 5u);
}

TEST_F(CapacityTest, ReservedCallsThatRunAreNotCountedTwice) {
    pbx().max_calls = 3;
    pbx().reserved_in = 2;
    apply();
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(take(kIn), 0);
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut), 503);
}

TEST_F(CapacityTest, CallsASecond) {
    pbx().max_calls = 0;
    pbx().calls_per_second = 3;
    apply();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kIn), 503);
    now += 400 * kMillisecond;
    EXPECT_EQ(take(kIn), 0) << "a third of a second gives one back";
    EXPECT_EQ(take(kIn), 503);
    now += 5 * kSecond;
    int taken = 0;
    for (int i = 0; i < 10; ++i) taken += take(kOut) == 0 ? 1 : 0;
    EXPECT_EQ(taken, 3) << "rest is not saved up";
}

TEST_F(CapacityTest, Bandwidth) {
    pbx().max_calls = 0;
    pbx().max_bandwidth = 170;
    apply();
    const Load g711{.direction = Direction::out, .kbit = 80};
    EXPECT_EQ(take(g711), 0);
    EXPECT_EQ(take(g711), 0);
    EXPECT_EQ(take(g711), 503);
    release(g711);
    EXPECT_EQ(take({.direction = Direction::in, .kbit = 24}), 0);
    EXPECT_EQ(trunks.find(pbx_id)->usage.kbit, 104u);
}

TEST_F(CapacityTest, AGroupLimitsItsTrunksTogether) {
    const TrunkId carrier = trunks.find("carrier");
    model.trunk_groups["all"] = {.name = "all"};
    auto& all = model.trunk_groups["all"];
    all.trunks = {{.trunk = {"pbx"}}, {.trunk = {"carrier"}}};
    all.max_calls = 2;
    all.full_code = 486;
    apply();
    EXPECT_EQ(take(kOut), 0);
    EXPECT_EQ(take(kOut, carrier), 0);
    EXPECT_EQ(take(kOut, carrier), 486);
    EXPECT_EQ(trunks.groups()[0].refused_full, 1u);
    EXPECT_EQ(trunks.find(carrier)->refused_full, 0u) << "the trunk itself is not full";
    EXPECT_EQ(trunks.usage_of(trunks.groups()[0]).calls(), 2u);
    model.trunk_groups.clear();
    apply();
    EXPECT_EQ(take(kOut, carrier), 0);
}

class CircuitTest : public CapacityTest {
  protected:
    CircuitTest() {
        pbx().targets = {target("10.0.0.1:5060", 1)};
        pbx().probe_interval = model::Duration{0};
        pbx().max_failures = 2;
        pbx().open_time = std::chrono::seconds(30);
        apply();
    }
    void call(bool failed) {
        if (trunks.begin_call(pbx_id, 0, now)) trunks.end_call(pbx_id, 0, failed, now);
    }
    bool offered() {
        std::vector<std::uint16_t> out;
        trunks.order(pbx_id, 0, now, out);
        return !out.empty();
    }
    [[nodiscard]] Circuit circuit() const { return trunks.find(pbx_id)->targets[0].circuit; }
};

TEST_F(CircuitTest, OpensAfterFailuresInARowAndTriesOneCall) {
    call(true);
    call(false);
    call(true);
    EXPECT_EQ(circuit(), Circuit::closed) << "not in a row";
    call(true);
    EXPECT_EQ(circuit(), Circuit::open);
    EXPECT_FALSE(offered());
    EXPECT_FALSE(trunks.begin_call(pbx_id, 0, now));
    now += 31 * kSecond;
    EXPECT_TRUE(offered());
    EXPECT_TRUE(trunks.begin_call(pbx_id, 0, now));
    EXPECT_EQ(circuit(), Circuit::half_open);
    EXPECT_FALSE(offered()) << "one call decides";
    EXPECT_FALSE(trunks.begin_call(pbx_id, 0, now));
    trunks.end_call(pbx_id, 0, false, now);
    EXPECT_EQ(circuit(), Circuit::closed);
    EXPECT_TRUE(offered());
}

TEST_F(CircuitTest, AFailedTrialOpensForTwiceAsLong) {
    for (int i = 0; i < 2; ++i) call(true);
    for (int round = 0; round < 10; ++round) {
        const auto open_for = (30 * kSecond) << std::min(round, 4);
        now += open_for - kMillisecond;
        EXPECT_FALSE(offered()) << round;
        now += 2 * kMillisecond;
        EXPECT_TRUE(offered()) << round;
        call(true);
    }
}

TEST_F(CircuitTest, ATrialThatTellsNothingIsRepeated) {
    for (int i = 0; i < 2; ++i) call(true);
    now += 31 * kSecond;
    EXPECT_TRUE(trunks.begin_call(pbx_id, 0, now));  // its caller gives up
    now += 61 * kSecond;
    EXPECT_TRUE(offered());
    EXPECT_TRUE(trunks.begin_call(pbx_id, 0, now));
    trunks.end_call(pbx_id, 0, false, now);
}

TEST_F(CircuitTest, ZeroFailuresNeverOpen) {
    pbx().max_failures = 0;
    apply();
    for (int i = 0; i < 100; ++i) call(true);
    EXPECT_EQ(circuit(), Circuit::closed);
}

TEST_F(TrunksTest, AReconfiguredTrunkKeepsItsIdItsCallsAndTheHealthOfWhatStays) {
    trunks.take_call(pbx_id, kIn, 1);
    for (int i = 0; i < 2; ++i) trunks.mark_failure(pbx_id, 1, 503, i);
    model.trunks["pbx"].targets = {target("10.0.0.9:5060", 1), target("10.0.0.2:5060", 5)};
    trunks.configure(model, ids);
    EXPECT_EQ(trunks.find("pbx"), pbx_id);
    const Trunk& pbx = *trunks.find(pbx_id);
    EXPECT_EQ(pbx.usage.calls(), 1u);
    EXPECT_EQ(pbx.targets[0].health, Health::unknown);
    EXPECT_EQ(pbx.targets[1].health, Health::down);
    model.trunks.erase("pbx");
    trunks.configure(model, ids);
    EXPECT_EQ(trunks.find("pbx"), kNone<TrunkId>);
    EXPECT_EQ(trunks.identify(core(), ip("10.0.0.9")), trunks.find("carrier"));
    EXPECT_NE(trunks.take_call(pbx_id, kIn, 1), 0) << "deleted: no new calls";
    trunks.release_call(pbx_id, kIn);
    EXPECT_EQ(trunks.find(pbx_id)->usage.calls(), 0u);
}

class NamedTrunksTest : public TrunksTest {
  protected:
    NamedTrunksTest() {
        model.trunks["pbx"].targets = {target("10.0.0.1:5060", 1), {.weight = 0, .name = "carrier.example"}};
        trunks.configure(model, ids);
    }
    static resolver::Hop hop(const char* remote, std::uint16_t tier, std::uint32_t weight = 100) {
        return {net::TransportKind::udp, *wire::parse_endpoint(remote), tier, weight};
    }
    void resolve(std::vector<resolver::Hop> hops, Nanoseconds now = 1) {
        trunks.resolved(pbx_id, 1, std::move(hops), now);
    }
    [[nodiscard]] const Target& at(std::size_t i) const { return trunks.find(pbx_id)->targets[i]; }
};

TEST_F(NamedTrunksTest, TheAddressesOfANameComeByPriorityInItsPlace) {
    EXPECT_EQ(order(0), std::vector<std::uint16_t>{0}) << "nothing is known of the name yet";
    resolve({hop("10.0.1.1:5060", 1), hop("10.0.1.2:5061", 2)});
    EXPECT_EQ(order(0), (std::vector<std::uint16_t>{0, 1, 2}));
    EXPECT_EQ(trunks.identify(core(), ip("10.0.1.2")), pbx_id);
    EXPECT_EQ(trunks.resolutions(), 1u);
    resolve({hop("10.0.1.1:5060", 1), hop("10.0.1.2:5061", 2)});
    EXPECT_EQ(trunks.resolutions(), 1u) << "nothing has changed";
    resolve({hop("10.0.1.1:5060", 2), hop("10.0.1.2:5061", 1)});
    EXPECT_EQ(order(0), (std::vector<std::uint16_t>{0, 2, 1}));
}

TEST_F(NamedTrunksTest, AnAddressThatStaysKeepsItsPositionAndHealth) {
    resolve({hop("10.0.1.1:5060", 1), hop("10.0.1.2:5060", 1)});
    for (int i = 0; i < 2; ++i) trunks.mark_failure(pbx_id, 2, 408, i);
    resolve({hop("10.0.1.3:5060", 1), hop("10.0.1.2:5060", 1)});
    EXPECT_TRUE(at(1).gone);
    EXPECT_EQ(at(2).health, Health::down);
    EXPECT_EQ(wire::to_string(at(3).options.remote), "10.0.1.3:5060");
    EXPECT_EQ(order(0), (std::vector<std::uint16_t>{0, 3}));
    EXPECT_NE(trunks.identify(core(), ip("10.0.1.1")), pbx_id);
    resolve({hop("10.0.1.4:5060", 1)}, 700 * kSecond);
    resolve({hop("10.0.1.5:5060", 1)}, 1400 * kSecond);
    EXPECT_EQ(trunks.find(pbx_id)->targets.size(), 4u) << "positions long gone are used again";
}

TEST_F(NamedTrunksTest, WhatFailedLatelyIsTriedLast) {
    resolve({hop("10.0.1.1:5060", 1), hop("10.0.1.2:5060", 2)});
    penalties.failed(core(), *wire::parse_endpoint("10.0.1.1:5060"), 1000 * kSecond - 1);
    EXPECT_EQ(order(0), (std::vector<std::uint16_t>{0, 2, 1}));
    trunks.mark_success(pbx_id, 1, 200, 0, 1);
    EXPECT_EQ(order(0), (std::vector<std::uint16_t>{0, 1, 2}));
}

TEST_F(NamedTrunksTest, AnotherModelKeepsWhatIsKnownOfTheName) {
    resolve({hop("10.0.1.1:5060", 1)});
    model.trunks["pbx"].targets = {{.weight = 3, .name = "carrier.example"}};
    trunks.configure(model, ids);
    EXPECT_EQ(order(0), std::vector<std::uint16_t>{0});
    EXPECT_EQ(wire::to_string(at(0).options.remote), "10.0.1.1:5060");
}

}  // namespace
}  // namespace strowger::trunk
