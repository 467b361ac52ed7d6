#include "core/reply.hpp"

#include <cstring>

#include "core/frame.hpp"

namespace strowger::core {

bool reply(Worker& w, Packet* request, std::span<const char> payload) noexcept {
    const PacketInfo& info = info_of(request);
    const tables::Interface& interface = w.tables->interfaces[index(info.interface)];
    Packet* packet = originate(w);
    if (packet == nullptr) return false;
    FrameAddresses addresses{.source_mac = interface.mac,
                             .vlan = interface.vlan,
                             .source = info.destination,
                             .destination = info.source,
                             .dscp = w.tables->realms[index(info.realm)].signalling_dscp};
    std::memcpy(addresses.destination_mac.data(), frame_of(request) + 6, 6);
    const std::size_t headers = udp_headers_size(info.is_v4, interface.vlan != 0);
    char* frame = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(headers + payload.size()));
    if (frame == nullptr) {
        consume(w, packet);
        return false;
    }
    std::memcpy(frame + headers, payload.data(), payload.size());
    write_udp_headers(frame, addresses, static_cast<std::uint16_t>(payload.size()));
    transmit(w, info.port, packet);
    return true;
}

}  // namespace strowger::core
