// pcap: draft-ietf-opsawg-pcap. pcapng: draft-ietf-opsawg-pcapng, as far as its first packet.
#include "observe/capture.hpp"

#include <fmt/format.h>

#include <cstring>
#include <vector>

namespace strowger::observe {
namespace {

enum LinkType : std::uint32_t {
    ethernet = 1,
    raw_ip = 101,
    cooked = 113,
    raw_v4 = 228,
    raw_v6 = 229,
    cooked2 = 276
};

// A file's numbers, in the byte order that it was written in. Reads behind the end give 0.
struct Numbers {
    std::string_view bytes;
    bool swapped = false;

    [[nodiscard]] std::uint32_t u32(std::size_t at) const {
        std::uint32_t value = 0;
        if (at + sizeof value > bytes.size()) return 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return swapped ? __builtin_bswap32(value) : value;
    }
    [[nodiscard]] std::uint16_t u16(std::size_t at) const {
        std::uint16_t value = 0;
        if (at + sizeof value > bytes.size()) return 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return swapped ? __builtin_bswap16(value) : value;
    }
};

struct Piece {
    std::uint32_t link_type = 0;
    std::string_view bytes;
};

bool cut(std::string_view file, std::size_t at, std::size_t length, Piece& out, std::string& error) {
    if (at > file.size() || length > file.size() - at) {
        error = "the capture file ends within its first packet";
        return false;
    }
    out.bytes = file.substr(at, length);
    return true;
}

bool first_of_pcap(const Numbers& file, Piece& out, std::string& error) {
    constexpr std::size_t kFileHeader = 24;
    constexpr std::size_t kPacketHeader = 16;
    if (file.bytes.size() < kFileHeader + kPacketHeader) {
        error = "the capture file holds no packet";
        return false;
    }
    out.link_type = file.u32(20) & 0xffff;
    return cut(file.bytes, kFileHeader + kPacketHeader, file.u32(kFileHeader + 8), out, error);
}

bool first_of_pcapng(Numbers file, Piece& out, std::string& error) {
    constexpr std::uint32_t kSection = 0x0A0D0D0A;
    constexpr std::uint32_t kInterface = 1;
    constexpr std::uint32_t kSimplePacket = 3;
    constexpr std::uint32_t kPacket = 6;
    std::vector<std::uint32_t> link_types;
    for (std::size_t at = 0; at + 12 <= file.bytes.size();) {
        if (file.u32(at) == kSection) {  // the same in either byte order
            file.swapped = false;
            file.swapped = file.u32(at + 8) != 0x1A2B3C4D;
            link_types.clear();
        }
        const std::uint32_t type = file.u32(at);
        const std::uint32_t length = file.u32(at + 4);
        if (length < 12 || length % 4 != 0 || length > file.bytes.size() - at) break;
        if (type == kInterface) link_types.push_back(file.u16(at + 8));
        if (type == kPacket || type == kSimplePacket) {
            const std::uint32_t interface = type == kPacket ? file.u32(at + 8) : 0;
            if (interface >= link_types.size()) break;
            out.link_type = link_types[interface];
            const std::size_t header = type == kPacket ? 28 : 12;
            const std::string_view block = file.bytes.substr(at, length - 4);
            const std::size_t captured = type == kPacket
                                             ? file.u32(at + 20)
                                             : std::min<std::size_t>(file.u32(at + 8), block.size() - header);
            return cut(block, header, captured, out, error);
        }
        at += length;
    }
    error = "the capture file holds no packet";
    return false;
}

std::uint16_t type_at(std::string_view bytes, std::size_t at) {
    return at + 2 > bytes.size() ? std::uint16_t{0}
                                 : static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[at]) << 8 |
                                                              static_cast<std::uint8_t>(bytes[at + 1]));
}

// Finds the IP header behind the link's.
bool find_network(const Piece& piece, CapturedPacket& out, std::string& error) {
    std::size_t at = 0;
    std::uint16_t type = 0;
    switch (piece.link_type) {
        case ethernet:
            at = sizeof(wire::EthernetHeader);
            type = type_at(piece.bytes, at - 2);
            if (type == wire::kEtherVlan.host()) {
                out.vlan = type_at(piece.bytes, at) & 0x0fff;
                type = type_at(piece.bytes, at + 2);
                at += sizeof(wire::VlanTag);
            }
            out.link = piece.bytes.substr(0, at);
            break;
        case cooked:
            at = 16;
            type = type_at(piece.bytes, 14);
            break;
        case cooked2:
            at = 20;
            type = type_at(piece.bytes, 0);
            break;
        case raw_ip:
        case raw_v4:
        case raw_v6:
            if (!piece.bytes.empty())
                type =
                    (piece.bytes.front() >> 4 & 15) == 4 ? wire::kEtherIpv4.host() : wire::kEtherIpv6.host();
            break;
        default:
            error = fmt::format(
                "the capture file has link type {}; why reads Ethernet (1), raw IP (101) and Linux cooked "
                "(113, 276)",
                piece.link_type);
            return false;
    }
    out.network = piece.bytes.substr(std::min(at, piece.bytes.size()));
    if (type == wire::kEtherIpv4.host() || type == wire::kEtherIpv6.host() || !out.link.empty()) return true;
    error = "the capture file's first packet is no IP packet";
    return false;
}

void find_datagram(CapturedPacket& out) {
    const std::string_view bytes = out.network;
    std::size_t at = 0;
    if (bytes.size() >= sizeof(wire::Ipv4Header) && (bytes.front() >> 4 & 15) == 4) {
        wire::Ipv4Header ip;
        std::memcpy(&ip, bytes.data(), sizeof ip);
        constexpr std::uint16_t kPiece = 0x3fff;  // offset, and more of them
        if (ip.protocol != wire::kProtocolUdp || (ip.fragment.host() & kPiece) != 0) return;
        at = static_cast<std::size_t>(ip.version_ihl & 15) * 4;
        out.source.address = wire::IpAddress::from_v4(ip.source);
        out.destination.address = wire::IpAddress::from_v4(ip.destination);
    } else if (bytes.size() >= sizeof(wire::Ipv6Header) && (bytes.front() >> 4 & 15) == 6) {
        wire::Ipv6Header ip;
        std::memcpy(&ip, bytes.data(), sizeof ip);
        if (ip.next_header != wire::kProtocolUdp) return;
        at = sizeof ip;
        out.source.address = wire::IpAddress::from_v6(ip.source.data());
        out.destination.address = wire::IpAddress::from_v6(ip.destination.data());
    }
    wire::UdpHeader udp;
    if (at == 0 || bytes.size() < at + sizeof udp) return;
    std::memcpy(&udp, bytes.data() + at, sizeof udp);
    out.source.port = udp.source;
    out.destination.port = udp.destination;
    const std::size_t length = udp.length.host();
    if (length >= sizeof udp) out.payload = bytes.substr(at + sizeof udp, length - sizeof udp);
}

}  // namespace

bool read_capture(std::string_view bytes, CapturedPacket& out, std::string& error) {
    Numbers file{bytes};
    Piece piece;
    switch (file.u32(0)) {
        case 0xd4c3b2a1:
        case 0x4d3cb2a1:
            file.swapped = true;
            [[fallthrough]];
        case 0xa1b2c3d4:
        case 0xa1b23c4d:
            if (!first_of_pcap(file, piece, error)) return true;
            break;
        case 0x0a0d0d0a:
            if (!first_of_pcapng(file, piece, error)) return true;
            break;
        default:
            return false;
    }
    if (find_network(piece, out, error)) find_datagram(out);
    return true;
}

}  // namespace strowger::observe
