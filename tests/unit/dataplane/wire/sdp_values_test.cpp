#include <gtest/gtest.h>

#include "strowger/wire/sdp.hpp"

namespace strowger::wire {
namespace {

TEST(SdpValues, Rtpmap) {
    const auto opus = parse_rtpmap("111 opus/48000/2");
    ASSERT_TRUE(opus);
    EXPECT_EQ(opus->payload_type, 111);
    EXPECT_EQ(opus->name, "opus");
    EXPECT_EQ(opus->clock, 48000u);
    EXPECT_EQ(opus->channels, 2);
    const auto pcmu = parse_rtpmap("0 PCMU/8000");
    ASSERT_TRUE(pcmu);
    EXPECT_EQ(pcmu->channels, 1);
    for (const auto* bad : {"", "0", "128 x/8000", "0 /8000", "0 PCMU", "0 PCMU/", "0 PCMU/0", "0 PCMU/8k",
                            "0 PCMU/8000/0", "0 PCMU/99999999999", "x PCMU/8000"})
        EXPECT_FALSE(parse_rtpmap(bad)) << bad;
}

TEST(SdpValues, StaticPayloadTypes) {
    ASSERT_TRUE(static_payload(9));
    EXPECT_EQ(static_payload(9)->name, "G722");
    EXPECT_EQ(static_payload(9)->clock, 8000u);
    EXPECT_EQ(static_payload(34)->clock, 90000u);
    EXPECT_FALSE(static_payload(1));
    EXPECT_FALSE(static_payload(96));
    EXPECT_FALSE(static_payload(127));
}

TEST(SdpValues, FormatValue) {
    const auto fmtp = parse_format_value("97 mode=30;  x=1 ");
    ASSERT_TRUE(fmtp);
    EXPECT_EQ(fmtp->format, "97");
    EXPECT_EQ(fmtp->parameters, "mode=30;  x=1");
    EXPECT_TRUE(parse_format_value("* nack"));
    EXPECT_FALSE(parse_format_value("  "));
}

TEST(SdpValues, Rtcp) {
    EXPECT_EQ(parse_rtcp("53020")->port, 53020);
    EXPECT_EQ(parse_rtcp("53020")->address, "");
    EXPECT_EQ(parse_rtcp("53020 IN IP6 2001:db8::1")->address, "2001:db8::1");
    EXPECT_FALSE(parse_rtcp("53020 IN"));
    EXPECT_FALSE(parse_rtcp("99999"));
    EXPECT_FALSE(parse_rtcp("port"));
}

TEST(SdpValues, Candidate) {
    const auto c = parse_candidate(
        "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998 generation 0");
    ASSERT_TRUE(c);
    EXPECT_EQ(c->foundation, "2");
    EXPECT_EQ(c->component, 1);
    EXPECT_EQ(c->priority, 1694498815u);
    EXPECT_EQ(c->address, "192.0.2.3");
    EXPECT_EQ(c->port, 45664);
    EXPECT_EQ(c->type, "srflx");
    EXPECT_EQ(c->related_address, "10.0.1.1");
    EXPECT_EQ(c->related_port, 8998);
    for (const auto* bad :
         {"", "1 0 UDP 1 1.2.3.4 5 typ host", "1 1 UDP x 1.2.3.4 5 typ host",
          "1 1 UDP 1 1.2.3.4 70000 typ host", "1 1 UDP 1 1.2.3.4 5 host", "1 1 UDP 1 1.2.3.4 5 typ"})
        EXPECT_FALSE(parse_candidate(bad)) << bad;
}

TEST(SdpValues, Crypto) {
    const auto c =
        parse_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20");
    ASSERT_TRUE(c);
    EXPECT_EQ(c->tag, 1u);
    EXPECT_EQ(c->suite, "AES_CM_128_HMAC_SHA1_80");
    EXPECT_EQ(c->parameters, "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20");
    EXPECT_FALSE(parse_crypto("1 AES_CM_128_HMAC_SHA1_80"));
    EXPECT_FALSE(parse_crypto("x SUITE inline:k"));
}

}  // namespace
}  // namespace strowger::wire
