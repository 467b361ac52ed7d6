#include "rtp/relay.hpp"

#include <gtest/gtest.h>

#include "wire_stage.hpp"

namespace strowger::rtp {
namespace {

using test::address;
using test::Bytes;
using test::endpoint;
using test::kA;
using test::kB;
using test::rtp;
using test::Stage;

constexpr const char* kPhone = "10.10.0.100:4000";
constexpr const char* kPbx = "10.20.0.10:5000";
constexpr rings::LegId kARtcp{test::kAccess, 16385};
constexpr rings::LegId kBRtcp{test::kCore, 20001};

struct RelayTest : ::testing::Test, test::WireStage {
    rings::Command change(rings::LegId leg) {
        auto c = Stage::command(leg);
        c.kind = rings::CommandKind::modify;
        return c;
    }
};

TEST_F(RelayTest, APacketLeavesThroughThePeer) {
    install_pair();
    const auto out = in(kA, kPhone, rtp(1));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->port, PortId{1});
    EXPECT_EQ(out->vlan, 20);
    EXPECT_EQ(out->source, endpoint("10.20.0.1:20000"));
    EXPECT_EQ(out->destination, endpoint(kPbx));
    EXPECT_EQ(out->source_mac, (wire::Mac{2, 0, 0, 0, 0, 2}));
    EXPECT_EQ(out->destination_mac, (wire::Mac{0xb, 0, 0, 0, 0, 10}));
    EXPECT_EQ(out->ttl, 63);
    EXPECT_EQ(out->dscp, 46);
    EXPECT_EQ(out->payload, rtp(1));
    EXPECT_EQ(counter(Counter::rtp_relayed), 1u);
    EXPECT_EQ(counter(Counter::rtp_latched), 1u);
    EXPECT_EQ(all_drops(), 0u);
    const auto back = in(kB, kPbx, rtp(9, 8));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->port, PortId{0});
    EXPECT_EQ(back->vlan, 0);
    EXPECT_EQ(back->source, endpoint("10.10.0.1:16384"));
    EXPECT_EQ(back->destination, endpoint(kPhone));
    EXPECT_TRUE(worker().signal);
}

TEST_F(RelayTest, BetweenIpv6AndIpv4) {
    const rings::LegId six{MediaAddressId{2}, 16384};
    auto c = Stage::command(kA);
    c.leg = six;
    c.remote_rtp = endpoint("[fd10:a::100]:4000");
    c.remote_rtcp = endpoint("[fd10:a::100]:4001");
    c.adjacency = AdjacencyId{3};
    command(c);
    auto d = Stage::command(kB);
    d.peer = six;
    command(d);
    const auto out = in(six, "[fd10:a::100]:4000", rtp(1));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->source, endpoint("10.20.0.1:20000"));
    EXPECT_EQ(out->destination, endpoint(kPbx));
    EXPECT_EQ(out->payload, rtp(1));
    const auto back = in(kB, kPbx, rtp(1, 8));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->source, endpoint("[fd10:a::1]:16384"));
    EXPECT_EQ(back->destination, endpoint("[fd10:a::100]:4000"));
    EXPECT_EQ(back->dscp, 46);
    EXPECT_EQ(back->payload, rtp(1, 8));
    EXPECT_FALSE(in(six, "[fd10:a::101]:4000", rtp(2)));
    EXPECT_EQ(drops(Drop::rtp_bleed), 1u);
}

