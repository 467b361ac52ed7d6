#include "rtp/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "stage.hpp"

namespace strowger::rtp {
namespace {

using test::kA;
using test::kB;
using test::Stage;

struct StatisticsTest : ::testing::Test, Stage {
    StatisticsTest() { install_pair(); }
    void receive(std::uint16_t sequence, std::uint32_t timestamp = 0, std::uint32_t ssrc = 7,
                 std::uint8_t payload_type = 8) {
        const wire::RtpHeader header{0x80, payload_type, wire::be16::from_host(sequence),
                                     wire::be32::from_host(timestamp), wire::be32::from_host(ssrc)};
        count_rtp(context, a(), header, 172);
    }
    rings::LegStatistics now() { return statistics_of(context, a()); }
};

TEST_F(StatisticsTest, InOrderNothingIsLost) {
    for (std::uint32_t i = 0; i < 70'000; ++i) receive(static_cast<std::uint16_t>(65'000 + i), i * 160);
    const auto s = now();
    EXPECT_EQ(s.packets_received, 70'000u);
    EXPECT_EQ(s.octets_received, 70'000u * 172);
    EXPECT_EQ(s.lost_packets, 0u);
    EXPECT_EQ(s.duplicate_packets, 0u);
    EXPECT_EQ(s.reordered_packets, 0u);
    EXPECT_EQ(s.ssrc, 7u);
    EXPECT_EQ(s.payload_type, 8);
}

TEST_F(StatisticsTest, GapsAreLossUntilTheLateOnesCome) {
    for (const std::uint16_t n : std::initializer_list<std::uint16_t>{10, 11, 15, 16}) receive(n);
    EXPECT_EQ(now().lost_packets, 3u);
    receive(13);
    EXPECT_EQ(now().lost_packets, 2u);
    EXPECT_EQ(now().reordered_packets, 1u);
    receive(13);
    receive(16);
    EXPECT_EQ(now().duplicate_packets, 2u);
    EXPECT_EQ(now().lost_packets, 2u);
    EXPECT_EQ(now().packets_received, 7u);
}

TEST_F(StatisticsTest, TheSequenceWrapsWithLoss) {
    receive(65'534);
    receive(1);
    EXPECT_EQ(now().lost_packets, 2u);
    receive(65'535);
    EXPECT_EQ(now().lost_packets, 1u);
    EXPECT_EQ(now().reordered_packets, 1u);
}

// RFC 3550 A.1: a jump is believed when a second packet follows it.
TEST_F(StatisticsTest, AJumpIsARestartOnlyWhenConfirmed) {
    receive(100);
    receive(20'000);
    receive(101);
    EXPECT_EQ(now().lost_packets, 0u);
    receive(40'000);
    receive(40'001);
    receive(40'002);
    receive(40'004);
    EXPECT_EQ(now().lost_packets, 1u);
    EXPECT_EQ(now().packets_received, 7u);
}

TEST_F(StatisticsTest, RandomLossAndReorderingBalance) {
    std::mt19937 random(1);
    std::vector<std::uint16_t> sent;
    std::uint64_t dropped = 0;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        if (i > 0 && i < 19'990 && random() % 20 == 0)
            ++dropped;
        else
            sent.push_back(static_cast<std::uint16_t>(60'000 + i));
    }
    std::uint64_t swaps = 0;
    for (std::size_t i = 10; i + 3 < sent.size(); i += 10)
        if (random() % 4 == 0) {
            std::swap(sent[i], sent[i + 1]);
            ++swaps;
        }
    for (const auto n : sent) receive(n);
    EXPECT_EQ(now().lost_packets, dropped);
    EXPECT_EQ(now().reordered_packets, swaps);
    EXPECT_EQ(now().duplicate_packets, 0u);
}

// The algorithm of RFC 3550 A.8, as it stands there, in floating point.
TEST_F(StatisticsTest, JitterIsThatOfRfc3550) {
    std::mt19937 random(7);
    std::normal_distribution<double> network(0, 3e6);  // 3 ms
    double jitter = 0;
    double last_transit = 0;
    const Nanoseconds start = context.now;
    double highest = 0;
    double sum = 0;
    for (std::uint32_t i = 0; i < 5'000; ++i) {
        const auto delay = static_cast<Nanoseconds>(std::abs(network(random)));
        context.now = start + i * 20 * kMillisecond + delay;
        receive(static_cast<std::uint16_t>(i), i * 160);
        const double arrival = std::floor(static_cast<double>(context.now) * 8 / 1e6);
        const double transit = arrival - i * 160.0;
        if (i > 0) jitter += (std::abs(transit - last_transit) - jitter) / 16;
        last_transit = transit;
        highest = std::max(highest, jitter);
        sum += jitter;
    }
    EXPECT_NEAR(a().hot->jitter / 16.0, jitter, 1.0);
    const auto s = now();
    EXPECT_GT(s.jitter_max_us, s.jitter_us);
    EXPECT_NEAR(s.jitter_max_us, highest * 125, 125.0 * highest * 0.2);
    EXPECT_NEAR(s.jitter_us, sum / 5'000 * 125, sum / 5'000 * 125 * 0.1) << "8 units a millisecond";
}

TEST_F(StatisticsTest, TelephoneEventsCountForSequenceOnly) {
    for (std::uint16_t i = 0; i < 10; ++i) {
        receive(i, i * 160u);
        pass(20 * kMillisecond);
    }
    for (std::uint16_t i = 10; i < 30; ++i) {
        receive(i, 1600, 7, 101);  // one long digit
        pass(20 * kMillisecond);
    }
    for (std::uint16_t i = 30; i < 40; ++i) {
        receive(i, i * 160u);
        pass(20 * kMillisecond);
    }
    EXPECT_EQ(a().hot->jitter, 0u);
    EXPECT_EQ(now().payload_type, 8);
    EXPECT_EQ(now().lost_packets, 0u);
}

TEST_F(StatisticsTest, ARestartedClockIsNoJitter) {
    for (std::uint16_t i = 0; i < 10; ++i) {
        receive(i, i * 160u);
        pass(20 * kMillisecond);
    }
    for (std::uint16_t i = 10; i < 20; ++i) {
        receive(i, 0x80000000u + i * 160u);
        pass(20 * kMillisecond);
    }
    EXPECT_EQ(a().hot->jitter, 0u);
}

TEST_F(StatisticsTest, ASecondStreamTakesOverAfterTwoPackets) {
    receive(1);
    receive(2);
    receive(500, 0, 99);
    EXPECT_EQ(now().ssrc, 7u);
    EXPECT_TRUE(take_events().empty());
    receive(501, 0, 99);
    EXPECT_EQ(now().ssrc, 99u);
    EXPECT_EQ(now().lost_packets, 0u);
    auto events = take_events();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, rings::EventKind::ssrc_changed);
    EXPECT_EQ(events[0].statistics.ssrc, 99u);
    EXPECT_EQ(events[0].session, 11u);
    // Two streams taking turns (retransmission, simulcast) make one event a second, not one a switch.
    for (std::uint16_t i = 0; i < 100; i += 2)
        for (const std::uint32_t ssrc : {7u, 99u}) {
            receive(static_cast<std::uint16_t>(600 + i), 0, ssrc);
            receive(static_cast<std::uint16_t>(601 + i), 0, ssrc);
        }
    EXPECT_TRUE(take_events().empty());
    pass(kSecond);
    report_ssrc(context, a());
    EXPECT_EQ(take_events().size(), 1u);
}

TEST_F(StatisticsTest, ThePacketCountSurvivesItsFolding) {
    receive(1);
    a().hot->packets = 0x7fffffff;
    receive(2);
    EXPECT_EQ(a().hot->packets, 0u);
    EXPECT_EQ(now().packets_received, 0x80000000u);
}

TEST_F(StatisticsTest, WhatOneLegRelaysTheOtherSent) {
    for (std::uint16_t i = 0; i < 10; ++i) receive(i);
    a().cold->held = 2;
    a().cold->held_octets = 2 * 172;
    a().cold->unsent = 1;
    a().cold->unsent_octets = 172;
    EXPECT_EQ(statistics_of(context, b()).packets_sent, 7u);
    EXPECT_EQ(statistics_of(context, b()).octets_sent, 7u * 172);
    EXPECT_EQ(now().packets_sent, 0u);
    // The leg gets another peer: what it sent to the old one stays there, and does not move to the new.
    rings::LegId third{test::kCore, 20002};
    auto c = command(kB);
    c.leg = third;
    apply(context, c);
    c = command(kA);
    c.kind = rings::CommandKind::modify;
    c.peer = third;
    apply(context, c);
    EXPECT_EQ(statistics_of(context, b()).packets_sent, 7u);
    receive(10);
    receive(11);
    EXPECT_EQ(statistics_of(context, b()).packets_sent, 7u);
    EXPECT_EQ(statistics_of(context, legs.find(third)).packets_sent, 2u);
}

TEST_F(StatisticsTest, TimesOfFirstAndLastPacket) {
    EXPECT_EQ(now().first_packet, 0);
    EXPECT_EQ(now().last_packet, 0);
    pass(kSecond);
    const auto first = context.now;
    receive(1);
    pass(3 * kSecond);
    const auto last = context.now;
    receive(2);
    pass(kSecond);
    EXPECT_EQ(now().first_packet, first);
    EXPECT_NEAR(static_cast<double>(now().last_packet), static_cast<double>(last), kMillisecond);
}

TEST_F(StatisticsTest, MosNeedsVoiceAndEnoughPackets) {
    for (std::uint16_t i = 0; i < 49; ++i) receive(i);
    EXPECT_EQ(now().mos_100, 0);
    receive(49);
    EXPECT_GT(now().mos_100, 430);
    a().cold->codec = Codec::not_voice;
    EXPECT_EQ(now().mos_100, 0);
}

}  // namespace
}  // namespace strowger::rtp
