#include "sip/route_set.hpp"

#include <algorithm>

#include "sip/hidden.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

bool uri_of(std::string_view value, wire::SipUri& out) {
    const auto address = wire::parse_name_address(value);
    const auto uri = address && !address->star ? wire::parse_uri(address->uri) : std::nullopt;
    if (!uri || !uri->is_sip()) return false;
    out = *uri;
    return true;
}

// Whether the URI is a token of ours. `behind`: the route set of the other side, where it is hidden.
OwnRoute examine(Trip& t, const wire::SipUri& uri, std::string_view& behind) {
    const bool hidden = looks_like_hidden_route(uri.user);
    if (!hidden && !looks_like_route_token(uri.user)) return OwnRoute::none;
    const ListenerId listener = own_listener(*t.w.tables, uri, t.info.listener);
    if (listener == kNone<ListenerId>) return OwnRoute::none;  // another proxy's, whatever it looks like
    const std::uint32_t tag = t.proxy.tag_of(listener);
    if (!hidden) {
        const bool ours = read_route_token(t.proxy, uri.user, tag, t.facts.call_id, t.facts.from_tag,
                                           t.facts.to_tag, t.token);
        return ours ? OwnRoute::token : OwnRoute::forged;
    }
    const DialogFacts facts{tag, t.facts.call_id,
                            is_creators_route(uri.user) ? t.facts.from_tag : t.facts.to_tag};
    HiddenRoute route;
    if (!restore_route(t.proxy, uri.user, facts, t.behind, route)) return OwnRoute::forged;
    t.token = route.token;
    t.hidden_token = true;
    behind = route.behind;
    return OwnRoute::token;
}

// Puts the route set that a token stood for before what is left of the message's own. False: too many values.
bool follow_hidden(Trip& t, std::string_view behind) {
    if (behind.empty()) return true;
    RouteSet whole;
    whole.end = 0;
    std::string_view line;
    std::string_view value;
    while (next_line(behind, line))
        while (wire::next_in_list(line, value))
            if (!whole.push_back(value)) return false;
    if (t.token.creator)
        std::reverse(whole.values.begin(), whole.values.begin() + static_cast<std::ptrdiff_t>(whole.end));
    for (std::size_t i = t.routes.first; i < t.routes.end; ++i)
        if (!whole.push_back(t.routes.values[i])) return false;
    t.routes = whole;
    t.routes.changed = true;
    return true;
}

// A value that names us and is no token: a phone that has us as its outbound proxy.
bool names_us(const Trip& t, const wire::SipUri& uri) {
    return own_listener(*t.w.tables, uri, t.info.listener) != kNone<ListenerId> ||
           (uri.port == 0 && t.proxy.domains->find(uri.host) != tables::Domains::kNoDomain);
}

void write_record_route(Trip& t, ListenerId side, const RouteToken& token) {
    char user[kMaxRouteToken];
    const std::size_t length =
        make_route_token(t.proxy.keys[0].id, t.dialog, token, t.proxy.tag_of(side), user);
    t.text << "Record-Route: <sip:" << std::string_view(user, length) << "@" << t.proxy.text_of(side)
           << ";lr>\r\n";
}

}  // namespace

void remove_own_maddr(Trip& t) noexcept {
    if (!t.uri.is_sip() || t.uri.parameters.text().empty()) return;
    const auto maddr = t.uri.parameters.find("maddr");
    if (!maddr) return;
    wire::SipUri named;
    named.host = *maddr;
    named.port = t.uri.port;
    if (own_listener(*t.w.tables, named, t.info.listener) == kNone<ListenerId>) return;
    const std::size_t from = t.text.size();
    const char* const host_end = t.uri.host.data() + t.uri.host.size();
    t.text << t.uri_text.substr(0, static_cast<std::size_t>(host_end - t.uri_text.data()));
    std::string_view rest = t.uri.parameters.text();
    for (wire::Parameter p; wire::Parameters::next(rest, p);) {
        if (wire::same_token(p.name, "maddr")) continue;
        t.text << ";" << p.name;
        if (p.has_value) t.text << "=" << p.value;
    }
    if (!t.uri.headers.empty()) t.text << "?" << t.uri.headers;
    const auto uri = wire::parse_uri(t.text.since(from));
    if (!t.text.ok() || !uri) return;
    t.uri = *uri;
    t.uri_text = t.text.since(from);
    t.uri_changed = true;
}

bool behind_nat(const tables::ProxyRealm& realm) noexcept {
    return !realm.trusted && realm.nat != tables::ProxyNat::off;
}

