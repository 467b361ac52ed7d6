#include "media/sessions.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "fake_dataplane.hpp"

namespace strowger::media {
namespace {

constexpr RealmId kAccess{0};
constexpr RealmId kCore{1};
constexpr MediaAddressId kAccess4{0};
constexpr MediaAddressId kCore4{1};

std::string audio(std::string_view address, int port, std::string_view more = "") {
    return "v=0\r\no=- 1 1 IN IP4 " + std::string(address) + "\r\ns=-\r\nc=IN IP4 " + std::string(address) +
           "\r\nt=0 0\r\nm=audio " + std::to_string(port) +
           " RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n" + std::string(more);
}

struct SessionsTest : testing::Test {
    SessionsTest() : sessions(dataplane, hops) {
        sessions.configure(kAccess, {{{kAccess4, *wire::parse_address("203.0.113.9"), 20000, 20015}}, 46});
        sessions.configure(kCore, {{{kCore4, *wire::parse_address("10.1.0.1"), 30000, 30015}}, 34});
        sessions.set_now(kSecond);
        session.handle = 42;
        session.inactivity_ms = 60'000;
        session.hold_ms = 3'600'000;
        EXPECT_EQ(sessions.open(a, kAccess, *wire::parse_address("198.51.100.7"), 11), Outcome::ok);
        EXPECT_EQ(sessions.open(b, kCore, *wire::parse_address("10.1.0.5"), 12), Outcome::ok);
        b.label = 1;
    }
    ~SessionsTest() override {
        sessions.release(session, a);
        sessions.release(session, b);
        drain();
        EXPECT_EQ(session.closing, 0);
        EXPECT_EQ(sessions.counts().legs, 0u);
        EXPECT_EQ(sessions.ports().in_use(), 0u);
        EXPECT_TRUE(dataplane.legs.empty());
    }
    void drain() {
        std::array<rings::Event, 16> events;
        while (const auto n = dataplane.events(events))
            for (std::size_t i = 0; i < n; ++i) sessions.on_event(session, a, b, events[i]);
    }
    Outcome offer(Side& from, Side& to, const std::string& text) {
        return sessions.offer(session, from, to, text, {}, out);
    }
    Outcome answer(Side& from, Side& to, const std::string& text, bool final = true) {
        return sessions.answer(session, from, to, text, final, {}, out);
    }
    void establish() {
        ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078)), Outcome::ok);
        ASSERT_EQ(answer(b, a, audio("10.1.0.5", 4000)), Outcome::ok);
        sessions.start(session, a, b);
    }
    const rings::Command& leg_of(const Side& side, std::size_t i = 0) {
        const auto* leg = dataplane.leg(side.address, side.streams[i].port);
        EXPECT_NE(leg, nullptr);
        static const rings::Command none;
        return leg == nullptr ? none : *leg;
    }

    test::FakeDataplane dataplane;
    test::FakeHops hops;
    Sessions sessions;
    Session session;
    Side a;
    Side b;
    std::string out;
};

TEST_F(SessionsTest, AnOfferOpensBothLegsOnOneWorker) {
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078)), Outcome::ok);
    EXPECT_NE(out.find("c=IN IP4 10.1.0.1"), std::string::npos);
    EXPECT_NE(out.find("m=audio " + std::to_string(b.streams[0].port) + " "), std::string::npos);
    EXPECT_EQ(dataplane.owner(a.streams[0].port), dataplane.owner(b.streams[0].port));
    EXPECT_EQ(wire::to_string(leg_of(a).remote_rtp), "192.168.1.5:7078");
    EXPECT_EQ(leg_of(a).peer, (rings::LegId{kCore4, b.streams[0].port}));
    EXPECT_EQ(leg_of(b).peer, (rings::LegId{kAccess4, a.streams[0].port}));
    EXPECT_EQ(leg_of(b).remote_rtp.port.wire(), 0);
    EXPECT_FALSE(leg_of(b).expect_media);
    EXPECT_EQ(leg_of(b).dscp, 34);
    EXPECT_EQ(leg_of(a).telephone_event, 101);
    EXPECT_EQ(leg_of(a).session, 42u);
}

