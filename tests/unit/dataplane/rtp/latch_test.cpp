#include "rtp/latch.hpp"

#include <gtest/gtest.h>

#include "rtp/link.hpp"
#include "rtp/statistics.hpp"
#include "stage.hpp"

namespace strowger::rtp {
namespace {

using test::address;
using test::endpoint;
using test::kA;
using test::kB;
using test::Stage;

// A source of RTP, as the relay would show it to the latch.
struct Talker {
    wire::Endpoint source;
    std::uint32_t ssrc;
    std::uint16_t sequence = 100;

    // Whether the leg takes the next packet; counts it if so.
    bool speak(Stage& s, LegRef leg, std::uint16_t step = 1) {
        sequence = static_cast<std::uint16_t>(sequence + step);
        const bool v4 = source.address.is_v4();
        if (!from_remote(leg, source, v4) &&
            !admit(s.context, leg, {source, ssrc, sequence, {9, 9, 9, 9, 9, 9}, InterfaceId{0}}))
            return false;
        wire::RtpHeader header{0x80, 8, wire::be16::from_host(sequence), {}, wire::be32::from_host(ssrc)};
        count_rtp(s.context, leg, header, 172);
        return true;
    }
};

struct LatchTest : ::testing::Test, Stage {
    void install(rings::NatMode nat) {
        auto c = command(kA);
        c.nat = nat;
        apply(context, c);
        c = command(kB);
        apply(context, c);
    }
};

TEST_F(LatchTest, RanksSourcesByPolicy) {
    install(rings::NatMode::auto_);
    auto& cold = *a().cold;
    EXPECT_EQ(rank_of(cold, endpoint("10.10.0.100:4000")), Rank::exact);
    EXPECT_EQ(rank_of(cold, endpoint("10.10.0.100:4002")), Rank::sdp_address);
    EXPECT_EQ(rank_of(cold, endpoint("198.51.100.7:9")), Rank::signalling);
    EXPECT_EQ(rank_of(cold, endpoint("10.10.0.5:9")), Rank::near);
    EXPECT_EQ(rank_of(cold, endpoint("198.51.100.8:9")), Rank::near);
    EXPECT_EQ(rank_of(cold, endpoint("203.0.113.1:9")), Rank::refused);
    cold.nat = rings::NatMode::on;
    EXPECT_EQ(rank_of(cold, endpoint("203.0.113.1:9")), Rank::any);
    EXPECT_EQ(rank_of(cold, endpoint("[2001:db8::1]:9")), Rank::any);
    cold.nat = rings::NatMode::off;
    EXPECT_EQ(rank_of(cold, endpoint("10.10.0.100:4000")), Rank::exact);
    EXPECT_EQ(rank_of(cold, endpoint("10.10.0.100:4002")), Rank::refused);
}

TEST_F(LatchTest, SixtyFourBitsAreNearInIpv6) {
    install(rings::NatMode::auto_);
    auto& cold = *a().cold;
    cold.sdp_rtp = endpoint("[2001:db8:1:2::5]:4000");
    cold.signalling = {};
    EXPECT_EQ(rank_of(cold, endpoint("[2001:db8:1:2:ffff::9]:1")), Rank::near);
    EXPECT_EQ(rank_of(cold, endpoint("[2001:db8:1:3::5]:4000")), Rank::refused);
    EXPECT_EQ(rank_of(cold, endpoint("10.1.1.1:1")), Rank::refused)
        << "no signalling address is not a wildcard";
}

TEST_F(LatchTest, TheExactSourceLocksAtOnce) {
    install(rings::NatMode::auto_);
    EXPECT_EQ(a().hot->state, LegState::learn);
    Talker phone{endpoint("10.10.0.100:4000"), 1};
    EXPECT_TRUE(phone.speak(*this, a()));
    EXPECT_EQ(a().hot->state, LegState::locked);
    const auto events = take_events();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, rings::EventKind::latched);
    EXPECT_EQ(events[0].remote, phone.source);
    EXPECT_EQ(events[0].session, 11u);
    EXPECT_FALSE(events[0].needs_adjacency);
    EXPECT_EQ(counter(Counter::rtp_latched), 1u);
}

TEST_F(LatchTest, BehindNatThreeConsistentPacketsLatch) {
    install(rings::NatMode::auto_);
    Talker phone{endpoint("198.51.100.7:33333"), 1};
    EXPECT_TRUE(phone.speak(*this, a())) << "the first packets are not clipped";
    EXPECT_TRUE(phone.speak(*this, a()));
    EXPECT_EQ(a().hot->state, LegState::learn);
    EXPECT_EQ(b().cold->out, endpoint("10.10.0.100:4000")) << "until then SDP's address is the way";
    EXPECT_TRUE(phone.speak(*this, a()));
    EXPECT_EQ(a().hot->state, LegState::latched);
    EXPECT_EQ(b().cold->out, phone.source) << "the peer's way out changed in the same moment";
    EXPECT_EQ(b().hot->out_port, phone.source.port);
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{1}) << "by the route to 198.51.100.0/24";
    pass(kSettleTime);
    settle(a(), context.now);
    EXPECT_EQ(a().hot->state, LegState::locked);
}

