#include "strowger/wire/ip.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace strowger::wire {
namespace {

std::optional<std::uint32_t> decimal(std::string_view text, std::uint32_t max) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty() || value > max) return std::nullopt;
    return value;
}

// A byte in decimal with a dot behind it; as many characters as the longest has are written.
struct DecimalByte {
    std::array<char, 4> characters{};
    std::uint8_t length = 0;
};
consteval std::array<DecimalByte, 256> make_decimal_bytes() {
    std::array<DecimalByte, 256> all;
    for (unsigned byte = 0; byte < all.size(); ++byte) {
        auto& [characters, length] = all[byte];
        if (byte >= 100) characters[length++] = static_cast<char>('0' + byte / 100);
        if (byte >= 10) characters[length++] = static_cast<char>('0' + byte / 10 % 10);
        characters[length++] = static_cast<char>('0' + byte % 10);
        characters[length++] = '.';
    }
    return all;
}
constexpr auto kDecimalBytes = make_decimal_bytes();

// As inet_pton has it: four numbers up to 255 without leading zeros. False: something else.
bool read_v4(std::string_view text, std::array<std::uint8_t, 4>& out) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (i != 0 && (at == text.size() || text[at++] != '.')) return false;
        const std::size_t from = at;
        unsigned value = 0;
        for (; at < text.size() && at - from < 3 && text[at] >= '0' && text[at] <= '9'; ++at)
            value = value * 10 + static_cast<unsigned>(text[at] - '0');
        if (at == from || (at - from > 1 && text[from] == '0') || value > 255) return false;
        out[i] = static_cast<std::uint8_t>(value);
    }
    return at == text.size();
}

}  // namespace

bool IpAddress::is_unspecified() const {
    const std::size_t from = is_v4() ? 12 : 0;
    for (std::size_t i = from; i < bytes.size(); ++i)
        if (bytes[i] != 0) return false;
    return true;
}

std::optional<IpAddress> parse_address(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
        if (text.find(':') == std::string_view::npos) return std::nullopt;
    }
    be32 v4;
    if (std::array<std::uint8_t, 4> numbers; read_v4(text, numbers)) {
        std::memcpy(static_cast<void*>(&v4), numbers.data(), sizeof v4);
        return IpAddress::from_v4(v4);
    }
    // Host names come by here more often than addresses of the other family.
    if (text.find(':') == std::string_view::npos) return std::nullopt;
    char copy[INET6_ADDRSTRLEN];
    if (text.empty() || text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) return std::nullopt;
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    std::array<std::uint8_t, 16> v6{};
    if (::inet_pton(AF_INET6, copy, v6.data()) == 1) return IpAddress::from_v6(v6.data());
    return std::nullopt;
}

std::size_t format_address(const IpAddress& address, char* out) noexcept {
    if (!address.is_v4()) {
        ::inet_ntop(AF_INET6, address.bytes.data(), out, INET6_ADDRSTRLEN);
        return std::strlen(out);
    }
    // By hand: every message names several, and inet_ntop goes through printf.
    char* at = out;
    for (std::size_t i = 12; i < 16; ++i) {
        const DecimalByte& text = kDecimalBytes[address.bytes[i]];
        std::memcpy(at, text.characters.data(), text.characters.size());
        at += text.length;
    }
    *--at = 0;
    return static_cast<std::size_t>(at - out);
}

std::string to_string(const IpAddress& address) {
    char text[INET6_ADDRSTRLEN];
    return {text, format_address(address, text)};
}

std::optional<Endpoint> parse_endpoint(std::string_view text) noexcept {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto host = text.substr(0, colon);
    // Without brackets the colons of an IPv6 address and of the port cannot be told apart.
    if (host.find(':') != std::string_view::npos && (host.empty() || host.front() != '[')) return std::nullopt;
    const auto address = parse_address(host);
    const auto port = decimal(text.substr(colon + 1), 65535);
    if (!address || !port) return std::nullopt;
    return Endpoint{*address, be16::from_host(static_cast<std::uint16_t>(*port))};
}

std::string to_string(const Endpoint& endpoint) {
    const auto port = std::to_string(endpoint.port.host());
    if (endpoint.address.is_v4()) return to_string(endpoint.address) + ":" + port;
    return "[" + to_string(endpoint.address) + "]:" + port;
}

bool Prefix::contains(const IpAddress& a) const noexcept {
    // Shorter ones are IPv6 prefixes: ::/0 is not about IPv4.
    if (length < 96 && a.is_v4()) return false;
    const std::size_t whole = length / 8u;
    if (std::memcmp(a.bytes.data(), address.bytes.data(), whole) != 0) return false;
    const unsigned rest = length % 8u;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff00u >> rest);
    return (a.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::optional<Prefix> parse_prefix(std::string_view text) noexcept {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    const std::uint32_t width = address->is_v4() ? 32 : 128;
    std::uint32_t bits = width;
    if (slash != std::string_view::npos) {
        const auto given = decimal(text.substr(slash + 1), width);
        if (!given) return std::nullopt;
        bits = *given;
    }
    Prefix prefix{*address, static_cast<std::uint8_t>(128 - width + bits)};
    for (std::size_t bit = prefix.length; bit < 128; ++bit)
        prefix.address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
    return prefix;
}

std::string to_string(const Prefix& prefix) {
    const unsigned bits = prefix.address.is_v4() ? prefix.length - 96u : prefix.length;
    return to_string(prefix.address) + "/" + std::to_string(bits);
}

}  // namespace strowger::wire
