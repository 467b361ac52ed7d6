#include "sip/hide.hpp"

#include "sip/hidden.hpp"
#include "sip/route_set.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

const tables::TokenKey& key_of(const Hiding& h) {
    return h.tables.proxy.keys[0];
}
const tables::ProxyRealm& realm_of(const Hiding& h) {
    return h.tables.proxy.realms[index(h.tables.listeners[index(h.out)].realm)];
}

// "c.…@192.0.2.1:5060". False: too long.
bool write_stand_in(const Hiding& h, std::string_view uri) {
    h.text << "sip:";
    if (!hide_uri(key_of(h), h.tables.proxy.tag_of(h.out), uri, h.text)) return false;
    h.text << "@" << h.tables.proxy.text_of(h.out);
    return true;
}

// q, expires, flags such as isfocus, and values that can hold no address.
bool tells_nothing(const wire::Parameter& p) {
    return !p.has_value || wire::same_token(p.name, "q") || wire::same_token(p.name, "expires") ||
           p.value.find_first_of(".:@<%") == std::string_view::npos;
}

// False: too long. A value that is no URI, or one of another scheme that could show a host, is left out.
bool write_contact(const Hiding& h, std::string_view element, bool& any) {
    const auto address = wire::parse_name_address(element);
    const auto uri = address && !address->star ? wire::parse_uri(address->uri) : std::nullopt;
    if (!uri) return true;
    const bool number = wire::same_token(uri->scheme, "tel");
    if (!uri->is_sip() && !number) return true;
    h.text << (any ? ", <" : "<");
    if (number)
        h.text << address->uri;
    else if (!write_stand_in(h, address->uri))
        return false;
    h.text << ">";
    any = true;
    std::string_view rest = address->parameters.text();
    for (wire::Parameter p; wire::Parameters::next(rest, p);) {
        if (!tells_nothing(p)) continue;
        h.text << ";" << p.name;
        if (p.has_value) h.text << "=" << p.value;
    }
    return true;
}

bool hide_contact(const Hiding& h, std::size_t field) {
    const std::string_view value = h.message.text(h.message.view().headers[field].value);
    if (value == "*") return true;
    const std::size_t from = h.text.size();
    std::string_view rest = value;
    std::string_view element;
    bool any = false;
    while (wire::next_in_list(rest, element))
        if (!write_contact(h, element, any)) return false;
    if (any)
        h.edits.replace(h.message, value, h.text.since(from));
    else
        h.edits.remove_field(h.message, field);
    return true;
}

// RFC 3261 20.43: code, agent, text.
void hide_warning(const Hiding& h, std::size_t field) {
    std::string_view rest = h.message.text(h.message.view().headers[field].value);
    std::string_view element;
    while (wire::next_in_list(rest, element)) {
        const std::size_t agent = element.find(' ');
        const std::size_t end = agent == std::string_view::npos ? agent : element.find(' ', agent + 1);
        if (end == std::string_view::npos) return h.edits.remove_field(h.message, field);
    }
    rest = h.message.text(h.message.view().headers[field].value);
    while (wire::next_in_list(rest, element)) {
        const std::size_t agent = element.find(' ') + 1;
        h.edits.replace(h.message, element.substr(agent, element.find(' ', agent) - agent),
                        h.tables.proxy.text_of(h.out));
    }
}

bool is_of_host(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

// Every occurrence of the sender's address, as a URI's host, becomes ours.
void hide_sender(const Hiding& h, std::size_t field) {
    const std::string_view value = h.message.text(h.message.view().headers[field].value);
    Text<64> host;
    host << h.sender;
    const std::string_view sender = host.since(0);
    const std::size_t from = h.text.size();
    h.text << h.tables.listeners[index(h.out)].local.address;
    const std::string_view ours = h.text.since(from);
    for (std::size_t at = value.find(sender); at != std::string_view::npos;
         at = value.find(sender, at + sender.size())) {
        const std::size_t end = at + sender.size();
        const bool whole =
            (at == 0 || !is_of_host(value[at - 1])) && (end == value.size() || !is_of_host(value[end]));
        if (whole) h.edits.replace(h.message, value.substr(at, sender.size()), ours);
    }
}

}  // namespace

bool is_removed(const tables::ProxyRealm& to, std::string_view name) noexcept {
    for (const auto& removed : to.remove_headers)
        if (wire::same_token(removed, name)) return true;
    return false;
}

bool hide_headers(const Hiding& h) noexcept {
    const wire::SipView& view = h.message.view();
    const tables::ProxyRealm& to = realm_of(h);
    const bool trusts =
        to.trusted && h.tables.proxy.realms[index(h.tables.listeners[index(h.in)].realm)].trusted;
    for (std::size_t i = 0; i < view.header_count; ++i) {
        const HeaderId id = view.headers[i].id;
        switch (id) {
            case HeaderId::contact:
                if (!hide_contact(h, i)) return false;
                break;
            case HeaderId::warning:
            case HeaderId::referred_by:
            case HeaderId::diversion:
            case HeaderId::history_info:
            case HeaderId::p_asserted_identity:
                if (is_removed(to, h.message.text(view.headers[i].name))) break;
                if (id == HeaderId::warning)
                    hide_warning(h, i);
                else if (id != HeaderId::p_asserted_identity || trusts)
                    hide_sender(h, i);
                break;
            default:
                break;
        }
    }
    return true;
}

bool translate_refer_to(const Hiding& h, bool hides) noexcept {
    const std::uint8_t first = h.message.view().first[static_cast<std::size_t>(HeaderId::refer_to)];
    if (first == 0 || is_removed(realm_of(h), h.message.text(h.message.view().headers[first - 1u].name)))
        return true;
    const std::string_view value = h.message.header(HeaderId::refer_to);
    const auto address = wire::parse_name_address(value);
    const auto uri = address && !address->star ? wire::parse_uri(address->uri) : std::nullopt;
    if (!uri || !uri->is_sip()) return true;
    OpenedRoom room;
    std::string_view target = address->uri.substr(
        0, uri->headers.empty() ? address->uri.size()
                                : static_cast<std::size_t>(uri->headers.data() - address->uri.data()) - 1);
    const ListenerId own =
        looks_like_hidden_uri(uri->user) ? own_listener(h.tables, *uri, h.in) : kNone<ListenerId>;
    const bool opened = own != kNone<ListenerId> &&
                        h.tables.listeners[index(own)].realm == h.tables.listeners[index(h.in)].realm &&
                        restore_uri(h.tables.proxy, h.tables.proxy.tag_of(own), uri->user, room, target);
    const bool shows = opened || wire::parse_address(uri->host).has_value();
    if (!opened && !(hides && shows)) return true;
    const std::size_t from = h.text.size();
    h.text << "<";
    if (!hides)
        h.text << target;
    else if (!write_stand_in(h, target))
        return false;
    if (!uri->headers.empty()) h.text << "?" << uri->headers;
    h.text << ">";
    // The URI with its angle brackets, where it has them.
    const bool bare = address->uri.data() == value.data() || address->uri.data()[-1] != '<';
    const std::string_view whole(address->uri.data() - (bare ? 0 : 1),
                                 address->uri.size() + (bare ? 0u : 2u));
    h.edits.replace(h.message, whole, h.text.since(from));
    return true;
}

}  // namespace strowger::sip
