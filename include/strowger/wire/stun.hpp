// STUN (RFC 8489; RFC 3489 clients without the magic cookie are understood too): read a message, answer a
// Binding request. No credentials here: MESSAGE-INTEGRITY is an attribute like any other, for whoever holds
// the key.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "strowger/wire/endian.hpp"
#include "strowger/wire/ip.hpp"
#include "strowger/wire/rtp.hpp"

namespace strowger::wire {

inline constexpr be32 kStunCookie = be32::from_host(0x2112A442);
inline constexpr std::uint16_t kStunBinding = 1;  // the method

enum class StunClass : std::uint8_t { request, indication, success, error };

enum class StunAttribute : std::uint16_t {
    mapped_address = 0x0001,
    username = 0x0006,
    message_integrity = 0x0008,
    error_code = 0x0009,
    unknown_attributes = 0x000A,
    message_integrity_sha256 = 0x001C,
    xor_mapped_address = 0x0020,
    priority = 0x0024,
    use_candidate = 0x0025,
    software = 0x8022,
    fingerprint = 0x8028,
    ice_controlled = 0x8029,
    ice_controlling = 0x802A,
};

struct StunHeader {
    be16 type;    // 2 zero bits, then class and method interleaved (RFC 8489 5)
    be16 length;  // of the attributes, a multiple of 4
    be32 cookie;
    std::array<std::uint8_t, 12> transaction;
};
static_assert(sizeof(StunHeader) == 20);

// A message: its header decoded, its attributes in place.
struct StunView {
    StunClass message_class{};
    std::uint16_t method = 0;
    bool classic = false;  // RFC 3489: no magic cookie; the four bytes belong to the transaction id
    StunHeader header{};
    Octets message;     // all of it
    Octets attributes;  // after the header
};

// nullopt: not a STUN message (bits, length, attributes that run past the end).
[[nodiscard]] std::optional<StunView> parse_stun(Octets datagram) noexcept;

// Calls visit(std::uint16_t type, Octets value) for each attribute, padding removed; stops when visit returns
// false.
template <typename Visit>
void each_attribute(const StunView& stun, Visit&& visit) {
    for (std::size_t at = 0; at + 4 <= stun.attributes.size();) {
        const auto type = static_cast<std::uint16_t>(stun.attributes[at] << 8 | stun.attributes[at + 1]);
        const auto length = static_cast<std::size_t>(stun.attributes[at + 2] << 8 | stun.attributes[at + 3]);
        if (!visit(type, stun.attributes.subspan(at + 4, length))) return;
        at += 4 + ((length + 3) & ~std::size_t{3});
    }
}
// Value of the first attribute of that type; nullopt when absent.
[[nodiscard]] std::optional<Octets> find_attribute(const StunView& stun, StunAttribute type) noexcept;

enum class Fingerprint : std::uint8_t { absent, right, wrong };
// RFC 8489 14.7; it must be the last attribute.
[[nodiscard]] Fingerprint check_fingerprint(const StunView& stun) noexcept;

// XOR-MAPPED-ADDRESS or, without one, MAPPED-ADDRESS of a response.
[[nodiscard]] std::optional<Endpoint> mapped_address(const StunView& stun) noexcept;

// Bytes that a response of ours needs at most.
inline constexpr std::size_t kStunResponseRoom = 128;

// Answers a Binding request: success with the address it came from, or 420 when it carries attributes that it
// requires us to know and we do not (RFC 8489 6.3.1). A FINGERPRINT is added when the request had one.
// Returns the length; 0: `request` is not a Binding request, or its fingerprint is wrong, or `out` is too
// small.
[[nodiscard]] std::size_t answer_binding(const StunView& request, const Endpoint& source,
                                         std::span<std::uint8_t> out) noexcept;

// Appends attributes to a message in a caller's buffer. After an overflow everything is refused and size() is
// 0.
class StunWriter {
  public:
    StunWriter(std::span<std::uint8_t> out, StunClass message_class, std::uint16_t method,
               const StunHeader& transaction_of) noexcept;
    void add(StunAttribute type, Octets value) noexcept;
    void add_xor_mapped_address(const Endpoint& endpoint) noexcept;
    void add_mapped_address(const Endpoint& endpoint) noexcept;
    void add_error(std::uint16_t code, std::string_view reason) noexcept;
    void add_fingerprint() noexcept;  // last
    [[nodiscard]] std::size_t size() const { return failed_ ? 0 : size_; }

  private:
    void add_address(StunAttribute type, const Endpoint& endpoint, bool mask) noexcept;
    void set_length(std::size_t attributes) noexcept;
    std::span<std::uint8_t> out_;
    std::size_t size_ = 0;
    bool failed_ = false;
};

// ISO 3309 CRC-32 (RFC 8489 14.7).
[[nodiscard]] std::uint32_t crc32(Octets bytes) noexcept;

}  // namespace strowger::wire
