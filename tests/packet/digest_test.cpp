// The digest firewall, message by message (RFC 3261 22): what is challenged, what passes, what it costs whom.
#include <gtest/gtest.h>

#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "support/digest_phone.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

constexpr Nanoseconds kUnix = 1'800'000'000 * kSecond;  // time of day at now = 0

// Both realms are b2bua; access authenticates lab.example's 1001-1099, password secret-NNNN, and alice.
class Digest : public WorkerTest {
  protected:
    Digest() {
        stateless_realms(tables);
        for (auto& realm : tables.proxy.realms) realm.stateless = false;
        auto known = std::make_shared<tables::Credentials>();
        known->add_domain({"lab.example", 0, 0});
        known->add_domain({"second.example", 0, 0});
        known->add({.first = 1001, .last = 1099, .digits = 4, .password = "secret-{user}"});
        known->add({.user = "alice",
                    .md5 = digest::ha1_of(digest::Algorithm::md5, "alice", "lab.example", "wonderland", {})});
        known->seal({1, 2});
        tables.digest.credentials = known;
        tables.digest.key = digest::Key(digest::NonceKey{7});
        tables.digest.clock = std::make_shared<std::atomic<Nanoseconds>>(kUnix);
        tables.digest.realms.resize(2);
        tables.digest.realms[0] = {
            .authenticates = true, .default_domain = 0, .addresses = {ip("10.10.0.1"), ip("fd10:a::1")}};
        phone.algorithm = digest::Algorithm::md5;
    }

    // What the worker answers; "" when it does not.
    std::string ask(std::string_view text, const char* source = "10.10.0.99", PortId port = kAccessPort) {
        const char* ours = port == kAccessPort ? "10.10.0.1" : "10.20.0.1";
        run(port, eth().ip(source, ours).udp(5060, 5060).payload(text));
        std::string out;
        for (const std::string& frame : sent(port)) {
            const Parsed parsed = parse(frame);
            EXPECT_EQ(parsed.error, "");
            EXPECT_EQ(wire::to_string(parsed.destination.address), source);
            out += parsed.payload;
        }
        return out;
    }
    static std::string registration(std::string_view lines = "", std::string_view uri = "sip:lab.example") {
        std::string text = request("REGISTER", uri, {.extra = with_crlf(lines)});
        replace(text, "To: <sip:someone@lab.example>", "To: <sip:1001@lab.example>");
        return text;
    }
    static std::string invite(std::string_view lines = "", std::string_view uri = "sip:2000@lab.example") {
        return request("INVITE", uri, {.extra = with_crlf(lines)});
    }
    static std::string with_crlf(std::string_view lines) {
        std::string out;
        for (const char c : lines) out += c == '\n' ? "\r\n" : std::string(1, c);
        return out;
    }
    // Takes the challenge of a request without credentials.
    void be_challenged(std::string_view text) {
        const std::string answer = ask(text);
        ASSERT_TRUE(phone.take(answer)) << answer;
        EXPECT_EQ(moved(Counter::digest_challenged), 1u);
    }
    // The request goes to the control plane with right credentials.
    void expect_verified(std::string_view text) {
        EXPECT_EQ(ask(text), "");
        const auto punts = punted();
        ASSERT_EQ(punts.size(), 1u);
        EXPECT_TRUE(punts[0].record.verified.ok);
        EXPECT_EQ(moved(Counter::digest_verified), 1u);
    }
    std::vector<rings::Copy> copies() {
        std::vector<rings::Copy> out;
        rings::Copy copy;
        while (worker.copies.pop({&copy, 1}) == 1) out.push_back(copy);
        return out;
    }

    Phone phone;
};

TEST_F(Digest, ARegistrationIsChallengedAndTheControlPlaneHearsNothing) {
    const std::string answer = ask(registration());
    EXPECT_EQ(first_line(answer), "SIP/2.0 401 Unauthorized");
    const std::string challenge = header(answer, "WWW-Authenticate");
    EXPECT_EQ(challenge.rfind("Digest realm=\"lab.example\", nonce=\"", 0), 0u) << challenge;
    EXPECT_NE(challenge.find("algorithm=MD5, qop=\"auth\""), std::string::npos);
    EXPECT_EQ(challenge.find("stale"), std::string::npos);
    EXPECT_NE(header(answer, "To").find(";tag="), std::string::npos);
    EXPECT_EQ(header(answer, "CSeq"), "1 REGISTER");
    EXPECT_EQ(header(answer, "Server"), "Strowger");
    EXPECT_TRUE(punted().empty());
    EXPECT_EQ(moved(Counter::digest_challenged), 1u);
    EXPECT_EQ(moved(Counter::sip_punted), 0u);
}

