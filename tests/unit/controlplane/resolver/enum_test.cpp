#include "resolver/enum.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace strowger::resolver {
namespace {

using State = Enumerated::State;

std::string rule(unsigned order, unsigned preference, std::string_view service, std::string_view regexp,
                 std::string_view flags = "u") {
    const auto chars = [](std::string_view s) { return static_cast<char>(s.size()) + std::string(s); };
    return number(order) + number(preference) + chars(flags) + chars(service) + chars(regexp) + wire_name("");
}

struct EnumTest : testing::Test {
    transaction::TimerWheel wheel{kSecond};
    Script server;
    Cache cache{server, wheel, [] {}};
    Enumerated ask(std::string_view number = "4930123") {
        const auto read = [this](const Question& question) { return cache.read(question); };
        for (int i = 0; i < 8; ++i) {
            const auto out = enumerate(number, "e164.arpa", read);
            if (out.state != State::pending) return out;
            server.answer();
        }
        return {.state = State::pending, .uri = {}};
    }
    void zone(std::vector<std::string> records) {
        server.add("3.2.1.0.3.9.4.e164.arpa", Type::naptr, std::move(records));
    }
};

TEST(EnumDomain, DigitsBackwards) {
    EXPECT_EQ(enum_domain("+442079460148", "e164.arpa"), "8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa");
    EXPECT_EQ(enum_domain("49", "Carrier.Example"), "9.4.carrier.example");
    for (const char* bad : {"", "+", "49x", "1234567890123456", "++49", "alice"})
        EXPECT_FALSE(enum_domain(bad, "e164.arpa")) << bad;
    EXPECT_FALSE(enum_domain("49", std::string(253, 'x')));
}

TEST(Substitution, AsTheRfcsHaveIt) {
    const std::string_view subject = "+4930123";
    EXPECT_EQ(substituted("!^.*$!sip:info@example.com!", subject), "sip:info@example.com");
    EXPECT_EQ(substituted("!^\\+49(.*)$!sip:0\\1@carrier.example!", subject), "sip:030123@carrier.example");
    EXPECT_EQ(substituted("/^(.)(49)/sip:\\2\\1@x/", subject), "sip:49+@x");
    EXPECT_EQ(substituted("!^.*$!sip:a\\!b@x!", subject), "sip:a!b@x");
    EXPECT_EQ(substituted("!^A$!x!i", "a"), "x");
    EXPECT_FALSE(substituted("!^A$!x!", "a"));
    EXPECT_FALSE(substituted("!^\\+44!sip:x@y!", subject)) << "does not match";
    for (const char* bad : {"", "!", "!!", "!a!b", "!a!b!x", "!(!b!", "1a1b1", "\\a\\b\\", "iaibi", "!^(.*)$!\\2!"})
        EXPECT_FALSE(substituted(bad, subject)) << bad;
}

TEST(Substitution, HostileOnesEndSoon) {
    const std::string digits = "+123456789012345";
    EXPECT_FALSE(substituted("!^((1*)*)*x$!sip:a@b!", digits));
    EXPECT_FALSE(substituted("!((((.{1,200}){1,200}){1,200}){1,200})!sip:a@b!", digits)) << "too much memory";
    EXPECT_FALSE(substituted("!^(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x!sip:a@b!", digits));
    std::string many = "!^(.*)$!";
    for (int i = 0; i < 100; ++i) many += "\\1";
    EXPECT_FALSE(substituted(many + "!", digits)) << "the result is longer than any honest one";
}

TEST_F(EnumTest, OrderThenPreferenceOfThoseForSip) {
    zone({rule(100, 10, "E2U+sip", "!^.*$!sip:third@x!"), rule(10, 20, "E2U+sip", "!^.*$!sip:second@x!"),
          rule(10, 10, "e2u+voice:tel+SIP", "!^.*$!sip:first@x!"), rule(1, 1, "E2U+mailto", "!^.*$!mailto:a@x!")});
    EXPECT_EQ(enumerate("4930123", "e164.arpa", [this](const Question& q) { return cache.read(q); }).state,
              State::pending);
    EXPECT_EQ(ask().uri, "sip:first@x");
    EXPECT_TRUE(server.asked.empty()) << "the second time from the cache";
}

TEST_F(EnumTest, WhatIsOfNoUseIsPassedOver) {
    zone({"broken", rule(1, 1, "E2U+sip", "!^.*$!http://x!"), rule(2, 1, "E2U+sip", "!^.*$!sip:x!"),
          rule(3, 1, "E2U+sip", "!^.*$!sip:a b@x!"), rule(4, 1, "E2U+sip", "!^.*$!sip:a@x>\r\n!"),
          rule(5, 1, "E2U+sip", "!^\\+44!sip:uk@x!"), rule(6, 1, "E2U+sip", "!^.*$!sip:good@x!")});
    EXPECT_EQ(ask().uri, "sip:good@x");
}

TEST_F(EnumTest, NothingAndFailureAreTold) {
    EXPECT_EQ(ask().state, State::nothing);
    EXPECT_EQ(ask("4930abc").state, State::nothing);
    EXPECT_EQ(ask("4930124").state, State::nothing);
    server.dead = true;
    EXPECT_EQ(ask("4930125").state, State::failed);
}

TEST_F(EnumTest, NonTerminalRulesAreFollowedNotForEver) {
    const auto to = [](std::string_view next) { return naptr(1, 1, "", "E2U+sip", next); };
    zone({to("a.example")});
    server.add("a.example", Type::naptr, {rule(1, 1, "E2U+sip", "!^\\+(.*)$!sip:\\1@a!")});
    EXPECT_EQ(ask().uri, "sip:4930123@a");
    server.add("9.4.e164.arpa", Type::naptr, {to("loop.example")});
    server.add("loop.example", Type::naptr, {to("loop.example")});
    EXPECT_EQ(ask("49").state, State::nothing);
}

}  // namespace
}  // namespace strowger::resolver