TEST_F(LatchTest, AnUnknownNextHopIsReportedAndTheSourceMacKept) {
    install(rings::NatMode::on);
    Talker phone{endpoint("203.0.113.9:7000"), 1};
    for (int i = 0; i < 3; ++i) phone.speak(*this, a());
    const auto events = take_events();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(events[0].needs_adjacency);
    EXPECT_EQ(a().cold->source_mac, (wire::Mac{9, 9, 9, 9, 9, 9}));
    EXPECT_EQ(a().cold->source_interface, InterfaceId{0});
}

TEST_F(LatchTest, OffTakesTheExactSourceOnly) {
    install(rings::NatMode::off);
    EXPECT_EQ(a().hot->state, LegState::locked);
    EXPECT_TRUE((Talker{endpoint("10.10.0.100:4000"), 1}.speak(*this, a())));
    Talker neighbour{endpoint("10.10.0.100:4002"), 1};
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(neighbour.speak(*this, a()));
    EXPECT_TRUE(take_events().empty());
}

TEST_F(LatchTest, OffWithoutAnAddressWaitsForOne) {
    auto c = command(kA);
    c.nat = rings::NatMode::off;
    c.remote_rtp = {};
    apply(context, c);
    Talker phone{endpoint("10.10.0.100:4000"), 1};
    EXPECT_FALSE(phone.speak(*this, a()));
    c = command(kA);
    c.nat = rings::NatMode::off;
    c.kind = rings::CommandKind::modify;
    apply(context, c);
    EXPECT_TRUE(phone.speak(*this, a()));
}

// RTP bleed: a stranger sends to the port of a call in progress, with guessed and with observed numbers.
TEST_F(LatchTest, ALockedLegRefusesStrangers) {
    install(rings::NatMode::on);
    Talker phone{endpoint("198.51.100.7:33333"), 0x1111};
    for (int i = 0; i < 3; ++i) phone.speak(*this, a());
    pass(kSettleTime);
    settle(a(), context.now);
    Talker stranger{endpoint("203.0.113.66:4444"), 0x6666};
    Talker clever{endpoint("203.0.113.67:4444"), 0x1111, phone.sequence};
    Talker exact{endpoint("10.10.0.100:4000"), 0x7777};
    for (int i = 0; i < 50; ++i) {
        pass(20 * kMillisecond);
        EXPECT_TRUE(phone.speak(*this, a()));
        EXPECT_FALSE(stranger.speak(*this, a()));
        EXPECT_FALSE(clever.speak(*this, a()));
        EXPECT_FALSE(exact.speak(*this, a())) << "not even SDP's own address, once locked";
    }
    EXPECT_EQ(b().cold->out, phone.source);
}

// Spoof during learn: the attacker is first, but the phone's source fits better.
TEST_F(LatchTest, ABetterSourceOvertakesWhileTheLatchSettles) {
    install(rings::NatMode::on);
    Talker attacker{endpoint("203.0.113.66:4444"), 0x6666};
    for (int i = 0; i < 3; ++i) attacker.speak(*this, a());
    ASSERT_EQ(a().hot->state, LegState::latched);
    Talker phone{endpoint("198.51.100.7:33333"), 0x1111};
    pass(100 * kMillisecond);
    EXPECT_FALSE(phone.speak(*this, a()));
    EXPECT_FALSE(phone.speak(*this, a()));
    EXPECT_TRUE(phone.speak(*this, a())) << "three consistent packets of better rank";
    EXPECT_FALSE(attacker.speak(*this, a()));
    EXPECT_EQ(b().cold->out, phone.source);
    EXPECT_EQ(take_events().size(), 2u);
}

