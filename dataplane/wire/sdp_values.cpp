#include <charconv>
#include <limits>

#include "strowger/wire/sdp.hpp"

namespace strowger::wire {
namespace {

std::string_view take(std::string_view& rest, char separator = ' ') {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto end = rest.find(separator);
    const auto field = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

template <typename T>
bool number(std::string_view text, T& out, std::uint64_t max = std::numeric_limits<T>::max()) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max) return false;
    out = static_cast<T>(value);
    return true;
}

}  // namespace

std::optional<Rtpmap> parse_rtpmap(std::string_view value) noexcept {
    Rtpmap map;
    if (!number(take(value), map.payload_type, 127)) return std::nullopt;
    auto encoding = trimmed(value);
    map.name = take(encoding, '/');
    if (map.name.empty() || !number(take(encoding, '/'), map.clock) || map.clock == 0) return std::nullopt;
    if (!encoding.empty() && (!number(encoding, map.channels) || map.channels == 0)) return std::nullopt;
    return map;
}

std::optional<Rtpmap> static_payload(std::uint8_t payload_type) noexcept {
    // RFC 3551 tables 4 and 5. G722's RTP clock is 8000 although it samples at 16000 (4.5.2).
    static constexpr Rtpmap kStatic[] = {
        {0, "PCMU", 8000, 1},   {3, "GSM", 8000, 1},    {4, "G723", 8000, 1},   {5, "DVI4", 8000, 1},
        {6, "DVI4", 16000, 1},  {7, "LPC", 8000, 1},    {8, "PCMA", 8000, 1},   {9, "G722", 8000, 1},
        {10, "L16", 44100, 2},  {11, "L16", 44100, 1},  {12, "QCELP", 8000, 1}, {13, "CN", 8000, 1},
        {14, "MPA", 90000, 1},  {15, "G728", 8000, 1},  {16, "DVI4", 11025, 1}, {17, "DVI4", 22050, 1},
        {18, "G729", 8000, 1},  {25, "CelB", 90000, 1}, {26, "JPEG", 90000, 1}, {28, "nv", 90000, 1},
        {31, "H261", 90000, 1}, {32, "MPV", 90000, 1},  {33, "MP2T", 90000, 1}, {34, "H263", 90000, 1},
    };
    for (const auto& row : kStatic)
        if (row.payload_type == payload_type) return row;
    return std::nullopt;
}

std::optional<FormatValue> parse_format_value(std::string_view value) noexcept {
    FormatValue out;
    out.format = take(value);
    out.parameters = trimmed(value);
    if (out.format.empty()) return std::nullopt;
    return out;
}

std::optional<RtcpValue> parse_rtcp(std::string_view value) noexcept {
    RtcpValue out;
    if (!number(take(value), out.port)) return std::nullopt;
    if (trimmed(value).empty()) return out;
    take(value);
    take(value);
    out.address = take(value);
    if (out.address.empty()) return std::nullopt;
    return out;
}

std::optional<Candidate> parse_candidate(std::string_view value) noexcept {
    Candidate c;
    c.foundation = take(value);
    if (c.foundation.empty() || !number(take(value), c.component, 256) || c.component == 0)
        return std::nullopt;
    c.transport = take(value);
    if (!number(take(value), c.priority)) return std::nullopt;
    c.address = take(value);
    if (c.address.empty() || !number(take(value), c.port)) return std::nullopt;
    if (take(value) != "typ") return std::nullopt;
    c.type = take(value);
    if (c.type.empty()) return std::nullopt;
    while (!trimmed(value).empty()) {
        const auto name = take(value);
        const auto field = take(value);
        if (name == "raddr") c.related_address = field;
        if (name == "rport" && !number(field, c.related_port)) return std::nullopt;
    }
    return c;
}

std::optional<CryptoValue> parse_crypto(std::string_view value) noexcept {
    CryptoValue out;
    if (!number(take(value), out.tag, 999'999'999)) return std::nullopt;
    out.suite = take(value);
    out.parameters = trimmed(value);
    if (out.suite.empty() || out.parameters.empty()) return std::nullopt;
    return out;
}

}  // namespace strowger::wire