TEST_F(Digest, RightCredentialsGoToTheControlPlaneWithWhatWasFound) {
    be_challenged(registration());
    const std::string text = registration(phone.authorization());
    EXPECT_EQ(ask(text), "");
    const auto punts = punted();
    ASSERT_EQ(punts.size(), 1u);
    const rings::Verified& verified = punts[0].record.verified;
    EXPECT_TRUE(verified.ok);
    EXPECT_EQ(verified.role, digest::Role::user_agent);
    EXPECT_EQ(text.substr(verified.user.offset, verified.user.length), "1001");
    EXPECT_EQ(text.substr(verified.realm.offset, verified.realm.length), "lab.example");
    EXPECT_EQ(verified.count, 1u);
    EXPECT_EQ(verified.nonce.time_ms, (kUnix + now) / kMillisecond);
    EXPECT_EQ(moved(Counter::digest_verified), 1u);
    EXPECT_TRUE(copies().size() == 2) << "the challenged request and its answer alone";
}

TEST_F(Digest, Sha256AndAQualifiedName) {
    tables.digest.offer_sha256 = true;
    phone.algorithm = digest::Algorithm::sha256;
    be_challenged(registration());
    expect_verified(registration(phone.authorization()));
    phone.username = "1001@lab.example";
    expect_verified(registration(phone.authorization()));
}

TEST_F(Digest, WhoHasOnlyAnMd5HashIsOfferedThatAlone) {
    tables.digest.offer_sha256 = true;
    std::string text = registration();
    replace(text, "From: <sip:1001@", "From: <sip:alice@");
    replace(text, "To: <sip:1001@", "To: <sip:alice@");
    const std::string answer = ask(text);
    ASSERT_EQ(headers(answer, "WWW-Authenticate").size(), 1u);
    ASSERT_TRUE(phone.take(answer));
    phone.username = "alice";
    phone.password = "wonderland";
    replace(text, "Contact:", with_crlf(phone.authorization()) + "Contact:");
    moved(Counter::digest_challenged);
    expect_verified(text);
    EXPECT_EQ(headers(ask(registration()), "WWW-Authenticate").size(), 2u);
}

TEST_F(Digest, AWrongPasswordAndAnUnknownUserLookTheSame) {
    be_challenged(registration());
    for (const char* who : {"1001", "nobody"}) {
        phone.username = who;
        phone.password = "guess";
        const std::string answer = ask(registration(phone.authorization()));
        EXPECT_EQ(first_line(answer), "SIP/2.0 401 Unauthorized");
        EXPECT_EQ(answer.find("stale"), std::string::npos);
        EXPECT_EQ(moved(Counter::digest_wrong), 1u);
    }
    EXPECT_TRUE(punted().empty());
}

TEST_F(Digest, AnOldNonceIsStaleAndAForgedOneToo) {
    be_challenged(registration());
    now += 301 * kSecond;
    std::string answer = ask(registration(phone.authorization()));
    EXPECT_NE(header(answer, "WWW-Authenticate").find("stale=true"), std::string::npos);
    EXPECT_EQ(moved(Counter::digest_stale), 1u);
    ASSERT_TRUE(phone.take(answer));
    expect_verified(registration(phone.authorization()));
    phone.nonce[5] = phone.nonce[5] == 'A' ? 'B' : 'A';
    EXPECT_NE(ask(registration(phone.authorization())).find("stale=true"), std::string::npos);
    EXPECT_EQ(moved(Counter::digest_stale), 1u);
}

TEST_F(Digest, ACallIsChallengedAsAProxyDoes) {
    const std::string text = invite();
    const std::string answer = ask(text);
    EXPECT_EQ(first_line(answer), "SIP/2.0 407 Proxy Authentication Required");
    ASSERT_TRUE(phone.take(answer));
    // The ACK ends here too: nobody has a transaction.
    std::string ack = request("ACK", "sip:2000@lab.example");
    replace(ack, "To: <sip:someone@lab.example>", "To: " + header(answer, "To"));
    EXPECT_EQ(ask(ack), "");
    EXPECT_EQ(moved(Counter::digest_acknowledged), 1u);
    EXPECT_TRUE(punted().empty());
    phone.method = "INVITE";
    phone.uri = "sip:2000@lab.example";
    moved(Counter::digest_challenged);
    expect_verified(invite(phone.authorization("Proxy-Authorization")));
    EXPECT_EQ(first_line(ask(invite(phone.authorization("Authorization")))),
              "SIP/2.0 407 Proxy Authentication Required")
        << "credentials for an end are none for a proxy";
}

