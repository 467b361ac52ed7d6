#include "registrar/failing_sources.hpp"

#include <gtest/gtest.h>

namespace strowger::registrar {
namespace {

wire::IpAddress address(std::uint32_t v4) {
    return wire::IpAddress::from_v4(wire::be32::from_host(v4));
}

TEST(FailingSources, CountsByRealmAndAddress) {
    FailingSources sources;
    EXPECT_EQ(sources.add(RealmId{1}, address(1), 100), 1u);
    EXPECT_EQ(sources.add(RealmId{1}, address(1), 101), 2u);
    EXPECT_EQ(sources.add(RealmId{2}, address(1), 101), 1u);
    EXPECT_EQ(sources.count(RealmId{1}, address(1), 101), 2u);
    EXPECT_EQ(sources.count(RealmId{1}, address(2), 101), 0u);
    const auto worst = sources.worst(1, 101);
    ASSERT_EQ(worst.size(), 1u);
    EXPECT_EQ(worst[0].failures, 2u);
    EXPECT_EQ(worst[0].realm, RealmId{1});
}

TEST(FailingSources, APauseStartsAnew) {
    FailingSources sources;
    sources.add(RealmId{1}, address(1), 100);
    EXPECT_EQ(sources.count(RealmId{1}, address(1), 100 + FailingSources::kForget), 1u);
    EXPECT_EQ(sources.count(RealmId{1}, address(1), 101 + FailingSources::kForget), 0u);
    EXPECT_EQ(sources.add(RealmId{1}, address(1), 101 + FailingSources::kForget), 1u);
}

TEST(FailingSources, MillionsOfAddressesKeepTheLatest) {
    FailingSources sources;
    for (std::uint32_t i = 0; i < 100'000; ++i) sources.add(RealmId{1}, address(i), i / 1000);
    EXPECT_EQ(sources.count(RealmId{1}, address(99'999), 100), 1u);
    EXPECT_LE(sources.worst(1'000'000, 100).size(), 8192u);
}

}  // namespace
}  // namespace strowger::registrar
