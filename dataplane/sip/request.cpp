#include "sip/request.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

wire::be16 port_of(const ViaFacts& via) {
    return wire::be16::from_host(via.port == 0 ? std::uint16_t{5060} : via.port);
}

bool maddr_of(const ViaFacts& via, wire::IpAddress& out) {
    const auto address = via.maddr.empty() ? std::nullopt : wire::parse_address(via.maddr);
    if (address) out = *address;
    return address.has_value();
}

}  // namespace

bool read_via(std::string_view element, ViaFacts& out) noexcept {
    wire::Via via;
    if (!wire::parse_via_start(element, via)) return false;
    out = {.element = element, .host = via.host, .port = via.port};
    std::string_view rest = via.parameters.text();
    for (wire::Parameter p; wire::Parameters::next(rest, p);) {
        // The first of each counts; names of other lengths are none of ours.
        switch (p.name.size()) {
            case 5:
                if (out.rport.empty() && wire::same_token(p.name, "rport")) {
                    out.rport = p.name;
                    out.rport_value = p.value;
                } else if (out.maddr.empty() && wire::same_token(p.name, "maddr")) {
                    out.maddr = p.value;
                }
                break;
            case 6:
                if (out.branch.empty() && wire::same_token(p.name, "branch"))
                    out.branch = p.value;
                else if (out.hidden.empty() && wire::same_token(p.name, "hidden"))
                    out.hidden = p.value;
                break;
            case 8:
                if (out.received.empty() && wire::same_token(p.name, "received")) out.received = p.value;
                break;
            default:
                break;
        }
    }
    return rest.empty();  // else not all are parameters
}

bool read_facts(const wire::SipMessage& message, Facts& out) noexcept {
    std::string_view vias = message.header(HeaderId::via);
    std::string_view element;
    if (!wire::next_in_list(vias, element) || !read_via(element, out.via)) return false;
    const auto from = wire::parse_name_address(message.header(HeaderId::from));
    const auto to = wire::parse_name_address(message.header(HeaderId::to));
    if (!from || !to) return false;
    out.from_tag = from->tag();
    out.to_tag = to->tag();
    out.call_id = message.header(HeaderId::call_id);
    out.cseq = message.view().cseq;
    return true;
}

bool answer_address(const ViaFacts& via, wire::Endpoint& out) noexcept {
    out.port = port_of(via);
    if (maddr_of(via, out.address)) return true;
    const auto address = wire::parse_address(via.received.empty() ? via.host : via.received);
    if (!address) return false;
    out.address = *address;
    if (via.rport_value.empty()) return true;
    const auto port = wire::parse_number(via.rport_value);
    if (!port || *port == 0 || *port > 65535) return false;
    out.port = wire::be16::from_host(static_cast<std::uint16_t>(*port));
    return true;
}

wire::Endpoint answer_address(const ViaFacts& via, const wire::Endpoint& source) noexcept {
    wire::Endpoint out{source.address, port_of(via)};
    if (maddr_of(via, out.address)) return out;
    if (!via.rport.empty()) out.port = source.port;
    return out;
}

}  // namespace strowger::sip