TEST_F(LatchTest, AWorseSourceNeverOvertakes) {
    install(rings::NatMode::on);
    Talker phone{endpoint("198.51.100.7:33333"), 0x1111};
    for (int i = 0; i < 3; ++i) phone.speak(*this, a());
    Talker attacker{endpoint("203.0.113.66:4444"), 0x6666};
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(attacker.speak(*this, a()));
    EXPECT_EQ(a().cold->remote, phone.source);
}

TEST_F(LatchTest, OfTwoEqualSourcesTheFirstIsRelayedWhileLearning) {
    install(rings::NatMode::on);
    Talker one{endpoint("203.0.113.1:1"), 1};
    Talker two{endpoint("203.0.113.2:2"), 2};
    EXPECT_TRUE(one.speak(*this, a()));
    EXPECT_FALSE(two.speak(*this, a()));
    EXPECT_TRUE(one.speak(*this, a()));
    EXPECT_FALSE(two.speak(*this, a()));
    EXPECT_TRUE(one.speak(*this, a()));
    EXPECT_EQ(a().cold->remote, one.source);
}

// A spray of single packets from many addresses does not keep the true source from latching.
TEST_F(LatchTest, ASprayDoesNotStarveTheTrueSource) {
    install(rings::NatMode::on);
    Talker phone{endpoint("203.0.113.200:1"), 1};
    std::uint8_t n = 1;
    auto spray = [&](int packets) {
        for (int i = 0; i < packets; ++i, ++n)
            (void)admit(
                context, a(),
                {endpoint(("203.0.113." + std::to_string(n) + ":9").c_str()), n, n, {}, InterfaceId{0}});
    };
    spray(3);
    phone.speak(*this, a());
    spray(3);
    phone.speak(*this, a());
    spray(40);
    EXPECT_TRUE(phone.speak(*this, a()));
    EXPECT_EQ(a().hot->state, LegState::latched);
    EXPECT_EQ(a().cold->remote, phone.source);
}

TEST_F(LatchTest, InconsistentPacketsDoNotLatch) {
    install(rings::NatMode::on);
    for (std::uint16_t i = 0; i < 30; ++i)
        (void)admit(context, a(),
                    {endpoint("203.0.113.1:9"), i, static_cast<std::uint16_t>(i * 999), {}, {}});
    EXPECT_EQ(a().hot->state, LegState::learn);
    // The same packet again and again is one packet.
    for (int i = 0; i < 30; ++i) (void)admit(context, a(), {endpoint("203.0.113.2:9"), 5, 5, {}, {}});
    EXPECT_EQ(a().hot->state, LegState::learn);
}

TEST_F(LatchTest, ReorderingWhileLearningIsHarmless) {
    install(rings::NatMode::on);
    Talker phone{endpoint("203.0.113.1:9"), 5};
    phone.speak(*this, a());
    phone.speak(*this, a(), 2);
    phone.speak(*this, a(), static_cast<std::uint16_t>(-1));
    EXPECT_EQ(a().hot->state, LegState::learn);
    phone.speak(*this, a(), 2);
    EXPECT_EQ(a().hot->state, LegState::latched);
}

// NAT rebinding: the phone's mapping changes in the middle of a call.
TEST_F(LatchTest, AfterSilenceTheSameStreamMayMove) {
    install(rings::NatMode::auto_);
    Talker phone{endpoint("198.51.100.7:33333"), 0x1111};
    for (int i = 0; i < 3; ++i) phone.speak(*this, a());
    pass(kSettleTime);
    settle(a(), context.now);
    phone.speak(*this, a());
    phone.source = endpoint("198.51.100.7:44444");
    pass(kSecond);
    EXPECT_FALSE(phone.speak(*this, a())) << "no silence yet";
    pass((kRelatchSilenceMs - 1000) * kMillisecond);
    Talker other{endpoint("198.51.100.7:55555"), 0x2222};
    EXPECT_FALSE(other.speak(*this, a()));
    EXPECT_FALSE(other.speak(*this, a()));
    EXPECT_FALSE(other.speak(*this, a())) << "another SSRC never moves it";
    EXPECT_FALSE(phone.speak(*this, a()));
    EXPECT_FALSE(phone.speak(*this, a()));
    EXPECT_TRUE(phone.speak(*this, a()));
    EXPECT_EQ(b().cold->out, phone.source);
    phone.source = endpoint("203.0.113.5:1");
    pass(10 * kSecond);
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(phone.speak(*this, a())) << "outside of the policy";
}

