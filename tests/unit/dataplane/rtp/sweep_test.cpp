#include "rtp/sweep.hpp"

#include <gtest/gtest.h>

#include "stage.hpp"

namespace strowger::rtp {
namespace {

using test::endpoint;
using test::kA;
using test::kB;
using test::Stage;

struct SweepTest : ::testing::Test, Stage {
    // Lets time pass in steps of 100 ms, sweeping at each.
    std::vector<rings::Event> run(Nanoseconds time) {
        std::vector<rings::Event> all;
        for (Nanoseconds t = 0; t < time; t += 100 * kMillisecond) {
            pass(100 * kMillisecond);
            sweep(context);
            for (const auto& e : take_events()) all.push_back(e);
        }
        return all;
    }
    rings::Command watched(rings::CommandKind kind = rings::CommandKind::install) {
        auto c = command(kA);
        c.kind = kind;
        c.inactivity_ms = 10'000;
        return c;
    }
};

TEST_F(SweepTest, SilenceIsReportedOnce) {
    apply(context, watched());
    EXPECT_TRUE(run(9 * kSecond).empty());
    const auto events = run(30 * kSecond);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, rings::EventKind::inactive);
    EXPECT_EQ(events[0].session, 11u);
    EXPECT_EQ(events[0].leg, kA);
}

TEST_F(SweepTest, PacketsAreLifeAndSilenceMayComeAgain) {
    apply(context, watched());
    EXPECT_EQ(run(12 * kSecond).size(), 1u);
    a().hot->packets = 1;
    a().hot->last_packet_ms = milliseconds(context.now);
    EXPECT_TRUE(run(9 * kSecond).empty());
    EXPECT_EQ(run(5 * kSecond).size(), 1u);
}

TEST_F(SweepTest, RtcpIsLifeToo) {
    apply(context, watched());
    for (int i = 0; i < 10; ++i) {
        a().cold->rtcp_packets++;
        a().cold->last_rtcp_ms = milliseconds(context.now);
        EXPECT_TRUE(run(5 * kSecond).empty());
    }
}

TEST_F(SweepTest, OnHoldNothingIsExpected) {
    apply(context, watched());
    auto c = watched(rings::CommandKind::modify);
    c.expect_media = false;
    apply(context, c);
    EXPECT_TRUE(run(60 * kSecond).empty());
    c.expect_media = true;
    apply(context, c);
    EXPECT_TRUE(run(9 * kSecond).empty()) << "the clock starts with the expectation";
    EXPECT_EQ(run(5 * kSecond).size(), 1u);
}

TEST_F(SweepTest, WithoutALimitThereIsNoEvent) {
    auto c = command(kA);
    c.inactivity_ms = 0;
    apply(context, c);
    EXPECT_TRUE(run(60 * kSecond).empty());
}

TEST_F(SweepTest, LatchesSettle) {
    apply(context, command(kA));
    a().hot->state = LegState::latched;
    a().cold->settled = context.now + 5 * kSecond;
    run(3 * kSecond);
    EXPECT_EQ(a().hot->state, LegState::latched);
    run(4 * kSecond);
    EXPECT_EQ(a().hot->state, LegState::locked);
}

TEST_F(SweepTest, AMissingNextHopIsFoundWhenTheTablesKnowIt) {
    install_pair();
    a().cold->adjacency = kNone<AdjacencyId>;
    b().hot->adjacency = kNone<AdjacencyId>;
    run(2 * kSecond);
    EXPECT_EQ(a().cold->adjacency, AdjacencyId{0});
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{0});
}

// The kernel's way to the phone's network, as the tables say from now on.
struct RouteTest : SweepTest {
    void route_phones(AdjacencyId via, std::uint64_t version) {
        std::vector<tables::Adjacency> known = tables->routes.adjacencies();
        known[1].resolved = gateway_known;
        tables->routes.build(std::make_shared<const tables::RouteIndex>(std::vector<tables::Route>{
                                 {InterfaceId{0}, *wire::parse_prefix("10.10.0.0/24"), via},
                                 {InterfaceId{1}, *wire::parse_prefix("10.20.0.0/24"), kNone<AdjacencyId>}}),
                             known, version);
    }
    bool gateway_known = true;
};

TEST_F(RouteTest, ACallInProgressFollowsTheRoutes) {
    install_pair();
    run(2 * kSecond);
    ASSERT_EQ(b().hot->adjacency, AdjacencyId{0});
    route_phones(AdjacencyId{1}, 1);
    EXPECT_TRUE(run(2 * kSecond).empty()) << "the gateway is known: there is nothing to ask";
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{1});
    EXPECT_EQ(a().hot->adjacency, AdjacencyId{2}) << "the other side's way is what it was";
    route_phones(kNone<AdjacencyId>, 2);
    run(2 * kSecond);
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{0});
}

TEST_F(RouteTest, AGatewayThatIsNotKnownIsAskedForOnce) {
    install_pair();
    gateway_known = false;
    route_phones(AdjacencyId{1}, 1);
    const auto events = run(5 * kSecond);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, rings::EventKind::hop_wanted);
    EXPECT_EQ(events[0].interface, InterfaceId{0});
    EXPECT_EQ(events[0].remote, endpoint("10.10.0.100:4000"));
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{1}) << "used as soon as the kernel has its address";
}

TEST_F(SweepTest, EventsThatFoundNoRoomComeLater) {
    install_pair();
    a().cold->pending = kPendingLatched | kPendingSsrc;
    const auto events = run(2 * kSecond);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].kind, rings::EventKind::latched);
    EXPECT_EQ(events[1].kind, rings::EventKind::ssrc_changed);
    EXPECT_EQ(a().cold->pending, 0);
    // An inactivity that cannot be told now is told when there is room.
    apply(context, watched());
    pass(20 * kSecond);
    rings::Event filler;
    while (event_ring.push(filler)) {
    }
    sweep(context);
    EXPECT_FALSE(a().cold->inactive_sent);
    (void)take_events();
    EXPECT_EQ(run(2 * kSecond).size(), 1u);
}

TEST_F(SweepTest, EveryLegIsVisitedWithinASecondAndAHalf) {
    for (std::uint16_t port = 16384; port < 32768; port = static_cast<std::uint16_t>(port + 2)) {
        auto c = command(kA);
        c.leg.port = port;
        apply(context, c);
        legs.find(c.leg).cold->pending = kPendingSsrc;
    }
    std::size_t seen = 0;
    for (int ms = 0; ms < 1500; ++ms) {
        pass(kMillisecond);
        sweep(context);
        seen += take_events().size();
    }
    EXPECT_EQ(seen, 8192u);
}

TEST_F(SweepTest, NoLegsNoWork) {
    run(3 * kSecond);
    apply(context, command(kB));
    auto c = command(kB);
    c.kind = rings::CommandKind::remove;
    apply(context, c);
    (void)take_events();
    EXPECT_TRUE(run(3 * kSecond).empty());
}

}  // namespace
}  // namespace strowger::rtp
