#include "strowger/wire/rtcp.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strowger::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

void put32(Bytes& b, std::uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) b.push_back(static_cast<std::uint8_t>(v >> shift));
}

// SR of 0x01020304 with one report block, then SDES with a CNAME chunk.
Bytes compound() {
    Bytes b{0x81, 200, 0, 12};
    for (const std::uint32_t v : {0x01020304u, 0xe0001111u, 0x22223333u, 1600u, 10u, 1600u}) put32(b, v);
    for (const std::uint32_t v : {0x0a0b0c0du, 0x40fffffeu, 0x0001ffffu, 80u, 0x11112222u, 65536u})
        put32(b, v);
    b.insert(b.end(), {0x81, 202, 0, 2});
    put32(b, 0x01020304);
    b.insert(b.end(), {1, 1, 'a', 0});
    return b;
}

TEST(Rtcp, WalksACompound) {
    const auto bytes = compound();
    Octets rest(bytes);
    RtcpPacket packet;
    ASSERT_TRUE(next_rtcp(rest, packet));
    EXPECT_EQ(packet.type, RtcpType::sender_report);
    EXPECT_EQ(packet.ssrc, 0x01020304u);
    RtcpSenderInfo info;
    ASSERT_TRUE(read_at(packet.body, 0, info));
    EXPECT_EQ(info.ntp_middle(), 0x11112222u);
    EXPECT_EQ(info.packets.host(), 10u);
    int blocks = 0;
    each_report(packet, [&](const RtcpReportBlock& block) {
        ++blocks;
        EXPECT_EQ(block.ssrc.host(), 0x0a0b0c0du);
        EXPECT_EQ(block.fraction_lost(), 64);
        EXPECT_EQ(block.total_lost(), -2);
        EXPECT_EQ(block.jitter.host(), 80u);
        EXPECT_EQ(block.delay_since_sr.host(), 65536u);
    });
    EXPECT_EQ(blocks, 1);
    ASSERT_TRUE(next_rtcp(rest, packet));
    EXPECT_EQ(packet.type, RtcpType::sdes);
    EXPECT_FALSE(next_rtcp(rest, packet));
    EXPECT_TRUE(is_rtcp(bytes));
}

TEST(Rtcp, EveryTruncationIsRefused) {
    const auto bytes = compound();
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        // A cut at a packet's end is a shorter, whole compound.
        EXPECT_EQ(is_rtcp(Octets(bytes).first(n)), n == 52) << n;
    }
}

TEST(Rtcp, ReportsMustFitTheirCount) {
    auto bytes = compound();
    bytes[0] = 0x82;
    EXPECT_FALSE(is_rtcp(bytes));
    Bytes rr{0x80, 201, 0, 1, 0, 0, 0, 7};
    EXPECT_TRUE(is_rtcp(rr));
    rr[0] = 0x81;
    EXPECT_FALSE(is_rtcp(rr));
    rr[0] = 0x40;
    EXPECT_FALSE(is_rtcp(rr)) << "version 1";
    rr[0] = 0x80;
    rr[1] = 100;
    EXPECT_FALSE(is_rtcp(rr)) << "not a packet type";
}

TEST(Rtcp, PaddingOnlyAtTheEnd) {
    Bytes rr{0xa0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4};
    EXPECT_TRUE(is_rtcp(rr));
    rr.back() = 9;
    EXPECT_FALSE(is_rtcp(rr)) << "more padding than body";
    rr.back() = 0;
    EXPECT_FALSE(is_rtcp(rr));
    rr.back() = 4;
    const Bytes more{0x80, 201, 0, 1, 0, 0, 0, 7};
    rr.insert(rr.end(), more.begin(), more.end());
    EXPECT_FALSE(is_rtcp(rr)) << "padding in the middle";
}

TEST(Rtcp, EmptyByeHasNoSource) {
    const Bytes bye{0x80, 203, 0, 0};
    Octets rest(bye);
    RtcpPacket packet;
    ASSERT_TRUE(next_rtcp(rest, packet));
    EXPECT_EQ(packet.type, RtcpType::bye);
    EXPECT_EQ(packet.ssrc, 0u);
}

TEST(Rtcp, ExtendedReportBlocks) {
    Bytes xr{0x80, 207, 0, 17, 0, 0, 0, 9};
    xr.insert(xr.end(), {4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8});                       // receiver time
    xr.insert(xr.end(), {5, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3});           // DLRR
    xr.insert(xr.end(), {7, 0, 0, 8, 0, 0, 0, 5, 26, 0, 0, 0, 0, 0, 0, 0, 0, 120});  // VoIP metrics …
    xr.resize(72, 0);
    Octets rest(xr);
    RtcpPacket packet;
    ASSERT_TRUE(next_rtcp(rest, packet));
    std::vector<int> types;
    each_xr(packet, [&](const XrHeader& header, Octets body) {
        types.push_back(header.type);
        if (header.type == 5) {
            XrDelay delay;
            ASSERT_TRUE(read_at(body, 0, delay));
            EXPECT_EQ(delay.last_rr.host(), 2u);
        }
        if (header.type == 7) {
            XrVoip voip;
            ASSERT_TRUE(read_at(body, 0, voip));
            EXPECT_EQ(voip.loss_rate, 26);
            EXPECT_EQ(voip.round_trip_delay.host(), 120);
        }
    });
    EXPECT_EQ(types, (std::vector<int>{4, 5, 7}));
    xr[10 + 1] = 200;  // the first block says that it is longer than the packet
    rest = xr;
    ASSERT_TRUE(next_rtcp(rest, packet));
    each_xr(packet, [&](const XrHeader&, Octets) { ADD_FAILURE() << "a block that does not fit"; });
}

}  // namespace
}  // namespace strowger::wire
