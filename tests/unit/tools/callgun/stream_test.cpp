#include "stream.hpp"

#include <gtest/gtest.h>

namespace strowger::callgun {
namespace {

constexpr Nanoseconds kTransit = 5 * kMillisecond;

TEST(Stream, InOrder) {
    StreamReceiver stream;
    EXPECT_EQ(stream.receive(0, kTransit), Arrival::first);
    for (std::uint32_t n = 1; n < 200; ++n) EXPECT_EQ(stream.receive(n, kTransit), Arrival::in_order);
    EXPECT_EQ(stream.received(), 200u);
    EXPECT_EQ(stream.lost(), 0u);
    EXPECT_EQ(stream.jitter(), 0);
}

TEST(Stream, LossDuplicatesAndReordering) {
    StreamReceiver stream;
    stream.receive(0, kTransit);
    stream.receive(1, kTransit);
    EXPECT_EQ(stream.receive(4, kTransit), Arrival::in_order);
    EXPECT_EQ(stream.lost(), 2u);
    EXPECT_EQ(stream.receive(3, kTransit), Arrival::reordered);
    EXPECT_EQ(stream.lost(), 1u);
    EXPECT_EQ(stream.receive(3, kTransit), Arrival::duplicate);
    EXPECT_EQ(stream.receive(4, kTransit), Arrival::duplicate);
    EXPECT_EQ(stream.receive(1, kTransit), Arrival::duplicate);
    EXPECT_EQ(stream.lost(), 1u);
    EXPECT_EQ(stream.received(), 4u);
}

TEST(Stream, PacketsBeforeTheFirstAreLost) {
    StreamReceiver stream;
    stream.receive(3, kTransit);
    EXPECT_EQ(stream.lost(), 3u);
    EXPECT_EQ(stream.receive(1, kTransit), Arrival::reordered);
    EXPECT_EQ(stream.lost(), 2u);
}

TEST(Stream, FarBehindTheRestThereIsNoTelling) {
    StreamReceiver stream;
    stream.receive(0, kTransit);
    stream.receive(100, kTransit);  // further than the window at once
    EXPECT_EQ(stream.receive(36, kTransit), Arrival::too_old);
    EXPECT_EQ(stream.receive(37, kTransit), Arrival::reordered);
    EXPECT_EQ(stream.received(), 3u);
    EXPECT_EQ(stream.lost(), 98u);
}

TEST(Stream, NothingReceivedIsNothingKnown) {
    const StreamReceiver stream;
    EXPECT_EQ(stream.lost(), 0u);
    EXPECT_EQ(stream.received(), 0u);
}

TEST(Stream, JitterIsThatOfRfc3550) {
    StreamReceiver stream;
    stream.receive(0, kTransit);
    stream.receive(1, kTransit + 16 * kMillisecond);
    EXPECT_EQ(stream.jitter(), kMillisecond);
    EXPECT_EQ(stream.behind(), 16 * kMillisecond);
    stream.receive(2, kTransit + 16 * kMillisecond);
    EXPECT_EQ(stream.jitter(), kMillisecond - kMillisecond / 16);
    stream.receive(3, kTransit - kMillisecond);  // faster than the fastest
    EXPECT_EQ(stream.behind(), 0);
}

}  // namespace
}  // namespace strowger::callgun
