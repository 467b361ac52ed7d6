// Text to value.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/suggest.hpp"
#include "model/text_forms.hpp"
#include "model/values.hpp"

namespace strowger::model {

namespace {

// Whole text as a decimal number without sign.
std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

template <typename T>
Complaint read_number(std::string_view text, const Bounds& bounds, T& out) {
    const std::int64_t low = bounds.numeric ? bounds.min : 0;
    const std::int64_t high = std::min<std::int64_t>(
        bounds.numeric ? bounds.max : std::numeric_limits<T>::max(), std::numeric_limits<T>::max());
    const auto value = number(text);
    const bool inside = value && *value >= static_cast<std::uint64_t>(low) &&
                        *value <= static_cast<std::uint64_t>(high) &&
                        (!bounds.only_ends || *value == static_cast<std::uint64_t>(low) ||
                         *value == static_cast<std::uint64_t>(high));
    if (!inside)
        return bounds.only_ends ? fmt::format("must be {} or {}", low, high)
                                : fmt::format("must be a whole number from {} to {}", low, high);
    out = static_cast<T>(*value);
    return {};
}

struct DurationUnit {
    std::string_view suffix;
    std::int64_t ms;
};
constexpr std::array<DurationUnit, 5> kUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

std::optional<Duration> duration(std::string_view text) {
    if (text == "0") return Duration(0);
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos || digits == 0 || digits > 12) return std::nullopt;
    const auto value = number(text.substr(0, digits));
    for (const DurationUnit& unit : kUnits)
        if (text.substr(digits) == unit.suffix) return Duration(static_cast<std::int64_t>(*value) * unit.ms);
    return std::nullopt;
}

struct Transport {
    std::string_view name;
    net::TransportKind kind;
};
constexpr std::array<Transport, 5> kTransports{{{"udp", net::TransportKind::udp},
                                                {"tcp", net::TransportKind::tcp},
                                                {"tls", net::TransportKind::tls},
                                                {"ws", net::TransportKind::ws},
                                                {"wss", net::TransportKind::wss}}};

// Takes "udp:" off the front. Without one the transport stays as it is.
std::string_view take_transport(std::string_view text, net::TransportKind& kind) {
    for (const Transport& transport : kTransports)
        if (text.size() > transport.name.size() && text.starts_with(transport.name) &&
            text[transport.name.size()] == ':') {
            kind = transport.kind;
            return text.substr(transport.name.size() + 1);
        }
    return text;
}

}  // namespace

Complaint one_of(std::string_view text, const std::string_view* names, std::size_t count) {
    const std::vector<std::string_view> all(names, names + count);
    return fmt::format("{}must be one of {}", did_you_mean(text, all), fmt::join(all, ", "));
}

Complaint read(std::string_view text, const Bounds&, bool& out) {
    if (text == "true" || text == "yes" || text == "on") return out = true, Complaint();
    if (text == "false" || text == "no" || text == "off") return out = false, Complaint();
    return "must be true or false";
}

Complaint read(std::string_view text, const Bounds& bounds, std::uint16_t& out) {
    return read_number(text, bounds, out);
}
Complaint read(std::string_view text, const Bounds& bounds, std::uint32_t& out) {
    return read_number(text, bounds, out);
}

Complaint read(std::string_view text, const Bounds& bounds, Duration& out) {
    const auto value = duration(text);
    if (!value || (bounds.numeric && (value->count() < bounds.min || value->count() > bounds.max)))
        return bounds.numeric ? fmt::format("must be a time from {} to {}, with its unit: ms, s, m, h or d",
                                            write(Duration(bounds.min)), write(Duration(bounds.max)))
                              : "must be a time with its unit: ms, s, m, h or d";
    out = *value;
    return {};
}

Complaint read(std::string_view text, const Bounds& bounds, Decimal& out) {
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view places = text.substr(std::min(point + 1, text.size()));
    const auto whole = number(text.substr(0, point));
    const auto part = places.empty() ? std::optional<std::uint64_t>(0) : number(places);
    const bool formed = whole && *whole <= 1'000'000 && part && places.size() <= 2 &&
                        (point == text.size() || !places.empty());
    const std::int64_t value =
        formed ? static_cast<std::int64_t>(*whole * 100 + *part * (places.size() == 1 ? 10 : 1)) : -1;
    if (value < bounds.min || value > bounds.max || value < 0)
        return fmt::format("must be a number from {} to {} with at most two places, such as 3.6",
                           write(Decimal{static_cast<std::uint32_t>(bounds.min)}),
                           write(Decimal{static_cast<std::uint32_t>(bounds.max)}));
    out.hundredths = static_cast<std::uint32_t>(value);
    return {};
}

Complaint read(std::string_view text, const Bounds& bounds, std::string& out) {
    if (auto complaint = check_text(text, bounds); !complaint.empty()) return complaint;
    out = text;
    return {};
}

Complaint read(std::string_view text, const Bounds& bounds, Secret& out) {
    return read(text, bounds, out.value);
}

Complaint read(std::string_view text, const Bounds&, wire::IpAddress& out) {
    const auto address = wire::parse_address(text);
    if (!address) return "must be an IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1";
    out = *address;
    return {};
}

Complaint read(std::string_view text, const Bounds&, wire::Endpoint& out) {
    const auto endpoint = wire::parse_endpoint(text);
    if (!endpoint || endpoint->port.host() == 0)
        return "must be an address and a port, such as 192.0.2.1:8080 or [2001:db8::1]:8080";
    out = *endpoint;
    return {};
}

