// Media through the whole pipeline: frames in, frames out, counters moved, and what the control plane is
// told.
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

constexpr std::uint16_t kAPort = 16384;
constexpr std::uint16_t kBPort = 20000;

std::string rtp(std::uint16_t sequence, char ssrc = 'a', std::size_t octets = 160, char payload_type = 8) {
    std::string s{'\x80', payload_type, static_cast<char>(sequence >> 8), static_cast<char>(sequence)};
    const std::uint32_t timestamp = sequence * 160u;
    for (int shift = 24; shift >= 0; shift -= 8) s.push_back(static_cast<char>(timestamp >> shift));
    return s + std::string(3, '\0') + ssrc + std::string(octets, 'x');
}

class MediaRelay : public WorkerTest {
  protected:
    // A phone at 10.10.0.99:4000 on the access side, a PBX at 10.20.0.10:5000 on the core side.
    static rings::Command leg_a() {
        rings::Command c;
        c.leg = {kAccessMedia, kAPort};
        c.peer = {kCoreMedia, kBPort};
        c.remote_rtp = endpoint("10.10.0.99:4000");
        c.remote_rtcp = endpoint("10.10.0.99:4001");
        c.signalling = ip("10.10.0.99");
        c.session = 7;
        return c;
    }
    static rings::Command leg_b() {
        rings::Command c;
        c.leg = {kCoreMedia, kBPort};
        c.peer = {kAccessMedia, kAPort};
        c.remote_rtp = endpoint("10.20.0.10:5000");
        c.remote_rtcp = endpoint("10.20.0.10:5001");
        c.signalling = ip("10.20.0.10");
        c.session = 7;
        c.dscp = 34;
        return c;
    }
    void command(const rings::Command& c) {
        ASSERT_TRUE(worker.commands.push(c));
        turn();
    }
    void call() {
        command(leg_a());
        command(leg_b());
    }
    void remove(rings::Command c) {
        c.kind = rings::CommandKind::remove;
        command(c);
    }
    static Frame from_phone(const std::string& payload) {
        return eth().ip("10.10.0.99", "10.10.0.1").udp(4000, kAPort).payload(payload);
    }
    static Frame from_pbx(const std::string& payload) {
        return eth().ip("10.20.0.10", "10.20.0.1").udp(5000, kBPort).payload(payload);
    }
    Parsed only(PortId port) {
        const auto frames = sent(port);
        EXPECT_EQ(frames.size(), 1u);
        return frames.empty() ? Parsed{} : parse(frames[0]);
    }
};

TEST_F(MediaRelay, BothWays) {
    call();
    run(kAccessPort, from_phone(rtp(1)));
    const auto out = only(kCorePort);
    EXPECT_EQ(out.error, "");
    EXPECT_EQ(out.source, endpoint("10.20.0.1:20000"));
    EXPECT_EQ(out.destination, endpoint("10.20.0.10:5000"));
    EXPECT_EQ(out.dscp, 34);
    EXPECT_EQ(out.ttl, 63);
    EXPECT_EQ(out.payload, rtp(1));
    run(kCorePort, from_pbx(rtp(9, 'b')));
    const auto back = only(kAccessPort);
    EXPECT_EQ(back.error, "");
    EXPECT_EQ(back.source, endpoint("10.10.0.1:16384"));
    EXPECT_EQ(back.destination, endpoint("10.10.0.99:4000"));
    EXPECT_EQ(back.dscp, 46);
    EXPECT_EQ(moved(Counter::classify_media), 2u);
    EXPECT_EQ(moved(Counter::rtp_relayed), 2u);
    EXPECT_EQ(moved(Counter::rtp_latched), 2u);
}

TEST_F(MediaRelay, FromIpv6WithVlanToIpv4) {
    tables.interfaces[0].vlan = 12;
    auto a = leg_a();
    a.leg.address = MediaAddressId{1};
    a.remote_rtp = endpoint("[fd10:a::99]:4000");
    auto b = leg_b();
    b.peer = a.leg;
    command(a);
    command(b);
    run(kAccessPort, eth().vlan(12).ip("fd10:a::99", "fd10:a::1").udp(4000, kAPort).payload(rtp(1)));
    const auto out = only(kCorePort);
    EXPECT_EQ(out.error, "");
    EXPECT_EQ(out.vlan, 0);
    EXPECT_EQ(out.source, endpoint("10.20.0.1:20000"));
    EXPECT_EQ(out.payload, rtp(1));
    run(kCorePort, from_pbx(rtp(2, 'b', 33)));
    const auto back = only(kAccessPort);
    EXPECT_EQ(back.error, "");
    EXPECT_EQ(back.vlan, 12);
    EXPECT_EQ(back.source, endpoint("[fd10:a::1]:16384"));
    EXPECT_EQ(back.destination, endpoint("[fd10:a::99]:4000"));
    EXPECT_EQ(back.payload, rtp(2, 'b', 33));
}

