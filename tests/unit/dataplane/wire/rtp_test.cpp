#include "strowger/wire/rtp.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strowger::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

MediaKind kind(Bytes b) {
    return media_kind(b);
}

TEST(MediaKind, FirstByteOfRfc7983) {
    EXPECT_EQ(kind({0, 1}), MediaKind::stun);
    EXPECT_EQ(kind({3, 1}), MediaKind::stun);
    EXPECT_EQ(kind({4, 1}), MediaKind::unknown);
    EXPECT_EQ(kind({15, 1}), MediaKind::unknown);
    EXPECT_EQ(kind({16, 1}), MediaKind::zrtp);
    EXPECT_EQ(kind({19, 1}), MediaKind::zrtp);
    EXPECT_EQ(kind({20, 1}), MediaKind::dtls);
    EXPECT_EQ(kind({63, 1}), MediaKind::dtls);
    EXPECT_EQ(kind({64, 1}), MediaKind::turn_channel);
    EXPECT_EQ(kind({79, 1}), MediaKind::turn_channel);
    EXPECT_EQ(kind({80, 1}), MediaKind::unknown);
    EXPECT_EQ(kind({127, 1}), MediaKind::unknown);
    EXPECT_EQ(kind({128, 0}), MediaKind::rtp);
    EXPECT_EQ(kind({191, 0}), MediaKind::rtp);
    EXPECT_EQ(kind({192, 0}), MediaKind::unknown);
    EXPECT_EQ(kind({0x80}), MediaKind::unknown);
    EXPECT_EQ(kind({}), MediaKind::unknown);
}

TEST(MediaKind, SecondByteTellsRtcpFromRtp) {
    EXPECT_EQ(kind({0x80, 191}), MediaKind::rtp);
    EXPECT_EQ(kind({0x80, 192}), MediaKind::rtcp);
    EXPECT_EQ(kind({0x80, 200}), MediaKind::rtcp);
    EXPECT_EQ(kind({0x80, 223}), MediaKind::rtcp);
    EXPECT_EQ(kind({0x80, 224}), MediaKind::rtp);
    EXPECT_EQ(kind({0x80, 0x80 | 8}), MediaKind::rtp) << "PCMA with marker";
}

TEST(Rtp, PlainPacket) {
    const Bytes bytes{0x80, 0x80 | 8, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3};
    const auto rtp = parse_rtp(bytes);
    ASSERT_TRUE(rtp);
    EXPECT_TRUE(rtp->marker);
    EXPECT_EQ(rtp->payload_type, 8);
    EXPECT_EQ(rtp->sequence, 0x1234);
    EXPECT_EQ(rtp->timestamp, 160u);
    EXPECT_EQ(rtp->ssrc, 0xdeadbeef);
    EXPECT_EQ(rtp->payload.size(), 3u);
    EXPECT_TRUE(rtp->extension.empty());
}

TEST(Rtp, SourcesExtensionAndPadding) {
    const Bytes bytes{0xb1, 96,   0, 1, 0,    0,    0, 1, 0, 0, 0, 2,  // P, X, one CSRC
                      0,    0,    0, 9,                                // the CSRC
                      0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0,              // extension, one word
                      42,   43,   0, 2};                               // payload, two bytes of padding
    const auto rtp = parse_rtp(bytes);
    ASSERT_TRUE(rtp);
    EXPECT_EQ(rtp->csrcs.size(), 4u);
    EXPECT_EQ(rtp->csrcs[3], 9);
    EXPECT_EQ(rtp->extension_profile, 0xbede);
    ASSERT_EQ(rtp->extension.size(), 4u);
    EXPECT_EQ(rtp->extension[1], 0xff);
    EXPECT_EQ(Bytes(rtp->payload.begin(), rtp->payload.end()), (Bytes{42, 43}));
}

TEST(Rtp, RefusesWhatDoesNotFit) {
    const Bytes good{0xb1, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0xbe, 0xde, 0, 1, 0, 0, 0, 0, 7, 1};
    ASSERT_TRUE(parse_rtp(good));
    for (std::size_t n = 0; n < 24; ++n) EXPECT_FALSE(parse_rtp(Octets(good).first(n))) << n;
    auto bad = good;
    bad.back() = 0;
    EXPECT_FALSE(parse_rtp(bad)) << "padding of none";
    bad.back() = 3;
    EXPECT_FALSE(parse_rtp(bad)) << "padding longer than the rest";
    bad.back() = 2;
    EXPECT_TRUE(parse_rtp(bad)) << "nothing but padding";
    bad = good;
    bad[0] = 0x71;
    EXPECT_FALSE(parse_rtp(bad)) << "version 1";
    EXPECT_FALSE(is_rtp(bad));
}

TEST(Rtp, TheRelayChecksOnlyTheFixedPart) {
    Bytes bytes(12, 0);
    bytes[0] = 0x80;
    EXPECT_TRUE(is_rtp(bytes));
    bytes[0] = 0x81;
    EXPECT_FALSE(is_rtp(bytes)) << "one CSRC and no room for it";
    EXPECT_FALSE(is_rtp(Octets(bytes).first(11)));
}

}  // namespace
}  // namespace strowger::wire