Complaint read(std::string_view text, const Bounds&, wire::Prefix& out) {
    if (const auto prefix = wire::parse_prefix(text)) {
        out = *prefix;
        return {};
    }
    if (const auto address = wire::parse_address(text)) {
        out = {.address = *address, .length = 128};
        return {};
    }
    return "must be a prefix or an address, such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1";
}

Complaint read(std::string_view text, const Bounds& bounds, PortRange& out) {
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
        const auto first = number(text.substr(0, dash));
        const auto last = number(text.substr(dash + 1));
        if (first && last && *first % 2 == 0 && *last % 2 == 1 && *first < *last &&
            *first >= static_cast<std::uint64_t>(bounds.min) &&
            *last <= static_cast<std::uint64_t>(bounds.max)) {
            out = {static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
            return {};
        }
    }
    return fmt::format("must be a range within {} to {} from an even port to an odd one, such as 16384-32767",
                       bounds.min, bounds.max);
}

Complaint read(std::string_view text, const Bounds&, UserRange& out) {
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos && dash <= 15 && text.size() == 2 * dash + 1) {
        const auto first = number(text.substr(0, dash));
        const auto last = number(text.substr(dash + 1));
        if (first && last && *first <= *last) {
            out = {.first = *first, .last = *last, .digits = static_cast<std::uint8_t>(dash)};
            return {};
        }
    }
    return "must be two numbers of the same length, the lower first, such as 1001-1099";
}

Complaint read(std::string_view text, const Bounds&, Listener& out) {
    const std::string_view rest = take_transport(text, out.transport);
    const auto endpoint = wire::parse_endpoint(rest);
    if (!endpoint || endpoint->port.host() == 0 || rest.size() == text.size())
        return "must be transport:address:port, such as udp:192.0.2.1:5060 or udp:[2001:db8::1]:5060";
    out.local = *endpoint;
    return {};
}

Complaint read(std::string_view text, const Bounds&, Target& out) {
    constexpr std::string_view kForm =
        "must be an address or a host name with an optional port, transport and weight, such as 192.0.2.10, "
        "192.0.2.10:5060;weight=2, udp:[2001:db8::10]:5060 or sip.carrier.example;transport=udp";
    Target value;
    std::string_view rest = take_transport(text, value.transport);
    value.transport_given = rest.size() != text.size();
    std::string_view parameters;
    if (const std::size_t semicolon = rest.find(';'); semicolon != std::string_view::npos) {
        parameters = rest.substr(semicolon + 1);
        rest = rest.substr(0, semicolon);
        if (parameters.empty()) return std::string(kForm);
    }
    while (!parameters.empty()) {
        constexpr std::string_view kWeight = "weight=";
        constexpr std::string_view kTransport = "transport=";
        const std::string_view parameter = parameters.substr(0, parameters.find(';'));
        parameters.remove_prefix(std::min(parameter.size() + 1, parameters.size()));
        if (parameter.starts_with(kTransport)) {
            const std::string given = std::string(parameter.substr(kTransport.size())) + ":x";
            if (take_transport(given, value.transport).size() == given.size())
                return fmt::format("{}; a transport is udp, tcp, tls, ws or wss", kForm);
            value.transport_given = true;
            continue;
        }
        const auto weight =
            parameter.starts_with(kWeight) ? number(parameter.substr(kWeight.size())) : std::nullopt;
        if (!weight || *weight > 1000) return fmt::format("{}; a weight is from 0 to 1000", kForm);
        value.weight = static_cast<std::uint16_t>(*weight);
    }
    if (const auto endpoint = wire::parse_endpoint(rest); endpoint && endpoint->port.host() != 0) {
        value.remote = *endpoint;
    } else if (const auto address = wire::parse_address(rest)) {
        value.remote = {.address = *address, .port = wire::be16::from_host(5060)};
    } else {
        const std::size_t colon = rest.find(':');
        const auto port = colon == std::string_view::npos ? std::optional<std::uint64_t>(0)
                                                          : number(rest.substr(colon + 1));
        const std::string_view host = rest.substr(0, colon);
        const bool letters =
            std::ranges::any_of(host, [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
        if (!port || *port > 65535 || (colon != std::string_view::npos && *port == 0) || host.empty() ||
            !letters || !check_text(host, bounds::domain()).empty())
            return std::string(kForm);
        for (const char c : host) value.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        value.remote.port = wire::be16::from_host(static_cast<std::uint16_t>(*port));
    }
    if (value.name.empty()) value.transport_given = false;
    out = std::move(value);
    return {};
}

Complaint read_numbers(std::string_view text, const Bounds& bounds, Numbers& out) {
    while (true) {
        const std::size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        const std::size_t dash = part.find('-');
        std::uint16_t first = 0;
        std::uint16_t last = 0;
        auto complaint = read(part.substr(0, dash), bounds, first);
        if (complaint.empty())
            complaint = dash == std::string_view::npos ? (last = first, Complaint())
                                                       : read(part.substr(dash + 1), bounds, last);
        if (!complaint.empty() || first > last || out.size() + (last - first) >= bounds.max_entries)
            return fmt::format(
                "must be numbers and ranges such as 2-5,8, each from {} to {}, at most {} in all", bounds.min,
                bounds.max, bounds.max_entries);
        for (unsigned n = first; n <= last; ++n) out.push_back(static_cast<std::uint16_t>(n));
        if (comma == std::string_view::npos) return {};
        text = text.substr(comma + 1);
    }
}

}  // namespace strowger::model
