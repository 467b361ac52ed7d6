#include "retransmission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strowger::callgun {
namespace {

constexpr Nanoseconds kT1 = 500 * kMillisecond;
constexpr Nanoseconds kT2 = 4 * kSecond;

// When the request is sent again, in units of T1, until it is given up.
std::vector<Nanoseconds> times(Nanoseconds longest, Nanoseconds& end) {
    Retransmission repeat;
    std::vector<Nanoseconds> out;
    Nanoseconds now = repeat.begin(kSecond, kT1);
    while (!repeat.over(now)) {
        out.push_back((now - kSecond) / kT1);
        now = repeat.again(now, longest);
    }
    end = (now - kSecond) / kT1;
    return out;
}

TEST(Retransmission, OfAnInviteDoublesWithoutBound) {  // RFC 3261 17.1.1.2
    Nanoseconds end = 0;
    EXPECT_EQ(times(kNoLongest, end), (std::vector<Nanoseconds>{1, 3, 7, 15, 31, 63}));
    EXPECT_EQ(end, 64);
}

TEST(Retransmission, OfOthersDoublesUpToT2) {  // RFC 3261 17.1.2.2
    Nanoseconds end = 0;
    EXPECT_EQ(times(kT2, end), (std::vector<Nanoseconds>{1, 3, 7, 15, 23, 31, 39, 47, 55, 63}));
    EXPECT_EQ(end, 64);
}

TEST(Retransmission, KnowsWhetherItHappened) {
    Retransmission repeat;
    repeat.begin(0, kT1);
    EXPECT_FALSE(repeat.repeated);
    repeat.again(kT1, kT2);
    EXPECT_TRUE(repeat.repeated);
    repeat.begin(kSecond, kT1);
    EXPECT_FALSE(repeat.repeated);
}

}  // namespace
}  // namespace strowger::callgun
