// Any order of commands, packets and time for a handful of legs: the live list, the books of a pair and the
// copies of each other's remotes stay true. Each 12 bytes of input are one step.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "rtp/commands.hpp"
#include "rtp/latch.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/statistics.hpp"
#include "rtp/sweep.hpp"

using namespace strowger;
using namespace strowger::rtp;

namespace {

using Step = std::array<std::uint8_t, 12>;
constexpr std::size_t kLegs = 4;

void check(bool holds) {
    if (!holds) std::abort();
}

rings::LegId leg_id(std::uint8_t n) {
    return {MediaAddressId{0}, static_cast<std::uint16_t>(16384 + n % kLegs * 2)};
}

wire::Endpoint endpoint(std::uint8_t n, std::uint8_t port) {
    wire::Endpoint e;
    e.address = wire::IpAddress::from_v4(wire::be32::from_host(n % 8 == 0 ? 0 : 0x0a000000u + n % 8));
    if ((n & 0x80) != 0) e.address.bytes[0] = 0xfd;  // an IPv6 address
    e.port = wire::be16::from_host(static_cast<std::uint16_t>(port % 4 == 0 ? 0 : 4000 + port % 4));
    return e;
}

void command(Context& context, const Step& s) {
    rings::Command c;
    c.kind = static_cast<rings::CommandKind>(s[1] % 4);
    c.leg = leg_id(s[2]);
    c.peer = leg_id(s[3]);
    c.nat = static_cast<rings::NatMode>(s[4] % 3);
    c.leg_kind = static_cast<rings::LegKind>(s[4] / 3 % 2);
    c.remote_rtp = endpoint(s[5], s[6]);
    c.remote_rtcp = endpoint(s[5], s[7]);
    c.signalling = endpoint(s[8], 1).address;
    c.rtcp_mux = (s[9] & 1) != 0;
    c.may_receive = (s[9] & 2) != 0;
    c.expect_media = (s[9] & 4) != 0;
    c.clock_khz = s[10];
    c.inactivity_ms = s[11] * 100u;
    apply(context, c);
}

void packet(Context& context, const Step& s) {
    const auto leg = context.legs.find(leg_id(s[1]));
    if (!leg.live()) return;
    const auto source = endpoint(s[2], s[3]);
    const auto sequence = static_cast<std::uint16_t>(s[4] << 8 | s[5]);
    const wire::RtpHeader header{0x80, s[6], wire::be16::from_host(sequence),
                                 wire::be32::from_host(s[7] * 999u), wire::be32::from_host(s[8] % 3)};
    if (!from_remote(leg, source, source.address.is_v4()) &&
        !admit(context, leg, {source, s[8] % 3u, sequence, {}, InterfaceId{0}}))
        return;
    count_rtp(context, leg, header, 100);
    if ((leg.hot->flags & kMayReceive) == 0) {
        ++leg.cold->held;
        leg.cold->held_octets += 100;
    }
}

void report(Context& context, const Step& s) {
    const auto leg = context.legs.find(leg_id(s[1]));
    if (!leg.live() || !admit_rtcp(leg, endpoint(s[2], s[3]))) return;
    (void)read_rtcp(context, leg, context.legs.find(leg.hot->peer), {s.data() + 4, 8});
}

void check_legs(Context& context) {
    std::size_t live = 0;
    for (std::uint8_t n = 0; n < kLegs; ++n) {
        const auto leg = context.legs.find(leg_id(n));
        if (!leg.live()) continue;
        ++live;
        const auto peer = context.legs.find(leg.hot->peer);
        const auto s = statistics_of(context, leg);
        check(s.held_packets <= s.packets_received);
        check(s.mos_100 == 0 || (s.mos_100 >= 100 && s.mos_100 <= 450));
        check(relayed_packets(leg) >= leg.cold->relayed_mark);
        if (leg.hot->out_port.wire() != 0) check(peer.live() && leg.cold->out == peer.cold->remote);
    }
    check(live == context.legs.live().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    LegTable legs(WorkerId{0}, 1);
    if (!legs.add_address(MediaAddressId{0}, 16384, 16384 + 2 * kLegs - 1)) std::abort();
    rings::Spsc<rings::Event> events(16);
    const tables::Tables tables;
    CounterBlock books;
    Context context{legs, &tables, events, books, kSecond};
    for (; size >= sizeof(Step); data += sizeof(Step), size -= sizeof(Step)) {
        Step s;
        std::memcpy(s.data(), data, sizeof s);
        switch (s[0] % 4) {
            case 0:
                command(context, s);
                break;
            case 1:
                packet(context, s);
                break;
            case 2:
                report(context, s);
                break;
            default:
                context.now += s[1] * 50 * kMillisecond;
                sweep(context);
        }
        check_legs(context);
        std::array<rings::Event, 16> drained;
        if ((s[0] & 0x80) == 0) (void)events.pop(drained);
    }
    return 0;
}
