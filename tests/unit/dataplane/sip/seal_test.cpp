// Sealed texts: what was sealed is opened again, under its own binding alone, and any other bytes are
// refused.
#include "sip/seal.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <random>
#include <string>

#include "sip/base64url.hpp"
#include "sip/hidden.hpp"

namespace strowger::sip {
namespace {

const tables::TokenKey kKey{3, true, {0x0123456789abcdef, 0xfedcba9876543210}};
const SealBinding kBinding{SealKind::contact, 7, "call", "tag"};

std::string sealed(std::string_view text, const SealBinding& binding = kBinding,
                   const tables::TokenKey& key = kKey) {
    MessageText out;
    return seal(key, binding, text, out) ? std::string(out.since(0)) : "";
}

std::string opened(std::string_view text, const SealBinding& binding = kBinding,
                   const tables::TokenKey& key = kKey) {
    OpenedRoom room;
    std::string_view out;
    return open_sealed(key, binding, text, room, out) ? std::string(out) : "refused";
}

std::string random_bytes(std::mt19937& chance, std::size_t size) {
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(chance());
    return out;
}

TEST(Seal, EverySizeIsOpenedAgain) {
    std::mt19937 chance(1);
    for (std::size_t size = 0; size <= kMostSealed; ++size) {
        const std::string text = random_bytes(chance, size);
        const std::string made = sealed(text);
        EXPECT_EQ(made.size(), base64url_size(16 + size));
        EXPECT_EQ(made.find_first_not_of(kBase64Url), std::string::npos);
        EXPECT_EQ(opened(made), text);
        EXPECT_EQ(sealed(text), made) << "a retransmission gets the same bytes";
    }
    EXPECT_EQ(sealed(std::string(kMostSealed + 1, 'x')), "");
}

TEST(Seal, EveryChangedCharacterIsRefused) {
    for (const char* text : {"", "a", "sip:1001@10.10.0.99", "sip:1001@[2001:db8::1]:5060;x=y"}) {
        const std::string made = sealed(text);
        for (std::size_t i = 0; i < made.size(); ++i)
            for (const char c : kBase64Url) {
                std::string changed = made;
                if (changed[i] == c) continue;
                changed[i] = c;
                EXPECT_EQ(opened(changed), "refused") << text << " at " << i;
            }
        for (std::size_t size = 0; size < made.size(); ++size)
            EXPECT_EQ(opened(std::string_view(made).substr(0, size)), "refused");
        EXPECT_EQ(opened(made + "A"), "refused");
        EXPECT_EQ(opened(made + "AAAA"), "refused");
    }
}

TEST(Seal, ItsBindingIsPartOfIt) {
    const std::string made = sealed("text");
    EXPECT_EQ(opened(made, {SealKind::via_stack, 7, "call", "tag"}), "refused");
    EXPECT_EQ(opened(made, {SealKind::contact, 8, "call", "tag"}), "refused");
    EXPECT_EQ(opened(made, {SealKind::contact, 7, "cal", "ltag"}), "refused");
    EXPECT_EQ(opened(made, {SealKind::contact, 7, "call", ""}), "refused");
    EXPECT_EQ(opened(made, kBinding, {3, true, {1, 2}}), "refused");
    EXPECT_NE(sealed("text", {SealKind::contact, 8, "call", "tag"}), made);
}

TEST(Seal, NothingOfTheTextShows) {
    // Texts that differ in one bit have nothing in common.
    const std::string one = sealed("sip:1001@10.10.0.99");
    const std::string other = sealed("sip:1001@10.10.0.98");
    std::size_t same = 0;
    for (std::size_t i = 0; i < one.size(); ++i) same += one[i] == other[i] ? 1 : 0;
    EXPECT_LT(same, 8u) << one << "\n" << other;
}

std::string by_openssl(const Aes128::Block& key, const Aes128::Block& counter, const std::string& text) {
    EVP_CIPHER_CTX* ctx = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), nullptr, key.data(), counter.data());
    std::string out(text.size(), '\0');
    int length = 0;
    EVP_EncryptUpdate(ctx, reinterpret_cast<unsigned char*>(out.data()), &length,
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    EVP_CIPHER_CTX_free(ctx);
    return out;
}

TEST(Aes128, BothTwinsAgreeWithOpenSsl) {
    std::mt19937 chance(2);
    for (std::size_t size = 0; size < 400; ++size) {
        Aes128::Block key;
        Aes128::Block counter;
        for (auto& byte : key) byte = static_cast<std::uint8_t>(chance());
        for (auto& byte : counter) byte = static_cast<std::uint8_t>(chance());
        counter[12] &= 0x7f;
        const std::string text = random_bytes(chance, size);
        const std::string wanted = by_openssl(key, counter, text);
        const Aes128 cipher(key);
        std::string portable(size, '\0');
        cipher.count_portable(counter, text.data(), portable.data(), size);
        EXPECT_EQ(portable, wanted) << size;
        std::string fast = text;
        cipher.count(counter, fast.data(), fast.data(), size);  // in place, whichever this CPU has
        EXPECT_EQ(fast, wanted) << size;
    }
}

TEST(HiddenRoute, RoundTripOfEverything) {
    tables::Proxy proxy;
    proxy.keys[0] = kKey;
    for (const bool creator : {true, false})
        for (const char* endpoint : {"", "192.0.2.1:5060", "[2001:db8::1]:40000"})
            for (const std::string& behind : {std::string(), std::string("<sip:a;lr>, <sip:b;lr>"),
                                              std::string("<sip:a;lr>\0<sip:[::1]:5;lr;x=%41>", 33)}) {
                HiddenRoute route{{.creator = creator, .other = 0xdeadbeef}, 77, behind};
                if (endpoint[0] != '\0') {
                    route.token.has_endpoint = true;
                    route.token.endpoint = *wire::parse_endpoint(endpoint);
                }
                const DialogFacts facts{42, "call", "alice"};
                MessageText text;
                ASSERT_TRUE(hide_route(kKey, route, facts, text));
                const std::string user(text.since(0));
                EXPECT_TRUE(looks_like_hidden_route(user));
                EXPECT_EQ(is_creators_route(user), creator);
                OpenedRoom room;
                HiddenRoute out;
                ASSERT_TRUE(restore_route(proxy, user, facts, room, out));
                EXPECT_EQ(out.token.creator, creator);
                EXPECT_EQ(out.token.other, 0xdeadbeef);
                EXPECT_EQ(out.pass, 77u);
                EXPECT_EQ(out.behind, behind);
                EXPECT_EQ(out.token.has_endpoint, endpoint[0] != '\0');
                if (out.token.has_endpoint) {
                    EXPECT_EQ(out.token.endpoint, route.token.endpoint);
                }
                EXPECT_FALSE(restore_route(proxy, user, {42, "call", "bob"}, room, out));
                EXPECT_FALSE(restore_route(proxy, user, {42, "other", "alice"}, room, out));
                EXPECT_FALSE(restore_route(proxy, user, {43, "call", "alice"}, room, out));
                std::string turned = user;
                turned[1] = creator ? 'd' : 'c';
                EXPECT_FALSE(restore_route(proxy, turned, facts, room, out)) << "used as the other side's";
            }
}

TEST(HiddenRoute, WhatIsTooLongIsNotMade) {
    MessageText text;
    const std::string behind(kMostSealed, 'x');
    EXPECT_FALSE(hide_route(kKey, {{}, 0, behind}, {}, text));
    EXPECT_FALSE(hide_uri(kKey, 1, std::string(kMostSealed + 1, 'x'), text));
}

}  // namespace
}  // namespace strowger::sip