TEST_F(RelayTest, EveryRefusalHasItsName) {
    EXPECT_FALSE(in(kA, kPhone, rtp(1)));
    EXPECT_EQ(drops(Drop::rtp_no_leg), 1u);
    command(Stage::command(kA));
    EXPECT_FALSE(in(kA, kPhone, rtp(1)));
    EXPECT_EQ(drops(Drop::rtp_no_peer), 1u);
    auto c = Stage::command(kB);
    c.remote_rtp = {};
    c.nat = rings::NatMode::on;
    command(c);
    EXPECT_FALSE(in(kA, kPhone, rtp(2)));
    EXPECT_EQ(drops(Drop::rtp_peer_remote_unknown), 1u);
    EXPECT_TRUE(in(kB, "10.20.0.10:7777", rtp(1)));
    EXPECT_FALSE(in(kA, "203.0.113.5:1", rtp(3)));
    EXPECT_EQ(drops(Drop::rtp_bleed), 1u);
    EXPECT_FALSE(in(kA, kPhone, {1}));
    EXPECT_FALSE(in(kA, kPhone, {0x80, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_FALSE(in(kA, kPhone, Bytes(20, 0x50)));
    EXPECT_FALSE(in(kARtcp, kPhone, rtp(1)));
    EXPECT_EQ(drops(Drop::rtp_not_rtp), 4u);
    auto s = leg(kA).cold;
    EXPECT_EQ(s->bleed, 1u);
    EXPECT_EQ(s->unsent, 2u);
    EXPECT_EQ(all_drops(), 8u);
}

TEST_F(RelayTest, AHeldLegCountsAndDoesNotRelay) {
    install_pair();
    auto c = change(kA);
    c.may_receive = false;
    command(c);
    EXPECT_FALSE(in(kA, kPhone, rtp(1)));
    EXPECT_FALSE(in(kA, kPhone, rtp(2)));
    EXPECT_EQ(drops(Drop::rtp_held), 2u);
    EXPECT_TRUE(in(kB, kPbx, rtp(1)));
    c.may_receive = true;
    command(c);
    EXPECT_TRUE(in(kA, kPhone, rtp(3)));
    c.kind = rings::CommandKind::query;
    (void)take_events();
    command(c);
    const auto s = take_events().at(0).statistics;
    EXPECT_EQ(s.packets_received, 3u);
    EXPECT_EQ(s.held_packets, 2u);
    EXPECT_EQ(s.lost_packets, 0u) << "held packets are not lost";
    EXPECT_EQ(s.packets_sent, 1u);
    c.leg = kB;
    c.peer = kA;
    command(c);
    EXPECT_EQ(take_events().at(0).statistics.packets_sent, 1u);
}

TEST_F(RelayTest, TtlUsedUp) {
    install_pair();
    EXPECT_FALSE(in(kA, kPhone, rtp(1), 1));
    EXPECT_FALSE(in(kA, kPhone, rtp(2), 0));
    EXPECT_EQ(drops(Drop::rtp_ttl), 2u);
}

// What does not fit the way out leaves in fragments: from IPv4 to IPv6, 20 bytes are enough for that.
TEST_F(RelayTest, AboveTheMtuItLeavesInFragments) {
    install_pair();
    const auto whole = rtp(1, 7, 8, 1500 - 28 - 12);
    EXPECT_EQ(in(kA, kPhone, whole)->payload, whole);
    EXPECT_EQ(counter(Counter::worker_originated), 0u);
    network().interfaces[1].mtu = 1300;
    run_packet(packet(kA, kPhone, rtp(2, 7, 8, 1400)));
    EXPECT_EQ(take_sent().size(), 2u);
    EXPECT_EQ(counter(Counter::rtp_relayed), 2u);
    EXPECT_EQ(counter(Counter::worker_originated), 2u);
    EXPECT_EQ(counter(Counter::worker_consumed), 1u);
    EXPECT_EQ(counter(Counter::send_datagrams), 0u) << "not the control plane's";
    EXPECT_EQ(leg(kA).cold->unsent, 0u);
}

// A reassembled datagram lies in memory that no device can read.
TEST_F(RelayTest, LargeBuffersAreCopied) {
    install_pair();
    rte_mempool* large = rte_pktmbuf_pool_create("large", 7, 0, core::kPacketPrivateSize, 65'535, 0);
    ASSERT_NE(large, nullptr);
    core::Packet* small = packet(kA, kPhone, rtp(1));
    core::Packet* p = rte_pktmbuf_alloc(large);
    std::memcpy(rte_pktmbuf_append(p, small->data_len), core::frame_of(small), small->data_len);
    core::info_of(p) = core::info_of(small);
    rte_pktmbuf_free(small);
    run_packet(p);
    auto& path = worker().tx[1];
    ASSERT_EQ(path.pending, 1);
    EXPECT_EQ(path.packets[0]->pool, test::packet_pool());
    EXPECT_EQ(take_sent().at(0).payload, rtp(1));
    EXPECT_EQ(rte_mempool_avail_count(large), 7u);
    rte_mempool_free(large);
}

TEST_F(RelayTest, WithoutNextHopItGoesWhereThePeersPacketsCameFrom) {
    auto c = Stage::command(kB);
    c.remote_rtp = endpoint("10.20.0.66:5000");
    c.adjacency = AdjacencyId{4};  // known, not resolved
    command(Stage::command(kA));
    command(c);
    EXPECT_FALSE(in(kA, kPhone, rtp(1)));
    EXPECT_EQ(drops(Drop::rtp_no_adjacency), 1u);
    EXPECT_TRUE(in(kB, "10.20.0.66:5000", rtp(1)));
    const auto out = in(kA, kPhone, rtp(2));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->destination_mac, (wire::Mac{9, 9, 9, 9, 9, 9}));
    EXPECT_EQ(out->port, PortId{1});
    EXPECT_EQ(out->vlan, 20);
}

TEST_F(RelayTest, StunAndDtlsGoToTheControlPlane) {
    install_pair();
    EXPECT_FALSE(in(kA, "198.51.100.99:1", {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}));
    EXPECT_FALSE(in(kARtcp, "198.51.100.99:1", {22, 254, 253, 0}));
    std::array<rings::Punt, 4> punts;
    ASSERT_EQ(worker().punts.pop(punts), 2u);
    EXPECT_EQ(punts[0].kind, rings::PuntKind::stun);
    EXPECT_EQ(punts[0].media_address, test::kAccess);
    EXPECT_EQ(punts[0].source, endpoint("198.51.100.99:1"));
    EXPECT_EQ(punts[0].destination, endpoint("10.10.0.1:16384"));
    EXPECT_EQ(punts[0].length, 8u);
    EXPECT_EQ(punts[1].kind, rings::PuntKind::dtls);
    EXPECT_EQ(counter(Counter::rtp_punted), 2u);
    EXPECT_EQ(counter(Counter::worker_punted), 2u);
    for (std::size_t i = 0; i < 2; ++i) rte_pktmbuf_free(static_cast<core::Packet*>(punts[i].packet));
}

TEST_F(RelayTest, AFloodOfStunIsLimitedPerLeg) {
    install_pair();
    for (int i = 0; i < kPuntsASecond + 20; ++i) (void)in(kA, "198.51.100.99:1", {0, 1, 0, 0});
    EXPECT_EQ(drops(Drop::rtp_punt_rate), 20u);
    pass(kSecond);
    (void)in(kA, "198.51.100.99:1", {0, 1, 0, 0});
    EXPECT_EQ(drops(Drop::rtp_punt_rate), 20u);
    std::vector<rings::Punt> punts(200);
    punts.resize(worker().punts.pop(punts));
    EXPECT_EQ(punts.size(), kPuntsASecond + 1u);
    for (auto& p : punts) rte_pktmbuf_free(static_cast<core::Packet*>(p.packet));
}

TEST_F(RelayTest, RtcpOnItsOwnPort) {
    install_pair();
    (void)in(kA, kPhone, rtp(1));
    const Bytes report{0x80, 201, 0, 1, 0, 0, 0, 7};
    const auto out = in(kARtcp, "10.10.0.100:4001", report);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->source, endpoint("10.20.0.1:20001"));
    EXPECT_EQ(out->destination, endpoint("10.20.0.10:5001"));
    EXPECT_EQ(out->payload, report);
    EXPECT_EQ(counter(Counter::rtp_rtcp_relayed), 1u);
    EXPECT_FALSE(in(kARtcp, "10.10.0.99:4001", report));
    EXPECT_EQ(drops(Drop::rtp_bleed), 1u);
    EXPECT_EQ(leg(kA).cold->rtcp_packets, 1u);
}

TEST_F(RelayTest, RtcpBetweenMuxedAndSeparatePorts) {
    auto c = Stage::command(kA);
    c.rtcp_mux = true;
    command(c);
    command(Stage::command(kB));
    (void)in(kA, kPhone, rtp(1));
    (void)in(kB, kPbx, rtp(1));
    const Bytes report{0x80, 201, 0, 1, 0, 0, 0, 7};
    auto out = in(kA, kPhone, report);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->source, endpoint("10.20.0.1:20001"));
    EXPECT_EQ(out->destination, endpoint("10.20.0.10:5001"));
    out = in(kBRtcp, "10.20.0.10:5001", report);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->source, endpoint("10.10.0.1:16384"));
    EXPECT_EQ(out->destination, endpoint(kPhone));
    EXPECT_FALSE(in(kA, "203.0.113.66:4000", report));
    EXPECT_EQ(drops(Drop::rtp_bleed), 1u);
    // What only looks like RTCP (SRTCP) passes as well.
    EXPECT_TRUE(in(kA, kPhone, {0x80, 201, 0x55, 0x55, 0, 0, 0, 7, 1, 2, 3}));
}

