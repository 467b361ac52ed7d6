#include "dialog/write.hpp"

#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_via.hpp"

namespace strowger::dialog {
namespace {

using wire::HeaderId;

struct AddressText {
    char text[48];
    std::size_t length;
    // As SIP writes it: IPv6 in brackets.
    explicit AddressText(const wire::IpAddress& address) {
        if (address.is_v4()) {
            length = wire::format_address(address, text);
            return;
        }
        text[0] = '[';
        length = 1 + wire::format_address(address, text + 1);
        text[length++] = ']';
    }
    [[nodiscard]] std::string_view view() const { return {text, length}; }
};

void write_via(wire::SipWriter& w, const net::Flow& flow, std::string_view branch) {
    w.begin(HeaderId::via);
    w.append("SIP/2.0/");
    w.append(net::via_name(flow.transport));
    w.append(" ");
    w.append(AddressText(flow.local.address).view());
    w.append(":");
    w.append(std::uint32_t{flow.local.port.host()});
    w.append(";rport;branch=");
    w.append(branch);
    w.end();
}

bool is_loose(std::string_view route) {
    const auto address = wire::parse_name_address(route);
    if (!address) return true;
    const auto uri = wire::parse_uri(address->uri);
    return !uri || uri->parameters.find("lr").has_value();
}

std::string_view uri_of(std::string_view route) {
    const auto address = wire::parse_name_address(route);
    return address ? address->uri : route;
}

void write_routes(wire::SipWriter& w, const Dialog& dialog, bool strict) {
    for (std::size_t i = strict ? 1 : 0; i < dialog.route_set.size(); ++i)
        w.header(HeaderId::route, dialog.route_set[i]);
    if (!strict) return;
    w.begin(HeaderId::route);
    w.append("<");
    w.append(dialog.remote_target);
    w.append(">");
    w.end();
}

void write_tagged(wire::SipWriter& w, HeaderId id, std::string_view value, std::string_view tag) {
    w.begin(id);
    w.append(value);
    if (!tag.empty()) {
        w.append(";tag=");
        w.append(tag);
    }
    w.end();
}

}  // namespace

void write_request(wire::SipWriter& w, const Dialog& dialog, const net::Flow& flow, std::string_view method,
                   std::uint32_t cseq, std::string_view branch, std::uint32_t max_forwards,
                   std::string_view remote_tag) {
    const bool strict = !dialog.route_set.empty() && !is_loose(dialog.route_set.front());
    w.request_line(method,
                   strict ? uri_of(dialog.route_set.front()) : std::string_view(dialog.remote_target));
    write_via(w, flow, branch);
    w.header(HeaderId::max_forwards, max_forwards);
    write_routes(w, dialog, strict);
    write_tagged(w, HeaderId::from, dialog.local, dialog.local_tag);
    write_tagged(w, HeaderId::to, dialog.remote, remote_tag);
    w.header(HeaderId::call_id, dialog.call_id);
    w.begin(HeaderId::cseq);
    w.append(cseq);
    w.append(" ");
    w.append(method);
    w.end();
}

void write_response(wire::SipWriter& w, const message::Incoming& request, std::uint16_t status,
                    std::string_view reason, std::string_view local_tag, bool dialog_creating) {
    const auto& sip = request.sip();
    w.status_line(status, reason.empty() ? wire::reason_phrase(status) : reason);
    wire::copy_vias_with_source(w, sip, request.flow().remote);
    if (dialog_creating)
        sip.each(HeaderId::record_route,
                 [&](std::string_view value) { w.header(HeaderId::record_route, value); });
    w.header(HeaderId::from, sip.header(HeaderId::from));
    const auto to = sip.header(HeaderId::to);
    const auto parsed = wire::parse_name_address(to);
    const bool tagged = parsed && !parsed->tag().empty();
    write_tagged(w, HeaderId::to, to, tagged ? std::string_view{} : local_tag);
    w.header(HeaderId::call_id, sip.header(HeaderId::call_id));
    w.header(HeaderId::cseq, sip.header(HeaderId::cseq));
}

std::string host_of(const wire::Endpoint& endpoint) {
    std::string out(AddressText(endpoint.address).view());
    if (endpoint.port.host() != 5060) {
        out += ':';
        out += std::to_string(endpoint.port.host());
    }
    return out;
}

std::string contact_of(const net::Flow& flow, std::string_view user) {
    std::string out = "<sip:";
    if (!user.empty()) {
        out += user;
        out += '@';
    }
    out += AddressText(flow.local.address).view();
    out += ':';
    out += std::to_string(flow.local.port.host());
    switch (flow.transport) {
        case net::TransportKind::udp:
            break;
        case net::TransportKind::tcp:
            out += ";transport=tcp";
            break;
        case net::TransportKind::tls:
            out += ";transport=tls";
            break;
        case net::TransportKind::ws:
        case net::TransportKind::wss:
            out += ";transport=ws";
            break;
    }
    out += '>';
    return out;
}

}  // namespace strowger::dialog
