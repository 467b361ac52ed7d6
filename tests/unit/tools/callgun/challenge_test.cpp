#include "challenge.hpp"

#include <gtest/gtest.h>

#include "strowger/digest/credentials.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::callgun {
namespace {

// RFC 7616 3.9.1.
constexpr std::string_view kNonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
constexpr std::string_view kOpaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
constexpr Answer kAnswer{.user = "Mufasa",
                         .password = "Circle of Life",
                         .method = "GET",
                         .uri = "/dir/index.html",
                         .count = 1,
                         .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"};

std::string example(std::string_view algorithm) {
    return "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=" +
           std::string(algorithm) + ", nonce=\"" + std::string(kNonce) + "\", opaque=\"" +
           std::string(kOpaque) + "\"";
}

void answers_with(std::string_view algorithm, std::string_view response) {
    Challenge challenge;
    ASSERT_EQ(parse_challenge(example(algorithm), challenge), ChallengeStatus::ok);
    EXPECT_TRUE(challenge.qop_auth);
    char buffer[1024];
    wire::SipWriter out(buffer);
    write_answer(out, wire::HeaderId::authorization, challenge, kAnswer);
    ASSERT_TRUE(out.ok());
    // Read by the server's own parser.
    const std::string_view header = out.text();
    ASSERT_TRUE(header.starts_with("Authorization: "));
    digest::Credentials credentials;
    ASSERT_EQ(digest::parse_credentials(header.substr(15, header.size() - 17), credentials),
              digest::CredentialsStatus::ok);
    EXPECT_EQ(credentials.response, response);
    EXPECT_EQ(credentials.username, "Mufasa");
    EXPECT_EQ(credentials.realm, "http-auth@example.org");
    EXPECT_EQ(credentials.nonce, kNonce);
    EXPECT_EQ(credentials.opaque, kOpaque);
    EXPECT_EQ(credentials.qop, "auth");
    EXPECT_EQ(credentials.nc, "00000001");
    EXPECT_EQ(credentials.algorithm, algorithm);
}

TEST(Challenge, AnswersTheExampleOfRfc7616) {
    answers_with("MD5", "8ca523f5e9506fed4657c9700eebdbec");
    answers_with("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST(Challenge, WithoutQopTheAnswerIsThatOfRfc2069) {
    Challenge challenge;
    ASSERT_EQ(parse_challenge("Digest realm=\"r\", nonce=\"n\"", challenge), ChallengeStatus::ok);
    char buffer[1024];
    wire::SipWriter out(buffer);
    write_answer(out, wire::HeaderId::proxy_authorization, challenge, kAnswer);
    EXPECT_TRUE(out.text().starts_with("Proxy-Authorization: Digest username=\"Mufasa\""));
    EXPECT_EQ(out.text().find("cnonce"), std::string_view::npos);
    EXPECT_EQ(out.text().find("qop"), std::string_view::npos);
}

TEST(Challenge, WhatCannotBeAnsweredHasAName) {
    Challenge c;
    EXPECT_EQ(parse_challenge("", c), ChallengeStatus::unsupported);
    EXPECT_EQ(parse_challenge("Basic realm=\"r\"", c), ChallengeStatus::unsupported);
    EXPECT_EQ(parse_challenge("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256", c),
              ChallengeStatus::unsupported);
    EXPECT_EQ(parse_challenge("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"", c),
              ChallengeStatus::unsupported);
    EXPECT_EQ(parse_challenge("Digest realm=\"r\"", c), ChallengeStatus::missing);
    EXPECT_EQ(parse_challenge("Digest nonce=\"n\"", c), ChallengeStatus::missing);
    EXPECT_EQ(parse_challenge("Digest realm=\"r", c), ChallengeStatus::syntax);
    EXPECT_EQ(parse_challenge("Digest realm=\"r\" nonce=\"n\"", c), ChallengeStatus::syntax);
    EXPECT_EQ(parse_challenge("Digest realm", c), ChallengeStatus::syntax);
    EXPECT_EQ(parse_challenge("Digest realm=\"r\", nonce=\"" + std::string(200, 'x') + "\"", c),
              ChallengeStatus::too_long);
    EXPECT_EQ(parse_challenge("digest REALM=\"a\\\"b\" , Nonce = n1,\r\n stale=TRUE,", c),
              ChallengeStatus::ok);
    EXPECT_EQ(c.realm.view(), "a\\\"b");
    EXPECT_TRUE(c.stale);
}

TEST(Challenge, OfSeveralTheFirstThatWeCanAnswer) {
    const std::string text =
        "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-512-256\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", algorithm=SHA-256\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n";
    const std::string padded = text + std::string(64, '\0');
    wire::SipView view;
    ASSERT_EQ(wire::tokenise(padded.data(), static_cast<std::uint32_t>(text.size()), view),
              wire::TokeniseStatus::ok);
    Challenge chosen;
    const wire::SipMessage response(padded.data(), static_cast<std::uint32_t>(text.size()), &view);
    ASSERT_EQ(choose_challenge(response, chosen), ChallengeStatus::ok);
    EXPECT_EQ(chosen.algorithm, digest::Algorithm::sha256);
    EXPECT_EQ(chosen.nonce.view(), "n2");
}

}  // namespace
}  // namespace strowger::callgun
