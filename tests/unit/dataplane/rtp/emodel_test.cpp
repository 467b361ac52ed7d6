#include "rtp/emodel.hpp"

#include <gtest/gtest.h>

namespace strowger::rtp {
namespace {

// ITU-T G.107 table B.1.
TEST(Emodel, RatingToMosOfG107) {
    EXPECT_NEAR(mos_of_r(90), 4.34, 0.005);
    EXPECT_NEAR(mos_of_r(80), 4.03, 0.01);
    EXPECT_NEAR(mos_of_r(70), 3.60, 0.005);
    EXPECT_NEAR(mos_of_r(60), 3.10, 0.005);
    EXPECT_NEAR(mos_of_r(50), 2.58, 0.005);
    EXPECT_NEAR(mos_of_r(93.2), 4.41, 0.005) << "all parameters at their defaults";
    EXPECT_EQ(mos_of_r(0), 1);
    EXPECT_EQ(mos_of_r(-5), 1);
    EXPECT_EQ(mos_of_r(100), 4.5);
    EXPECT_GE(mos_of_r(3), 1);
}

// Ie,eff by G.107 7-29 with the values of G.113 appendix I.
TEST(Emodel, LossByCodec) {
    EXPECT_NEAR(r_factor({}), 93.2, 0.001);
    EXPECT_NEAR(r_factor({.loss = 0.02, .ie = 0, .bpl = 25.1}), 93.2 - 7.01, 0.01);  // G.711 with concealment
    EXPECT_NEAR(r_factor({.loss = 0.02, .ie = 0, .bpl = 4.3}), 93.2 - 30.16, 0.01);  // G.711 without
    EXPECT_NEAR(r_factor({.loss = 0, .ie = 11, .bpl = 19}), 82.2, 0.01);             // G.729A
    EXPECT_NEAR(r_factor({.loss = 0.04, .ie = 11, .bpl = 19}), 82.2 - 14.61, 0.01);
    EXPECT_NEAR(r_factor({.loss = 0.03, .ie = 15, .bpl = 16.1}), 78.2 - 12.57, 0.01);  // G.723.1
    EXPECT_GT(r_factor({.loss = 0.05, .burst_ratio = 1}), r_factor({.loss = 0.05, .burst_ratio = 2}));
    EXPECT_GE(r_factor({.one_way_delay_ms = 2000, .loss = 1, .ie = 50, .bpl = 1}), 0);
}

TEST(Emodel, DelayIsGentleUntil177Ms) {
    EXPECT_NEAR(r_factor({.one_way_delay_ms = 100}), 93.2 - 2.4, 0.01);
    EXPECT_NEAR(r_factor({.one_way_delay_ms = 177.3}), 93.2 - 4.255, 0.01);
    EXPECT_NEAR(r_factor({.one_way_delay_ms = 300}), 93.2 - 20.697, 0.01);
    EXPECT_NEAR(r_factor({.one_way_delay_ms = -3}), 93.2, 0.01);
}

rings::LegStatistics stream(std::uint64_t received, std::uint64_t lost, std::uint8_t payload_type = 0) {
    rings::LegStatistics s;
    s.packets_received = received;
    s.lost_packets = lost;
    s.payload_type = payload_type;
    return s;
}

TEST(Emodel, StreamsRankAsOneExpects) {
    const auto clean = mos_of(Codec::pcma, stream(1000, 0), 0);
    EXPECT_GE(clean, 430);
    EXPECT_LE(clean, 441);
    EXPECT_LT(mos_of(Codec::g729, stream(1000, 0), 0), clean);
    EXPECT_LT(mos_of(Codec::pcma, stream(950, 50), 50), clean);
    EXPECT_LT(mos_of(Codec::pcma, stream(950, 50), 10), mos_of(Codec::pcma, stream(950, 50), 50)) << "bursts";
    auto slow = stream(1000, 0);
    slow.round_trip_us = 600'000;
    EXPECT_LT(mos_of(Codec::pcma, slow, 0), 370);
    auto shaky = stream(1000, 0);
    shaky.jitter_us = 100'000;
    EXPECT_LT(mos_of(Codec::pcma, shaky, 0), clean);
    EXPECT_GE(mos_of(Codec::pcma, stream(50, 1'000'000), 1), 100) << "never below 1";
}

TEST(Emodel, StaticPayloadTypesNameAnUnknownCodec) {
    EXPECT_EQ(mos_of(Codec::unknown, stream(100, 0, 18), 0), mos_of(Codec::g729, stream(100, 0), 0));
    EXPECT_EQ(mos_of(Codec::unknown, stream(100, 0, 8), 0), mos_of(Codec::pcma, stream(100, 0), 0));
    EXPECT_EQ(mos_of(Codec::unknown, stream(100, 0, 97), 0), mos_of(Codec::pcmu, stream(100, 0), 0));
    EXPECT_EQ(mos_of(Codec::unknown, stream(100, 0, 34), 0), 0) << "H.263 is not voice";
    EXPECT_EQ(mos_of(Codec::not_voice, stream(100, 0), 0), 0);
    EXPECT_EQ(mos_of(Codec::pcmu, stream(49, 0), 0), 0) << "too few";
}

TEST(Emodel, CodecsByName) {
    EXPECT_EQ(codec_of("PCMU"), Codec::pcmu);
    EXPECT_EQ(codec_of("OPUS"), Codec::opus);
    EXPECT_EQ(codec_of("amr-wb"), Codec::amr_wb);
    EXPECT_EQ(codec_of("telephone-event"), Codec::unknown);
    EXPECT_EQ(codec_of(""), Codec::unknown);
}

}  // namespace
}  // namespace strowger::rtp
