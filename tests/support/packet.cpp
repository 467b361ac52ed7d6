#include "packet.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace strowger::test {
namespace {

std::string raw(const void* data, std::size_t size) {
    return {static_cast<const char*>(data), size};
}

std::uint16_t checksum(std::string_view bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

std::string pseudo_header(const wire::IpAddress& from, const wire::IpAddress& to, std::size_t length) {
    const std::size_t skip = from.is_v4() ? 12 : 0;
    std::string out = raw(from.bytes.data() + skip, 16 - skip) + raw(to.bytes.data() + skip, 16 - skip);
    out += static_cast<char>(length >> 8);
    out += static_cast<char>(length);
    out += '\0';
    out += static_cast<char>(wire::kProtocolUdp);
    return out;
}

wire::IpAddress address(const char* text) {
    const auto parsed = wire::parse_address(text);
    if (!parsed) throw std::invalid_argument(text);
    return *parsed;
}

}  // namespace

Frame& Frame::eth(const wire::Mac& destination, const wire::Mac& source) {
    destination_ = destination;
    source_ = source;
    return *this;
}
Frame& Frame::vlan(std::uint16_t id) {
    vlan_ = id;
    return *this;
}
Frame& Frame::ip(const char* source, const char* destination) {
    from_ = address(source);
    to_ = address(destination);
    return *this;
}
Frame& Frame::ttl(std::uint8_t value) {
    ttl_ = value;
    return *this;
}
Frame& Frame::dscp(std::uint8_t value) {
    dscp_ = value;
    return *this;
}
Frame& Frame::udp(std::uint16_t source, std::uint16_t destination) {
    source_port_ = source;
    destination_port_ = destination;
    return *this;
}
Frame& Frame::protocol(std::uint8_t number) {
    protocol_ = number;
    return *this;
}
Frame& Frame::payload(std::string_view bytes) {
    payload_ = bytes;
    return *this;
}
Frame& Frame::fragment(std::uint16_t offset, bool more) {
    fragment_ = static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000 : 0));
    return *this;
}

Frame& Frame::udp_length(std::size_t length) {
    udp_length_ = length;
    return *this;
}

std::string swap_addresses(std::string frame) {
    std::swap_ranges(frame.begin(), frame.begin() + 6, frame.begin() + 6);
    const bool v4 = frame[12] == 0x08;
    const std::ptrdiff_t source = 14 + (v4 ? 12 : 8);
    const std::ptrdiff_t size = v4 ? 4 : 16;
    std::swap_ranges(frame.begin() + source, frame.begin() + source + size, frame.begin() + source + size);
    return frame;
}

std::string Frame::bytes() const {
    std::string l4 = payload_;
    if (protocol_ == wire::kProtocolUdp && (fragment_ & 0x1fff) == 0) {
        const std::size_t length = udp_length_ != 0 ? udp_length_ : payload_.size() + 8;
        wire::UdpHeader udp{wire::be16::from_host(source_port_),
                            wire::be16::from_host(destination_port_),
                            wire::be16::from_host(static_cast<std::uint16_t>(length)),
                            {}};
        if (fragment_ == 0)
            udp.checksum = wire::be16::from_host(
                checksum(pseudo_header(from_, to_, length) + raw(&udp, sizeof udp) + payload_));
        l4 = raw(&udp, sizeof udp) + payload_;
    }
    const bool v4 = from_.is_v4();
    std::string l3;
    if (v4) {
        wire::Ipv4Header ip{};
        ip.version_ihl = 0x45;
        ip.tos = static_cast<std::uint8_t>(dscp_ << 2);
        ip.total_length = wire::be16::from_host(static_cast<std::uint16_t>(sizeof ip + l4.size()));
        ip.fragment = wire::be16::from_host(fragment_);
        ip.ttl = ttl_;
        ip.protocol = protocol_;
        ip.source = from_.v4();
        ip.destination = to_.v4();
        ip.checksum = wire::be16::from_host(checksum(raw(&ip, sizeof ip)));
        l3 = raw(&ip, sizeof ip);
    } else {
        wire::Ipv6Header ip{};
        ip.version_class_flow = wire::be32::from_host(0x60000000u | static_cast<std::uint32_t>(dscp_) << 22);
        ip.payload_length = wire::be16::from_host(static_cast<std::uint16_t>(l4.size()));
        ip.next_header = protocol_;
        ip.hop_limit = ttl_;
        ip.source = from_.bytes;
        ip.destination = to_.bytes;
        l3 = raw(&ip, sizeof ip);
    }
    const wire::be16 type = v4 ? wire::kEtherIpv4 : wire::kEtherIpv6;
    const wire::EthernetHeader ethernet{destination_, source_, vlan_ != 0 ? wire::kEtherVlan : type};
    std::string out = raw(&ethernet, sizeof ethernet);
    if (vlan_ != 0) {
        const wire::VlanTag tag{wire::be16::from_host(vlan_), type};
        out += raw(&tag, sizeof tag);
    }
    return out + l3 + l4;
}

