// Any bytes on a media port: they have a kind, and what is RTP lies whole inside the datagram.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "strowger/wire/rtp.hpp"

using namespace strowger::wire;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Octets datagram(data, size);
    const auto kind = media_kind(datagram);
    const auto rtp = parse_rtp(datagram);
    if (!rtp) return 0;
    check(is_rtp(datagram));
    check(kind == MediaKind::rtp || kind == MediaKind::rtcp);
    const std::size_t extension = (data[0] & 0x10) != 0 ? 4 + rtp->extension.size() : 0;
    const std::size_t padding = (data[0] & 0x20) != 0 ? data[size - 1] : 0;
    check(12 + rtp->csrcs.size() + extension + rtp->payload.size() + padding == size);
    check(rtp->payload_type < 128);
    if (!rtp->payload.empty()) check(rtp->payload.data() + rtp->payload.size() + padding == data + size);
    return 0;
}
