#include "trunk/challenge.hpp"

#include <gtest/gtest.h>

#include "trunk/logins.hpp"

namespace strowger::trunk {
namespace {

using digest::Algorithm;

TEST(Challenge, WhatPeersSend) {
    const auto c = parse_challenge(
        R"(Digest realm="a \"b\"", nonce="xyz", algorithm=SHA-256, qop="auth-int,auth", stale=TRUE, opaque="")");
    ASSERT_TRUE(c);
    EXPECT_EQ(c->realm, "a \"b\"");
    EXPECT_EQ(c->nonce, "xyz");
    EXPECT_EQ(c->algorithm, Algorithm::sha256);
    EXPECT_TRUE(c->auth && c->stale && c->has_opaque);
    const auto old = parse_challenge("digest realm=x,nonce=y");
    ASSERT_TRUE(old);
    EXPECT_FALSE(old->auth);
}

TEST(Challenge, WhatCannotBeAnsweredIsPassedOver) {
    for (const char* bad :
         {"", "Basic realm=\"x\"", "Digest", "Digest realm=\"x\"", "Digest nonce=\"x\"", "Digest realm=\"x\", nonce=\"\"",
          "Digest realm=\"x\", nonce=\"y\", qop=\"auth-int\"", "Digest realm=\"x\", nonce=\"y\", algorithm=MD5-sess",
          "Digest realm=\"x\" nonce=\"y\"", "Digest realm=\"x\", nonce=\"y", "Digest realm=\"x\r\ny\", nonce=\"y\""})
        EXPECT_FALSE(parse_challenge(bad)) << bad;
    EXPECT_FALSE(parse_challenge("Digest realm=\"x\", nonce=\"" + std::string(600, 'n') + "\""));
}

// RFC 7616 3.9.1
TEST(Credentials, TheExamplesOfTheRfc) {
    auto c = parse_challenge(R"(Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5,
 nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")");
    ASSERT_TRUE(c);
    const char* cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    const Login mufasa{"Mufasa", "Circle of Life"};
    EXPECT_NE(credentials(*c, mufasa, "GET", "/dir/index.html", 1, cnonce)
                  .find(R"(response="8ca523f5e9506fed4657c9700eebdbec")"),
              std::string::npos);
    c->algorithm = Algorithm::sha256;
    const auto text = credentials(*c, mufasa, "GET", "/dir/index.html", 1, cnonce);
    EXPECT_NE(text.find(R"(response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")"),
              std::string::npos);
    EXPECT_NE(text.find("nc=00000001"), std::string::npos);
    EXPECT_NE(text.find("opaque=\"FQhe/"), std::string::npos);
}

TEST(SentAgain, OnlyWhatMustChangesDoes) {
    const auto request = message::Outgoing::copy(
        "BYE sip:branch=x@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKold;rport\r\nFrom: <sip:a@b>;tag=1\r\n"
        "CSeq: 7 BYE\r\nAuthorization: old\r\nX-Other: branch=z9hG4bKold\r\nContent-Length: 4\r\n\r\nbody");
    const auto again = sent_again(request, "z9hG4bKnew", 8, "Authorization: old\r\n", "Authorization: new\r\n");
    EXPECT_EQ(again.text(),
              "BYE sip:branch=x@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKnew;rport\r\nFrom: "
              "<sip:a@b>;tag=1\r\nCSeq: 8 BYE\r\nAuthorization: new\r\nX-Other: branch=z9hG4bKold\r\nContent-Length: "
              "4\r\n\r\nbody");
    EXPECT_FALSE(sent_again(message::Outgoing::copy("nonsense"), "b", 1, "", ""));
}

}  // namespace
}  // namespace strowger::trunk