Parsed parse(std::string_view frame) {
    Parsed out;
    std::size_t at = 0;
    const auto take = [&](auto& header) {
        if (frame.size() < at + sizeof header) return false;
        std::memcpy(&header, frame.data() + at, sizeof header);
        at += sizeof header;
        return true;
    };
    const auto fail = [&](const char* why) {
        out.error = why;
        return out;
    };
    wire::EthernetHeader ethernet;
    if (!take(ethernet)) return fail("no Ethernet header");
    out.destination_mac = ethernet.destination;
    out.source_mac = ethernet.source;
    wire::be16 type = ethernet.type;
    if (type == wire::kEtherVlan) {
        wire::VlanTag tag;
        if (!take(tag)) return fail("no VLAN tag");
        out.vlan = tag.tci.host() & 0xfff;
        type = tag.type;
    }
    std::size_t l4_length = 0;
    if (type == wire::kEtherIpv4) {
        const std::size_t start = at;
        wire::Ipv4Header ip;
        if (!take(ip)) return fail("no IPv4 header");
        if (checksum(frame.substr(start, sizeof ip)) != 0) return fail("IPv4 header checksum");
        if (ip.total_length.host() != frame.size() - start) return fail("IPv4 total length");
        out.source.address = wire::IpAddress::from_v4(ip.source);
        out.destination.address = wire::IpAddress::from_v4(ip.destination);
        out.ttl = ip.ttl;
        out.dscp = ip.tos >> 2;
        l4_length = ip.total_length.host() - sizeof ip;
    } else if (type == wire::kEtherIpv6) {
        wire::Ipv6Header ip;
        if (!take(ip)) return fail("no IPv6 header");
        if (ip.payload_length.host() != frame.size() - at) return fail("IPv6 payload length");
        out.source.address = wire::IpAddress::from_v6(ip.source.data());
        out.destination.address = wire::IpAddress::from_v6(ip.destination.data());
        out.ttl = ip.hop_limit;
        out.dscp = static_cast<std::uint8_t>(ip.version_class_flow.host() >> 22 & 0x3f);
        l4_length = ip.payload_length.host();
    } else {
        return fail("not IP");
    }
    const std::string_view l4 = frame.substr(at, l4_length);
    wire::UdpHeader udp;
    if (!take(udp)) return fail("no UDP header");
    if (udp.length.host() != l4_length) return fail("UDP length");
    const std::string whole =
        pseudo_header(out.source.address, out.destination.address, l4_length) + std::string(l4);
    if (udp.checksum == wire::be16{} || checksum(whole) != 0) return fail("UDP checksum");
    out.source.port = udp.source;
    out.destination.port = udp.destination;
    out.payload = frame.substr(at);
    return out;
}

}  // namespace strowger::test
