#include "media/port_pool.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace strowger::media {
namespace {

constexpr MediaAddressId kAddress{3};

TEST(PortPools, GivesEvenPortsOfTheWorkerOnly) {
    PortPools pools(3);
    pools.configure(kAddress, 16384, 16403);  // ten even ports
    std::set<std::uint16_t> seen;
    for (std::size_t w = 0; w < 3; ++w)
        while (const auto port = pools.take(kAddress, static_cast<WorkerId>(w), 0)) {
            EXPECT_EQ(port % 2, 0);
            EXPECT_EQ((port >> 1) % 3, w);
            EXPECT_GE(port, 16384);
            EXPECT_LE(port + 1, 16403);
            EXPECT_TRUE(seen.insert(port).second) << port;
        }
    EXPECT_EQ(seen.size(), 10u);
    EXPECT_EQ(pools.in_use(), 10u);
    EXPECT_GE(pools.exhausted(), 3u);
}

TEST(PortPools, APortRestsBeforeItIsGivenAgain) {
    PortPools pools(1, 5 * kSecond);
    pools.configure(kAddress, 20000, 20001);
    const auto port = pools.take(kAddress, WorkerId{0}, 0);
    ASSERT_EQ(port, 20000);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 0);
    pools.give_back(kAddress, port, 10 * kSecond);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 15 * kSecond - 1), 0);
    EXPECT_EQ(pools.available(kAddress, WorkerId{0}, 15 * kSecond), 1u);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 15 * kSecond), 20000);
}

TEST(PortPools, TheOneThatHasRestedLongestIsNext) {
    PortPools pools(1);
    pools.configure(kAddress, 20000, 20005);
    for (int i = 0; i < 3; ++i) ASSERT_NE(pools.take(kAddress, WorkerId{0}, 0), 0);
    constexpr std::uint16_t kOrder[] = {20004, 20000, 20002};
    Nanoseconds now = 0;
    for (const std::uint16_t port : kOrder) pools.give_back(kAddress, port, ++now);
    for (const std::uint16_t port : kOrder) EXPECT_EQ(pools.take(kAddress, WorkerId{0}, kSecond), port);
}

TEST(PortPools, AnAddressBearsThousandsOfShortCallsASecond) {
    PortPools pools(1);
    pools.configure(kAddress, 16384, 32767);
    // Calls of 20 ms, 15,000 a second, for ten seconds: each port is used again and again.
    std::deque<std::pair<std::uint16_t, Nanoseconds>> calls;
    for (Nanoseconds now = 0; now < 10 * kSecond; now += kSecond / 15'000) {
        for (; !calls.empty() && calls.front().second <= now; calls.pop_front())
            pools.give_back(kAddress, calls.front().first, now);
        const auto port = pools.take(kAddress, WorkerId{0}, now);
        ASSERT_NE(port, 0) << "after " << now / kMillisecond << " ms";
        calls.emplace_back(port, now + 20 * kMillisecond);
    }
}

TEST(PortPools, WhatNobodyWasToldNeedsNoRest) {
    PortPools pools(1);
    pools.configure(kAddress, 20000, 20003);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 20000);
    pools.put_back(kAddress, 20000);
    EXPECT_EQ(pools.in_use(), 0u);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 20000);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 20002);
    pools.put_back(kAddress, 20000);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 20000);
}

TEST(PortPools, AnUnknownAddressHasNone) {
    PortPools pools(1);
    EXPECT_EQ(pools.take(MediaAddressId{9}, WorkerId{0}, 0), 0);
    pools.give_back(MediaAddressId{9}, 20000, 0);
    EXPECT_EQ(pools.in_use(), 0u);
}

TEST(PortPools, DeclaringTwiceLosesNothing) {
    PortPools pools(1);
    pools.configure(kAddress, 20000, 20003);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 20000);
    pools.configure(kAddress, 20000, 20003);
    EXPECT_EQ(pools.take(kAddress, WorkerId{0}, 0), 20002);
}

}  // namespace
}  // namespace strowger::media
