#include "registrar/register_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "registrar/binding.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

namespace {

constexpr std::uint32_t kMalformedExpires = 3600;  // RFC 3261 20.19, and the hour of 10.3 item 7
constexpr std::size_t kMaxContactText = 2048;  // octets of URI and parameters; bounds what a binding costs
constexpr std::size_t kMaxPath = 2048;
constexpr std::size_t kMaxCallId = 512;
constexpr std::size_t kMaxUserAgent = 128;  // what is longer is cut
constexpr std::size_t kMaxContacts = 128;   // in one request

std::uint32_t hash_text(std::string_view text) {  // FNV-1a: only tells repetitions apart, nothing to attack
    std::uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

bool lists(const wire::SipMessage& sip, wire::HeaderId id, std::string_view option) {
    bool found = false;
    sip.each(id, [&](std::string_view value) {
        std::string_view element;
        while (wire::next_in_list(value, element)) found = found || wire::same_token(element, option);
    });
    return found;
}

// qvalue (25.1) in thousandths.
std::optional<std::uint16_t> parse_q(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    std::uint16_t q = text[0] == '1' ? 1000 : 0;
    if (text.size() == 1) return q;
    if (text[1] != '.' || text.size() > 5) return std::nullopt;
    std::uint16_t weight = 100;
    for (const char c : text.substr(2)) {
        if (c < '0' || c > '9' || (text[0] == '1' && c != '0')) return std::nullopt;
        q = static_cast<std::uint16_t>(q + (c - '0') * weight);
        weight = static_cast<std::uint16_t>(weight / 10);
    }
    return q;
}

Refusal bad(std::string_view reason) {
    return {400, reason, {}};
}

// 10.3 item 7: what was asked for, within what the tenant allows.
Refusal grant(std::uint32_t asked, const ExpiryLimits& limits, std::uint32_t& granted) {
    if (asked != 0 && asked < limits.min && asked < 3600)
        return {423, "Interval Too Brief", fmt::format("Min-Expires: {}\r\n", limits.min)};
    granted = std::min(asked, limits.max);
    return {};
}

Refusal read_contact(const wire::NameAddress& address, std::optional<std::uint32_t> header_expires,
                     const ExpiryLimits& limits, ContactRequest& out) {
    if (!wire::parse_uri(address.uri)) return bad("Contact is not a URI");
    out.uri = address.uri;
    std::uint32_t asked = header_expires.value_or(limits.standard);
    std::string_view rest = address.parameters.text();
    wire::Parameter parameter;
    while (wire::Parameters::next(rest, parameter)) {
        if (wire::same_token(parameter.name, "expires")) {
            asked = wire::parse_number(parameter.value).value_or(kMalformedExpires);
        } else if (wire::same_token(parameter.name, "q")) {
            const auto q = parse_q(parameter.value);
            if (!q) return bad("Contact q is not between 0 and 1");
            out.q = *q;
        } else {
            out.parameters += ';';
            out.parameters += parameter.name;
            if (parameter.has_value) {
                out.parameters += '=';
                out.parameters += parameter.value;
            }
        }
    }
    if (out.uri.size() + out.parameters.size() > kMaxContactText) return bad("Contact is too long");
    return grant(asked, limits, out.expires);
}

Refusal read_contacts(const wire::SipMessage& sip, const ExpiryLimits& limits, RegisterRequest& out) {
    std::optional<std::uint32_t> header_expires;
    if (sip.has(wire::HeaderId::expires))
        header_expires = wire::parse_number(sip.header(wire::HeaderId::expires)).value_or(kMalformedExpires);
    Refusal refusal;
    std::size_t elements = 0;
    sip.each(wire::HeaderId::contact, [&](std::string_view value) {
        std::string_view element;
        while (!refusal && wire::next_in_list(value, element)) {
            const auto address = wire::parse_name_address(element);
            if (++elements > kMaxContacts)
                refusal = bad("Too many contacts in one request");
            else if (!address)
                refusal = bad("Contact is malformed");
            else if (address->star)
                out.star = true;
            else
                refusal = read_contact(*address, header_expires, limits, out.contacts.emplace_back());
        }
    });
    if (refusal) return refusal;
    if (out.star && (elements != 1 || header_expires != 0))
        return bad("Contact * needs Expires: 0 and stands alone");
    if (sip.has(wire::HeaderId::contact) && elements == 0) return bad("Contact is empty");
    for (ContactRequest& contact : out.contacts)
        read_instance(contact.parameters, contact.instance, contact.reg_id);
    return {};
}

// How the contact relates to where the REGISTER came from.
void read_way(const wire::SipMessage& sip, RegisterRequest& out) {
    std::size_t vias = 0;
    sip.each(wire::HeaderId::via, [&](std::string_view value) {
        std::string_view element;
        while (wire::next_in_list(value, element)) ++vias;
    });
    if (vias > 1) out.flags |= kViaProxy;
    out.outbound = vias == 1 && lists(sip, wire::HeaderId::supported, "outbound");
}

}  // namespace

Refusal check_require(const wire::SipMessage& sip) {
    Refusal out;
    sip.each(wire::HeaderId::require, [&](std::string_view value) {
        std::string_view option;
        while (wire::next_in_list(value, option)) {
            if (option.empty() || wire::same_token(option, "path") || wire::same_token(option, "outbound"))
                continue;
            out.status = 420;
            out.extra += out.extra.empty() ? "Unsupported: " : ", ";
            out.extra += option;
        }
    });
    if (out) out.extra += "\r\n";
    return out;
}

Refusal read_register(const wire::SipMessage& sip, const ExpiryLimits& limits, RegisterRequest& out) {
    out.call_id = sip.header(wire::HeaderId::call_id);
    if (out.call_id.size() > kMaxCallId) return bad("Call-ID is too long");
    const auto cseq = wire::parse_cseq(sip.header(wire::HeaderId::cseq));
    if (!cseq) return bad("CSeq is malformed");
    out.cseq = cseq->number;
    std::string_view vias = sip.header(wire::HeaderId::via);
    std::string_view top;
    if (wire::next_in_list(vias, top))
        if (const auto via = wire::parse_via(top)) out.branch = hash_text(via->branch());
    out.user_agent = sip.header(wire::HeaderId::user_agent).substr(0, kMaxUserAgent);

    Refusal refusal;
    sip.each(wire::HeaderId::path, [&](std::string_view value) {
        std::string_view element;
        while (!refusal && wire::next_in_list(value, element)) {
            const auto address = wire::parse_name_address(element);
            if (!address || address->star || !wire::parse_uri(address->uri))
                refusal = bad("Path is malformed");
            if (!out.path.empty()) out.path += ", ";
            out.path += element;
        }
    });
    if (!refusal && out.path.size() > kMaxPath) refusal = bad("Path is too long");
    if (refusal) return refusal;
    read_way(sip, out);
    return read_contacts(sip, limits, out);
}

}  // namespace strowger::registrar