TEST_F(SessionsTest, CallsTakeTheAddressesOfTheirFamilyInTurn) {
    constexpr RealmId kMany{2};
    const auto address = [](const char* text) { return *wire::parse_address(text); };
    sessions.configure(kMany, {{{MediaAddressId{4}, address("203.0.113.1"), 20000, 20003},
                                {MediaAddressId{5}, address("2001:db8::1"), 20000, 20003},
                                {MediaAddressId{6}, address("203.0.113.2"), 20000, 20003}},
                               46});
    const auto opened = [&](const char* signalling) {
        Side side;
        EXPECT_EQ(sessions.open(side, kMany, address(signalling), 9), Outcome::ok);
        return wire::to_string(side.local);
    };
    std::map<std::string, int> times;
    for (int i = 0; i < 6; ++i) ++times[opened("198.51.100.7")];
    EXPECT_EQ(times.size(), 2u) << "both IPv4 addresses";
    EXPECT_EQ(opened("2001:db8::7"), "2001:db8::1");
    // One address has no port left: the other one serves all.
    std::vector<std::uint16_t> taken;
    for (std::size_t w = 0; w < dataplane.workers(); ++w)
        taken.push_back(sessions.ports().take(MediaAddressId{4}, static_cast<WorkerId>(w), kSecond));
    for (int i = 0; i < 6; ++i) EXPECT_EQ(opened("198.51.100.7"), "203.0.113.2");
    for (const std::uint16_t port : taken) sessions.ports().give_back(MediaAddressId{4}, port, kSecond);
    EXPECT_EQ(opened("198.51.100.7"), "203.0.113.2") << "they rest";
}

TEST_F(SessionsTest, TheAnswerGivesTheRemoteAndExpectsMedia) {
    establish();
    EXPECT_NE(out.find("c=IN IP4 203.0.113.9"), std::string::npos);
    EXPECT_NE(out.find("m=audio " + std::to_string(a.streams[0].port) + " "), std::string::npos);
    EXPECT_EQ(wire::to_string(leg_of(b).remote_rtp), "10.1.0.5:4000");
    EXPECT_TRUE(leg_of(a).expect_media && leg_of(b).expect_media);
    EXPECT_EQ(leg_of(a).inactivity_ms, 60'000u);
    EXPECT_EQ(leg_of(b).adjacency, AdjacencyId{7});
    // Each leg: install, then one modify for the answer and one for the start.
    EXPECT_LE(dataplane.commands.size(), 6u);
}

TEST_F(SessionsTest, HoldStopsOneDirectionAndLengthensTheWait) {
    establish();
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078, "a=sendonly\r\n")), Outcome::ok);
    EXPECT_TRUE(leg_of(b).may_receive) << "nothing changes before the answer";
    ASSERT_EQ(answer(b, a, audio("10.1.0.5", 4000, "a=recvonly\r\n")), Outcome::ok);
    EXPECT_TRUE(on_hold(a, b));
    EXPECT_TRUE(leg_of(a).may_receive);
    EXPECT_FALSE(leg_of(b).may_receive);
    EXPECT_EQ(leg_of(a).inactivity_ms, 3'600'000u);
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078)), Outcome::ok);
    ASSERT_EQ(answer(b, a, audio("10.1.0.5", 4000)), Outcome::ok);
    EXPECT_FALSE(on_hold(a, b));
    EXPECT_TRUE(leg_of(b).may_receive);
    EXPECT_EQ(leg_of(b).inactivity_ms, 60'000u);
}

TEST_F(SessionsTest, ARefusedReofferChangesNothing) {
    establish();
    const auto before = dataplane.legs.size();
    ASSERT_EQ(offer(b, a, audio("10.1.0.99", 4444) + "m=video 5000 RTP/AVP 99\r\n"), Outcome::ok);
    EXPECT_EQ(dataplane.legs.size(), before + 2);
    sessions.rollback(session, a, b);
    drain();
    EXPECT_EQ(dataplane.legs.size(), before);
    EXPECT_EQ(wire::to_string(leg_of(b).remote_rtp), "10.1.0.5:4000");
    EXPECT_EQ(sessions.ports().in_use(), 2u);
}

TEST_F(SessionsTest, AStreamIsAddedAndRefusedLater) {
    establish();
    const auto video = std::string("m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n");
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078) + video), Outcome::ok);
    ASSERT_EQ(answer(b, a, audio("10.1.0.5", 4000) + video), Outcome::ok);
    EXPECT_EQ(dataplane.legs.size(), 4u);
    EXPECT_EQ(leg_of(a, 1).codec, Codec::not_voice);
    const auto none = std::string("m=video 0 RTP/AVP 99\r\n");
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078) + none), Outcome::ok);
    ASSERT_EQ(answer(b, a, audio("10.1.0.5", 4000) + none), Outcome::ok);
    drain();
    EXPECT_EQ(dataplane.legs.size(), 2u);
    EXPECT_EQ(session.reports.size(), 2u);
    EXPECT_EQ(sessions.ports().in_use(), 2u);
}

