#include "strowger/wire/rtp.hpp"

#include <cstring>

namespace strowger::wire {

std::optional<RtpView> parse_rtp(Octets datagram) noexcept {
    if (!is_rtp(datagram)) return std::nullopt;
    RtpHeader header;
    std::memcpy(&header, datagram.data(), sizeof header);
    RtpView view;
    view.payload_type = header.payload_type();
    view.marker = header.marker();
    view.sequence = header.sequence.host();
    view.timestamp = header.timestamp.host();
    view.ssrc = header.ssrc.host();
    view.csrcs = datagram.subspan(sizeof header, 4u * header.csrc_count());
    auto rest = datagram.subspan(sizeof header + view.csrcs.size());
    if (header.extension()) {
        if (rest.size() < 4) return std::nullopt;
        view.extension_profile = static_cast<std::uint16_t>(rest[0] << 8 | rest[1]);
        const std::size_t length = 4u * static_cast<std::size_t>(rest[2] << 8 | rest[3]);
        if (length > rest.size() - 4) return std::nullopt;
        view.extension = rest.subspan(4, length);
        rest = rest.subspan(4 + length);
    }
    if (header.padding()) {
        if (rest.empty() || rest.back() == 0 || rest.back() > rest.size()) return std::nullopt;
        rest = rest.first(rest.size() - rest.back());
    }
    view.payload = rest;
    return view;
}

}  // namespace strowger::wire
