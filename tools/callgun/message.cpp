#include "message.hpp"

#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_via.hpp"

namespace strowger::callgun {
namespace {

using wire::HeaderId;

std::string_view view(const TokenText& text) {
    return {text.data(), text.size()};
}

std::string_view top_via(const wire::SipMessage& message) {
    std::string_view list = message.header(HeaderId::via);
    std::string_view element;
    wire::next_in_list(list, element);
    return element;
}

}  // namespace

void write_via(wire::SipWriter& out, const LocalEndpoint& from, const Token& token) {
    out.begin(HeaderId::via);
    out.append("SIP/2.0/UDP ");
    out.append(from.text.view());
    out.append(";rport;branch=z9hG4bK");
    out.append(view(to_text(token)));
    out.end();
}

void write_party(wire::SipWriter& out, HeaderId header, std::string_view user, std::string_view host,
                 const Token* tag) {
    out.begin(header);
    out.append("<sip:");
    if (!user.empty()) {
        out.append(user);
        out.append("@");
    }
    out.append(host);
    out.append(">");
    if (tag != nullptr) {
        out.append(";tag=");
        out.append(view(to_text(*tag)));
    }
    out.end();
}

void write_call_id(wire::SipWriter& out, const Token& token, const LocalEndpoint& from) {
    out.begin(HeaderId::call_id);
    out.append(view(to_text(token)));
    out.append("@");
    out.append(from.address.view());
    out.end();
}

void write_cseq(wire::SipWriter& out, std::uint32_t number, std::string_view method) {
    out.begin(HeaderId::cseq);
    out.append(number);
    out.append(" ");
    out.append(method);
    out.end();
}

void write_contact(wire::SipWriter& out, std::string_view user, const LocalEndpoint& at,
                   std::string_view parameters) {
    out.begin(HeaderId::contact);
    out.append("<sip:");
    out.append(user);
    out.append("@");
    out.append(at.text.view());
    out.append(">");
    out.append(parameters);
    out.end();
}

void write_response_head(wire::SipWriter& out, std::uint16_t status, const Received& request,
                         const Token* tag) {
    const wire::SipMessage& m = request.message;
    out.status_line(status, wire::reason_phrase(status));
    wire::copy_vias_with_source(out, m, request.source);
    m.each(HeaderId::record_route,
           [&](std::string_view value) { out.header(HeaderId::record_route, value); });
    out.header(HeaderId::from, m.header(HeaderId::from));
    out.begin(HeaderId::to);
    out.append(m.header(HeaderId::to));
    const auto to = wire::parse_name_address(m.header(HeaderId::to));
    if (tag != nullptr && to && to->tag().empty()) {
        out.append(";tag=");
        out.append(view(to_text(*tag)));
    }
    out.end();
    out.header(HeaderId::call_id, m.header(HeaderId::call_id));
    out.header(HeaderId::cseq, m.header(HeaderId::cseq));
}

wire::Endpoint response_address(const Received& request) {
    wire::Endpoint to = request.source;
    const auto via = wire::parse_via(top_via(request.message));
    if (via && !via->parameters.find("rport"))
        to.port = wire::be16::from_host(via->port == 0 ? 5060 : via->port);
    return to;
}

void respond(Line& line, std::uint16_t status, const Received& request, const Token* tag) {
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    write_response_head(out, status, request, tag);
    out.finish();
    if (out.ok()) line.send(line.endpoint(request.endpoint), response_address(request), out.text());
}

std::optional<Token> token_of_tag(std::string_view header) {
    const auto party = wire::parse_name_address(header);
    return party ? parse_token(party->tag()) : std::nullopt;
}

}  // namespace strowger::callgun
