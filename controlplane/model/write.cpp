// Value to text.
#include <fmt/format.h>

#include <algorithm>

#include "model/values.hpp"

namespace strowger::model {

namespace {

std::string_view scheme(net::TransportKind kind) {
    switch (kind) {
        case net::TransportKind::udp:
            return "udp";
        case net::TransportKind::tcp:
            return "tcp";
        case net::TransportKind::tls:
            return "tls";
        case net::TransportKind::ws:
            return "ws";
        case net::TransportKind::wss:
            return "wss";
    }
    return "udp";
}

}  // namespace

std::string write(bool value) {
    return value ? "true" : "false";
}
std::string write(std::uint16_t value) {
    return fmt::format_int(value).str();
}
std::string write(std::uint32_t value) {
    return fmt::format_int(value).str();
}

std::string write(Duration value) {
    const std::int64_t ms = value.count();
    if (ms == 0) return "0s";
    if (ms % 86'400'000 == 0) return fmt::format("{}d", ms / 86'400'000);
    if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
    if (ms % 60'000 == 0) return fmt::format("{}m", ms / 60'000);
    if (ms % 1'000 == 0) return fmt::format("{}s", ms / 1'000);
    return fmt::format("{}ms", ms);
}

std::string write(Decimal value) {
    const std::uint32_t places = value.hundredths % 100;
    auto out = fmt::format("{}", value.hundredths / 100);
    if (places != 0) out += fmt::format(".{:02}", places);
    if (out.ends_with('0') && places != 0) out.pop_back();
    return out;
}

std::string write(const std::string& value) {
    return value;
}
std::string write(const Secret& value) {
    return value.value;
}
std::string write(const wire::IpAddress& value) {
    return wire::to_string(value);
}
std::string write(const wire::Endpoint& value) {
    return wire::to_string(value);
}

std::string write(const wire::Prefix& value) {
    return value.length == 128 ? wire::to_string(value.address) : wire::to_string(value);
}

std::string write(const PortRange& value) {
    return fmt::format("{}-{}", value.first, value.last);
}

std::string write(const UserRange& value) {
    if (value.empty()) return {};
    return fmt::format("{:0{}}-{:0{}}", value.first, static_cast<int>(value.digits), value.last,
                       static_cast<int>(value.digits));
}

std::string write(const Listener& value) {
    return fmt::format("{}:{}", scheme(value.transport), wire::to_string(value.local));
}

std::string write(const Target& value) {
    std::string text;
    if (value.name.empty()) {
        text = wire::to_string(value.remote);
        if (value.transport != net::TransportKind::udp)
            text = fmt::format("{}:{}", scheme(value.transport), text);
    } else {
        text = value.name;
        if (value.remote.port.host() != 0) text += fmt::format(":{}", value.remote.port.host());
        if (value.transport_given) text += fmt::format(";transport={}", scheme(value.transport));
    }
    if (value.weight != 1) text += fmt::format(";weight={}", value.weight);
    return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace strowger::model
