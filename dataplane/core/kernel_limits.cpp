#include "core/kernel_limits.hpp"

#include <cstring>

#include "strowger/wire/ip.hpp"

namespace strowger::core {
namespace {

constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kOspf = 89;
constexpr std::uint8_t kVrrp = 112;
constexpr std::uint16_t kBgp = 179;

template <typename Header>
bool read(const char* frame, std::size_t length, std::size_t at, Header& out) {
    if (length < at + sizeof out) return false;
    std::memcpy(&out, frame + at, sizeof out);
    return true;
}

bool is_bfd(std::uint16_t port) {
    return port == 3784 || port == 3785 || port == 4784;
}  // RFC 5881, 5883

struct Ports {
    wire::be16 source;
    wire::be16 destination;
};

KernelKind kind_of(std::uint8_t protocol, const char* frame, std::size_t length, std::size_t at) {
    Ports ports;
    std::uint8_t type = 0;
    switch (protocol) {
        case kTcp:
            if (!read(frame, length, at, ports)) return KernelKind::tcp;
            return ports.source.host() == kBgp || ports.destination.host() == kBgp ? KernelKind::routing
                                                                                   : KernelKind::tcp;
        case wire::kProtocolUdp:
            if (!read(frame, length, at, ports)) return KernelKind::other;
            return is_bfd(ports.destination.host()) ? KernelKind::routing : KernelKind::other;
        case kIcmp6:  // RFC 4861: router and neighbour messages, 133 to 137
            return read(frame, length, at, type) && type >= 133 && type <= 137 ? KernelKind::neighbours
                                                                               : KernelKind::other;
        case kOspf:
        case kVrrp:
            return KernelKind::routing;
        default:
            return KernelKind::other;
    }
}

}  // namespace

KernelKind kernel_kind_of(const char* frame, std::size_t length) noexcept {
    wire::EthernetHeader ethernet;
    if (!read(frame, length, 0, ethernet)) return KernelKind::other;
    std::size_t at = sizeof ethernet;
    wire::be16 type = ethernet.type;
    if (type == wire::kEtherVlan || type == wire::kEtherQinq) {
        wire::VlanTag tag;
        if (!read(frame, length, at, tag)) return KernelKind::other;
        type = tag.type;
        at += sizeof tag;
    }
    if (type == wire::kEtherIpv4) {
        wire::Ipv4Header ip;
        if (!read(frame, length, at, ip) || (ip.fragment.host() & 0x1fff) != 0) return KernelKind::other;
        return kind_of(ip.protocol, frame, length, at + (ip.version_ihl & 0x0fu) * 4u);
    }
    if (type == wire::kEtherIpv6) {
        wire::Ipv6Header ip;
        if (!read(frame, length, at, ip)) return KernelKind::other;
        return kind_of(ip.next_header, frame, length, at + sizeof ip);
    }
    return KernelKind::neighbours;
}

}  // namespace strowger::core