TEST_F(RelayTest, RtcpFlowsOnHoldAndNeedsAPeer) {
    install_pair();
    auto c = change(kA);
    c.may_receive = false;
    command(c);
    (void)in(kA, kPhone, rtp(1));
    EXPECT_TRUE(in(kARtcp, "10.10.0.100:4001", {0x80, 201, 0, 1, 0, 0, 0, 7}));
    c = Stage::command(kB);
    c.kind = rings::CommandKind::remove;
    command(c);
    EXPECT_FALSE(in(kARtcp, "10.10.0.100:4001", {0x80, 201, 0, 1, 0, 0, 0, 7}));
    EXPECT_EQ(drops(Drop::rtp_no_peer), 1u);
}

TEST_F(RelayTest, UdptlPassesAsItIs) {
    for (const auto id : {kA, kB}) {
        auto c = Stage::command(id);
        c.leg_kind = rings::LegKind::udptl;
        command(c);
    }
    const Bytes fax{0, 1, 6, 0, 0, 0, 0};  // the first byte would be STUN's
    const auto out = in(kA, kPhone, fax);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->payload, fax);
    EXPECT_FALSE(in(kA, "203.0.113.66:4000", fax));
    EXPECT_FALSE(in(kA, kPhone, {1}));
    EXPECT_EQ(leg(kA).cold->lost, 0u);
    EXPECT_EQ(leg(kA).hot->packets, 1u);
    EXPECT_EQ(counter(Counter::rtp_relayed), 1u);
}