TEST_F(Digest, WhoIsNotAsked) {
    const auto passes = [&](const std::string& text, const char* source, PortId port) {
        EXPECT_EQ(ask(text, source, port), "") << text;
        const auto punts = punted();
        EXPECT_EQ(punts.size(), 1u) << text;
        for (const auto& punt : punts) EXPECT_FALSE(punt.record.verified.ok);
    };
    for (const char* method : {"ACK", "CANCEL", "BYE", "PRACK", "UPDATE"})
        passes(request(method, "sip:2000@lab.example"), "10.10.0.99", kAccessPort);
    passes(request("INVITE", "sip:2000@lab.example", {.to_tag = "within"}), "10.10.0.99", kAccessPort);
    passes(request("OPTIONS", "sip:lab.example"), "10.10.0.99", kAccessPort);
    passes(request("OPTIONS", "sip:10.10.0.1"), "10.10.0.99", kAccessPort);
    passes(invite(), "10.20.0.99", kCorePort);  // trusted
    tables.proxy.realms[0].sources = {{*wire::parse_prefix("10.10.0.10/32"), TrunkId{0}, 0, false}};
    passes(invite(), "10.10.0.10", kAccessPort);
    // But whoever registers is asked, and OPTIONS to somebody.
    EXPECT_EQ(first_line(ask(registration(), "10.10.0.10")), "SIP/2.0 401 Unauthorized");
    for (const char* text : {"OPTIONS", "MESSAGE", "SUBSCRIBE"})
        EXPECT_EQ(first_line(ask(request(text, "sip:2000@lab.example"))),
                  "SIP/2.0 407 Proxy Authentication Required");
    EXPECT_EQ(first_line(ask(request("OPTIONS", "sip:elsewhere.example"))),
              "SIP/2.0 407 Proxy Authentication Required");
}

TEST_F(Digest, RegistrationsThatCanNotBeOursAreRefused) {
    EXPECT_EQ(first_line(ask(registration("", "sip:elsewhere.example"))), "SIP/2.0 404 No such domain here");
    EXPECT_EQ(first_line(ask(registration("", "tel:123"))), "SIP/2.0 416 Unsupported URI Scheme");
    std::string text = registration();
    replace(text, "To: <sip:1001@lab.example>", "To: <sip:1001@elsewhere.example>");
    EXPECT_EQ(first_line(ask(text)), "SIP/2.0 404 No such domain here");
    replace(text, "To: <sip:1001@elsewhere.example>", "To: <tel:1001>");
    EXPECT_EQ(first_line(ask(text)), "SIP/2.0 400 To is not a SIP address");
    be_challenged(registration("", "sip:10.10.0.1"));
    phone.uri = "sip:other.example";
    EXPECT_EQ(first_line(ask(registration(phone.authorization()))),
              "SIP/2.0 400 Digest uri is not the Request-URI");
    EXPECT_EQ(first_line(ask(registration("Authorization: Digest username=\n"))),
              "SIP/2.0 400 Credentials are not a list of name=value");
    EXPECT_EQ(moved(Counter::digest_refused), 6u);
    EXPECT_TRUE(punted().empty());
}

TEST_F(Digest, GuessesOfOneSourceAreNotLookedAtForLong) {
    tables.digest.realms[0].failures_per_source = 2;
    be_challenged(registration());
    phone.password = "guess";
    for (int i = 0; i < 40; ++i) ask(registration(phone.authorization()));
    EXPECT_EQ(moved(Counter::digest_wrong), 20u) << "ten seconds' worth";
    EXPECT_EQ(dropped(Drop::digest_guessing), 20u);
    phone.password = "secret-1001";
    EXPECT_EQ(ask(registration(phone.authorization())), "");
    EXPECT_EQ(dropped(Drop::digest_guessing), 1u) << "right ones neither";
    EXPECT_NE(ask(registration()), "") << "a challenge is still given";
    moved(Counter::digest_challenged);
    run(kAccessPort,
        eth().ip("10.10.0.10", "10.10.0.1").udp(5060, 5060).payload(registration(phone.authorization())));
    EXPECT_EQ(punted().size(), 1u) << "other sources are not held to account";
    now += kSecond;
    moved(Counter::digest_verified);
    expect_verified(registration(phone.authorization()));
}