// A peer on a virtual port leaves only the pseudo-header's sum in the UDP checksum: ours must be whole.
TEST_F(MediaRelay, ABrokenChecksumIsNotPassedOn) {
    call();
    auto bytes = from_phone(rtp(1)).bytes();
    bytes[40] = '\x12';
    bytes[41] = '\x34';
    run_raw(kAccessPort, {bytes});
    EXPECT_EQ(only(kCorePort).error, "");
}

TEST_F(MediaRelay, EveryRefusalIsCountedByName) {
    run(kAccessPort, from_phone(rtp(1)));
    EXPECT_EQ(dropped(Drop::rtp_no_leg), 1u);
    call();
    run(kAccessPort, from_phone(rtp(1)));
    run(kAccessPort, eth().ip("10.10.0.10", "10.10.0.1").udp(4000, kAPort).payload(rtp(2, 'z')));
    EXPECT_EQ(dropped(Drop::rtp_bleed), 1u);
    run(kAccessPort, from_phone("\x50\x50 nonsense"));
    EXPECT_EQ(dropped(Drop::rtp_not_rtp), 1u);
    run(kAccessPort, from_phone(""));
    EXPECT_EQ(dropped(Drop::rtp_not_rtp), 1u);
    run(kAccessPort, from_phone(rtp(3)).ttl(1));
    EXPECT_EQ(dropped(Drop::rtp_ttl), 1u);
    auto hold = leg_a();
    hold.kind = rings::CommandKind::modify;
    hold.may_receive = false;
    command(hold);
    run(kAccessPort, from_phone(rtp(4)));
    EXPECT_EQ(dropped(Drop::rtp_held), 1u);
    EXPECT_EQ(moved(Counter::rtp_relayed), 1u);
}

TEST_F(MediaRelay, ACallFromInstallToItsFinalStatistics) {
    call();
    const Nanoseconds start = now;
    for (std::uint16_t i = 0; i < 200; ++i) {
        now = start + i * 20 * kMillisecond;
        if (i % 20 != 7) run(kAccessPort, from_phone(rtp(i)));
        run(kCorePort, from_pbx(rtp(i, 'b')));
    }
    // The PBX's sender report goes to the phone, which answers it 60 ms later, 10 ms of them its own.
    const std::string report{'\x80', '\xc8', 0, 6, 0, 0, 0, 'b', 1, 2, 3, 4, 5, 6,
                             7,      8,      0, 0, 0, 0, 0, 0,   0, 0, 0, 0, 0, 0};
    run(kCorePort, eth().ip("10.20.0.10", "10.20.0.1").udp(5001, kBPort + 1).payload(report));
    now += 60 * kMillisecond;
    const std::string answer{'\x81', '\xc9', 0, 7, 0, 0, 0, 'a', 0, 0, 0, 'b', 0, 0, 0, 5,
                             0,      0,      0, 0, 0, 0, 0, 80,  3, 4, 5, 6,   0, 0, 2, '\x8f'};
    run(kAccessPort, eth().ip("10.10.0.99", "10.10.0.1").udp(4001, kAPort + 1).payload(answer));
    EXPECT_EQ(moved(Counter::rtp_rtcp_relayed), 2u);
    EXPECT_EQ(sent(kCorePort).size(), 191u);
    const auto to_phone = sent(kAccessPort);
    ASSERT_EQ(to_phone.size(), 201u);
    EXPECT_EQ(parse(to_phone.back()).destination, endpoint("10.10.0.99:4001"));
    EXPECT_EQ(events().size(), 2u) << "both latched";
    remove(leg_a());
    remove(leg_b());
    const auto finals = events();
    ASSERT_EQ(finals.size(), 2u);
    const auto& a = finals[0].statistics;
    EXPECT_EQ(finals[0].kind, rings::EventKind::removed);
    EXPECT_EQ(finals[0].session, 7u);
    EXPECT_EQ(a.packets_received, 190u);
    EXPECT_EQ(a.lost_packets, 10u);
    EXPECT_EQ(a.packets_sent, 200u);
    EXPECT_EQ(a.payload_type, 8);
    EXPECT_EQ(a.jitter_us, 0u);
    EXPECT_EQ(a.remote_lost, 5u);
    EXPECT_EQ(a.remote_jitter_us, 10'000u);
    EXPECT_NEAR(a.round_trip_us, 50'000, 30);
    const auto& b = finals[1].statistics;
    EXPECT_EQ(b.packets_received, 200u);
    EXPECT_EQ(b.packets_sent, 190u) << "kept after the peer went";
    EXPECT_GT(b.mos_100, 430);
    EXPECT_LT(a.mos_100, b.mos_100) << "five in a hundred lost";
    EXPECT_GT(a.mos_100, 350);
    run(kAccessPort, from_phone(rtp(200)));
    EXPECT_EQ(dropped(Drop::rtp_no_leg), 1u);
}

TEST_F(MediaRelay, SilenceIsReported) {
    auto a = leg_a();
    a.inactivity_ms = 5'000;
    command(a);
    command(leg_b());
    run(kAccessPort, from_phone(rtp(1)));
    events();
    for (int i = 0; i < 4; ++i) {
        now += kSecond;
        turn();
    }
    EXPECT_TRUE(events().empty());
    for (int i = 0; i < 4; ++i) {
        now += kSecond;
        turn();
    }
    const auto out = events();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].kind, rings::EventKind::inactive);
    EXPECT_EQ(out[0].leg, leg_a().leg);
    sent(kCorePort);
}

