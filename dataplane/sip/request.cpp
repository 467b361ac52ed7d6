#include "sip/request.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

wire::be16 port_of(const wire::Via& via) {
    return wire::be16::from_host(via.port == 0 ? std::uint16_t{5060} : via.port);
}

bool maddr_of(const wire::Via& via, wire::IpAddress& out) {
    const auto text = via.parameters.find("maddr");
    const auto address = text ? wire::parse_address(*text) : std::nullopt;
    if (address) out = *address;
    return address.has_value();
}

}  // namespace

std::string_view tag_of(std::string_view value) noexcept {
    const auto address = wire::parse_name_address(value);
    return address ? address->tag() : std::string_view{};
}

bool read_facts(const wire::SipMessage& message, Facts& out) noexcept {
    std::string_view vias = message.header(HeaderId::via);
    if (!wire::next_in_list(vias, out.via_element)) return false;
    const auto via = wire::parse_via(out.via_element);
    const auto from = wire::parse_name_address(message.header(HeaderId::from));
    const auto to = wire::parse_name_address(message.header(HeaderId::to));
    const auto cseq = wire::parse_cseq(message.header(HeaderId::cseq));
    if (!via || !from || !to || !cseq) return false;
    out.via = *via;
    out.from_tag = from->tag();
    out.to_tag = to->tag();
    out.call_id = message.header(HeaderId::call_id);
    out.cseq = cseq->number;
    return true;
}

bool answer_address(const wire::Via& via, wire::Endpoint& out) noexcept {
    out.port = port_of(via);
    if (maddr_of(via, out.address)) return true;
    const auto received = via.parameters.find("received");
    const auto address = wire::parse_address(received ? *received : via.host);
    if (!address) return false;
    out.address = *address;
    const auto rport = via.parameters.find("rport");
    if (!rport || rport->empty()) return true;
    const auto port = wire::parse_number(*rport);
    if (!port || *port == 0 || *port > 65535) return false;
    out.port = wire::be16::from_host(static_cast<std::uint16_t>(*port));
    return true;
}

wire::Endpoint answer_address(const wire::Via& via, const wire::Endpoint& source) noexcept {
    wire::Endpoint out{source.address, port_of(via)};
    if (maddr_of(via, out.address)) return out;
    if (via.parameters.find("rport")) out.port = source.port;
    return out;
}

}  // namespace strowger::sip
