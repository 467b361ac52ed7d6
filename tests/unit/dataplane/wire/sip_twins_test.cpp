// Every twin gives the same status and the same table for the same bytes.
#include <gtest/gtest.h>

#include <string>

#include "strowger/wire/sip_tokenise.hpp"
#include "support/readable.hpp"
#include "support/sip_generator.hpp"
#include "support/sip_view_check.hpp"

namespace strowger::wire {
namespace {

// The status, after all twins agreed on it.
TokeniseStatus agreed(const std::string& text) {
    const test::Readable bytes(text);
    SipView reference;
    const auto status = tokenise_with(TokeniseVariant::scalar, bytes.data(), bytes.length(), reference);
    EXPECT_TRUE(test::inside(reference, bytes.length()));
    for (const auto variant : {TokeniseVariant::avx2, TokeniseVariant::avx512}) {
        if (!available(variant)) continue;
        SipView view;
        EXPECT_EQ(tokenise_with(variant, bytes.data(), bytes.length(), view), status)
            << testing::PrintToString(text);
        EXPECT_TRUE(test::same(reference, view)) << testing::PrintToString(text);
    }
    return status;
}

TEST(SipTwins, AgreeOnLegalMessages) {
    std::size_t ok = 0;
    constexpr std::size_t kCount = 10'000;
    for (std::size_t seed = 0; seed < kCount && !HasFailure(); ++seed)
        ok += agreed(test::SipGenerator(seed).valid()) == TokeniseStatus::ok;
    // A table may overflow.
    EXPECT_GT(ok, kCount * 99 / 100);
}

TEST(SipTwins, AgreeOnMutatedMessages) {
    std::array<std::size_t, static_cast<std::size_t>(TokeniseStatus::cseq) + 1> seen{};
    for (std::size_t seed = 0; seed < 30'000 && !HasFailure(); ++seed)
        ++seen[static_cast<std::size_t>(agreed(test::SipGenerator(seed).mutated()))];
    // The set reaches every verdict that needs no 64 KB.
    for (std::size_t status = 0; status < seen.size(); ++status)
        if (static_cast<TokeniseStatus>(status) != TokeniseStatus::too_long) {
            EXPECT_GT(seen[status], 0u) << describe(static_cast<TokeniseStatus>(status));
        }
}

// Each interesting byte at each place relative to the 64-byte blocks.
TEST(SipTwins, AgreeAtBlockBorders) {
    const std::string head =
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z\r\nTo: <sip:a@b>\r\nFrom: <sip:c@d>;tag=1\r\n"
        "Call-ID: x\r\nCSeq: 1 OPTIONS\r\n";
    for (const char* piece : {"X: y\r\n", "X: y\n", "X:\r\n y\r\n", "X\r\n", "X: \"\\\x01\"\r\n",
                              "X: \x01\r\n", "X: y\r\r\n", "X: y\x02\n", "X: a\rb\r\n", ": y\r\n", "X:::\r\n",
                              " \r\n", "\r\n", "\n", "\r", "\r\n\x01\x02", "\r\n\n", "\r\n \r\n"})
        for (std::size_t pad = 0; pad < 140; ++pad) {
            std::string padded = head;
            padded += "P:";
            padded.append(pad, 'p');
            padded += "\r\n";
            padded += piece;
            agreed(padded);
            agreed(padded + "\r\n");
            agreed(padded + "\r\nbody\r\n\r\n");
            if (HasFailure()) return;
        }
}

TEST(SipTwins, AgreeOnEveryPrefix) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const std::string whole = test::SipGenerator(seed).valid();
        for (std::size_t n = 0; n < whole.size() && n < 1500; ++n) agreed(whole.substr(0, n));
    }
}

TEST(SipTwins, SomeTwinIsTested) {
    __builtin_cpu_init();
    EXPECT_TRUE(available(TokeniseVariant::scalar));
    EXPECT_EQ(available(TokeniseVariant::avx2),
              __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"));
    EXPECT_EQ(available(TokeniseVariant::avx512), __builtin_cpu_supports("avx512f") &&
                                                      __builtin_cpu_supports("avx512bw") &&
                                                      __builtin_cpu_supports("avx512vl"));
}

}  // namespace
}  // namespace strowger::wire
