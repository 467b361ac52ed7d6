// Any text as a URI, an address, a Via, a list: parts lie inside the text, and a URI is the sum of its parts.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace {

using namespace strowger::wire;

void check(bool holds) {
    if (!holds) std::abort();
}

std::string joined(const SipUri& uri) {
    std::string out(uri.scheme);
    out += ':';
    if (!uri.is_sip()) return out.append(uri.opaque);
    out += uri.user;
    if (uri.password.data() != nullptr) out.append(":").append(uri.password);
    if (uri.user.data() != nullptr) out += '@';
    out += uri.host;
    if (uri.port != 0) out += ":" + std::to_string(uri.port);
    out += uri.parameters.text();
    if (!uri.headers.empty()) out.append("?").append(uri.headers);
    return out;
}

void check_uri(std::string_view text) {
    const auto uri = parse_uri(text);
    if (!uri) return;
    std::string expected(text);
    if (uri->is_sip() && uri->port != 0) {
        // Leading zeros of a port are not kept.
        const auto port = static_cast<std::size_t>(uri->host.data() + uri->host.size() + 1 - text.data());
        while (expected[port] == '0') expected.erase(port, 1);
    }
    check(joined(*uri) == expected);
    if (!uri->is_sip()) return;
    check(!uri->host.empty());
    std::string plain(uri->user.size(), '\0');
    if (const auto length = unescape(uri->user, plain.data())) {
        check(*length <= uri->user.size());
        check(plain.substr(0, *length).find('\0') == std::string::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Exactly as many bytes as the text has: an over-read is a fault here.
    const auto bytes = std::make_unique<char[]>(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(data[i]);
    const std::string_view text(bytes.get(), size);
    const auto within = [&](std::string_view part) {
        check(part.empty() ||
              (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size()));
    };

    check_uri(text);
    if (const auto address = parse_name_address(text); address && !address->star) {
        within(address->display);
        within(address->uri);
        check(!address->uri.empty());
        within(address->parameters.text());
        check(address->parameters.valid());
        check_uri(address->uri);
    }
    if (const auto via = parse_via(text)) {
        within(via->transport);
        within(via->host);
        within(via->branch());
        check(!via->transport.empty() && !via->host.empty());
    }
    auto rest = text;
    std::string_view element;
    for (std::size_t n = 0; next_in_list(rest, element); ++n) {
        check(n <= size);
        within(element);
    }
    Parameter parameter;
    for (rest = text; Parameters::next(rest, parameter);) {
        within(parameter.name);
        within(parameter.value);
        check(!parameter.name.empty());
    }
    (void)parse_cseq(text);
    (void)header_of(text);
    if (const auto number = parse_number(text)) check(size > 0);
    if (const auto address = parse_address(text)) check(parse_address(to_string(*address)) == address);
    if (const auto endpoint = parse_endpoint(text)) check(parse_endpoint(to_string(*endpoint)) == endpoint);
    if (const auto prefix = parse_prefix(text)) check(parse_prefix(to_string(*prefix)) == prefix);
    return 0;
}