TEST_F(RelayTest, AnyPayloadTypePasses) {
    install_pair();
    for (std::uint16_t type = 0; type < 128; ++type)
        EXPECT_TRUE(
            in(kA, kPhone, rtp(static_cast<std::uint16_t>(type + 1), 7, static_cast<std::uint8_t>(type))))
            << type;
    EXPECT_EQ(counter(Counter::rtp_relayed), 128u);
    EXPECT_EQ(leg(kA).hot->payload_type, 127);
    EXPECT_TRUE(in(kA, kPhone, rtp(129, 7, 101)));
    EXPECT_EQ(leg(kA).hot->payload_type, 127) << "telephone-event is not the stream's type";
}

TEST_F(RelayTest, ZrtpPassesBetweenKnownEndpoints) {
    install_pair();
    const Bytes hello{0x10, 0, 0, 1, 'Z', 'R', 'T', 'P'};
    EXPECT_FALSE(in(kA, kPhone, hello)) << "not before the media";
    (void)in(kA, kPhone, rtp(1));
    const auto out = in(kA, kPhone, hello);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->payload, hello);
}

TEST_F(RelayTest, TheLatchMovesThePeersWayOutAtOnce) {
    install_pair();
    for (std::uint16_t i = 1; i <= 3; ++i) EXPECT_TRUE(in(kA, "198.51.100.7:33333", rtp(i)));
    const auto out = in(kB, kPbx, rtp(1));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->destination, endpoint("198.51.100.7:33333"));
    EXPECT_EQ(out->destination_mac, (wire::Mac{0xa, 0, 0, 0, 0, 254})) << "through the gateway of its route";
}

