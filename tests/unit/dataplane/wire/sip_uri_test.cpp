#include <gtest/gtest.h>

#include <string>

#include "strowger/wire/sip_values.hpp"

namespace strowger::wire {
namespace {

TEST(SipUri, ReadsEveryPart) {
    const auto uri = parse_uri("sips:alice:se%63ret@[2001:db8::1]:5061;transport=tls;lr?Subject=a%20b&X=");
    ASSERT_TRUE(uri);
    EXPECT_EQ(uri->scheme, "sips");
    EXPECT_TRUE(uri->is_sip());
    EXPECT_EQ(uri->user, "alice");
    EXPECT_EQ(uri->password, "se%63ret");
    EXPECT_EQ(uri->host, "[2001:db8::1]");
    EXPECT_EQ(uri->port, 5061);
    EXPECT_EQ(uri->parameters.find("transport"), "tls");
    EXPECT_EQ(uri->parameters.find("lr"), "");
    EXPECT_EQ(uri->headers, "Subject=a%20b&X=");
}

TEST(SipUri, MostPartsAreOptional) {
    const auto uri = parse_uri("SIP:example.com");
    ASSERT_TRUE(uri);
    EXPECT_TRUE(uri->is_sip());
    EXPECT_EQ(uri->user, "");
    EXPECT_EQ(uri->host, "example.com");
    EXPECT_EQ(uri->port, 0);
    EXPECT_EQ(uri->parameters.text(), "");
    EXPECT_EQ(uri->headers, "");
}

// RFC 4475 3.1.1.2, 3.1.1.9: ';', '?' and '/' belong to the user as long as '@' follows.
TEST(SipUri, UsersHoldNearlyAnything) {
    const auto torture = parse_uri("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com");
    ASSERT_TRUE(torture);
    EXPECT_EQ(torture->user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    const auto semicolon = parse_uri("sip:user;par=u%40example.net@example.com");
    ASSERT_TRUE(semicolon);
    EXPECT_EQ(semicolon->user, "user;par=u%40example.net");
    EXPECT_EQ(semicolon->host, "example.com");
    const auto phone = parse_uri("sip:+1-212-555-1212:1234@gateway.com;user=phone");
    ASSERT_TRUE(phone);
    EXPECT_EQ(phone->user, "+1-212-555-1212");
    EXPECT_EQ(phone->password, "1234");
    const auto feature = parse_uri("sip:*21*5551234#@pbx");
    ASSERT_TRUE(feature);
    EXPECT_EQ(feature->user, "*21*5551234#");
}

TEST(SipUri, HostsAreNamesOrAddresses) {
    for (const auto* host : {"a", "a.b", "a-b.c1", "example.com.", "192.0.2.1", "[::1]", "[::ffff:192.0.2.1]",
                             "3com.com", "my_host", "x--y"}) {
        const std::string text = "sip:u@" + std::string(host) + ":5070;a=b";
        const auto uri = parse_uri(text);
        ASSERT_TRUE(uri) << host;
        EXPECT_EQ(uri->host, host);
        EXPECT_EQ(uri->port, 5070);
    }
    for (const auto* host :
         {"", ".", ".a", "a..b", "-a", "a-", "a-.b", "a.-b", "1.2.3", "256.1.1.1", "192.0.2.1.", "[::1",
          "::1", "[1.2.3.4]", "[::g]", "[]", "a b", "a%62", "2001:db8::10"})
        EXPECT_FALSE(parse_uri("sip:u@" + std::string(host))) << host;
}

TEST(SipUri, PortsAreOneTo65535) {
    EXPECT_EQ(parse_uri("sip:h:1")->port, 1);
    EXPECT_EQ(parse_uri("sip:h:65535")->port, 65535);
    for (const auto* port : {"", "0", "65536", "4294967301", "-1", "x", "5060x"})
        EXPECT_FALSE(parse_uri("sip:h:" + std::string(port))) << port;
}

TEST(SipUri, RefusesBadSyntax) {
    for (const auto* text : {"",
                             "sip",
                             ":",
                             "sip:",
                             "1sip:a",
                             "s p:a",
                             "sip:@h",
                             "sip:a@",
                             "sip:a@b@c",
                             "sip:a b@c",
                             "sip:a@b;",
                             "sip:a@b;;c",
                             "sip:a@b;c=",
                             "sip:a@b;c=d@e",
                             "sip:a@b;c d",
                             "sip:a@b?",
                             "sip:a@b?x",
                             "sip:a@b?=x",
                             "sip:a@b?x=y&",
                             "sip:a%@b",
                             "sip:a%4@b",
                             "sip:a%zz@b",
                             "sip:a@b;c=%4",
                             "sip:a@b?x=%4",
                             "sip:<a>@b",
                             "sip:a\"@b",
                             "sip:a@b/c",
                             "sip:a:p:q@b",
                             "sip:\xc3\xa9@b",
                             "sip:a@b;c=\"d\"",
                             "sip:a@b?x=y?z=\x01"})
        EXPECT_FALSE(parse_uri(text)) << text;
    EXPECT_FALSE(parse_uri(std::string_view("sip:a\0b@c", 9)));
}

TEST(SipUri, OtherSchemesStayOpaque) {
    const auto tel = parse_uri("tel:+1-201-555-0123;phone-context=example.com");
    ASSERT_TRUE(tel);
    EXPECT_FALSE(tel->is_sip());
    EXPECT_EQ(tel->scheme, "tel");
    EXPECT_EQ(tel->opaque, "+1-201-555-0123;phone-context=example.com");
    EXPECT_EQ(parse_uri("nobodyKnowsThisScheme:totallyopaquecontent")->opaque, "totallyopaquecontent");
    EXPECT_EQ(parse_uri("soap.beep://192.0.2.103:3002")->scheme, "soap.beep");
    EXPECT_EQ(parse_uri("urn:service:sos")->opaque, "service:sos");
    for (const auto* text : {"tel:", "http:a b", "x:<y>", "tel:%4"}) EXPECT_FALSE(parse_uri(text)) << text;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out(text.size(), '\0');
    const auto n = unescape(text, out.data());
    if (!n) return std::nullopt;
    out.resize(*n);
    return out;
}

TEST(SipUnescape, TurnsEscapesIntoBytes) {
    EXPECT_EQ(unescaped("sips%3Auser%40example.com"), "sips:user@example.com");
    EXPECT_EQ(unescaped("%e4%F6"), "\xe4\xf6");
    EXPECT_EQ(unescaped(""), "");
    EXPECT_EQ(unescaped("plain+text"), "plain+text");
}

// An address-of-record must not end at a NUL (RFC 4475 3.1.1.4).
TEST(SipUnescape, RefusesNulAndBrokenEscapes) {
    for (const auto* text : {"null-%00-null", "%00", "%", "%4", "a%4g", "%%41"})
        EXPECT_FALSE(unescaped(text)) << text;
}

}  // namespace
}  // namespace strowger::wire