TEST_F(Digest, WithEscapesInTheNameTheControlPlaneChecksOnceMore) {
    be_challenged(registration());
    std::string line = phone.authorization();
    replace(line, "username=\"1001\"", "username=\"10\\01\"");
    EXPECT_EQ(ask(registration(line)), "");
    const auto punts = punted();
    ASSERT_EQ(punts.size(), 1u);
    EXPECT_FALSE(punts[0].record.verified.ok);
    EXPECT_EQ(moved(Counter::digest_verified), 1u);
}

TEST_F(Digest, WhatTheWorkerAnswersIsCopiedForTheTraceButNoFlood) {
    const std::string text = registration();
    const std::string answer = ask(text);
    auto seen = copies();
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_FALSE(seen[0].outgoing);
    EXPECT_EQ(std::string(seen[0].text.data(), seen[0].length), text);
    EXPECT_EQ(wire::to_string(seen[0].remote), "10.10.0.99:5060");
    EXPECT_EQ(wire::to_string(seen[0].local), "10.10.0.1:5060");
    EXPECT_TRUE(seen[1].outgoing);
    EXPECT_EQ(std::string(seen[1].text.data(), seen[1].length), answer);
    EXPECT_LT(seen[0].time, seen[1].time);
    for (int i = 0; i < 1000; ++i) ask(text);
    EXPECT_EQ(copies().size(), 198u) << "a hundred exchanges at once";
    EXPECT_EQ(moved(Counter::digest_challenged), 1001u);
}

TEST_F(Digest, AStatelessRealmForwardsWhoShowsCredentials) {
    tables.proxy.realms[0].stateless = true;
    tables.proxy.realms[1].stateless = true;
    tables.proxy.realms[0].registered_callers = true;
    be_challenged(invite());
    phone.method = "INVITE";
    phone.uri = "sip:2000@lab.example";
    const std::string other =
        "Proxy-Authorization: Digest username=\"x\", realm=\"next.example\", nonce=\"n\", "
        "uri=\"u\", response=\"r\"\n";
    EXPECT_EQ(ask(invite(other + phone.authorization("Proxy-Authorization"))), "");
    EXPECT_EQ(moved(Counter::digest_verified), 1u);
    EXPECT_EQ(moved(Counter::route_requests), 1u);
    EXPECT_TRUE(punted().empty());
    const auto left = sent(kCorePort);
    ASSERT_EQ(left.size(), 1u);
    const std::string text = parse(left[0]).payload;
    EXPECT_EQ(first_line(text), "INVITE sip:2000@pbx.example SIP/2.0");
    ASSERT_EQ(headers(text, "Proxy-Authorization").size(), 1u) << "ours go no further (RFC 3261 22.3)";
    EXPECT_NE(header(text, "Proxy-Authorization").find("next.example"), std::string::npos);
    // CANCEL and ACK bear none.
    for (const char* method : {"CANCEL", "ACK"}) {
        EXPECT_EQ(ask(request(method, "sip:2000@lab.example")), "");
        EXPECT_EQ(sent(kCorePort).size(), 1u) << method;
    }
    phone.password = "guess";
    EXPECT_EQ(first_line(ask(invite(phone.authorization("Proxy-Authorization")))),
              "SIP/2.0 407 Proxy Authentication Required");
    EXPECT_TRUE(sent(kCorePort).empty());
    EXPECT_TRUE(punted().empty());
}

TEST_F(Digest, WhatAStatelessRealmGivesToTheControlPlaneIsVerifiedToo) {
    tables.proxy.realms[0].stateless = true;
    tables.proxy.realms[0].registered_callers = true;
    const std::string group = "sip:1200@lab.example";
    be_challenged(invite("", group));
    phone.method = "INVITE";
    phone.uri = group;
    expect_verified(invite(phone.authorization("Proxy-Authorization"), group));
    EXPECT_EQ(moved(Counter::fallback_rules), 1u);
    // Known by where it registered from, and led by rules: it shows credentials like anybody there.
    auto callers = std::make_shared<tables::Locations>(HashKey{1, 2});
    tables.proxy.callers = callers;
    callers->put(tables::CallerKey(kAccess, endpoint("10.10.0.99:5060"), "1001@lab.example").text(),
                 {.expires = 60 * kSecond});
    EXPECT_EQ(first_line(ask(invite("", group))), "SIP/2.0 407 Proxy Authentication Required");
}

TEST_F(Digest, OverIpv6) {
    run(kAccessPort,
        eth().ip("fd10:a::99", "fd10:a::1").udp(5060, 5060).payload(registration("", "sip:[fd10:a::1]")));
    const auto frames = sent(kAccessPort);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(first_line(parse(frames[0]).payload), "SIP/2.0 401 Unauthorized");
}

}  // namespace
}  // namespace strowger::test
