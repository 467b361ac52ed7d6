#include "schedule.hpp"

#include <gtest/gtest.h>

namespace strowger::callgun {
namespace {

TEST(Schedule, AttemptsAreDueByTheClockAlone) {
    Schedule schedule(kSecond, 1000, 10);
    std::uint64_t number = 0;
    Nanoseconds due = 0;
    EXPECT_FALSE(schedule.take(kSecond - 1, number, due));
    ASSERT_TRUE(schedule.take(kSecond, number, due));
    EXPECT_EQ(number, 0u);
    EXPECT_EQ(due, kSecond);
    EXPECT_FALSE(schedule.take(kSecond + 999 * kMicrosecond, number, due));
    ASSERT_TRUE(schedule.take(kSecond + kMillisecond, number, due));
    EXPECT_EQ(number, 1u);
}

TEST(Schedule, ALateWakeUpGetsAllThatWereMissedWithTheirOwnTimes) {
    Schedule schedule(0, 1000, 100);
    std::uint64_t number = 0;
    Nanoseconds due = 0;
    std::uint64_t taken = 0;
    while (schedule.take(50 * kMillisecond, number, due)) {
        EXPECT_EQ(number, taken);
        EXPECT_EQ(due, static_cast<Nanoseconds>(taken) * kMillisecond);
        ++taken;
    }
    EXPECT_EQ(taken, 51u);  // those of 0 to 50 ms
    EXPECT_EQ(schedule.next(), 51 * kMillisecond);
    EXPECT_FALSE(schedule.finished());
}

TEST(Schedule, NoErrorAddsUp) {
    Schedule schedule(0, 3, 10'000'000);
    EXPECT_NEAR(static_cast<double>(schedule.time_of(3'000'000)), 1e15, 1e3);
}

TEST(Schedule, EndsAfterItsTotal) {
    Schedule schedule(0, 1000, 3);
    std::uint64_t number = 0;
    Nanoseconds due = 0;
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(schedule.take(kSecond, number, due));
    EXPECT_TRUE(schedule.finished());
    EXPECT_FALSE(schedule.take(kSecond, number, due));
    Schedule ended(0, 1000, 100);
    EXPECT_TRUE(ended.take(kSecond, number, due));
    ended.end();
    EXPECT_TRUE(ended.finished());
    EXPECT_EQ(ended.taken(), 1u);
}

}  // namespace
}  // namespace strowger::callgun
