#include "event_sources.hpp"

#include <gtest/gtest.h>

#include "fake_dataplane.hpp"

namespace strowger {
namespace {

TEST(OverloadEvents, BeginWithTheFirstRefusalAndEndTenSecondsAfterTheLast) {
    test::FakeDataplane dataplane(1);
    std::uint64_t& refused =
        dataplane.books.counters[static_cast<std::size_t>(Counter::sip_refused_overload)];
    std::uint64_t& dropped = dataplane.books.drops[static_cast<std::size_t>(Drop::screen_overload)];
    observe::Events events(10, [] { return 0; });
    OverloadEvents overload(events);
    refused = 3;  // before anybody looked
    overload.look(dataplane, 100 * kSecond);
    EXPECT_TRUE(overload.lasts());
    ASSERT_EQ(events.kept().size(), 1u);
    EXPECT_EQ(events.kept()[0].kind, observe::EventKind::overload_began);
    refused = 5;
    overload.look(dataplane, 101 * kSecond);
    dropped = 7;
    overload.look(dataplane, 110 * kSecond);
    overload.look(dataplane, 120 * kSecond - 1);
    EXPECT_TRUE(overload.lasts());
    ASSERT_EQ(events.kept().size(), 1u);
    overload.look(dataplane, 120 * kSecond);
    EXPECT_FALSE(overload.lasts());
    EXPECT_EQ(overload.refused(), 5u);
    ASSERT_EQ(events.kept().size(), 2u);
    EXPECT_EQ(events.kept()[1].kind, observe::EventKind::overload_ended);
    EXPECT_EQ(events.kept()[1].data, R"({"seconds":10,"refused":5,"dropped":7})");
    refused = 6;
    overload.look(dataplane, 130 * kSecond);
    EXPECT_TRUE(overload.lasts());
    EXPECT_EQ(events.kept().size(), 3u);
}

}  // namespace
}  // namespace strowger
