// Packets as tests write them: eth().ip("10.0.0.1", "10.0.0.2").udp(5060, 5060).payload("…"). Checksums are
// right unless a test breaks them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "strowger/wire/ip.hpp"

namespace strowger::test {

inline constexpr wire::Mac kOurMac{0x02, 0, 0, 0, 0, 0x01};
inline constexpr wire::Mac kPeerMac{0x02, 0, 0, 0, 0, 0x99};

// A frame under construction. Each layer may be given once; text() renders it.
class Frame {
  public:
    // To us from the peer, unless said otherwise.
    Frame& eth(const wire::Mac& destination = kOurMac, const wire::Mac& source = kPeerMac);
    Frame& vlan(std::uint16_t id);
    Frame& ip(const char* source, const char* destination);  // either family
    Frame& ttl(std::uint8_t value);
    Frame& dscp(std::uint8_t value);
    Frame& udp(std::uint16_t source, std::uint16_t destination);
    Frame& protocol(std::uint8_t number);  // instead of UDP
    Frame& payload(std::string_view bytes);
    // IPv4 only: this frame's part of a datagram, offset in bytes.
    Frame& fragment(std::uint16_t offset, bool more);
    // Of the UDP header, when it is not this frame's (a first fragment); the checksum is then not computed.
    Frame& udp_length(std::size_t length);
    [[nodiscard]] std::string bytes() const;

  private:
    wire::Mac destination_ = kOurMac;
    wire::Mac source_ = kPeerMac;
    std::uint16_t vlan_ = 0;
    wire::IpAddress from_;
    wire::IpAddress to_;
    std::uint8_t ttl_ = 64;
    std::uint8_t dscp_ = 0;
    std::uint8_t protocol_ = wire::kProtocolUdp;
    std::uint16_t source_port_ = 0;
    std::uint16_t destination_port_ = 0;
    std::uint16_t fragment_ = 0;
    std::size_t udp_length_ = 0;
    std::string payload_;
};

inline Frame eth(const wire::Mac& destination = kOurMac, const wire::Mac& source = kPeerMac) {
    return Frame().eth(destination, source);
}

// A frame taken apart again. `error` is empty for a well-formed UDP frame whose checksums are right.
struct Parsed {
    std::string error;
    wire::Mac destination_mac{};
    wire::Mac source_mac{};
    std::uint16_t vlan = 0;
    wire::Endpoint source;
    wire::Endpoint destination;
    std::uint8_t ttl = 0;
    std::uint8_t dscp = 0;
    std::string payload;
};
// The frame as it would come back: MACs and IP addresses exchanged, checksums untouched (their sums stay
// right).
[[nodiscard]] std::string swap_addresses(std::string frame);
[[nodiscard]] Parsed parse(std::string_view frame);

}  // namespace strowger::test
