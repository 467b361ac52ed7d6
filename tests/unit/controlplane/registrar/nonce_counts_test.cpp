#include "registrar/nonce_counts.hpp"

#include <gtest/gtest.h>

namespace strowger::registrar {
namespace {

using digest::Nonce;

Nonce nonce_of(std::int64_t time_ms, std::uint8_t chance, std::uint32_t place = 0) {
    Nonce nonce{time_ms, {chance}};
    for (std::size_t i = 0; i < 4; ++i) nonce.chance[8 + i] = static_cast<std::uint8_t>(place >> (8 * i));
    return nonce;
}

using Use = NonceCounts::Use;

TEST(NonceCounts, EachCountOnceAndSomeOutOfOrder) {
    NonceCounts counts(1);
    const Nonce nonce = nonce_of(1000, 1);
    EXPECT_EQ(counts.use(nonce, 0, 0), Use::replayed);
    EXPECT_EQ(counts.use(nonce, 1, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 1, 0), Use::replayed);
    EXPECT_EQ(counts.use(nonce, 5, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 3, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 3, 0), Use::replayed);
    EXPECT_EQ(counts.use(nonce, 1, 0), Use::replayed);
    EXPECT_EQ(counts.use(nonce, 66, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 4, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 2, 0), Use::replayed);  // 64 behind: can't be told any more
    EXPECT_EQ(counts.use(nonce, 1000, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 66, 0), Use::replayed);
    EXPECT_EQ(counts.use(nonce, 0xffffffff, 0), Use::fresh);
    EXPECT_EQ(counts.use(nonce, 0xffffffff, 0), Use::replayed);
}

TEST(NonceCounts, AForgottenNonceIsNeverTakenAgain) {
    NonceCounts counts(1);
    for (std::uint8_t i = 1; i <= 20; ++i)
        EXPECT_EQ(counts.use(nonce_of(1000 + i, i), 1, 0), Use::fresh) << int{i};
    for (std::uint8_t i = 1; i <= 20; ++i) {
        const Use again = counts.use(nonce_of(1000 + i, i), 1, 0);
        EXPECT_EQ(again, i <= 12 ? Use::forgotten : Use::replayed) << int{i};
    }
    // Older than all that are remembered: refused, and nobody is pushed out for it.
    EXPECT_EQ(counts.use(nonce_of(1012, 99), 1, 0), Use::forgotten);
    EXPECT_EQ(counts.use(nonce_of(1013, 13), 1, 0), Use::replayed);
}

TEST(NonceCounts, ExpiredOnesGiveWayWithoutHarm) {
    NonceCounts counts(1);
    for (std::uint8_t i = 1; i <= 8; ++i) counts.use(nonce_of(1000 + i, i), 1, 0);
    EXPECT_EQ(counts.use(nonce_of(5000, 50), 1, 2000), Use::fresh);
    EXPECT_EQ(counts.use(nonce_of(3000, 51), 1, 2000), Use::fresh);  // no floor was set at 1001
}

TEST(NonceCounts, SetsAreApart) {
    NonceCounts counts(4);
    for (std::uint8_t i = 1; i <= 30; ++i) counts.use(nonce_of(1000 + i, i, 1), 1, 0);
    EXPECT_EQ(counts.use(nonce_of(900, 1, 2), 1, 0), Use::fresh);
}

}  // namespace
}  // namespace strowger::registrar
