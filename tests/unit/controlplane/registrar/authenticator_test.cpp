#include "registrar/authenticator.hpp"

#include <gtest/gtest.h>

#include "model_fixture.hpp"
#include "sip_text.hpp"
#include "support/digest_phone.hpp"

namespace strowger::registrar {

using digest::Algorithm;
using test::Phone;
namespace {

constexpr std::int64_t kTime = 1'800'000'000'000;

class AuthenticatorTest : public ::testing::Test {
  protected:
    void SetUp() override {
        accounts_.configure(sample_model(), sample_realms());
        flow_.realm = kAccess;
        flow_.local = *wire::parse_endpoint("10.10.0.1:5060");
        flow_.remote = *wire::parse_endpoint("10.10.0.100:5062");
    }
    message::Incoming incoming(std::string_view lines) const {
        wire::TokeniseStatus status{};
        const std::string text = with_crlf(register_text(lines));
        const message::Incoming out = message::Incoming::parse(flow_, text, 0, status);
        EXPECT_EQ(status, wire::TokeniseStatus::ok) << lines;
        return out;
    }
    Check check(std::string_view lines, Role role = Role::user_agent) {
        return authenticator_.check(incoming(lines), role, "lab.example", now_);
    }
    std::string challenge(bool stale = false, Role role = Role::user_agent) {
        std::string out;
        authenticator_.challenge(incoming(""), role, "lab.example", stale, now_, out);
        return out;
    }

