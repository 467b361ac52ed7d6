#include "strowger/digest/challenge.hpp"

#include <gtest/gtest.h>

#include "strowger/digest/credentials.hpp"

namespace strowger::digest {
namespace {

std::string answered(const Challenge& c, const Answer& a) {
    std::string out(room_for(c, a), '\0');
    out.resize(write_credentials(c, a, out));
    return out;
}

TEST(Challenge, WhatPeersSend) {
    Challenge c;
    ASSERT_EQ(
        parse_challenge(
            R"(Digest realm="a \"b\"", nonce="xyz", algorithm=SHA-256, qop="auth-int,auth", stale=TRUE, opaque="")",
            c),
        ChallengeStatus::ok);
    EXPECT_EQ(c.realm, R"(a \"b\")");  // as it came
    EXPECT_EQ(c.nonce, "xyz");
    EXPECT_EQ(c.algorithm, Algorithm::sha256);
    EXPECT_TRUE(c.auth && c.stale && c.has_opaque);
    ASSERT_EQ(parse_challenge("digest REALM=x , Nonce = n1,\r\n stale=false,", c), ChallengeStatus::ok);
    EXPECT_EQ(c.nonce, "n1");
    EXPECT_FALSE(c.auth || c.stale || c.has_opaque);
}

TEST(Challenge, WhatCannotBeAnsweredHasAName) {
    const struct {
        std::string text;
        ChallengeStatus status;
    } rows[] = {
        {"", ChallengeStatus::unsupported},
        {"Basic realm=\"r\"", ChallengeStatus::unsupported},
        {"Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256", ChallengeStatus::unsupported},
        {"Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess", ChallengeStatus::unsupported},
        {"Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"", ChallengeStatus::unsupported},
        {"Digest", ChallengeStatus::missing},
        {"Digest realm=\"r\"", ChallengeStatus::missing},
        {"Digest nonce=\"n\"", ChallengeStatus::missing},
        {"Digest realm=\"r\", nonce=\"\"", ChallengeStatus::missing},
        {"Digest realm=\"r", ChallengeStatus::syntax},
        {"Digest realm=\"r\" nonce=\"n\"", ChallengeStatus::syntax},
        {"Digest realm", ChallengeStatus::syntax},
        {"Digest realm=\"x\r\ny\", nonce=\"n\"", ChallengeStatus::syntax},
        {"Digest realm=r, nonce=n\\", ChallengeStatus::syntax},
        {"Digest realm=\"r\", nonce=\"" + std::string(600, 'n') + "\"", ChallengeStatus::too_long},
    };
    for (const auto& row : rows) {
        Challenge c;
        EXPECT_EQ(parse_challenge(row.text, c), row.status) << row.text;
    }
}

// RFC 7616 3.9.1, read back by the server's own parser.
TEST(Challenge, AnswersTheExamplesOfRfc7616) {
    constexpr std::string_view kNonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    const struct {
        std::string algorithm;
        std::string_view response;
    } rows[] = {{"MD5", "8ca523f5e9506fed4657c9700eebdbec"},
                {"SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"}};
    for (const auto& row : rows) {
        const std::string text = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=" +
                                 row.algorithm + ", nonce=\"" + std::string(kNonce) +
                                 "\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        Challenge c;
        ASSERT_EQ(parse_challenge(text, c), ChallengeStatus::ok);
        const auto answer =
            answered(c, {.user = "Mufasa",
                         .password = "Circle of Life",
                         .method = "GET",
                         .uri = "/dir/index.html",
                         .count = 1,
                         .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"});
        Credentials given;
        ASSERT_EQ(parse_credentials(answer, given), CredentialsStatus::ok);
        EXPECT_EQ(given.response, row.response);
        EXPECT_EQ(given.username, "Mufasa");
        EXPECT_EQ(given.realm, "http-auth@example.org");
        EXPECT_EQ(given.nonce, kNonce);
        EXPECT_EQ(given.opaque, c.opaque);
        EXPECT_EQ(given.qop, "auth");
        EXPECT_EQ(given.nc, "00000001");
        EXPECT_EQ(given.algorithm, row.algorithm);
    }
}

TEST(Challenge, WithoutQopAndAlgorithmTheAnswerIsThatOfRfc2069) {
    Challenge c;
    ASSERT_EQ(parse_challenge("Digest realm=\"r\", nonce=\"n\"", c), ChallengeStatus::ok);
    const auto text = answered(
        c, {.user = "a\"b\\", .password = "p", .method = "BYE", .uri = "sip:x", .count = 1, .cnonce = "c"});
    EXPECT_TRUE(text.starts_with(R"(Digest username="a\"b\\", realm="r")")) << text;
    for (const char* absent : {"cnonce", "qop", "algorithm", "opaque"})
        EXPECT_EQ(text.find(absent), std::string::npos) << absent;
    char little[20];
    EXPECT_EQ(write_credentials(c, {.user = "u"}, little), 0u);
}

}  // namespace
}  // namespace strowger::digest
