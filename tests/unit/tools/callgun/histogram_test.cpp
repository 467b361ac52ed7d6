#include "histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace strowger::callgun {
namespace {

TEST(Histogram, SmallValuesAreExact) {
    const auto h = std::make_unique<Histogram>();
    for (int i = 1; i <= 100; ++i) h->record(i);
    EXPECT_EQ(h->count(), 100u);
    EXPECT_EQ(h->percentile(0.5), 50);
    EXPECT_EQ(h->percentile(0.99), 99);
    EXPECT_EQ(h->percentile(1.0), 100);
    EXPECT_EQ(h->percentile(0.0), 1);
    EXPECT_EQ(h->highest(), 100);
    EXPECT_EQ(h->mean(), 50);  // 50.5
}

TEST(Histogram, PercentilesAreWithinOnePercentOfTheSortedValues) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> delays(13.0, 2.5);  // around half a millisecond, with a long tail
    const auto h = std::make_unique<Histogram>();
    std::vector<Nanoseconds> exact;
    for (int i = 0; i < 100'000; ++i) {
        const auto value = std::min(static_cast<Nanoseconds>(delays(random)), Histogram::kHighest);
        h->record(value);
        exact.push_back(value);
    }
    std::sort(exact.begin(), exact.end());
    for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
        const auto rank = static_cast<std::size_t>(share * 100'000 + 0.5);
        const auto right = static_cast<double>(exact[rank - 1]);
        const auto found = static_cast<double>(h->percentile(share));
        EXPECT_GE(found, right) << share;
        EXPECT_LE(found, right * 1.008 + 1) << share;
    }
    EXPECT_EQ(h->percentile(1.0), exact.back());
}

TEST(Histogram, OutOfRangeValuesStayAtTheEnds) {
    const auto h = std::make_unique<Histogram>();
    EXPECT_EQ(h->percentile(0.5), 0);
    h->record(-5);
    EXPECT_EQ(h->percentile(1.0), 0);
    h->record(INT64_MAX);
    EXPECT_EQ(h->highest(), Histogram::kHighest);
    EXPECT_EQ(h->percentile(1.0), Histogram::kHighest);
    EXPECT_EQ(h->count(), 2u);
}

}  // namespace
}  // namespace strowger::callgun
