// Tokens: what was written is read again, and any other bytes are refused.
#include "sip/token.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::sip {
namespace {

tables::Proxy proxy_with(std::uint8_t id, std::uint64_t word) {
    tables::Proxy proxy;
    proxy.keys[0] = {id, true, {word, ~word}};
    return proxy;
}

const TransactionFacts kFacts{.listener = 0xdeadbeef,
                              .answer_to = *wire::parse_endpoint("192.0.2.1:5060"),
                              .branch = "z9hG4bKabc",
                              .sent_by = "host",
                              .from_tag = "f",
                              .call_id = "c",
                              .cseq = 7};

TEST(Branch, RoundTripAndEveryChangedByte) {
    const tables::Proxy proxy = proxy_with(9, 1);
    const Branch made = make_branch(proxy.keys[0], kFacts, 0x01020304);
    const std::string text(made.data(), made.size());
    BranchParts parts;
    ASSERT_TRUE(read_branch(text, parts));
    EXPECT_EQ(parts.key, 9);
    EXPECT_EQ(parts.listener, 0xdeadbeef);
    EXPECT_EQ(parts.loop, 0x01020304u);
    EXPECT_TRUE(verify_branch(proxy, parts, kFacts));
    EXPECT_FALSE(verify_branch(proxy_with(9, 2), parts, kFacts));
    EXPECT_FALSE(verify_branch(proxy_with(8, 1), parts, kFacts));
    for (std::size_t i = 0; i < kBranchMark.size() + 25; ++i) {
        std::string other = text;
        other[i] = other[i] == '1' ? '2' : '1';
        TransactionFacts facts = kFacts;
        if (read_branch(other, parts)) {
            facts.listener = parts.listener;
            EXPECT_FALSE(verify_branch(proxy, parts, facts)) << i;
        }
    }
    for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(read_branch(text.substr(0, n), parts));
    EXPECT_FALSE(read_branch(text + "0", parts));
}

TEST(Branch, WithTheCookieOnlyViaCounts) {
    const tables::Proxy proxy = proxy_with(1, 1);
    TransactionFacts facts = kFacts;
    const auto first = make_branch(proxy.keys[0], facts, 0);
    facts.call_id = "other";
    facts.cseq = 8;
    EXPECT_EQ(make_branch(proxy.keys[0], facts, 0), first);
    facts.answer_to.port = wire::be16::from_host(1);
    EXPECT_NE(make_branch(proxy.keys[0], facts, 0), first);
    facts = kFacts;
    facts.branch = "1";
    const auto old = make_branch(proxy.keys[0], facts, 0);
    facts.call_id = "other";
    EXPECT_NE(make_branch(proxy.keys[0], facts, 0), old) << "RFC 2543";
}

TEST(RouteTokens, RoundTripAndEveryChangedByte) {
    const tables::Proxy proxy = proxy_with(3, 5);
    for (const char* endpoint : {"", "192.0.2.1:5062", "[2001:db8::7]:65535"}) {
        for (const bool creator : {true, false}) {
            RouteToken token{.creator = creator, .other = 0x12345678};
            token.has_endpoint = *endpoint != 0;
            if (token.has_endpoint) token.endpoint = *wire::parse_endpoint(endpoint);
            char room[kMaxRouteToken];
            const SipHash dialog = dialog_hash(proxy.keys[0], "call", "alice");
            const std::size_t length = make_route_token(proxy.keys[0].id, dialog, token, 42, room);
            const std::string text(room, length);
            const std::string_view from = creator ? "alice" : "bob";
            const std::string_view to = creator ? "bob" : "alice";
            RouteToken out;
            ASSERT_TRUE(read_route_token(proxy, text, 42, "call", from, to, out)) << text;
            EXPECT_EQ(out.creator, creator);
            EXPECT_EQ(out.other, 0x12345678u);
            EXPECT_EQ(out.has_endpoint, token.has_endpoint);
            EXPECT_EQ(out.has_endpoint ? wire::to_string(out.endpoint) : "", endpoint);
            EXPECT_FALSE(read_route_token(proxy, text, 43, "call", from, to, out)) << "another listener";
            EXPECT_FALSE(read_route_token(proxy, text, 42, "cal", from, to, out)) << "another call";
            EXPECT_FALSE(read_route_token(proxy, text, 42, "call", to, from, out)) << "the other side";
            EXPECT_FALSE(read_route_token(proxy_with(3, 6), text, 42, "call", from, to, out)) << "another key";
            for (std::size_t i = 0; i < text.size(); ++i) {
                for (const char c : {'0', 'f', 'c', 'd', '\0', '\xff'}) {
                    if (text[i] == c) continue;
                    std::string other = text;
                    other[i] = c;
                    EXPECT_FALSE(read_route_token(proxy, other, 42, "call", from, to, out)) << i;
                }
            }
            for (std::size_t n = 0; n < text.size(); ++n)
                EXPECT_FALSE(read_route_token(proxy, text.substr(0, n), 42, "call", from, to, out));
        }
    }
}

TEST(RouteTokens, NoKeyMakesNone) {
    RouteToken out;
    EXPECT_FALSE(read_route_token({}, "r0c000000000000000000000000", 0, "", "", "", out));
}

TEST(ToTags, AreOfTheTransaction) {
    const tables::TokenKey key{1, true, {1, 2}};
    const ToTag tag = make_to_tag(key, "b", "c", "f", 1);
    EXPECT_EQ(tag, make_to_tag(key, "b", "c", "f", 1));
    EXPECT_NE(tag, make_to_tag(key, "b", "c", "f", 2));
    EXPECT_NE(tag, make_to_tag(key, "bc", "", "f", 1)) << "parts are framed";
}

TEST(SipHash, FramesItsParts) {
    const HashKey key{1, 2};
    EXPECT_NE(SipHash(key).add("ab").add("c").finish(), SipHash(key).add("a").add("bc").finish());
    EXPECT_NE(SipHash(key).add("").finish(), SipHash(key).finish());
    EXPECT_NE(SipHash(key).add("a").finish(), SipHash({1, 3}).add("a").finish());
    // The published vector for the 8 bytes 00..07 under key 00..0f: message word, then the length word.
    const HashKey published{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
    EXPECT_EQ(SipHash(published).add(0x0706050403020100ULL).add(std::uint64_t{8} << 56).finish(), 0x93f5f5799a932462ULL);
}

}  // namespace
}  // namespace strowger::sip
