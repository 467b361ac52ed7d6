#include "transaction/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <random>

namespace strowger::transaction {
namespace {

class Recorder : public TimerUser {
  public:
    void on_timer(const Owner& owner, Nanoseconds now) override {
        fired.push_back({owner.id, now});
        if (on_fire) on_fire(owner);
    }
    struct Fired {
        std::uint64_t id;
        Nanoseconds at;
    };
    std::vector<Fired> fired;
    std::function<void(const Owner&)> on_fire;
};

class TimerWheelTest : public ::testing::Test {
  protected:
    TimerWheelTest() { wheel.attach(OwnerKind::core, user); }
    TimerId start(Nanoseconds after, std::uint64_t id) {
        return wheel.start(wheel.now() + after, {OwnerKind::core, 0, id});
    }
    TimerWheel wheel{7 * kSecond};
    Recorder user;
};

TEST_F(TimerWheelTest, FiresInOrderAndNotBeforeItsTime) {
    start(30 * kMillisecond, 3);
    start(10 * kMillisecond, 1);
    start(20 * kMillisecond, 2);
    wheel.advance(7 * kSecond + 9 * kMillisecond);
    EXPECT_TRUE(user.fired.empty());
    wheel.advance(7 * kSecond + 31 * kMillisecond);
    ASSERT_EQ(user.fired.size(), 3u);
    EXPECT_EQ(user.fired[0].id, 1u);
    EXPECT_EQ(user.fired[2].id, 3u);
    EXPECT_EQ(wheel.running(), 0u);
}

TEST_F(TimerWheelTest, ACancelledTimerIsSilentAndItsHandleDead) {
    TimerId timer = start(5 * kMillisecond, 1);
    const TimerId copy = timer;
    wheel.cancel(timer);
    EXPECT_EQ(timer, 0u);
    const TimerId other = start(5 * kMillisecond, 2);
    TimerId stale = copy;
    wheel.cancel(stale);  // must not hit the other, which has its slot
    EXPECT_NE(other, copy);
    wheel.advance(8 * kSecond);
    ASSERT_EQ(user.fired.size(), 1u);
    EXPECT_EQ(user.fired[0].id, 2u);
}

TEST_F(TimerWheelTest, UsersMayStartAndCancelWhileTimersFire) {
    TimerId second = 0;
    user.on_fire = [&](const Owner& owner) {
        if (owner.id != 1) return;
        wheel.cancel(second);
        start(0, 9);
    };
    start(5 * kMillisecond, 1);
    second = start(5 * kMillisecond, 2);
    wheel.advance(8 * kSecond);
    ASSERT_EQ(user.fired.size(), 2u);
    EXPECT_EQ(user.fired[1].id, 9u);
}

// Against the plain truth: every timer fires once, at the first advance past its time, whatever its distance.
TEST_F(TimerWheelTest, ManyRandomTimers) {
    std::mt19937_64 random(5);
    std::vector<Nanoseconds> due;
    const Nanoseconds begin = wheel.now();
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const Nanoseconds after =
            static_cast<Nanoseconds>(random() % (i % 3 == 0 ? 400 * kSecond : 2 * kSecond));
        due.push_back(begin + after);
        start(after, i);
    }
    for (Nanoseconds now = begin; wheel.running() != 0;) {
        const Nanoseconds next = wheel.next();
        EXPECT_GT(next, now);
        now = std::max<Nanoseconds>(next, now + static_cast<Nanoseconds>(random() % kSecond));
        wheel.advance(now);
    }
    ASSERT_EQ(user.fired.size(), due.size());
    for (const auto& fired : user.fired) {
        EXPECT_GE(fired.at, due[fired.id]);
        EXPECT_LT(fired.at, due[fired.id] + 2 * kSecond);
    }
}

TEST_F(TimerWheelTest, NextIsNeverLate) {
    EXPECT_EQ(wheel.next(), INT64_MAX);
    start(100 * kSecond, 1);
    while (user.fired.empty()) {
        const Nanoseconds next = wheel.next();
        ASSERT_LE(next, 7 * kSecond + 100 * kSecond + kMillisecond);
        wheel.advance(next);
    }
}

}  // namespace
}  // namespace strowger::transaction
