#include "core/reply.hpp"

#include <cstring>

#include "core/frame.hpp"

namespace strowger::core {

bool reply(Worker& w, Packet* request, std::span<const char> payload) noexcept {
    const PacketInfo& info = info_of(request);
    const tables::Interface& interface = w.tables->interfaces[index(info.interface)];
    wire::Mac destination_mac;
    if (info.from_kernel) {
        const auto* next =
            w.tables->routes.adjacency(w.tables->routes.lookup(info.interface, info.source.address));
        if (next == nullptr || !next->resolved) return false;
        destination_mac = next->destination;
    } else {
        std::memcpy(destination_mac.data(), frame_of(request) + 6, destination_mac.size());
    }
    Packet* packet = originate(w);
    if (packet == nullptr) return false;
    const FrameAddresses addresses{.source_mac = interface.mac,
                                   .destination_mac = destination_mac,
                                   .vlan = interface.vlan,
                                   .source = info.destination,
                                   .destination = info.source,
                                   .dscp = w.tables->realms[index(info.realm)].signalling_dscp};
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