TEST_F(LatchTest, ANewRemoteInModifyLearnsAgain) {
    install(rings::NatMode::auto_);
    Talker phone{endpoint("10.10.0.100:4000"), 1};
    phone.speak(*this, a());
    ASSERT_EQ(a().hot->state, LegState::locked);
    auto c = command(kA);
    c.kind = rings::CommandKind::modify;
    apply(context, c);
    EXPECT_EQ(a().hot->state, LegState::locked) << "the same remote keeps the latch";
    c.remote_rtp = endpoint("10.10.0.101:6000");
    c.adjacency = kNone<AdjacencyId>;
    apply(context, c);
    EXPECT_EQ(a().hot->state, LegState::learn);
    EXPECT_EQ(b().cold->out, c.remote_rtp);
    Talker moved{c.remote_rtp, 9};
    EXPECT_TRUE(moved.speak(*this, a()));
    EXPECT_FALSE(phone.speak(*this, a()));
}

TEST_F(LatchTest, ANextHopForTheSameRemoteDoesNotDisturbLearning) {
    auto c = command(kA);
    c.remote_rtp = endpoint("203.0.113.50:4000");
    c.adjacency = kNone<AdjacencyId>;
    apply(context, c);
    apply(context, command(kB));
    Talker phone{endpoint("203.0.113.50:4444"), 1};
    phone.speak(*this, a());
    phone.speak(*this, a());
    EXPECT_EQ(b().hot->adjacency, kNone<AdjacencyId>);
    c.kind = rings::CommandKind::modify;
    c.adjacency = AdjacencyId{1};
    apply(context, c);
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{1});
    phone.speak(*this, a());
    EXPECT_EQ(a().hot->state, LegState::latched) << "the third of three";
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{1}) << "same address, another port";
    c.adjacency = AdjacencyId{0};
    apply(context, c);
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{0}) << "the route changed";
    EXPECT_EQ(b().cold->out, phone.source);
}

TEST_F(LatchTest, TheLearnedRemoteInModifyBringsItsNextHop) {
    install(rings::NatMode::on);
    Talker phone{endpoint("203.0.113.9:7000"), 1};
    for (int i = 0; i < 3; ++i) phone.speak(*this, a());
    ASSERT_EQ(b().hot->adjacency, kNone<AdjacencyId>);
    auto c = command(kA);
    c.kind = rings::CommandKind::modify;
    c.nat = rings::NatMode::on;
    c.remote_rtp = phone.source;
    c.adjacency = AdjacencyId{1};
    apply(context, c);
    EXPECT_EQ(a().hot->state, LegState::latched);
    EXPECT_EQ(b().hot->adjacency, AdjacencyId{1});
}

TEST_F(LatchTest, RtcpFollowsTheMedia) {
    install(rings::NatMode::auto_);
    EXPECT_EQ(rtcp_target(a()), endpoint("10.10.0.100:4001")) << "as SDP says";
    EXPECT_TRUE(admit_rtcp(a(), endpoint("198.51.100.7:50001"))) << "may come before the media";
    Talker phone{endpoint("198.51.100.7:33333"), 1};
    for (int i = 0; i < 3; ++i) phone.speak(*this, a());
    EXPECT_EQ(rtcp_target(a()), endpoint("198.51.100.7:33334"))
        << "beside the learned RTP until it is learned";
    EXPECT_FALSE(admit_rtcp(a(), endpoint("203.0.113.66:50001")));
    EXPECT_TRUE(admit_rtcp(a(), endpoint("198.51.100.7:50001")));
    EXPECT_EQ(rtcp_target(a()), endpoint("198.51.100.7:50001"));
    EXPECT_TRUE(admit_rtcp(a(), endpoint("198.51.100.7:50001")));
    EXPECT_FALSE(admit_rtcp(a(), endpoint("198.51.100.7:50002"))) << "the first one stays";
}

TEST_F(LatchTest, RtcpOfAStrictLegIsExact) {
    install(rings::NatMode::off);
    EXPECT_TRUE(admit_rtcp(a(), endpoint("10.10.0.100:4001")));
    EXPECT_FALSE(admit_rtcp(a(), endpoint("10.10.0.100:4003")));
}

TEST_F(LatchTest, AnEventWithoutRoomIsSentLater) {
    install(rings::NatMode::auto_);
    rings::Event filler;
    while (event_ring.push(filler)) {
    }
    Talker{endpoint("10.10.0.100:4000"), 1}.speak(*this, a());
    EXPECT_EQ(a().cold->pending, kPendingLatched);
    (void)take_events();
    EXPECT_TRUE(report_latched(context, a()));
    EXPECT_EQ(a().cold->pending, 0);
}

}  // namespace
}  // namespace strowger::rtp