TEST_F(SessionsTest, APeerThatRefusesALineGetsItsPortsBackOnlyInTheFinalAnswer) {
    const auto video = std::string("m=video 5000 RTP/AVP 99\r\n");
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078) + video), Outcome::ok);
    const auto refusing = audio("10.1.0.5", 4000) + "m=video 0 RTP/AVP 99\r\n";
    ASSERT_EQ(answer(b, a, refusing, false), Outcome::ok);
    EXPECT_EQ(dataplane.legs.size(), 4u);
    ASSERT_EQ(answer(b, a, refusing, true), Outcome::ok);
    EXPECT_EQ(dataplane.legs.size(), 2u);
    EXPECT_NE(out.find("m=video 0 "), std::string::npos);
}

TEST_F(SessionsTest, AForkGetsItsOwnPortsAndTheWinnerThePeer) {
    Side c;
    c.label = 2;
    ASSERT_EQ(sessions.open(c, kCore, *wire::parse_address("10.1.0.6"), 13), Outcome::ok);
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078)), Outcome::ok);
    ASSERT_EQ(offer(a, c, audio("192.168.1.5", 7078)), Outcome::ok);
    EXPECT_NE(b.streams[0].port, c.streams[0].port);
    ASSERT_EQ(answer(c, a, audio("10.1.0.6", 4000)), Outcome::ok);
    EXPECT_EQ(leg_of(a).peer.port, c.streams[0].port);
    sessions.release(session, b);
    drain();
    EXPECT_EQ(dataplane.legs.size(), 2u);
    ASSERT_NE(dataplane.leg(kCore4, c.streams[0].port), nullptr);
    sessions.release(session, c);
}

TEST_F(SessionsTest, WithoutPortsTheOfferFailsCleanly) {
    std::string many = audio("192.168.1.5", 7078);
    for (int i = 0; i < 9; ++i) many += "m=audio 7080 RTP/AVP 0\r\n";
    EXPECT_EQ(offer(a, b, many), Outcome::no_ports);
    EXPECT_EQ(sessions.ports().in_use(), 0u);
    EXPECT_TRUE(dataplane.commands.empty());
    EXPECT_EQ(offer(a, b, "v=1\r\n"), Outcome::malformed);
}

TEST_F(SessionsTest, DirectMediaNeedsNoPorts) {
    b.direct = true;
    ASSERT_EQ(offer(a, b, audio("192.168.1.5", 7078)), Outcome::ok);
    EXPECT_NE(out.find("c=IN IP4 192.168.1.5\r\n"), std::string::npos);
    EXPECT_NE(out.find("m=audio 7078 "), std::string::npos);
    ASSERT_EQ(answer(b, a, audio("10.1.0.5", 4000)), Outcome::ok);
    EXPECT_NE(out.find("m=audio 4000 "), std::string::npos);
    EXPECT_TRUE(dataplane.commands.empty());
}

TEST_F(SessionsTest, CommandsWaitForRoomInOrder) {
    dataplane.room = 1;
    establish();
    EXPECT_EQ(dataplane.commands.size(), 1u);
    EXPECT_GT(sessions.counts().waiting_commands, 0u);
    dataplane.room = 1'000;
    sessions.retry();
    EXPECT_EQ(sessions.counts().waiting_commands, 0u);
    EXPECT_EQ(wire::to_string(leg_of(b).remote_rtp), "10.1.0.5:4000");
}

TEST_F(SessionsTest, ALateNextHopReachesTheWorker) {
    hops.known = false;
    establish();
    EXPECT_EQ(leg_of(b).adjacency, kNone<AdjacencyId>);
    EXPECT_EQ(sessions.counts().waiting_hops, 2u);
    hops.known = true;
    sessions.retry();
    EXPECT_EQ(leg_of(b).adjacency, AdjacencyId{7});
    EXPECT_TRUE(leg_of(b).expect_media);
    EXPECT_EQ(sessions.counts().waiting_hops, 0u);
}

TEST_F(SessionsTest, ALatchedRemoteGetsItsNextHop) {
    establish();
    rings::Event event;
    event.kind = rings::EventKind::latched;
    event.needs_adjacency = true;
    event.leg = {kAccess4, a.streams[0].port};
    event.session = 42;
    event.remote = *wire::parse_endpoint("198.51.100.7:31000");
    sessions.on_event(session, a, b, event);
    EXPECT_EQ(leg_of(a).remote_rtp, event.remote);
    EXPECT_EQ(leg_of(a).adjacency, AdjacencyId{7});
}

TEST_F(SessionsTest, FinalStatisticsAreReported) {
    establish();
    dataplane.statistics.packets_received = 123;
    sessions.release(session, a);
    sessions.release(session, b);
    EXPECT_EQ(session.closing, 2);
    drain();
    ASSERT_EQ(session.reports.size(), 2u);
    EXPECT_TRUE(session.reports[0].complete);
    EXPECT_EQ(session.reports[0].side, 0);
    EXPECT_EQ(session.reports[1].side, 1);
    EXPECT_EQ(session.reports[1].statistics.packets_received, 123u);
}

}  // namespace
}  // namespace strowger::media
