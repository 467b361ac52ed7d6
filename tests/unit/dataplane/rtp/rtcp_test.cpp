#include "rtp/rtcp.hpp"

#include <gtest/gtest.h>

#include "rtp/statistics.hpp"
#include "stage.hpp"

namespace strowger::rtp {
namespace {

using test::Stage;
using Bytes = std::vector<std::uint8_t>;

void put32(Bytes& b, std::uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) b.push_back(static_cast<std::uint8_t>(v >> shift));
}

Bytes sender_report(std::uint32_t ssrc, std::uint32_t ntp_middle) {
    Bytes b{0x80, 200, 0, 6};
    for (const std::uint32_t v : {ssrc, 0xaaaa0000u | ntp_middle >> 16, ntp_middle << 16, 0u, 0u, 0u})
        put32(b, v);
    return b;
}

struct Block {
    std::uint32_t ssrc = 7;
    std::uint32_t lost = 0;
    std::uint32_t jitter = 0;
    std::uint32_t last_sr = 0;
    std::uint32_t delay = 0;
};
Bytes receiver_report(const std::vector<Block>& blocks) {
    Bytes b{static_cast<std::uint8_t>(0x80 | blocks.size()), 201, 0,
            static_cast<std::uint8_t>(1 + 6 * blocks.size())};
    put32(b, 99);
    for (const auto& x : blocks)
        for (const std::uint32_t v : {x.ssrc, x.lost & 0xffffffu, 0u, x.jitter, x.last_sr, x.delay})
            put32(b, v);
    return b;
}

struct RtcpTest : ::testing::Test, Stage {
    RtcpTest() { install_pair(); }
};

// An SR of B's remote goes to A's remote, which answers with its report: the path between us and A's remote.
TEST_F(RtcpTest, RoundTripFromARelayedReport) {
    ASSERT_TRUE(read_rtcp(context, b(), a(), sender_report(7, 0x12345678)));
    pass(150 * kMillisecond);
    ASSERT_TRUE(
        read_rtcp(context, a(), b(), receiver_report({{.last_sr = 0x12345678, .delay = 65536 / 10}})));
    EXPECT_NEAR(statistics_of(context, a()).round_trip_us, 50'000, 20);
    EXPECT_EQ(statistics_of(context, b()).round_trip_us, 0u);
    EXPECT_EQ(statistics_of(context, a()).rtcp_packets, 1u);
}

TEST_F(RtcpTest, WrongAndForgedDelaysAreIgnored) {
    ASSERT_TRUE(read_rtcp(context, b(), a(), sender_report(7, 0x12345678)));
    pass(10 * kMillisecond);
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.last_sr = 0x12345678, .delay = 65536}})));
    EXPECT_EQ(a().cold->round_trip_us, 0u) << "would be negative";
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.last_sr = 0x99999999, .delay = 0}})));
    EXPECT_EQ(a().cold->round_trip_us, 0u) << "no such report";
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.last_sr = 0, .delay = 0}})));
    EXPECT_EQ(a().cold->round_trip_us, 0u) << "no report seen yet";
    pass(60 * kSecond);
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.last_sr = 0x12345678, .delay = 0}})));
    EXPECT_EQ(a().cold->round_trip_us, 0u) << "a minute is not a path";
}

TEST_F(RtcpTest, TheLastFourReportsAreRemembered) {
    for (std::uint32_t i = 1; i <= 5; ++i)
        ASSERT_TRUE(read_rtcp(context, b(), a(), sender_report(7, i << 16)));
    pass(20 * kMillisecond);
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.last_sr = 1 << 16}})));
    EXPECT_EQ(a().cold->round_trip_us, 0u);
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.last_sr = 2 << 16}})));
    EXPECT_EQ(a().cold->round_trip_us, 20'000u);
}

TEST_F(RtcpTest, TheRemoteTellsLossAndJitter) {
    b().hot->clock_khz = 16;
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.lost = 12, .jitter = 160}})));
    EXPECT_EQ(statistics_of(context, a()).remote_lost, 12u);
    EXPECT_EQ(statistics_of(context, a()).remote_jitter_us, 10'000u)
        << "in units of the stream that it got from B";
    ASSERT_TRUE(read_rtcp(context, a(), b(), receiver_report({{.lost = 0xfffffe}})));
    EXPECT_EQ(statistics_of(context, a()).remote_lost, 0u) << "negative: duplicates";
}

TEST_F(RtcpTest, OfSeveralBlocksThePresentStreams) {
    b().hot->ssrc = 7;
    ASSERT_TRUE(read_rtcp(
        context, a(), b(),
        receiver_report({{.ssrc = 1, .lost = 50}, {.ssrc = 7, .lost = 3}, {.ssrc = 2, .lost = 60}})));
    EXPECT_EQ(a().cold->remote_lost, 3u);
}

TEST_F(RtcpTest, ExtendedReports) {
    Bytes time{0x80, 207, 0, 4};
    put32(time, 99);
    for (const std::uint32_t v : {0x04000002u, 0x00005555u, 0x66660000u}) put32(time, v);
    ASSERT_TRUE(read_rtcp(context, b(), a(), time));
    pass(30 * kMillisecond);
    Bytes dlrr{0x80, 207, 0, 5};
    put32(dlrr, 99);
    for (const std::uint32_t v : {0x05000003u, 7u, 0x55556666u, 0u}) put32(dlrr, v);
    ASSERT_TRUE(read_rtcp(context, a(), b(), dlrr));
    EXPECT_EQ(a().cold->round_trip_us, 30'000u);
    Bytes voip{0x80, 207, 0, 10};
    put32(voip, 99);
    put32(voip, 0x07000008);
    for (int i = 0; i < 8; ++i) put32(voip, i == 3 ? 80u << 16 : 0u);
    ASSERT_TRUE(read_rtcp(context, b(), a(), voip));
    EXPECT_EQ(b().cold->round_trip_us, 80'000u);
    ASSERT_TRUE(read_rtcp(context, a(), b(), voip));
    EXPECT_EQ(a().cold->round_trip_us, 30'000u) << "our own figure is better";
}

TEST_F(RtcpTest, MalformedIsNotRead) {
    auto bytes = receiver_report({{.lost = 12}});
    bytes.pop_back();
    EXPECT_FALSE(read_rtcp(context, a(), b(), bytes));
    EXPECT_EQ(a().cold->remote_lost, 0u);
    EXPECT_EQ(a().cold->rtcp_packets, 1u) << "SRTCP looks like that, and is counted";
    EXPECT_TRUE(read_rtcp(context, a(), {}, sender_report(7, 5))) << "a leg without peer";
}

}  // namespace
}  // namespace strowger::rtp