    Accounts accounts_;
    NonceKey key_{4, 2};
    Authenticator authenticator_{accounts_, key_};
    net::Flow flow_;
    std::int64_t now_ = kTime;
    Phone phone_;
};

TEST_F(AuthenticatorTest, ChallengeOffersSha256First) {
    const std::string lines = challenge();
    const std::size_t sha = lines.find("algorithm=SHA-256");
    const std::size_t md5 = lines.find("algorithm=MD5");
    ASSERT_NE(sha, std::string::npos);
    ASSERT_NE(md5, std::string::npos);
    EXPECT_LT(sha, md5);
    EXPECT_EQ(lines.find("WWW-Authenticate: Digest realm=\"lab.example\", nonce=\""), 0u);
    EXPECT_NE(lines.find("qop=\"auth\"\r\n"), std::string::npos);
    EXPECT_EQ(lines.find("stale"), std::string::npos);
    EXPECT_NE(challenge(true).find("stale=true\r\n"), std::string::npos);
    EXPECT_EQ(challenge(false, Role::proxy).find("Proxy-Authenticate: Digest"), 0u);
    EXPECT_NE(Phone::value_of(lines, "nonce"), Phone::value_of(challenge(), "nonce"));
}

TEST_F(AuthenticatorTest, WithoutCredentialsForOurRealmThereIsAChallenge) {
    EXPECT_EQ(check("").verdict, Verdict::challenge);
    EXPECT_EQ(check("").status, 401);
    EXPECT_EQ(check("", Role::proxy).status, 407);
    EXPECT_EQ(check("Authorization: Basic YTpi\n").verdict, Verdict::challenge);
    ASSERT_TRUE(phone_.take(challenge()));
    phone_.realm = "elsewhere.example";
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::challenge);
    ASSERT_TRUE(phone_.take(challenge()));
    EXPECT_EQ(check(phone_.authorization(), Role::proxy).verdict, Verdict::challenge);
    EXPECT_EQ(authenticator_.counts().challenged, 6u);
}

TEST_F(AuthenticatorTest, RightCredentialsInEveryForm) {
    for (const Algorithm algorithm : {Algorithm::sha256, Algorithm::md5}) {
        for (const char* name : {"1001", "1001@lab.example"}) {
            Phone phone;
            phone.algorithm = algorithm;
            phone.username = name;
            ASSERT_TRUE(phone.take(challenge()));
            const Check found = check(phone.authorization());
            EXPECT_EQ(found.verdict, Verdict::ok) << name;
            EXPECT_EQ(found.status, 0);
            ASSERT_NE(found.account, nullptr);
            EXPECT_EQ(found.account->aor, "1001@lab.example");
        }
    }
    ASSERT_TRUE(phone_.take(challenge(false, Role::proxy)));
    EXPECT_EQ(check(phone_.authorization("Proxy-Authorization"), Role::proxy).verdict, Verdict::ok);
}

TEST_F(AuthenticatorTest, OneGoodHeaderAmongOthersIsEnough) {
    ASSERT_TRUE(phone_.take(challenge()));
    EXPECT_EQ(check("Authorization: Digest username=\"x\", realm=\"other\", nonce=\"n\", uri=\"u\", "
                    "response=\"r\"\n" +
                    phone_.authorization())
                  .verdict,
              Verdict::ok);
}

TEST_F(AuthenticatorTest, WrongPasswordAndUnknownUserLookTheSame) {
    Phone wrong;
    wrong.password = "guess";
    ASSERT_TRUE(wrong.take(challenge()));
    Phone unknown;
    unknown.username = "9999";
    ASSERT_TRUE(unknown.take(challenge()));
    for (Phone* phone : {&wrong, &unknown}) {
        const Check found = check(phone->authorization());
        EXPECT_EQ(found.verdict, Verdict::wrong);
        EXPECT_EQ(found.status, 401);
        EXPECT_TRUE(found.reason.empty());
        EXPECT_EQ(found.account, nullptr);
    }
    // With an old nonce too: stale=true is for those who know the password.
    now_ += 301'000;
    EXPECT_EQ(check(wrong.authorization()).verdict, Verdict::wrong);
    EXPECT_EQ(check(unknown.authorization()).verdict, Verdict::wrong);
    EXPECT_EQ(authenticator_.counts().wrong, 4u);
    EXPECT_EQ(authenticator_.failing().count(kAccess, flow_.remote.address, now_ / 1000), 4u);
}

TEST_F(AuthenticatorTest, AnOldNonceIsStale) {
    ASSERT_TRUE(phone_.take(challenge()));
    now_ += 299'999;
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::ok);
    now_ += 1;
    const Check found = check(phone_.authorization());
    EXPECT_EQ(found.verdict, Verdict::stale);
    EXPECT_EQ(found.status, 401);
    ASSERT_TRUE(phone_.take(challenge(true)));
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::ok);
    authenticator_.set_nonce_lifetime(10);
    now_ += 10'000;
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::stale);
}

TEST_F(AuthenticatorTest, ANonceOfTheFutureIsStale) {
    ASSERT_TRUE(phone_.take(challenge()));
    now_ -= 61'000;
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::stale);
}

TEST_F(AuthenticatorTest, ANonceOfAnotherKeyIsStaleForWhoKnowsThePassword) {
    Authenticator other(accounts_, NonceKey{9, 9});
    std::string lines;
    other.challenge(incoming(""), Role::user_agent, "lab.example", false, now_, lines);
    ASSERT_TRUE(phone_.take(lines));
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::stale);
}

TEST_F(AuthenticatorTest, ChallengesSurviveARestartWithTheSameKey) {
    ASSERT_TRUE(phone_.take(challenge()));
    Authenticator after(accounts_, key_);
    EXPECT_EQ(after.check(incoming(phone_.authorization()), Role::user_agent, "lab.example", now_).verdict,
              Verdict::ok);
}

TEST_F(AuthenticatorTest, AReplayIsRefused) {
    ASSERT_TRUE(phone_.take(challenge()));
    const std::string first = phone_.authorization();
    const std::string second = phone_.authorization();
    EXPECT_EQ(check(second).verdict, Verdict::ok);
    EXPECT_EQ(check(first).verdict, Verdict::ok);  // overtaken on the way
    EXPECT_EQ(check(first).verdict, Verdict::stale);
    EXPECT_EQ(check(second).verdict, Verdict::stale);
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::ok);
    EXPECT_EQ(authenticator_.counts().replayed, 2u);
}