ListenerId own_listener(const tables::Tables& tables, const wire::SipUri& uri,
                        ListenerId preferred) noexcept {
    const auto port = wire::be16::from_host(uri.port == 0 ? std::uint16_t{5060} : uri.port);
    const bool exists = index(preferred) < tables.listeners.size();  // a token may name one that is gone
    if (exists && tables.listeners[index(preferred)].local.port == port && tables.proxy.tag_of(preferred) != 0) {
        // As we write it ourselves.
        const std::string_view name = tables.proxy.text_of(preferred);
        if (name.starts_with(uri.host) && name.substr(uri.host.size()).starts_with(':') && !uri.host.empty())
            return preferred;
    }
    const auto address = wire::parse_address(uri.host);
    if (!address) return kNone<ListenerId>;
    const wire::Endpoint endpoint{*address, port};
    if (exists && tables.listeners[index(preferred)].local == endpoint) return preferred;
    for (std::size_t i = 0; i < tables.listeners.size(); ++i)
        if (tables.listeners[i].local == endpoint && tables.listeners[i].interface != kNone<InterfaceId>)
            return static_cast<ListenerId>(i);
    return kNone<ListenerId>;
}

bool read_route_set(Trip& t) noexcept {
    bool valid = true;
    t.message.each(HeaderId::route, [&](std::string_view rest) {
        std::string_view value;
        while (valid && wire::next_in_list(rest, value)) valid = t.routes.push_back(value);
    });
    t.routes.changed = false;
    return valid;
}

OwnRoute take_own_routes(Trip& t) noexcept {
    wire::SipUri uri;
    std::string_view behind;
    OwnRoute found = t.uri.is_sip() ? examine(t, t.uri, behind) : OwnRoute::none;
    if (found == OwnRoute::forged) return found;
    if (found == OwnRoute::token) {
        if (t.routes.empty()) return OwnRoute::forged;  // nothing says where it is to go
        const auto last = wire::parse_name_address(t.routes.values[--t.routes.end]);
        const auto target = last && !last->star ? wire::parse_uri(last->uri) : std::nullopt;
        if (!target) return OwnRoute::forged;
        t.uri_text = last->uri;
        t.uri = *target;
        t.uri_changed = t.routes.changed = true;
    }
    while (!t.routes.empty() && uri_of(t.routes.front(), uri)) {
        if (found == OwnRoute::token) {
            // The other half of the pair, and nothing more.
            if (t.hidden_token || !looks_like_route_token(uri.user) ||
                own_listener(*t.w.tables, uri, t.proxy.listener_of(t.token.other)) == kNone<ListenerId>)
                break;
            t.routes.pop_front();
            break;
        }
        found = examine(t, uri, behind);
        if (found == OwnRoute::forged) return found;
        if (found == OwnRoute::none && !names_us(t, uri)) break;
        t.routes.pop_front();
    }
    return follow_hidden(t, behind) ? found : OwnRoute::forged;
}

bool restore_target(Trip& t) noexcept {
    if (!t.uri.is_sip() || !looks_like_hidden_uri(t.uri.user)) return true;
    const ListenerId listener = own_listener(*t.w.tables, t.uri, t.info.listener);
    if (listener == kNone<ListenerId>) return true;
    if (t.w.tables->listeners[index(listener)].realm != t.info.realm) return false;
    std::string_view text;
    if (!restore_uri(t.proxy, t.proxy.tag_of(listener), t.uri.user, t.target, text)) return false;
    const auto uri = wire::parse_uri(text);
    if (!uri) return false;
    t.uri = *uri;
    t.uri_text = text;
    t.uri_changed = true;
    return true;
}

bool prepare_strict_router(Trip& t) noexcept {
    if (t.routes.empty()) return true;
    const auto front = wire::parse_name_address(t.routes.front());
    const auto uri = front ? wire::parse_uri(front->uri) : std::nullopt;
    if (!uri || uri->parameters.find("lr")) return true;
    const std::size_t from = t.text.size();
    t.text << "<" << t.uri_text << ">";
    t.routes.pop_front();
    if (!t.routes.push_back(t.text.since(from))) return false;
    t.uri_text = front->uri;
    t.uri_changed = true;
    return true;
}

void write_record_routes(Trip& t) noexcept {
    const ListenerId in = t.info.listener;
    const ListenerId out = t.hop.out;
    const auto& listeners = t.w.tables->listeners;
    RouteToken callee{.creator = false, .other = t.proxy.tag_of(in)};
    callee.has_endpoint = behind_nat(t.proxy.realms[index(listeners[index(in)].realm)]);
    callee.endpoint = t.info.source;
    RouteToken caller{.creator = true, .other = t.proxy.tag_of(out)};
    caller.has_endpoint = behind_nat(t.proxy.realms[index(listeners[index(out)].realm)]);
    caller.endpoint = t.hop.remote;
    write_record_route(t, out, callee);
    write_record_route(t, in, caller);
}

}  // namespace strowger::sip
