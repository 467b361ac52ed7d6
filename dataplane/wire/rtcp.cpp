#include "strowger/wire/rtcp.hpp"

namespace strowger::wire {

namespace {

// Takes one packet, whose bytes after the header are `body`, apart.
bool read_body(const RtcpHeader& header, Octets body, RtcpPacket& out) {
    out = {static_cast<RtcpType>(header.type), static_cast<std::uint8_t>(header.version_padding_count & 0x1f),
           0, body};
    // An SDES or BYE without chunks has no SSRC; in all others the sender's comes first.
    const bool chunked = out.type == RtcpType::sdes || out.type == RtcpType::bye;
    if (chunked && out.count == 0) return true;
    be32 ssrc;
    if (!read_at(body, 0, ssrc)) return false;
    out.ssrc = ssrc.host();
    out.body = body.subspan(sizeof ssrc);
    if (out.type == RtcpType::sender_report)
        return out.body.size() >= sizeof(RtcpSenderInfo) + out.count * sizeof(RtcpReportBlock);
    if (out.type == RtcpType::receiver_report) return out.body.size() >= out.count * sizeof(RtcpReportBlock);
    return true;
}

}  // namespace

bool next_rtcp(Octets& rest, RtcpPacket& out) noexcept {
    RtcpHeader header;
    if (!read_at(rest, 0, header) || header.version_padding_count >> 6 != 2) return false;
    if (header.type < 192 || header.type > 223) return false;
    const std::size_t length = 4u * (header.length.host() + 1u);
    if (length > rest.size()) return false;
    auto body = rest.subspan(sizeof header, length - sizeof header);
    if ((header.version_padding_count & 0x20) != 0) {
        // Only the last packet of a compound may be padded (RFC 3550 6.4.1).
        if (length != rest.size() || body.empty() || body.back() == 0 || body.back() > body.size())
            return false;
        body = body.first(body.size() - body.back());
    }
    if (!read_body(header, body, out)) return false;
    rest = rest.subspan(length);
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
