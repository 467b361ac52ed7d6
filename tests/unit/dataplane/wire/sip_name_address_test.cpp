#include <gtest/gtest.h>

#include "strowger/wire/sip_values.hpp"

namespace strowger::wire {
namespace {

TEST(NameAddress, QuotedDisplayName) {
    const auto a = parse_name_address(
        "\"Mr. \\\"Watson\\\" <x>, Esq\" <sip:watson@worcester.com:5070;lr>;q=0.7 ; expires=3600");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->display, "\"Mr. \\\"Watson\\\" <x>, Esq\"");
    EXPECT_EQ(a->uri, "sip:watson@worcester.com:5070;lr");
    EXPECT_EQ(a->parameters.find("q"), "0.7");
    EXPECT_EQ(a->parameters.find("expires"), "3600");
    EXPECT_FALSE(a->parameters.find("lr"));
    EXPECT_FALSE(a->star);
}

TEST(NameAddress, BareDisplayName) {
    const auto a = parse_name_address("Alice  von B\xc3\xbcrg <sip:alice@a>;tag=88sja8x");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->display, "Alice  von B\xc3\xbcrg");
    EXPECT_EQ(a->tag(), "88sja8x");
    EXPECT_EQ(parse_name_address("caller<sip:caller@example.com>;tag=323")->display, "caller");
    EXPECT_EQ(parse_name_address("alice@home <sip:a@b>")->uri, "sip:a@b");
}

TEST(NameAddress, WithoutDisplayName) {
    const auto a = parse_name_address(" <sip:a@b;x=1?y=2>\r\n ;Tag=z");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->display, "");
    EXPECT_EQ(a->uri, "sip:a@b;x=1?y=2");
    EXPECT_EQ(a->tag(), "z");
    EXPECT_EQ(parse_name_address("<tel:+123>")->uri, "tel:+123");
    EXPECT_EQ(parse_name_address("<sip:a@b>")->tag(), "");
    EXPECT_EQ(
        parse_name_address("<sip:a@b>;+sip.instance=\"<urn:uuid:1>\"")->parameters.find("+sip.instance"),
        "\"<urn:uuid:1>\"");
}

// RFC 3261 20: without brackets the parameters are the header's.
TEST(NameAddress, WithoutBrackets) {
    const auto a = parse_name_address("sip:c8oqz84zk7z@privacy.org>;tag=hyh8");
    EXPECT_FALSE(a);
    const auto b = parse_name_address("sip:+12125551212@phone2net.com ;tag=887s");
    ASSERT_TRUE(b);
    EXPECT_EQ(b->uri, "sip:+12125551212@phone2net.com");
    EXPECT_EQ(b->tag(), "887s");
    EXPECT_EQ(parse_name_address("sip:a@b;x=\"<\"")->uri, "sip:a@b");
    // RFC 4475 3.1.2.14, and what cutting would turn into somebody else's address.
    EXPECT_FALSE(parse_name_address("sip:user@example.com?Route=%3Csip:sip.example.com%3E"));
    EXPECT_FALSE(parse_name_address("sip:user;x=y@example.com"));
    EXPECT_FALSE(parse_name_address("sip:a,b@example.com"));
}

TEST(NameAddress, Star) {
    EXPECT_TRUE(parse_name_address(" * ")->star);
    EXPECT_FALSE(parse_name_address("*;expires=0"));
    EXPECT_FALSE(parse_name_address("* <sip:a@b>")->star);
}

TEST(NameAddress, RefusesBadSyntax) {
    for (const auto* text : {"",
                             " ",
                             "\"Mr. J. User <sip:j.user@example.com>",
                             "<sip:a@b",
                             "sip:a@b>",
                             "<>",
                             "<sip>",
                             "< sip:a@b>",
                             "<sip:a@b >",
                             "\"x\" sip:a@b",
                             "\"x\"",
                             "a\"b\" <sip:a@b>",
                             "Bell, Alexander <sip:a@b>",
                             "<sip:a@b>;;;;",
                             "<sip:a@b>;",
                             "<sip:a@b> x",
                             "<sip:a@b>;tag=",
                             "<sip:a\x01@b>",
                             "bob",
                             "<sip:a@b>, <sip:c@d>",
                             "a\\b <sip:a@b>",
                             "<<sip:a@b>>"})
        EXPECT_FALSE(parse_name_address(text)) << text;
}

}  // namespace
}  // namespace strowger::wire
