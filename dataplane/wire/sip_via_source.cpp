#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_via.hpp"

namespace strowger::wire {

void append_via_with_source(SipWriter& out, std::string_view element, const Endpoint& source) noexcept {
    const auto via = parse_via(element);
    const std::string_view parameters = via ? via->parameters.text() : std::string_view{};
    if (parameters.empty() || parameters.data() < element.data()) {
        out.append(element);
    } else {
        out.append(element.substr(0, static_cast<std::size_t>(parameters.data() - element.data())));
    }
    bool wants_port = false;
    std::string_view rest = parameters;
    for (Parameter p; Parameters::next(rest, p);) {
        if (same_token(p.name, "rport")) wants_port = true;
        if (same_token(p.name, "rport") || same_token(p.name, "received")) continue;
        out.append(";");
        out.append(p.name);
        if (!p.has_value) continue;
        out.append("=");
        out.append(p.value);
    }
    char address[48];
    out.append(";received=");
    out.append({address, format_address(source.address, address)});
    if (!wants_port) return;
    out.append(";rport=");
    out.append(static_cast<std::uint32_t>(source.port.host()));
}

void copy_vias_with_source(SipWriter& out, const SipMessage& request, const Endpoint& source) noexcept {
    bool first = true;
    request.each(HeaderId::via, [&](std::string_view value) {
        out.begin(HeaderId::via);
        std::string_view rest = value;
        std::string_view element;
        if (first && next_in_list(rest, element)) {
            append_via_with_source(out, element, source);
            out.append(
                value.substr(static_cast<std::size_t>(element.data() + element.size() - value.data())));
        } else {
            out.append(value);
        }
        first = false;
        out.end();
    });
}

}  // namespace strowger::wire
