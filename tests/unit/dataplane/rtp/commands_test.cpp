#include "rtp/commands.hpp"

#include <gtest/gtest.h>

#include "rtp/link.hpp"
#include "stage.hpp"

namespace strowger::rtp {
namespace {

using test::endpoint;
using test::kA;
using test::kB;
using test::Stage;

struct CommandsTest : ::testing::Test, Stage {
    rings::Event send(rings::LegId leg, rings::CommandKind kind) {
        auto c = command(leg);
        c.kind = kind;
        apply(context, c);
        const auto events = take_events();
        return events.empty() ? rings::Event{} : events.back();
    }
};

TEST_F(CommandsTest, EachLegOfAPairKnowsTheOthersRemote) {
    apply(context, command(kA));
    EXPECT_EQ(a().hot->out_port.wire(), 0) << "the peer is not there yet";
    apply(context, command(kB));
    EXPECT_EQ(a().cold->out, endpoint("10.20.0.10:5000"));
    EXPECT_EQ(a().hot->out_v4, a().cold->out.address.v4());
    EXPECT_EQ(a().hot->adjacency, AdjacencyId{2});
    EXPECT_EQ(b().cold->out, endpoint("10.10.0.100:4000"));
    EXPECT_EQ(legs.live().size(), 2u);
}

TEST_F(CommandsTest, AMissingNextHopIsLookedUp) {
    auto c = command(kA);
    c.adjacency = kNone<AdjacencyId>;
    apply(context, c);
    EXPECT_EQ(a().cold->adjacency, AdjacencyId{0});
}

TEST_F(CommandsTest, RemoveAnswersAndClosesTheDoor) {
    install_pair();
    a().hot->packets = 5;
    const auto event = send(kA, rings::CommandKind::remove);
    EXPECT_EQ(event.kind, rings::EventKind::removed);
    EXPECT_EQ(event.session, 11u);
    EXPECT_EQ(event.leg, kA);
    EXPECT_EQ(event.statistics.packets_received, 5u);
    EXPECT_FALSE(a().live());
    EXPECT_EQ(b().hot->out_port.wire(), 0) << "nowhere to send any more";
    EXPECT_EQ(legs.live().size(), 1u);
    // B keeps in its books what A sent through it.
    EXPECT_EQ(send(kB, rings::CommandKind::query).statistics.packets_sent, 5u);
}

TEST_F(CommandsTest, WhatIsNotThereIsAnsweredToo) {
    auto event = send(kA, rings::CommandKind::remove);
    EXPECT_EQ(event.kind, rings::EventKind::removed);
    EXPECT_EQ(event.session, 11u);
    event = send(kA, rings::CommandKind::query);
    EXPECT_EQ(event.kind, rings::EventKind::statistics);
    auto c = command(kA);
    c.leg = {MediaAddressId{77}, 5};
    c.kind = rings::CommandKind::remove;
    apply(context, c);
    EXPECT_EQ(take_events().size(), 1u);
    c.kind = rings::CommandKind::modify;
    apply(context, c);
    c.kind = rings::CommandKind::install;
    apply(context, c);
    EXPECT_TRUE(legs.live().empty());
    EXPECT_TRUE(take_events().empty());
}

TEST_F(CommandsTest, InstallOverALiveLegStartsAfresh) {
    install_pair();
    a().hot->packets = 5;
    a().hot->state = LegState::locked;
    auto c = command(kA);
    c.session = 33;
    apply(context, c);
    EXPECT_EQ(a().hot->state, LegState::learn);
    const auto event = send(kA, rings::CommandKind::query);
    EXPECT_EQ(event.statistics.packets_received, 0u);
    EXPECT_EQ(legs.live().size(), 2u);
    EXPECT_EQ(a().cold->session, 33u);
}

TEST_F(CommandsTest, AnUnspecifiedRemoteStopsSendingAndKeepsTheLatch) {
    install_pair();
    auto c = command(kA);
    c.kind = rings::CommandKind::modify;
    a().hot->state = LegState::locked;
    for (const auto* hold : {"0.0.0.0:4000", "[::]:4000", "10.10.0.100:0"}) {
        c.remote_rtp = endpoint(hold);
        apply(context, c);
        EXPECT_EQ(b().hot->out_port.wire(), 0) << hold;
        EXPECT_EQ(a().hot->state, LegState::locked) << hold;
        c.remote_rtp = endpoint("10.10.0.100:4000");
        apply(context, c);
        EXPECT_EQ(b().cold->out, endpoint("10.10.0.100:4000"));
        EXPECT_EQ(a().hot->state, LegState::locked) << hold;
    }
}

TEST_F(CommandsTest, ModifySetsFlagsAndPeer) {
    install_pair();
    auto c = command(kA);
    c.kind = rings::CommandKind::modify;
    c.may_receive = false;
    c.rtcp_mux = true;
    c.leg_kind = rings::LegKind::udptl;
    c.clock_khz = 48;
    c.dscp = 10;
    apply(context, c);
    EXPECT_EQ(a().hot->flags & (kMayReceive | kMux | kUdptl), kMux | kUdptl);
    EXPECT_EQ(a().hot->clock_khz, 48);
    EXPECT_EQ(b().hot->dscp, 10) << "DSCP of what leaves toward A's remote";
    const rings::LegId third{test::kCore, 20002};
    auto d = command(kB);
    d.leg = third;
    d.remote_rtp = endpoint("10.20.0.10:7000");
    apply(context, d);
    c.peer = third;
    apply(context, c);
    EXPECT_EQ(a().cold->out, d.remote_rtp);
    EXPECT_EQ(legs.find(third).cold->out, endpoint("10.10.0.100:4000"));
}

TEST_F(CommandsTest, Ipv6Peers) {
    auto c = command(kA);
    c.leg.address = MediaAddressId{2};
    c.remote_rtp = endpoint("[fd10:a::100]:4000");
    c.adjacency = AdjacencyId{3};
    apply(context, c);
    auto d = command(kB);
    d.peer = c.leg;
    apply(context, d);
    EXPECT_NE(b().hot->flags & kOutV6, 0);
    EXPECT_EQ(b().cold->out, c.remote_rtp);
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{3});
    EXPECT_EQ(legs.find(c.leg).hot->flags & kOutV6, 0);
    c.kind = rings::CommandKind::remove;
    apply(context, c);
    EXPECT_EQ(b().hot->flags & kOutV6, 0);
}

TEST_F(CommandsTest, ARemoteOfTheOtherFamilyIsNotSentTo) {
    auto c = command(kA);
    c.remote_rtp = endpoint("[fd10:a::100]:4000");
    c.remote_rtcp = endpoint("[fd10:a::100]:4001");
    apply(context, c);
    apply(context, command(kB));
    EXPECT_EQ(b().hot->out_port.wire(), 0);
    EXPECT_EQ(rtcp_target(a()).port.wire(), 0);
    c = command(kA);
    c.kind = rings::CommandKind::modify;
    apply(context, c);
    EXPECT_EQ(b().cold->out, endpoint("10.10.0.100:4000"));
}

TEST_F(CommandsTest, MuxedAndSeparateRtcpTargets) {
    install_pair();
    EXPECT_EQ(rtcp_target(a()), endpoint("10.10.0.100:4001"));
    auto c = command(kA);
    c.kind = rings::CommandKind::modify;
    c.remote_rtcp = endpoint("10.10.0.100:9999");
    apply(context, c);
    EXPECT_EQ(rtcp_target(a()), endpoint("10.10.0.100:9999")) << "a=rtcp";
    c.rtcp_mux = true;
    apply(context, c);
    EXPECT_EQ(rtcp_target(a()), endpoint("10.10.0.100:4000"));
    c.rtcp_mux = false;
    c.remote_rtcp = {};
    apply(context, c);
    EXPECT_EQ(rtcp_target(a()), endpoint("10.10.0.100:4001"));
}

TEST_F(CommandsTest, NoMoreThanTheEventsCanAnswer) {
    rings::Spsc<rings::Command> commands(256);
    auto c = command(kA);
    c.kind = rings::CommandKind::query;
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(commands.push(c));
    EXPECT_EQ(apply_commands(context, commands, 1000), 64u) << "the event ring holds 64";
    EXPECT_EQ(apply_commands(context, commands, 1000), 0u);
    EXPECT_EQ(take_events().size(), 64u);
    EXPECT_EQ(apply_commands(context, commands, 10), 10u);
    EXPECT_EQ(apply_commands(context, commands, 1000), 54u);
    EXPECT_EQ(commands.size(), 72u);
    EXPECT_EQ(counter(Counter::worker_commands), 128u);
}

// A leg that points at another without being pointed back at follows it all the same, to its end.
TEST_F(CommandsTest, EveryFeederFollowsTheRemote) {
    install_pair();
    const rings::LegId third{test::kCore, 20002};
    auto c = command(kB);
    c.leg = third;
    c.peer = kA;
    apply(context, c);
    c.leg = {test::kCore, 20004};
    apply(context, c);
    auto d = command(kA);
    d.kind = rings::CommandKind::modify;
    d.remote_rtp = endpoint("10.10.0.101:6000");
    apply(context, d);
    for (const auto id : {kB, third, c.leg}) EXPECT_EQ(legs.find(id).cold->out, d.remote_rtp);
    legs.find(third).hot->packets = 3;
    b().hot->packets = 4;
    EXPECT_EQ(send(kA, rings::CommandKind::query).statistics.packets_sent, 7u);
    c.kind = rings::CommandKind::remove;
    c.leg = third;
    apply(context, c);
    EXPECT_EQ(send(kA, rings::CommandKind::query).statistics.packets_sent, 7u);
    EXPECT_EQ(send(kA, rings::CommandKind::remove).statistics.packets_sent, 7u);
    EXPECT_EQ(b().hot->out_port.wire(), 0);
    EXPECT_EQ(legs.find({test::kCore, 20004}).hot->out_port.wire(), 0);
    // It comes back, and with it the way out of those that still wait.
    apply(context, command(kA));
    EXPECT_EQ(b().cold->out, endpoint("10.10.0.100:4000"));
    EXPECT_EQ(send(kA, rings::CommandKind::query).statistics.packets_sent, 0u);
}

// Ten thousand legs come and go: nothing is left over.
TEST_F(CommandsTest, InstallAndRemoveLeaveNothing) {
    auto c = command(kA);
    for (int round = 0; round < 2; ++round) {
        c.kind = rings::CommandKind::install;
        for (std::uint16_t port = 16384; port < 32768; port = static_cast<std::uint16_t>(port + 2)) {
            c.leg.port = port;
            apply(context, c);
        }
        EXPECT_EQ(legs.live().size(), 8192u);
        c.kind = rings::CommandKind::remove;
        for (std::uint16_t port = 16384; port < 32768; port = static_cast<std::uint16_t>(port + 2)) {
            c.leg.port = port;
            apply(context, c);
            EXPECT_EQ(take_events().size(), 1u);
        }
        EXPECT_TRUE(legs.live().empty());
    }
}

}  // namespace
}  // namespace strowger::rtp
