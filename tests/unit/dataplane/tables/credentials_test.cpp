#include "strowger/tables/credentials.hpp"

#include <gtest/gtest.h>

namespace strowger::tables {
namespace {

using digest::Algorithm;
using digest::Hash;

// Tenant 0: lab.example and second.example; tenant 1: acme.example.
struct CredentialsTest : testing::Test {
    CredentialsTest() {
        table.add_domain({"lab.example", 0, 0});
        table.add_domain({"second.example", 0, 0});
        table.add_domain({"acme.example", 1, 2});
    }
    static std::string hex(const Hash& hash) {
        char out[64];
        return {out, digest::to_hex(Algorithm::md5, hash, out)};
    }
    // MD5 of what the account must know, in plain form; "" when nobody is found or it has none.
    std::string secret(std::uint16_t domain, std::string_view user, bool qualified = false) {
        const Credentials::Account account = table.find(domain, user);
        Hash hash;
        return account && account.ha1(Algorithm::md5, user, qualified, hash) ? hex(hash) : "";
    }
    static std::string md5(std::string_view text) { return hex(digest::hash_of(Algorithm::md5, {text})); }
    Credentials table;
};

TEST_F(CredentialsTest, DomainsInAnyCase) {
    table.seal({1, 2});
    EXPECT_EQ(table.find_domain("LAB.Example"), 0);
    EXPECT_EQ(table.find_domain("acme.example"), 2);
    EXPECT_EQ(table.find_domain("elsewhere.example"), Credentials::kNoDomain);
    EXPECT_EQ(table.find_domain(""), Credentials::kNoDomain);
    EXPECT_EQ(table.find_domain(std::string(300, 'x')), Credentials::kNoDomain);
}

TEST_F(CredentialsTest, RangesAreRowsAndNamesGoBeforeThem) {
    table.add({.first = 1001, .last = 1099, .digits = 4, .password = "secret-{user}"});
    table.add({.first = 1050, .last = 2000, .digits = 4, .password = "second"});
    table.add({.user = "1010", .password = "own"});
    table.add({.user = "1010", .password = "never"});
    table.add({.user = "1001", .tenant = 1, .home = 2, .password = "other"});
    table.seal({1, 2});
    EXPECT_EQ(secret(0, "1001"), md5("1001:lab.example:secret-1001"));
    EXPECT_EQ(secret(1, "1001"), md5("1001:lab.example:secret-1001")) << "at home in the first domain";
    EXPECT_EQ(secret(0, "1001", true), md5("1001@lab.example:lab.example:secret-1001"));
    EXPECT_EQ(secret(2, "1001"), md5("1001:acme.example:other"));
    EXPECT_EQ(secret(0, "1010"), md5("1010:lab.example:own"));
    EXPECT_EQ(secret(0, "1099"), md5("1099:lab.example:secret-1099"));
    EXPECT_EQ(secret(0, "1100"), md5("1100:lab.example:second"));
    for (const char* nobody :
         {"1000", "2001", "01001", "101", "", "1o10", "-001", "+001", "99999999999999999999999"})
        EXPECT_EQ(secret(0, nobody), "") << nobody;
    EXPECT_EQ(secret(2, "1010"), "");
    EXPECT_EQ(secret(Credentials::kNoDomain, "1001"), "");
}

TEST_F(CredentialsTest, ADomainOfItsOwnIsTheOnlyOne) {
    table.add({.user = "bob", .home = 1, .home_only = true, .password = "builder"});
    table.seal({1, 2});
    EXPECT_EQ(secret(0, "bob"), "");
    EXPECT_EQ(secret(1, "bob"), md5("bob:second.example:builder"));
    EXPECT_EQ(table.find(1, "bob").home(), 1);
}

TEST_F(CredentialsTest, HashesInsteadOfAPassword) {
    Hash hash{};
    hash[0] = 7;
    table.add({.user = "md5", .md5 = hash});
    table.add({.user = "both", .password = "p", .md5 = hash});
    table.seal({1, 2});
    EXPECT_EQ(secret(0, "md5"), hex(hash));
    EXPECT_EQ(secret(0, "md5", true), "") << "the hash is of the bare name";
    EXPECT_FALSE(table.find(0, "md5").has(Algorithm::sha256));
    EXPECT_EQ(secret(0, "both"), hex(hash)) << "a hash goes before the password";
    EXPECT_EQ(secret(0, "both", true), md5("both@lab.example:lab.example:p"));
    EXPECT_TRUE(table.find(0, "both").has(Algorithm::sha256));
}

TEST_F(CredentialsTest, AHundredThousandNamesAreSmall) {
    for (int i = 0; i < 100'000; ++i) {
        const std::string user = std::to_string(1'000'000 + i);
        ASSERT_TRUE(table.add({.user = user, .password = "secret-{user}"}));
    }
    table.seal({1, 2});
    EXPECT_EQ(table.size(), 100'000u);
    EXPECT_LT(table.octets() / table.size(), 64u);
    EXPECT_EQ(secret(0, "1000000"), md5("1000000:lab.example:secret-1000000"));
    EXPECT_EQ(secret(0, "1099999"), md5("1099999:lab.example:secret-1099999"));
    EXPECT_EQ(secret(0, "1100000"), "");
}

}  // namespace
}  // namespace strowger::tables
