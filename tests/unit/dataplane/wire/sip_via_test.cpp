#include <gtest/gtest.h>

#include "strowger/wire/sip_values.hpp"

namespace strowger::wire {
namespace {

TEST(Via, ReadsTheUsualForm) {
    const auto via =
        parse_via("SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds;rport;received=192.0.2.1");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->transport, "UDP");
    EXPECT_EQ(via->host, "pc33.atlanta.com");
    EXPECT_EQ(via->port, 5066);
    EXPECT_EQ(via->branch(), "z9hG4bK776asdhds");
    EXPECT_EQ(via->parameters.find("rport"), "");
    EXPECT_EQ(via->parameters.find("received"), "192.0.2.1");
    EXPECT_EQ(parse_via("SIP/2.0/TCP h")->port, 0);
    EXPECT_EQ(parse_via("SIP/2.0/TCP h")->branch(), "");
}

// RFC 3261 20.42
TEST(Via, WhiteSpaceMaySurroundSeparators) {
    const auto via = parse_via(
        "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->host, "first.example.com");
    EXPECT_EQ(via->port, 4000);
    EXPECT_EQ(via->parameters.find("ttl"), "16");
    EXPECT_EQ(via->branch(), "z9hG4bKa7c6a8dlze.1");
    EXPECT_EQ(parse_via("SIP / 2.0 / UDP host : 5060")->port, 5060);
    EXPECT_EQ(parse_via("SIP  /\t2.0\r\n /UDP\r\n  192.0.2.2;branch=390skdjuw")->host, "192.0.2.2");
}

TEST(Via, KnowsIpv6AndForeignTransports) {
    const auto via =
        parse_via("SIP/2.0/UDP [2001:db8::9:1]:6050;received=2001:db8::9:255;branch=z9hG4bKas3-111");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->host, "[2001:db8::9:1]");
    EXPECT_EQ(via->port, 6050);
    EXPECT_EQ(via->parameters.find("received"), "2001:db8::9:255");
    EXPECT_EQ(parse_via("SIP/2.0/SPAM host;branch=1;hidden")->transport, "SPAM");
    EXPECT_EQ(parse_via("SIP/7.0/UDP host")->host, "host");
    EXPECT_EQ(parse_via("SIP/2.0/WSS df7jal23ls0d.invalid")->transport, "WSS");
}

TEST(Via, RefusesBadSyntax) {
    for (const auto* text : {"",
                             "SIP/2.0",
                             "SIP/2.0/UDP",
                             "SIP/2.0/UDP ",
                             "SIP/2.0/UDPhost",
                             "SIP 2.0/UDP h",
                             "SIP/2.0/ h",
                             "/2.0/UDP h",
                             "SIP/2.0/UDP h:",
                             "SIP/2.0/UDP h:0",
                             "SIP/2.0/UDP h:70000",
                             "SIP/2.0/UDP h:5060x",
                             "SIP/2.0/UDP h;;branch=1",
                             "SIP/2.0/UDP h;branch=",
                             "SIP/2.0/UDP h i",
                             "SIP/2.0/UDP 2001:db8::1",
                             "SIP/2.0/UDP [::1",
                             "SIP/2.0/UDP h,",
                             "SIP/2.0/UDP 192.0.2.15;;,;,,",
                             "SIP/2.0/UDP ;branch=1"})
        EXPECT_FALSE(parse_via(text)) << text;
}

}  // namespace
}  // namespace strowger::wire
