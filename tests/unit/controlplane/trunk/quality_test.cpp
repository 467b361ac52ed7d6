#include "trunk/quality.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "trunk/trunks.hpp"

namespace strowger::trunk {
namespace {

constexpr Setup kAnswered{.answered = true, .delay = 2 * kSecond};
constexpr Setup kFailed{};

Media media(std::uint64_t lost, std::uint16_t mos_100) {
    return {.packets = 1000 - lost, .lost = lost, .jitter_us = 4000, .mos_100 = mos_100};
}

TEST(Window, SlidesInEighths) {
    Window window;
    const Nanoseconds length = 80 * kSecond;
    window.add(kAnswered, 5 * kSecond, length);
    window.add(kFailed, 45 * kSecond, length);
    EXPECT_EQ(window.total(79 * kSecond, length).attempts, 2u);
    EXPECT_EQ(window.total(81 * kSecond, length).attempts, 1u) << "the eighth with the first one has passed";
    EXPECT_EQ(window.total(130 * kSecond, length).attempts, 0u);
    window.add(media(10, 410), 131 * kSecond, length);
    const Measured now = window.total(131 * kSecond, length);
    EXPECT_EQ(now.attempts, 0u) << "old eighths are emptied when their place is used again";
    EXPECT_EQ(now.media, 1u);
    EXPECT_DOUBLE_EQ(now.loss(), 1.0);
    EXPECT_DOUBLE_EQ(now.jitter_ms(), 4.0);
    EXPECT_DOUBLE_EQ(now.mos(), 4.1);
}

TEST(Bars, EachIsLookedAtWhenEnoughCallsCountForIt) {
    model::Trunk options;
    options.quality_calls = 2;
    Measured measured;
    measured.add(media(50, 290));
    measured.add(kAnswered);
    measured.add(kFailed);
    EXPECT_EQ(missed_bar(options, measured), "") << "no bar is set";
    options.min_mos = {360};
    EXPECT_EQ(missed_bar(options, measured), "") << "one call is too few";
    EXPECT_FALSE(is_enough(options, measured));
    measured.add(media(50, 290));
    EXPECT_TRUE(is_enough(options, measured));
    EXPECT_EQ(missed_bar(options, measured), "mos is 2.90, min_mos 3.6");
    options.min_mos = {250};
    options.max_loss = {250};
    EXPECT_EQ(missed_bar(options, measured), "loss is 5.00 %, max_loss 2.5");
    options.max_loss = {500};
    options.max_jitter = model::milliseconds(3);
    EXPECT_EQ(missed_bar(options, measured), "jitter is 4.0 ms, max_jitter 3ms");
    options.max_jitter = model::milliseconds(4);
    options.min_answer_ratio = 51;
    EXPECT_EQ(missed_bar(options, measured), "50 % of its calls are answered, min_answer_ratio 51");
    options.min_answer_ratio = 50;
    options.max_post_dial_delay = model::milliseconds(1500);
    EXPECT_EQ(missed_bar(options, measured), "") << "one of them rang";
    measured.add(kAnswered);
    EXPECT_EQ(missed_bar(options, measured), "post-dial delay is 2000 ms, max_post_dial_delay 1500ms");
}

struct QualityTest : testing::Test {
    QualityTest() {
        auto& carrier = model.trunks["carrier"];
        carrier.name = "carrier";
        carrier.realm.name = "core";
        for (const char* remote : {"10.0.0.1:5060", "10.0.0.2:5060"})
            carrier.targets.push_back({.remote = *wire::parse_endpoint(remote), .weight = 1});
        carrier.quality_calls = 3;
        carrier.min_mos = {360};
        carrier.quality_window = model::minutes(5);
        carrier.quality_hold = model::seconds(60);
    }
    void apply(model::Quality quality) {
        model.trunks["carrier"].quality = quality;
        trunks.configure(model, ids);
        id = trunks.find("carrier");
    }
    void calls(std::uint16_t mos_100, int count = 3) {
        for (int i = 0; i < count; ++i) trunks.note(id, 0, media(0, mos_100), now);
    }
    // Of 2000 calls: how many try target 0 first.
    int first() {
        int out = 0;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            std::vector<std::uint16_t> order;
            left = trunks.order(id, i * 0x9E3779B97F4A7C15ULL >> 7, now, order);
            EXPECT_EQ(order.size(), 2u);
            out += order.front() == 0 ? 1 : 0;
        }
        return out;
    }
    const Standing& standing() { return trunks.find(id)->targets[0].standing; }

    model::Model model;
    publish::Ids ids;
    resolver::Penalties penalties;
    Trunks trunks{penalties};
    TrunkId id{};
    Nanoseconds now = 1000 * kSecond;
    std::size_t left = 0;
};

TEST_F(QualityTest, OffOnlyTells) {
    apply(model::Quality::off);
    calls(250);
    EXPECT_TRUE(standing().poor);
    EXPECT_EQ(standing().missed, "mos is 2.50, min_mos 3.6");
    EXPECT_NEAR(first(), 1000, 100);
    calls(420);
    EXPECT_FALSE(standing().poor) << "what led to the verdict before does not count for this one";
    EXPECT_EQ(trunks.changes(), 2u);
}

TEST_F(QualityTest, LowerLeavesATenthOfTheWeight) {
    apply(model::Quality::lower);
    calls(420);
    EXPECT_NEAR(first(), 1000, 100);
    now += 600 * kSecond;
    calls(250);
    EXPECT_NEAR(first(), 2000 / 11, 60);
    EXPECT_EQ(left, 0u);
    calls(420);
    EXPECT_NEAR(first(), 1000, 100);
}

TEST_F(QualityTest, WhatIsLeftIsTheLastResortUntilTrialsSayOtherwise) {
    apply(model::Quality::leave);
    calls(250);
    EXPECT_EQ(first(), 0);
    EXPECT_EQ(left, 1u) << "told apart, so that other trunks come before it";
    now += 61 * kSecond;
    EXPECT_NEAR(first(), 200, 60) << "one in ten is a trial";
    // Three trial calls are under way: no more of them.
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(trunks.begin_call(id, 0, now));
    EXPECT_EQ(first(), 0);
    calls(250);
    EXPECT_TRUE(standing().poor);
    now += 59 * kSecond;
    EXPECT_EQ(first(), 0) << "the trials failed: the time runs anew";
    now += 2 * kSecond;
    for (int i = 0; i < 3; ++i) trunks.begin_call(id, 0, now);
    now += 61 * kSecond;
    EXPECT_NEAR(first(), 200, 60) << "trials that told nothing are followed by others";
    calls(420);
    EXPECT_FALSE(standing().poor);
    EXPECT_NEAR(first(), 1000, 100);
    EXPECT_EQ(left, 0u);
}

TEST_F(QualityTest, WithoutBarsNothingIsPoor) {
    apply(model::Quality::leave);
    calls(250);
    model.trunks["carrier"].min_mos = {};
    apply(model::Quality::leave);
    EXPECT_NEAR(first(), 1000, 100);
    calls(250, 1);
    EXPECT_FALSE(standing().poor);
}

}  // namespace
}  // namespace strowger::trunk
