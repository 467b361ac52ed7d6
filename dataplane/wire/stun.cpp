#include "strowger/wire/stun.hpp"

#include <cstring>

namespace strowger::wire {
namespace {

constexpr std::uint32_t kFingerprintMask = 0x5354554e;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1;
        table[i] = c;
    }
    return table;
}
constexpr auto kCrcTable = make_crc_table();

// RFC 8489 5: M11-M7 C1 M6-M4 C0 M3-M0.
constexpr std::uint16_t encode_type(StunClass message_class, std::uint16_t method) {
    const auto c = static_cast<unsigned>(message_class);
    return static_cast<std::uint16_t>((method & 0x0f80u) << 2 | (c & 2u) << 7 | (method & 0x0070u) << 1 |
                                      (c & 1u) << 4 | (method & 0x000fu));
}

std::uint32_t load32(const std::uint8_t* at) {
    std::uint32_t raw;
    std::memcpy(&raw, at, sizeof raw);
    return be32::from_wire(raw).host();
}

bool known(std::uint16_t type) {
    switch (static_cast<StunAttribute>(type)) {
        case StunAttribute::mapped_address:
        case StunAttribute::username:
        case StunAttribute::message_integrity:
        case StunAttribute::error_code:
        case StunAttribute::unknown_attributes:
        case StunAttribute::message_integrity_sha256:
        case StunAttribute::xor_mapped_address:
        case StunAttribute::priority:
        case StunAttribute::use_candidate:
            return true;
        default:
            // RFC 3489's CHANGE-REQUEST: its clients send it zeroed; we answer from the same address anyway.
            return type == 0x0003;
    }
}

std::optional<Endpoint> read_address(Octets value, const StunHeader* mask) {
    if (value.size() < 8) return std::nullopt;
    const std::size_t width = value[1] == 1 ? 4 : value[1] == 2 ? 16 : 0;
    if (width == 0 || value.size() != 4 + width) return std::nullopt;
    std::array<std::uint8_t, 18> raw{};
    std::memcpy(raw.data(), value.data() + 2, 2 + width);
    if (mask != nullptr) {
        std::array<std::uint8_t, 16> key;  // cookie, then transaction id
        std::memcpy(key.data(), &mask->cookie, 16);
        raw[0] ^= key[0];
        raw[1] ^= key[1];
        for (std::size_t i = 0; i < width; ++i) raw[2 + i] ^= key[i];
    }
    Endpoint endpoint;
    std::uint16_t port;
    std::memcpy(&port, raw.data(), sizeof port);
    endpoint.port = be16::from_wire(port);
    std::uint32_t v4;
    std::memcpy(&v4, raw.data() + 2, sizeof v4);
    endpoint.address =
        width == 4 ? IpAddress::from_v4(be32::from_wire(v4)) : IpAddress::from_v6(raw.data() + 2);
    return endpoint;
}

}  // namespace

std::uint32_t crc32(Octets bytes) noexcept {
    std::uint32_t c = 0xffffffff;
    for (const auto byte : bytes) c = kCrcTable[(c ^ byte) & 0xff] ^ c >> 8;
    return ~c;
}

std::optional<StunView> parse_stun(Octets datagram) noexcept {
    StunView view;
    if (datagram.size() < sizeof view.header || datagram.size() % 4 != 0) return std::nullopt;
    std::memcpy(&view.header, datagram.data(), sizeof view.header);
    const unsigned type = view.header.type.host();
    if ((type & 0xc000u) != 0 || view.header.length.host() != datagram.size() - sizeof view.header)
        return std::nullopt;
    view.message_class = static_cast<StunClass>((type >> 7 & 2u) | (type >> 4 & 1u));
    view.method =
        static_cast<std::uint16_t>((type & 0x3e00u) >> 2 | (type & 0x00e0u) >> 1 | (type & 0x000fu));
    view.classic = view.header.cookie != kStunCookie;
    view.message = datagram;
    view.attributes = datagram.subspan(sizeof view.header);
    for (std::size_t at = 0; at < view.attributes.size();) {
        const auto length = static_cast<std::size_t>(view.attributes[at + 2] << 8 | view.attributes[at + 3]);
        at += 4 + ((length + 3) & ~std::size_t{3});
        if (at > view.attributes.size()) return std::nullopt;
    }
    return view;
}

std::optional<Octets> find_attribute(const StunView& stun, StunAttribute type) noexcept {
    std::optional<Octets> found;
    each_attribute(stun, [&](std::uint16_t t, Octets value) {
        if (t == static_cast<std::uint16_t>(type)) found = value;
        return !found;
    });
    return found;
}

Fingerprint check_fingerprint(const StunView& stun) noexcept {
    if (!find_attribute(stun, StunAttribute::fingerprint)) return Fingerprint::absent;
    const auto n = stun.message.size();
    const auto* last = stun.message.data() + n - 8;
    if (load32(last) != (static_cast<std::uint32_t>(StunAttribute::fingerprint) << 16 | 4u))
        return Fingerprint::wrong;
    return load32(last + 4) == (crc32(stun.message.first(n - 8)) ^ kFingerprintMask) ? Fingerprint::right
                                                                                     : Fingerprint::wrong;
}

