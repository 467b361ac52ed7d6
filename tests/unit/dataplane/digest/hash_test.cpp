#include "strowger/digest/hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::digest {
namespace {

std::string hex(Algorithm algorithm, const Hash& hash) {
    char out[64];
    return {out, to_hex(algorithm, hash, out)};
}

Hash ha1(Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
    return ha1_of(algorithm, user, realm, password, user);
}

// RFC 7616 3.9.1.
TEST(Digest, VectorsOfRfc7616) {
    const ResponseInput input{"GET",
                              "/dir/index.html",
                              "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                              "00000001",
                              "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                              "auth"};
    EXPECT_EQ(
        hex(Algorithm::md5,
            response_of(Algorithm::md5,
                        ha1(Algorithm::md5, "Mufasa", "http-auth@example.org", "Circle of Life"), input)),
        "8ca523f5e9506fed4657c9700eebdbec");
    EXPECT_EQ(
        hex(Algorithm::sha256,
            response_of(Algorithm::sha256,
                        ha1(Algorithm::sha256, "Mufasa", "http-auth@example.org", "Circle of Life"), input)),
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

// RFC 2617 3.5, and without qop as RFC 2069 had it (checked with another implementation).
TEST(Digest, VectorOfRfc2617) {
    const Hash a1 = ha1(Algorithm::md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
    EXPECT_EQ(hex(Algorithm::md5, a1), "939e7578ed9e3c518a452acee763bce9");
    ResponseInput input{"GET",      "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                        "00000001", "0a4f113b",        "auth"};
    EXPECT_EQ(hex(Algorithm::md5, response_of(Algorithm::md5, a1, input)),
              "6629fae49393a05397450978507c4ef1");
    input.qop = {};
    EXPECT_EQ(hex(Algorithm::md5, response_of(Algorithm::md5, a1, input)),
              "670fd8c2df070c60b045671b8b24ff02");
}

// RFC 4231 test cases 1 and 2.
TEST(Digest, KeyedHash) {
    const std::array<std::uint8_t, 20> b{0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                         0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};
    EXPECT_EQ(hex(Algorithm::sha256, Hmac(b)({"Hi ", "There"})),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    const std::array<std::uint8_t, 4> jefe{'J', 'e', 'f', 'e'};
    EXPECT_EQ(hex(Algorithm::sha256, Hmac(jefe)({"what do ya want ", "for nothing?"})),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, APasswordMayNameItsUser) {
    for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256}) {
        const auto same = [&](std::string_view written, std::string_view meant) {
            return ha1_of(algorithm, "1001@lab.example", "lab.example", written, "1001") ==
                   hash_of(algorithm, {"1001@lab.example:lab.example:", meant});
        };
        EXPECT_TRUE(same("secret-{user}", "secret-1001"));
        EXPECT_TRUE(same("{user}{user}x", "10011001x"));
        EXPECT_TRUE(same("{use", "{use"));
        EXPECT_TRUE(same("", ""));
    }
}

// Longer than what is gathered before the hash function is called.
TEST(Digest, LongTexts) {
    const std::string long_text(3000, 'x');
    const std::string whole = "a:" + long_text + ":b";
    for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256}) {
        EXPECT_EQ(hash_of(algorithm, {"a:", long_text, ":b"}), hash_of(algorithm, {whole}));
        EXPECT_EQ(hash_of(algorithm, {whole.substr(0, 500), whole.substr(500, 100), whole.substr(600)}),
                  hash_of(algorithm, {whole}));
    }
}

TEST(Digest, HexadecimalBothWays) {
    Hash hash{};
    EXPECT_TRUE(from_hex(Algorithm::md5, "00ff10ABcdef0123456789abcdefABCD", hash));
    EXPECT_EQ(hex(Algorithm::md5, hash), "00ff10abcdef0123456789abcdefabcd");
    EXPECT_FALSE(from_hex(Algorithm::md5, "00ff10ABcdef0123456789abcdefABC", hash));
    EXPECT_FALSE(from_hex(Algorithm::md5, "00ff10ABcdef0123456789abcdefABCg", hash));
    EXPECT_FALSE(from_hex(Algorithm::sha256, "00ff10ABcdef0123456789abcdefABCD", hash));
    EXPECT_FALSE(from_hex(Algorithm::md5, "", hash));
}

TEST(Digest, AlgorithmNames) {
    Algorithm algorithm{};
    EXPECT_TRUE(algorithm_of("sha-256", algorithm));
    EXPECT_EQ(algorithm, Algorithm::sha256);
    EXPECT_TRUE(algorithm_of("", algorithm));
    EXPECT_EQ(algorithm, Algorithm::md5);
    EXPECT_FALSE(algorithm_of("MD5-sess", algorithm));
    EXPECT_FALSE(algorithm_of("SHA-512-256", algorithm));
}

TEST(Digest, ComparesTheBytesThatCount) {
    Hash a{};
    Hash b{};
    b[20] = 1;
    EXPECT_TRUE(same_hash(Algorithm::md5, a, b));
    EXPECT_FALSE(same_hash(Algorithm::sha256, a, b));
    b[15] = 1;
    EXPECT_FALSE(same_hash(Algorithm::md5, a, b));
}

}  // namespace
}  // namespace strowger::digest
