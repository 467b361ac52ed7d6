#include "ranges.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace strowger::callgun {
namespace {

template <typename T>
bool number(std::string_view text, T& out, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return error == std::errc{} && end == text.data() + text.size();
}

std::uint32_t low_word(const wire::IpAddress& a) {
    std::uint32_t word = 0;
    for (std::size_t i = 12; i < 16; ++i) word = word << 8 | a.bytes[i];
    return word;
}

wire::IpAddress with_low_word(wire::IpAddress a, std::uint32_t word) {
    for (std::size_t i = 16; i-- > 12; word >>= 8) a.bytes[i] = static_cast<std::uint8_t>(word);
    return a;
}

// "10.10.0.100" and "199", or both in full.
bool last_of(std::string_view first_text, const wire::IpAddress& first, std::string_view text,
             wire::IpAddress& last) {
    if (const auto whole = wire::parse_address(text)) {
        last = *whole;
        return true;
    }
    const auto cut = first_text.rfind(first.is_v4() ? '.' : ':');
    if (cut == std::string_view::npos) return false;
    const auto joined = std::string(first_text.substr(0, cut + 1)) + std::string(text);
    const auto address = wire::parse_address(joined);
    if (address) last = *address;
    return address.has_value();
}

}  // namespace

bool parse_addresses(std::string_view text, std::vector<wire::IpAddress>& out, std::string& error) {
    out.clear();
    const std::string all(text);
    while (!text.empty()) {
        const auto comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        const auto dash = part.find('-');
        const std::string_view first_text = part.substr(0, dash);
        const auto first = wire::parse_address(first_text);
        wire::IpAddress last = first.value_or(wire::IpAddress{});
        if (!first ||
            (dash != std::string_view::npos && !last_of(first_text, *first, part.substr(dash + 1), last)) ||
            std::memcmp(first->bytes.data(), last.bytes.data(), 12) != 0 ||
            low_word(last) < low_word(*first)) {
            error = "'" + std::string(part) +
                    "' is no range of addresses; write 10.10.0.100-199, 10.10.0.100-10.10.1.20 or "
                    "fd10:a::100-1ff";
            return false;
        }
        const std::uint32_t from = low_word(*first);
        const std::size_t count = std::size_t{low_word(last)} - from + 1;
        if (out.size() + count > kMaxAddresses) {
            error = "'" + all + "' holds more than " + std::to_string(kMaxAddresses) + " addresses";
            return false;
        }
        for (std::size_t i = 0; i < count; ++i)
            out.push_back(with_low_word(*first, static_cast<std::uint32_t>(from + i)));
    }
    if (!out.empty()) return true;
    error = "there is no address in it";
    return false;
}

bool parse_ports(std::string_view text, PortRange& out, std::string& error) {
    const auto dash = text.find('-');
    if (number(text.substr(0, dash), out.low)) {
        out.high = out.low;
        if (dash == std::string_view::npos || number(text.substr(dash + 1), out.high))
            if (out.low != 0 && out.high >= out.low) return true;
    }
    error = "'" + std::string(text) + "' is no range of ports; write 5060 or 5060-5069, from 1 to 65535";
    return false;
}

bool Names::parse(std::string_view text, Names& out, std::string& error) {
    const auto cut = [](std::string_view name, std::string_view& prefix, std::string_view& digits) {
        std::size_t at = name.size();
        while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9' && name.size() - at < 18) --at;
        prefix = name.substr(0, at);
        digits = name.substr(at);
    };
    out = {};
    const auto legal = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("+.-_").find(c) != std::string_view::npos;
    };
    const auto dash = text.find('-');
    const std::string_view first = text.substr(0, dash);
    const std::string_view last = dash == std::string_view::npos ? first : text.substr(dash + 1);
    std::string_view prefix;
    std::string_view other_prefix;
    std::string_view low;
    std::string_view high;
    cut(first, prefix, low);
    cut(last, other_prefix, high);
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    const bool counted = !low.empty() && number(low, from) && number(high, to);
    const bool good =
        !text.empty() && std::all_of(text.begin(), text.end(), legal) && prefix == other_prefix &&
        (dash == std::string_view::npos || (counted && to >= from && low.size() <= high.size())) &&
        last.size() < kMaxLength;
    if (!good) {
        error = "'" + std::string(text) +
                "' is no range of names; write 1001-1099, +49301000-+49301999, u0001-u5000, or one name of "
                "letters, "
                "digits and +._";
        return false;
    }
    out.prefix_ = counted ? prefix : first;
    out.first_ = from;
    out.count_ = counted ? to - from + 1 : 1;
    out.digits_ = low.size();
    return true;
}

std::string_view Names::write(std::uint64_t index, char (&out)[kMaxLength]) const noexcept {
    std::memcpy(out, prefix_.data(), prefix_.size());
    char* at = out + prefix_.size();
    if (digits_ != 0) {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, first_ + index).ptr;
        const auto length = static_cast<std::size_t>(end - digits);
        for (std::size_t i = length; i < digits_; ++i) *at++ = '0';
        std::memcpy(at, digits, length);
        at += length;
    }
    return {out, static_cast<std::size_t>(at - out)};
}

}  // namespace strowger::callgun
