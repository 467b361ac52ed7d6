#include "strowger/wire/rtcp.hpp"

namespace strowger::wire {

bool next_rtcp(Octets& rest, RtcpPacket& out) noexcept {
    RtcpHeader header;
    if (!read_at(rest, 0, header) || header.version_padding_count >> 6 != 2) return false;
    if (header.type < 192 || header.type > 223) return false;
    const std::size_t length = 4u * (header.length.host() + 1u);
    if (length > rest.size()) return false;
    auto body = rest.subspan(sizeof header, length - sizeof header);
    rest = rest.subspan(length);
    if ((header.version_padding_count & 0x20) != 0) {
        // Only the last packet of a compound may be padded (RFC 3550 6.4.1).
        if (!rest.empty() || body.empty() || body.back() == 0 || body.back() > body.size()) return false;
        body = body.first(body.size() - body.back());
    }
    out.type = static_cast<RtcpType>(header.type);
    out.count = header.version_padding_count & 0x1f;
    out.ssrc = 0;
    be32 ssrc;
    // An SDES or BYE without chunks has no SSRC; in all others the sender's comes first.
    const bool chunked = out.type == RtcpType::sdes || out.type == RtcpType::bye;
    if (chunked && out.count == 0) {
        out.body = body;
        return true;
    }
    if (!read_at(body, 0, ssrc)) return false;
    out.ssrc = ssrc.host();
    out.body = body.subspan(sizeof ssrc);
    if (out.type == RtcpType::sender_report)
        return out.body.size() >= sizeof(RtcpSenderInfo) + out.count * sizeof(RtcpReportBlock);
    if (out.type == RtcpType::receiver_report) return out.body.size() >= out.count * sizeof(RtcpReportBlock);
    return true;
}

bool is_rtcp(Octets datagram) noexcept {
    RtcpPacket packet;
    if (datagram.empty()) return false;
    while (!datagram.empty())
        if (!next_rtcp(datagram, packet)) return false;
    return true;
}

}  // namespace strowger::wire