TEST_F(RelayTest, TheDeviceMayDoTheChecksums) {
    install_pair();
    worker().tx[1].hw_ip_checksum = worker().tx[1].hw_udp_checksum = true;
    const auto out = in(kA, kPhone, rtp(1));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->flags & (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM),
              RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM);
}

TEST_F(RelayTest, PortsOfOtherWorkersAreHandedOver) {
    LegTable half(WorkerId{0}, 2);
    ASSERT_TRUE(half.add_address(test::kAccess, 16384, 32767));
    worker().legs = &half;
    worker().workers = 2;
    rings::Spsc<core::Packet*> ring(8);
    worker().handoff_out = {nullptr, &ring};
    EXPECT_FALSE(in({test::kAccess, 16386}, kPhone, rtp(1)));
    EXPECT_EQ(ring.size(), 1u);
    EXPECT_EQ(counter(Counter::handoff_packets), 1u);
    EXPECT_FALSE(in({test::kAccess, 16384}, kPhone, rtp(1)));
    EXPECT_EQ(drops(Drop::rtp_no_leg), 1u);
    std::array<core::Packet*, 1> back{};
    ASSERT_EQ(ring.pop(back), 1u);
    rte_pktmbuf_free(back[0]);
}

// Every packet of a mixed burst is settled once, and the pool is whole afterwards.
TEST_F(RelayTest, TheBooksBalance) {
    install_pair();
    const auto free_before = rte_mempool_avail_count(test::packet_pool());
    core::Burst burst;
    burst.now = worker().now;
    std::uint16_t n = 0;
    for (std::uint16_t i = 0; i < 10; ++i) {
        burst.packets[n++] = packet(kA, kPhone, rtp(i));
        burst.packets[n++] = packet(kB, kPbx, rtp(i, 8));
        burst.packets[n++] = packet(kA, "203.0.113.66:1", rtp(i, 9));
        burst.packets[n++] = packet({test::kAccess, 30000}, kPhone, rtp(i));
        burst.packets[n++] = nullptr;
    }
    core::Packet* not_media = packet(kA, kPhone, rtp(99));
    core::info_of(not_media).lane = core::Lane::sip;
    burst.packets[n++] = not_media;
    burst.count = n;
    run(worker(), burst);
    for (std::uint16_t i = 0; i + 1 < n; ++i) EXPECT_EQ(burst.packets[i], nullptr);
    EXPECT_EQ(burst.packets[n - 1], not_media) << "other lanes are left alone";
    rte_pktmbuf_free(not_media);
    EXPECT_EQ(take_sent().size(), 20u);
    EXPECT_EQ(counter(Counter::rtp_relayed), 20u);
    EXPECT_EQ(all_drops(), 20u);
    EXPECT_EQ(rte_mempool_avail_count(test::packet_pool()), free_before);
}

TEST_F(RelayTest, WithoutRoomForTheHeadersThePayloadIsCopied) {
    install_pair();
    core::Packet* p = packet(kA, kPhone, rtp(1));
    // As if the driver had left no headroom: 42 bytes of headers must become 46.
    std::memmove(static_cast<char*>(p->buf_addr), core::frame_of(p), p->data_len);
    p->data_off = 0;
    ASSERT_EQ(core::info_of(p).payload_offset, 42);
    run_packet(p);
    EXPECT_EQ(take_sent().at(0).payload, rtp(1));
    EXPECT_EQ(counter(Counter::worker_consumed), 1u);
}

}  // namespace
}  // namespace strowger::rtp
