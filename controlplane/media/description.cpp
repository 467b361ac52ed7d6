#include "media/description.hpp"

#include <algorithm>
#include <charconv>

#include "strowger/wire/sip_values.hpp"

namespace strowger::media {
namespace {

using wire::SdpAttribute;

bool starts(std::string_view text, std::string_view with) {
    return text.size() >= with.size() && wire::same_token(text.substr(0, with.size()), with);
}

bool contains_rtp(std::string_view protocol) {
    return protocol.find("RTP/") != std::string_view::npos;
}

void read_protocol(std::string_view protocol, StreamDescription& out) {
    out.kind = contains_rtp(protocol) ? rings::LegKind::rtp : rings::LegKind::udptl;
    out.secured = protocol.find("SAVP") != std::string_view::npos;
    // "TCP/MSRP", "TCP/TLS/BFCP": a connection, which is not ours to relay.
    out.relayable = !starts(protocol, "TCP");
}

std::optional<wire::Rtpmap> payload_of(const wire::Sdp& sdp, const wire::SdpMedia& m,
                                       std::string_view format) {
    if (const auto* line = sdp.find(m, SdpAttribute::rtpmap, format))
        if (const auto map = wire::parse_rtpmap(sdp.text(line->value))) return map;
    std::uint8_t number = 0;
    const auto read = std::from_chars(format.data(), format.data() + format.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    return wire::static_payload(number);
}

void read_formats(const wire::Sdp& sdp, const wire::SdpMedia& m, StreamDescription& out) {
    bool first = true;
    sdp.each_format(m, [&](std::string_view format) {
        const auto payload = payload_of(sdp, m, format);
        if (payload && wire::same_token(payload->name, "telephone-event")) {
            if (out.telephone_event == 0xff) out.telephone_event = payload->payload_type;
            return;
        }
        if (!first) return;
        first = false;
        if (!payload) return;
        out.codec = out.audio ? codec_of(payload->name) : Codec::not_voice;
        out.clock_khz = static_cast<std::uint8_t>(std::clamp(payload->clock / 1000, 1u, 255u));
        const auto n = std::min(payload->name.size(), sizeof out.codec_name - 1);
        std::copy_n(payload->name.data(), n, out.codec_name);
        out.codec_name[n] = 0;
    });
}

void read_remote(const wire::Sdp& sdp, const wire::SdpMedia& m, StreamDescription& out) {
    const auto address = wire::parse_address(sdp.text(sdp.connection(m).address));
    if (!address) return;  // a host name: latching will tell
    if (address->is_unspecified()) {
        out.receives = false;  // RFC 3264 8.4: the old way to put on hold
        return;
    }
    out.rtp = {*address, wire::be16::from_host(m.port)};
    const auto rtcp_port = out.rtcp_mux ? m.port : static_cast<std::uint16_t>(m.port + 1);
    out.rtcp = {*address, wire::be16::from_host(rtcp_port)};
    const auto* line = wire::Sdp::find(sdp.lines(m), SdpAttribute::rtcp);
    if (line == nullptr || out.rtcp_mux) return;
    const auto value = wire::parse_rtcp(sdp.text(line->value));
    if (!value) return;
    out.rtcp.port = wire::be16::from_host(value->port);
    if (const auto other = wire::parse_address(value->address)) out.rtcp.address = *other;
}

}  // namespace

void describe(const wire::Sdp& sdp, std::vector<StreamDescription>& out) {
    out.clear();
    for (const auto& m : sdp.media()) {
        auto& stream = out.emplace_back();
        read_protocol(sdp.text(m.protocol), stream);
        stream.active = m.port != 0;
        stream.audio = sdp.text(m.kind) == "audio";
        if (!stream.audio) stream.codec = Codec::not_voice;
        stream.rtcp_mux = m.rtcp_mux;
        stream.sends =
            m.direction == wire::SdpDirection::sendrecv || m.direction == wire::SdpDirection::sendonly;
        stream.receives =
            m.direction == wire::SdpDirection::sendrecv || m.direction == wire::SdpDirection::recvonly;
        if (!stream.active) continue;
        read_formats(sdp, m, stream);
        read_remote(sdp, m, stream);
    }
}

}  // namespace strowger::media
