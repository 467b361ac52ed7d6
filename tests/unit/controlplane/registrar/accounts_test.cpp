#include "registrar/accounts.hpp"

#include <gtest/gtest.h>

#include "model_fixture.hpp"

namespace strowger::registrar {

using digest::Algorithm;
using digest::Hash;
namespace {

class AccountsTest : public ::testing::Test {
  protected:
    void SetUp() override { accounts_.configure(sample_model(), sample_realms()); }
    std::string domain(std::string_view host, RealmId realm = kAccess) const {
        Domain out;
        const auto local = *wire::parse_endpoint("10.10.0.1:5060");
        return accounts_.domain_of(host, realm, local, out)
                   ? std::string(out.tenant) + " " + std::string(out.name) + " " + std::string(out.realm)
                   : "none";
    }
    Accounts accounts_;
};

TEST_F(AccountsTest, DomainsInAnyCaseAndOurAddresses) {
    EXPECT_EQ(domain("LAB.EXAMPLE"), "default lab.example lab.example");
    EXPECT_EQ(domain("second.example"), "default second.example lab.example");
    EXPECT_EQ(domain("acme.example"), "acme acme.example acme.example");
    EXPECT_EQ(domain("10.10.0.1"), "default lab.example lab.example");
    EXPECT_EQ(domain("[fd10:a::1]"), "default lab.example lab.example");
    EXPECT_EQ(domain("10.20.0.1", kCore), "acme acme.example acme.example");
    EXPECT_EQ(domain("10.20.0.1"), "none");
    EXPECT_EQ(domain("elsewhere.example"), "none");
    EXPECT_EQ(domain("10.20.0.1", kNone<RealmId>), "none");
}

TEST_F(AccountsTest, AnAccountHasItsAddressAndHashes) {
    const Account* alice = accounts_.find("Lab.Example", "alice");
    ASSERT_NE(alice, nullptr);
    EXPECT_EQ(alice->aor, "alice@lab.example");
    EXPECT_EQ(alice->user, "alice");
    EXPECT_EQ(alice->domain, "lab.example");
    EXPECT_EQ(alice->tenant, "default");
    EXPECT_EQ(alice->display_name, "Alice");
    for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256}) {
        const auto i = static_cast<std::size_t>(algorithm);
        EXPECT_TRUE(alice->plain.present[i]);
        EXPECT_EQ(alice->plain.value[i], digest::hash_of(algorithm, {"alice:lab.example:wonderland"}));
        EXPECT_EQ(alice->qualified.value[i],
                  digest::hash_of(algorithm, {"alice@lab.example:lab.example:wonderland"}));
    }
    EXPECT_EQ(accounts_.find("lab.example", "alice"), alice);
}

TEST_F(AccountsTest, ADomainOfItsOwnIsTheOnlyOne) {
    EXPECT_EQ(accounts_.find("lab.example", "bob"), nullptr);
    ASSERT_NE(accounts_.find("second.example", "bob"), nullptr);
    EXPECT_EQ(accounts_.find("second.example", "bob")->aor, "bob@second.example");
    EXPECT_EQ(accounts_.find("second.example", "alice")->aor, "alice@lab.example");
}

TEST_F(AccountsTest, RangesTenantsAndStrangers) {
    ASSERT_NE(accounts_.find("lab.example", "1001"), nullptr);
    EXPECT_EQ(accounts_.find("lab.example", "1001")->max_contacts, 3);
    ASSERT_NE(accounts_.find("acme.example", "1001"), nullptr);
    EXPECT_EQ(accounts_.find("acme.example", "1001")->tenant, "acme");
    EXPECT_EQ(accounts_.find("lab.example", "1100"), nullptr);
    EXPECT_EQ(accounts_.find("lab.example", ""), nullptr);
    EXPECT_EQ(accounts_.find("nowhere.example", "1001"), nullptr);
    EXPECT_EQ(accounts_.find("lab.example", std::string(2000, 'a')), nullptr);
}

TEST_F(AccountsTest, HashesInsteadOfAPassword) {
    const Account* account = accounts_.find("lab.example", "hash");
    ASSERT_NE(account, nullptr);
    EXPECT_TRUE(account->plain.present[0]);
    EXPECT_FALSE(account->plain.present[1]);
    EXPECT_FALSE(account->qualified.present[0]);
}

TEST_F(AccountsTest, LimitsAndRealms) {
    EXPECT_EQ(accounts_.limits("acme").min, 120u);
    EXPECT_EQ(accounts_.limits("acme").max, 600u);
    EXPECT_EQ(accounts_.limits("acme").standard, 300u);
    EXPECT_EQ(accounts_.limits("default").standard, 3600u);
    EXPECT_EQ(accounts_.realm_name(kCore), "core");
    EXPECT_EQ(accounts_.realm_name(kNone<RealmId>), "");
    EXPECT_EQ(accounts_.realm_of("core"), kCore);
    EXPECT_EQ(accounts_.realm_of("gone"), kNone<RealmId>);
    EXPECT_TRUE(accounts_.authenticates(kAccess));
    EXPECT_FALSE(accounts_.authenticates(kCore));
    EXPECT_TRUE(accounts_.authenticates(kNone<RealmId>));
}

TEST_F(AccountsTest, ANewPasswordHoldsAfterConfigure) {
    const Hash before = accounts_.find("lab.example", "alice")->plain.value[0];
    model::Model changed = sample_model();
    changed.subscribers["alice"].password.value = "looking-glass";
    changed.subscribers.erase("bob");
    accounts_.configure(changed, sample_realms());
    EXPECT_NE(accounts_.find("lab.example", "alice")->plain.value[0], before);
    EXPECT_EQ(accounts_.find("second.example", "bob"), nullptr);
}

}  // namespace
}  // namespace strowger::registrar
