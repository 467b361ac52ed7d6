// pcapng (draft-ietf-opsawg-pcapng): a section header, one interface of raw IP, a packet block a message.
#include <cstring>

#include "observe/trace.hpp"

namespace strowger::observe {
namespace {

constexpr std::uint32_t kSection = 0x0A0D0D0A;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kPacket = 6;
constexpr std::uint16_t kRawIp = 101;  // LINKTYPE_RAW

void put(std::string& out, const void* data, std::size_t size) {
    out.append(static_cast<const char*>(data), size);
}
void put32(std::string& out, std::uint32_t value) {
    put(out, &value, sizeof value);
}
void put16(std::string& out, std::uint16_t value) {
    put(out, &value, sizeof value);
}
void pad(std::string& out) {
    out.resize((out.size() + 3) & ~std::size_t{3}, '\0');
}

void block(std::string& out, std::uint32_t type, std::string body) {
    pad(body);
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    put32(out, type);
    put32(out, length);
    out += body;
    put32(out, length);
}

std::uint16_t ip_checksum(const wire::Ipv4Header& header) {
    std::uint16_t words[sizeof header / 2];
    std::memcpy(words, &header, sizeof header);
    std::uint32_t sum = 0;
    for (const std::uint16_t word : words) sum += word;
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

constexpr std::size_t kMostPayload = 65'535 - sizeof(wire::Ipv4Header) - sizeof(wire::UdpHeader);

// The message in IP and UDP as it went, cut to what a datagram holds; without UDP checksum (0: none).
std::string packet(const TracedMessage& message) {
    std::string out;
    const std::string_view text = std::string_view(message.text).substr(0, kMostPayload);
    const auto udp_length = static_cast<std::uint16_t>(sizeof(wire::UdpHeader) + text.size());
    if (message.source().address.is_v4()) {
        wire::Ipv4Header ip{
            .version_ihl = 0x45,
            .tos = 0,
            .total_length = wire::be16::from_host(static_cast<std::uint16_t>(sizeof ip + udp_length)),
            .identification = {},
            .fragment = {},
            .ttl = 64,
            .protocol = wire::kProtocolUdp,
            .checksum = {},
            .source = message.source().address.v4(),
            .destination = message.destination().address.v4()};
        ip.checksum = wire::be16::from_wire(ip_checksum(ip));
        put(out, &ip, sizeof ip);
    } else {
        const wire::Ipv6Header ip{.version_class_flow = wire::be32::from_host(0x60000000),
                                  .payload_length = wire::be16::from_host(udp_length),
                                  .next_header = wire::kProtocolUdp,
                                  .hop_limit = 64,
                                  .source = message.source().address.bytes,
                                  .destination = message.destination().address.bytes};
        put(out, &ip, sizeof ip);
    }
    const wire::UdpHeader udp{
        message.source().port, message.destination().port, wire::be16::from_host(udp_length), {}};
    put(out, &udp, sizeof udp);
    return out.append(text);
}

}  // namespace

std::string pcapng(const std::vector<const TracedMessage*>& messages, Nanoseconds unix_offset) {
    std::string out;
    std::string section;
    put32(section, 0x1A2B3C4D);
    put16(section, 1);
    put16(section, 0);
    section.append(8, '\xff');  // length not given
    block(out, kSection, section);
    std::string interface;
    put16(interface, kRawIp);
    put16(interface, 0);
    put32(interface, 0);  // no snap length
    put16(interface, 9);  // if_tsresol: nanoseconds
    put16(interface, 1);
    interface += '\x09';
    pad(interface);
    put32(interface, 0);  // end of options
    block(out, kInterface, interface);
    for (const TracedMessage* message : messages) {
        const std::string bytes = packet(*message);
        const auto time = static_cast<std::uint64_t>(message->time + unix_offset);
        std::string body;
        put32(body, 0);
        put32(body, static_cast<std::uint32_t>(time >> 32));
        put32(body, static_cast<std::uint32_t>(time));
        put32(body, static_cast<std::uint32_t>(bytes.size()));
        put32(body, static_cast<std::uint32_t>(bytes.size()));
        body += bytes;
        block(out, kPacket, body);
    }
    return out;
}

}  // namespace strowger::observe
