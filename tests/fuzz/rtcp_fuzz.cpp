// Any bytes as RTCP: the walk ends, and reports and extended blocks lie inside their packet.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "strowger/wire/rtcp.hpp"

using namespace strowger::wire;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Octets datagram(data, size);
    Octets rest = datagram;
    RtcpPacket packet;
    std::size_t packets = 0;
    while (next_rtcp(rest, packet)) {
        ++packets;
        check(packets <= size / 4);
        check(packet.body.empty() ||
              (packet.body.data() >= data && packet.body.data() + packet.body.size() <= data + size));
        unsigned reports = 0;
        each_report(packet, [&](const RtcpReportBlock& block) {
            ++reports;
            check(block.total_lost() >= -0x800000 && block.total_lost() <= 0x7fffff);
        });
        if (packet.type == RtcpType::receiver_report) check(reports == packet.count);
        each_xr(packet, [&](const XrHeader&, Octets body) {
            check(body.empty() || body.data() + body.size() <= packet.body.data() + packet.body.size());
        });
    }
    check(is_rtcp(datagram) == (packets != 0 && rest.empty()));
    return 0;
}