// A video packet above the MTU arrives in fragments and leaves in fragments.
TEST_F(MediaRelay, FragmentsInFragmentsOut) {
    call();
    const std::string video = rtp(1, 'v', 3000, 97);
    const std::string whole = from_phone(video).bytes().substr(34);
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < whole.size(); at += 1480) {
        const auto piece = whole.substr(at, 1480);
        Frame frame = eth().ip("10.10.0.99", "10.10.0.1");
        if (at == 0)
            frame.udp(4000, kAPort).payload(piece.substr(8)).udp_length(whole.size());
        else
            frame.payload(piece);
        frames.push_back(frame.fragment(static_cast<std::uint16_t>(at), at + 1480 < whole.size()));
    }
    run(kAccessPort, frames);
    const auto out = sent(kCorePort);
    ASSERT_EQ(out.size(), 3u);
    std::string data;
    for (const auto& frame : out) data += frame.substr(34);
    EXPECT_EQ(data.substr(8), video);
    EXPECT_EQ(static_cast<unsigned char>(data[0]) << 8 | static_cast<unsigned char>(data[1]), kBPort);
    EXPECT_EQ(moved(Counter::classify_reassembled), 1u);
    EXPECT_EQ(moved(Counter::rtp_relayed), 1u);
    EXPECT_EQ(moved(Counter::send_fragments), 3u);
}

TEST_F(MediaRelay, StunAndDtlsReachTheControlPlane) {
    call();
    run(kAccessPort, {from_phone(std::string("\0\1\0\0\x21\x12\xa4\x42", 8) + std::string(12, 't')),
                      from_phone("\x16\xfe\xfd handshake")});
    const auto out = punted();
    ASSERT_EQ(out.size(), 2u);
    EXPECT_EQ(out[0].record.kind, rings::PuntKind::stun);
    EXPECT_EQ(out[0].text.size(), 20u);
    EXPECT_EQ(out[1].record.kind, rings::PuntKind::dtls);
    EXPECT_EQ(out[1].record.media_address, kAccessMedia);
    EXPECT_EQ(moved(Counter::rtp_punted), 2u);
}

TEST_F(MediaRelay, ABurstOfManyCalls) {
    for (std::uint16_t i = 0; i < 60; ++i) {
        auto a = leg_a();
        auto b = leg_b();
        a.leg.port = b.peer.port = static_cast<std::uint16_t>(kAPort + 2 * i);
        b.leg.port = a.peer.port = static_cast<std::uint16_t>(kBPort + 2 * i);
        b.remote_rtp.port = wire::be16::from_host(static_cast<std::uint16_t>(5000 + 2 * i));
        command(a);
        command(b);
    }
    std::vector<Frame> frames;
    for (std::uint16_t i = 0; i < 60; ++i)
        frames.push_back(eth()
                             .ip("10.10.0.99", "10.10.0.1")
                             .udp(4000, static_cast<std::uint16_t>(kAPort + 2 * i))
                             .payload(rtp(i)));
    run(kAccessPort, frames);
    const auto out = sent(kCorePort);
    ASSERT_EQ(out.size(), 60u);
    for (std::uint16_t i = 0; i < 60; ++i) {
        const auto p = parse(out[i]);
        EXPECT_EQ(p.error, "");
        EXPECT_EQ(p.source.port.host(), kBPort + 2 * i);
        EXPECT_EQ(p.destination.port.host(), 5000 + 2 * i);
        EXPECT_EQ(p.payload, rtp(i));
    }
}

// 20,000 legs come and go, a hundred of them between any two packets of a call that lives all the time.
TEST_F(MediaRelay, LegsThatComeAndGoCostALivingCallNothing) {
    call();
    std::uint16_t next = 0;
    const auto churn = [&](rings::CommandKind kind, std::uint16_t from) {
        for (std::uint16_t i = 0; i < 50; ++i)
            for (rings::Command c : {leg_a(), leg_b()}) {
                c.kind = kind;
                c.leg.port = static_cast<std::uint16_t>(24'000 + (from + i) % 2'000 * 2);
                c.peer.port = c.leg.port;
                ASSERT_TRUE(worker.commands.push(c));
            }
    };
    for (std::uint16_t n = 1; n <= 400; ++n, next = static_cast<std::uint16_t>(next + 50)) {
        churn(n % 2 != 0 ? rings::CommandKind::install : rings::CommandKind::remove,
              n % 2 != 0 ? next : static_cast<std::uint16_t>(next - 50));
        now += 20 * kMillisecond;
        run(kAccessPort, from_phone(rtp(n)));
        turn();  // a turn takes at most 64 commands
        turn();
        static_cast<void>(events());
        ASSERT_EQ(only(kCorePort).payload, rtp(n));
    }
    EXPECT_EQ(moved(Counter::worker_commands), 2u + 400 * 100);
    EXPECT_EQ(worker.legs->live().size(), 2u);
}

}  // namespace
}  // namespace strowger::test
