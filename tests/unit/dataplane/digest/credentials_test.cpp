#include "strowger/digest/credentials.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::digest {
namespace {

constexpr std::string_view kGood =
    "Digest username=\"bob\", realm=\"biloxi.com\", nonce=\"dcd98b\", uri=\"sip:bob@biloxi.com\", qop=auth, "
    "nc=00000001, cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c\", "
    "algorithm=MD5";

TEST(ParseCredentials, ReadsEveryDirective) {
    Credentials c;
    ASSERT_EQ(parse_credentials(kGood, c), CredentialsStatus::ok);
    EXPECT_EQ(c.username, "bob");
    EXPECT_EQ(c.realm, "biloxi.com");
    EXPECT_EQ(c.nonce, "dcd98b");
    EXPECT_EQ(c.uri, "sip:bob@biloxi.com");
    EXPECT_EQ(c.qop, "auth");
    EXPECT_EQ(c.nc, "00000001");
    EXPECT_EQ(c.cnonce, "0a4f113b");
    EXPECT_EQ(c.response, "6629fae49393a05397450978507c4ef1");
    EXPECT_EQ(c.opaque, "5ccc069c");
    EXPECT_EQ(c.algorithm, "MD5");
}

TEST(ParseCredentials, NamesInAnyCaseSpacesAndFoldsAnywhereUnknownOnesPassedOver) {
    Credentials c;
    ASSERT_EQ(parse_credentials(
                  "dIGEST ,, USERNAME = \"a,\\\"b\\\\\" \r\n , Realm=r,nonce=n== ,uri=\"\" ,extension=\"x, "
                  "realm=y\", userhash=false, response=x,",
                  c),
              CredentialsStatus::ok);
    EXPECT_EQ(c.username, "a,\"b\\");
    EXPECT_EQ(c.realm, "r");
    EXPECT_EQ(c.nonce, "n==");
    EXPECT_EQ(c.uri, "");
    EXPECT_EQ(c.qop.data(), nullptr);
}

TEST(ParseCredentials, RefusesTheRest) {
    const auto status_of = [](std::string_view text) {
        Credentials c;
        return parse_credentials(text, c);
    };
    EXPECT_EQ(status_of(""), CredentialsStatus::other_scheme);
    EXPECT_EQ(status_of("Basic YWxpY2U6c2VjcmV0"), CredentialsStatus::other_scheme);
    EXPECT_EQ(status_of("DigestX username=\"a\""), CredentialsStatus::other_scheme);
    EXPECT_EQ(status_of("Digest"), CredentialsStatus::missing);
    EXPECT_EQ(status_of("Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\""),
              CredentialsStatus::missing);
    EXPECT_EQ(status_of("Digest username=\"a"), CredentialsStatus::syntax);
    EXPECT_EQ(status_of("Digest username=\"a\\"), CredentialsStatus::syntax);
    EXPECT_EQ(status_of("Digest username"), CredentialsStatus::syntax);
    EXPECT_EQ(status_of("Digest username=, realm=r"), CredentialsStatus::syntax);
    EXPECT_EQ(status_of("Digest username=a b"), CredentialsStatus::syntax);
    EXPECT_EQ(status_of("Digest =a"), CredentialsStatus::syntax);
    EXPECT_EQ(status_of(std::string(kGood) + ", username=\"eve\""), CredentialsStatus::repeated);
    EXPECT_EQ(status_of("Digest username=\"" + std::string(2000, '\\') + "\""), CredentialsStatus::too_long);
    EXPECT_FALSE(describe(CredentialsStatus::syntax).empty());
}

}  // namespace
}  // namespace strowger::digest