TEST_F(AuthenticatorTest, EveryPartIsCoveredByTheResponse) {
    ASSERT_TRUE(phone_.take(challenge()));
    const std::string good = phone_.authorization();
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    EXPECT_EQ(check(changed("nc=00000001", "nc=00000002")).verdict, Verdict::wrong);
    EXPECT_EQ(check(changed("cnonce=\"c0ffee\"", "cnonce=\"decaf\"")).verdict, Verdict::wrong);
    EXPECT_EQ(check(changed("nonce=\"" + phone_.nonce,
                            "nonce=\"" + std::string(phone_.nonce.rbegin(), phone_.nonce.rend())))
                  .verdict,
              Verdict::wrong);
    EXPECT_EQ(check(changed("username=\"1001\"", "username=\"1002\"")).verdict, Verdict::wrong);
    EXPECT_EQ(check(good).verdict, Verdict::ok);
    phone_.method = "INVITE";
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::wrong);
}

TEST_F(AuthenticatorTest, MalformedCredentialsAreToldWhatIsWrong) {
    ASSERT_TRUE(phone_.take(challenge()));
    const std::string good = phone_.authorization();
    const auto broken = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        const Check found = check(text.replace(at, from.size(), to));
        EXPECT_EQ(found.verdict, Verdict::malformed) << text;
        EXPECT_EQ(found.status, 400);
        EXPECT_FALSE(found.reason.empty());
    };
    broken("uri=\"sip:lab.example\"", "uri=\"sip:other.example\"");
    broken("uri=\"sip:lab.example\"", "uri=\"\"");
    broken(", qop=auth", "");
    broken("qop=auth", "qop=auth-int");
    broken("nc=00000001", "nc=1");
    broken("nc=00000001", "nc=0000000g");
    broken("cnonce=\"c0ffee\", ", "");
    broken("response=\"", "response=\"0");
    broken("username=\"1001\"", "username=\"1001");
    broken("username=\"1001\", ", "");
    EXPECT_EQ(authenticator_.counts().malformed, 10u);
    EXPECT_EQ(authenticator_.failing().count(kAccess, flow_.remote.address, now_ / 1000), 0u);
}

TEST_F(AuthenticatorTest, TheUriMayDifferInWhatDoesNotMatter) {
    phone_.uri = "sip:LAB.example:5060;transport=udp";
    ASSERT_TRUE(phone_.take(challenge()));
    EXPECT_EQ(check(phone_.authorization()).verdict, Verdict::ok);
}

TEST_F(AuthenticatorTest, OtherAlgorithmsAreChallengedAnew) {
    ASSERT_TRUE(phone_.take(challenge()));
    std::string text = phone_.authorization();
    text.replace(text.find("algorithm=SHA-256"), 17, "algorithm=MD5-sess");
    EXPECT_EQ(check(text).verdict, Verdict::challenge);
}

TEST_F(AuthenticatorTest, OnlyWhatASubscriberHasAHashForIsOffered) {
    const std::string text = with_crlf(
        "INVITE sip:1001@lab.example SIP/2.0\nVia: SIP/2.0/UDP 10.10.0.100:5062;branch=z9hG4bK1\n"
        "From: <sip:hash@lab.example>;tag=a\nTo: <sip:1001@lab.example>\nCall-ID: c\nCSeq: 1 INVITE\n"
        "Content-Length: 0\n\n");
    wire::TokeniseStatus status{};
    const message::Incoming invite = message::Incoming::parse(flow_, text, 0, status);
    std::string out;
    authenticator_.challenge(invite, Role::proxy, "lab.example", false, now_, out);
    EXPECT_EQ(out.find("SHA-256"), std::string::npos);
    EXPECT_NE(out.find("algorithm=MD5"), std::string::npos);
    EXPECT_EQ(digest_realm(accounts_, invite), "lab.example");
}

