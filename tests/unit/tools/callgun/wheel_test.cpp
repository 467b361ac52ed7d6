#include "wheel.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace strowger::callgun {
namespace {

std::vector<std::uint32_t> fired(Wheel& wheel, Nanoseconds now) {
    std::vector<std::uint32_t> out;
    wheel.advance(now, [&](std::uint32_t timer, Nanoseconds at) {
        EXPECT_LE(at, now) << "timer " << timer << " fires early";
        out.push_back(timer);
    });
    return out;
}

TEST(Wheel, FiresInItsTickAndOnce) {
    Wheel wheel(4, 0);
    wheel.start(2, 10 * kMillisecond);
    EXPECT_TRUE(fired(wheel, 10 * kMillisecond - 1).empty());
    EXPECT_EQ(fired(wheel, 10 * kMillisecond + Wheel::kTick), std::vector<std::uint32_t>{2});
    EXPECT_FALSE(wheel.running(2));
    EXPECT_TRUE(fired(wheel, kSecond).empty());
}

TEST(Wheel, AStoppedTimerDoesNotFireAndAMovedOneFiresAtItsNewTime) {
    Wheel wheel(4, 0);
    wheel.start(0, 5 * kMillisecond);
    wheel.start(1, 5 * kMillisecond);
    wheel.stop(0);
    wheel.start(1, 20 * kMillisecond);
    EXPECT_TRUE(fired(wheel, 19 * kMillisecond).empty());
    EXPECT_EQ(fired(wheel, 21 * kMillisecond), std::vector<std::uint32_t>{1});
    wheel.stop(3);  // never ran
}

TEST(Wheel, WaitsThroughManyTurns) {
    Wheel wheel(1, 0);
    wheel.start(0, 32 * kSecond);
    for (Nanoseconds now = 0; now < 32 * kSecond; now += 7 * kMillisecond)
        EXPECT_TRUE(fired(wheel, now).empty());
    EXPECT_EQ(fired(wheel, 32 * kSecond + kMillisecond).size(), 1u);
}

TEST(Wheel, AfterAPauseEverythingThatIsDueFires) {
    Wheel wheel(3, 0);
    wheel.start(0, 10 * kMillisecond);
    wheel.start(1, 900 * kMillisecond);
    wheel.start(2, 30 * kSecond);
    EXPECT_EQ(fired(wheel, 20 * kSecond).size(), 2u);
    EXPECT_EQ(fired(wheel, 31 * kSecond), std::vector<std::uint32_t>{2});
}

TEST(Wheel, TimersMayStartAndStopOthersWhileTheyFire) {
    Wheel wheel(3, 0);
    wheel.start(0, kMillisecond);
    wheel.start(1, kMillisecond);
    std::vector<std::uint32_t> order;
    wheel.advance(2 * kMillisecond, [&](std::uint32_t timer, Nanoseconds at) {
        order.push_back(timer);
        if (timer == 2) return wheel.start(0, at + kSecond);
        wheel.stop(timer == 0 ? 1 : 0);  // it is due as well
        wheel.start(2, 0);               // long past: the next tick
    });
    EXPECT_EQ(order, (std::vector<std::uint32_t>{0, 2}));
    EXPECT_TRUE(wheel.running(0));
    EXPECT_FALSE(wheel.running(1));
}

TEST(Wheel, AgreesWithAMapOfTimes) {
    constexpr std::uint32_t kTimers = 500;
    Wheel wheel(kTimers, 0);
    std::map<std::uint32_t, Nanoseconds> expected;
    std::mt19937_64 random(11);
    Nanoseconds now = 0;
    for (int step = 0; step < 4000; ++step) {
        const auto timer = static_cast<std::uint32_t>(random() % kTimers);
        if (random() % 4 == 0) {
            wheel.stop(timer);
            expected.erase(timer);
        } else {
            expected[timer] = now + static_cast<Nanoseconds>(random() % (3 * kSecond));
            wheel.start(timer, expected[timer]);
        }
        now += static_cast<Nanoseconds>(random() % (4 * kMillisecond));
        for (const std::uint32_t fire : fired(wheel, now)) {
            ASSERT_TRUE(expected.contains(fire));
            expected.erase(fire);
        }
        for (const auto& [waiting, at] : expected)
            ASSERT_GT(at, now - 2 * Wheel::kTick) << waiting << " is forgotten";
    }
}

}  // namespace
}  // namespace strowger::callgun