std::optional<Endpoint> mapped_address(const StunView& stun) noexcept {
    if (const auto value = find_attribute(stun, StunAttribute::xor_mapped_address))
        return read_address(*value, &stun.header);
    if (const auto value = find_attribute(stun, StunAttribute::mapped_address))
        return read_address(*value, nullptr);
    return std::nullopt;
}

std::size_t answer_binding(const StunView& request, const Endpoint& source,
                           std::span<std::uint8_t> out) noexcept {
    if (request.message_class != StunClass::request || request.method != kStunBinding) return 0;
    const auto fingerprint = check_fingerprint(request);
    if (fingerprint == Fingerprint::wrong) return 0;

    std::array<std::uint8_t, 16> unknown;
    std::size_t unknown_length = 0;
    each_attribute(request, [&](std::uint16_t type, Octets) {
        if (type < 0x8000 && !known(type) && unknown_length < unknown.size()) {
            unknown[unknown_length++] = static_cast<std::uint8_t>(type >> 8);
            unknown[unknown_length++] = static_cast<std::uint8_t>(type);
        }
        return true;
    });
    StunWriter writer(out, unknown_length == 0 ? StunClass::success : StunClass::error, kStunBinding,
                      request.header);
    if (unknown_length != 0) {
        writer.add_error(420, "Unknown Attribute");
        writer.add(StunAttribute::unknown_attributes, {unknown.data(), unknown_length});
    } else if (request.classic) {
        writer.add_mapped_address(source);
    } else {
        writer.add_xor_mapped_address(source);
    }
    if (fingerprint == Fingerprint::right) writer.add_fingerprint();
    return writer.size();
}

StunWriter::StunWriter(std::span<std::uint8_t> out, StunClass message_class, std::uint16_t method,
                       const StunHeader& transaction_of) noexcept
    : out_(out) {
    if (out.size() < sizeof(StunHeader)) {
        failed_ = true;
        return;
    }
    StunHeader header = transaction_of;
    header.type = be16::from_host(encode_type(message_class, method));
    header.length = {};
    std::memcpy(out_.data(), &header, sizeof header);
    size_ = sizeof header;
}

void StunWriter::set_length(std::size_t attributes) noexcept {
    const auto length = be16::from_host(static_cast<std::uint16_t>(attributes));
    std::memcpy(out_.data() + 2, &length, sizeof length);
}

void StunWriter::add(StunAttribute type, Octets value) noexcept {
    const std::size_t padded = (value.size() + 3) & ~std::size_t{3};
    if (failed_ || value.size() > 0xffff || out_.size() - size_ < 4 + padded) {
        failed_ = true;
        return;
    }
    const auto head =
        be32::from_host(static_cast<std::uint32_t>(type) << 16 | static_cast<std::uint32_t>(value.size()));
    std::memcpy(out_.data() + size_, &head, sizeof head);
    if (!value.empty()) std::memcpy(out_.data() + size_ + 4, value.data(), value.size());
    std::memset(out_.data() + size_ + 4 + value.size(), 0, padded - value.size());
    size_ += 4 + padded;
    set_length(size_ - sizeof(StunHeader));
}

void StunWriter::add_address(StunAttribute type, const Endpoint& endpoint, bool mask) noexcept {
    if (failed_) return;
    const bool v4 = endpoint.address.is_v4();
    const std::size_t width = v4 ? 4 : 16;
    std::array<std::uint8_t, 20> value{};
    value[1] = v4 ? 1 : 2;
    std::memcpy(value.data() + 2, &endpoint.port, 2);
    std::memcpy(value.data() + 4, endpoint.address.bytes.data() + (16 - width), width);
    if (mask) {
        const auto* key = out_.data() + 4;  // cookie and transaction id of the header
        value[2] ^= key[0];
        value[3] ^= key[1];
        for (std::size_t i = 0; i < width; ++i) value[4 + i] ^= key[i];
    }
    add(type, {value.data(), 4 + width});
}

void StunWriter::add_xor_mapped_address(const Endpoint& endpoint) noexcept {
    add_address(StunAttribute::xor_mapped_address, endpoint, true);
}

void StunWriter::add_mapped_address(const Endpoint& endpoint) noexcept {
    add_address(StunAttribute::mapped_address, endpoint, false);
}

void StunWriter::add_error(std::uint16_t code, std::string_view reason) noexcept {
    std::array<std::uint8_t, 68> value{};
    const std::size_t length = reason.size() < 64 ? reason.size() : 64;
    value[2] = static_cast<std::uint8_t>(code / 100);
    value[3] = static_cast<std::uint8_t>(code % 100);
    std::memcpy(value.data() + 4, reason.data(), length);
    add(StunAttribute::error_code, {value.data(), 4 + length});
}

void StunWriter::add_fingerprint() noexcept {
    if (failed_ || out_.size() - size_ < 8) {
        failed_ = true;
        return;
    }
    set_length(size_ - sizeof(StunHeader) + 8);  // the CRC covers a length that counts the fingerprint itself
    const auto crc = be32::from_host(crc32({out_.data(), size_}) ^ kFingerprintMask);
    std::array<std::uint8_t, 4> value;
    std::memcpy(value.data(), &crc, sizeof crc);
    add(StunAttribute::fingerprint, value);
}

}  // namespace strowger::wire
