#include "rtp/leg_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace strowger::rtp {
namespace {

constexpr MediaAddressId kOne{3};

TEST(LegTable, FindsOnlyPortsOfKnownRanges) {
    LegTable table(WorkerId{0}, 1);
    EXPECT_FALSE(table.find(kOne, 16384));
    ASSERT_TRUE(table.add_address(kOne, 16384, 32767));
    EXPECT_TRUE(table.find(kOne, 16384));
    EXPECT_TRUE(table.find(kOne, 32767));
    EXPECT_FALSE(table.find(kOne, 16383));
    EXPECT_FALSE(table.find(kOne, 32768));
    EXPECT_FALSE(table.find(kOne, 0));
    EXPECT_FALSE(table.find(MediaAddressId{4}, 16384));
    EXPECT_FALSE(table.find(kNone<MediaAddressId>, 16384));
    EXPECT_FALSE(table.find(kOne, 16384).live()) << "memory begins closed";
}

TEST(LegTable, RtpAndRtcpPortShareALeg) {
    LegTable table(WorkerId{0}, 1);
    ASSERT_TRUE(table.add_address(kOne, 16384, 32767));
    EXPECT_EQ(table.find(kOne, 20000).hot, table.find(kOne, 20001).hot);
    EXPECT_NE(table.find(kOne, 20000).hot, table.find(kOne, 20002).hot);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(table.find(kOne, 20000).hot) % 64, 0u);
}

TEST(LegTable, AddressesDoNotShareLegs) {
    LegTable table(WorkerId{0}, 1);
    ASSERT_TRUE(table.add_address(MediaAddressId{0}, 16384, 32767));
    ASSERT_TRUE(table.add_address(MediaAddressId{1}, 16384, 32767));
    EXPECT_NE(table.find(MediaAddressId{0}, 20000).hot, table.find(MediaAddressId{1}, 20000).hot);
}

TEST(LegTable, EachPortHasExactlyOneOwnerForAnyNumberOfWorkers) {
    for (const std::uint16_t workers : std::initializer_list<std::uint16_t>{1, 2, 3, 5, 7, 8, 31, 255}) {
        std::vector<int> owners(32768, 0);
        for (std::uint16_t w = 0; w < workers; ++w) {
            LegTable table(static_cast<WorkerId>(w), workers);
            ASSERT_TRUE(table.add_address(kOne, 0, 65535));
            std::set<Leg*> seen;
            for (std::uint32_t port = 0; port < 65536; port += 2) {
                const auto leg = table.find(kOne, static_cast<std::uint16_t>(port));
                if (!leg) continue;
                EXPECT_EQ((port >> 1) % workers, w);
                EXPECT_TRUE(seen.insert(leg.hot).second) << "two ports share a leg";
                leg.hot->ssrc = port;  // the memory is there
                ++owners[port / 2];
            }
        }
        for (const int n : owners) ASSERT_EQ(n, 1);
    }
}

TEST(LegTable, RangesGrowAndLegsStay) {
    LegTable table(WorkerId{0}, 1);
    ASSERT_TRUE(table.add_address(kOne, 20000, 20999));
    auto leg = table.find(kOne, 20500);
    leg.hot->ssrc = 7;
    ASSERT_TRUE(table.add_address(kOne, 30000, 40000));
    EXPECT_EQ(table.find(kOne, 20500).hot, leg.hot);
    EXPECT_EQ(leg.hot->ssrc, 7u);
    EXPECT_TRUE(table.find(kOne, 40000));
    ASSERT_TRUE(table.add_address(kOne, 16384, 16385));
    EXPECT_TRUE(table.find(kOne, 40000)) << "a smaller range takes nothing away";
    EXPECT_TRUE(table.find(kOne, 16384));
}

TEST(LegTable, RefusesNonsense) {
    LegTable table(WorkerId{0}, 1);
    EXPECT_FALSE(table.add_address(kOne, 200, 100));
    EXPECT_FALSE(table.add_address(static_cast<MediaAddressId>(LegTable::kMaxAddresses), 1, 2));
}

TEST(LegTable, LiveListKeepsItsBooks) {
    LegTable table(WorkerId{0}, 1);
    ASSERT_TRUE(table.add_address(kOne, 16384, 32767));
    for (std::uint16_t port = 16384; port < 16394; port += 2) {
        auto leg = table.find(kOne, port);
        leg.cold->self = {kOne, port};
        ASSERT_TRUE(table.enlist(leg));
    }
    table.delist(table.find(kOne, 16384));
    table.delist(table.find(kOne, 16392));
    std::set<std::uint16_t> left;
    for (const auto id : table.live()) left.insert(id.port);
    EXPECT_EQ(left, (std::set<std::uint16_t>{16386, 16388, 16390}));
    for (const auto id : table.live()) EXPECT_EQ(table.live()[table.find(id).cold->live_index], id);
}

}  // namespace
}  // namespace strowger::rtp