TEST_F(AuthenticatorTest, TheRealmFollowsTheCaller) {
    const auto realm_for = [&](std::string_view from, RealmId realm) {
        flow_.realm = realm;
        const std::string text =
            with_crlf("INVITE sip:x@lab.example SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: " +
                      std::string(from) +
                      ";tag=a\nTo: <sip:x@lab.example>\nCall-ID: c\nCSeq: 1 INVITE\nContent-Length: 0\n\n");
        wire::TokeniseStatus status{};
        return std::string(digest_realm(accounts_, message::Incoming::parse(flow_, text, 0, status)));
    };
    EXPECT_EQ(realm_for("<sip:bob@second.example>", kAccess), "second.example");
    EXPECT_EQ(realm_for("<sip:alice@second.example>", kAccess), "lab.example");
    EXPECT_EQ(realm_for("<sip:nobody@second.example>", kAccess), "lab.example");
    EXPECT_EQ(realm_for("<sip:1001@10.10.0.1>", kAccess), "lab.example");
    EXPECT_EQ(realm_for("<sip:anonymous@anonymous.invalid>", kAccess), "lab.example");
    EXPECT_EQ(realm_for("<tel:+123>", kCore), "acme.example");
    EXPECT_EQ(realm_for("<sip:a@b>", kNone<RealmId>), "");
}

TEST_F(AuthenticatorTest, OfWhatAWorkerVerifiedOnlyTheCountIsLookedAt) {
    std::string text =
        with_crlf(register_text("Authorization: Digest username=\"1001\", realm=\"lab.example\"\n"));
    const auto size = static_cast<std::uint32_t>(text.size());
    text.append(64, '\0');
    wire::SipView view;
    ASSERT_EQ(wire::tokenise(text.data(), size, view), wire::TokeniseStatus::ok);
    const auto place = [&](std::string_view part) {
        return wire::Slice{static_cast<std::uint16_t>(text.find(part)),
                           static_cast<std::uint16_t>(part.size())};
    };
    rings::Punt punt{
        .realm = kAccess, .source = flow_.remote, .data = text.data(), .length = size, .view = &view};
    punt.verified = {.ok = true,
                     .role = Role::user_agent,
                     .realm = {static_cast<std::uint16_t>(text.find("realm=") + 7), 11},
                     .user = {static_cast<std::uint16_t>(text.find("username=") + 10), 4},
                     .count = 1,
                     .nonce = {now_, {9}}};
    const auto ask = [&](Role role = Role::user_agent, std::string_view realm = "lab.example") {
        return authenticator_.check(message::Incoming::from_punt(punt, flow_.local), role, realm, now_);
    };
    const Check found = ask();
    EXPECT_EQ(found.verdict, Verdict::ok);
    ASSERT_NE(found.account, nullptr);
    EXPECT_EQ(found.account->aor, "1001@lab.example");
    EXPECT_EQ(ask().verdict, Verdict::stale) << "a replay";
    EXPECT_EQ(authenticator_.counts().replayed, 1u);
    punt.verified.count = 2;
    EXPECT_EQ(ask().verdict, Verdict::ok);
    // For another realm, role or user than was verified it is read as if nobody had.
    punt.verified.count = 3;
    EXPECT_EQ(ask(Role::user_agent, "acme.example").verdict, Verdict::malformed);
    EXPECT_EQ(ask(Role::proxy).verdict, Verdict::challenge);
    punt.verified.user = place("REGISTER");
    EXPECT_EQ(ask().verdict, Verdict::malformed) << "the account was deleted meanwhile";
    punt.verified.ok = false;
    EXPECT_EQ(ask().verdict, Verdict::malformed);
}

}  // namespace
}  // namespace strowger::registrar
