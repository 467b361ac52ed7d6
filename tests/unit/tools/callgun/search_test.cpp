#include "search.hpp"

#include <gtest/gtest.h>

namespace strowger::callgun {
namespace {

// What a server that bears `limit` is found to bear.
double find(double limit, double first, double highest, int* steps = nullptr) {
    Search search(first, highest, 0.05, 1);
    int n = 0;
    while (const auto rate = search.next()) {
        search.report(*rate <= limit);
        if (++n > 100) break;
    }
    if (steps != nullptr) *steps = n;
    return search.found();
}

TEST(Search, FindsTheLimitFromBelowAndFromAbove) {
    for (const double limit : {1.0, 37.0, 1000.0, 1625.0, 99'000.0}) {
        for (const double first : {1.0, 500.0, 50'000.0}) {
            int steps = 0;
            const double found = find(limit, first, 100'000, &steps);
            EXPECT_LE(found, limit);
            EXPECT_GE(found, limit / 1.06) << limit << " from " << first;
            EXPECT_LT(steps, 30);
        }
    }
}

TEST(Search, StopsAtTheHighestRateAllowed) {
    Search search(10, 100, 0.05, 1);
    while (search.next()) search.report(true);
    EXPECT_EQ(search.found(), 100);
    EXPECT_TRUE(search.at_the_top());
    EXPECT_EQ(find(1e9, 1000, 100), 100);
}

TEST(Search, NothingPasses) {
    EXPECT_EQ(find(0, 1000, 100'000), 0);
}

TEST(Search, ARateMayFailOnceWhenTwoTriesAreAllowed) {
    Search search(100, 1000, 0.05, 2);
    search.report(false);
    EXPECT_EQ(search.next(), 100);
    search.report(true);
    EXPECT_EQ(search.next(), 200);
    search.report(false);
    search.report(false);
    EXPECT_EQ(search.next(), 150);
}

}  // namespace
}  // namespace strowger::callgun
