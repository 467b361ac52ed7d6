#include "sip/route_set.hpp"

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

// Whether the URI is a token of ours; the listener it is for is then in `listener`.
OwnRoute examine(Trip& t, const wire::SipUri& uri, RouteToken& token) {
    if (!looks_like_route_token(uri.user)) return OwnRoute::none;
    const ListenerId listener = own_listener(*t.w.tables, uri, t.info.listener);
    if (listener == kNone<ListenerId>) return OwnRoute::none;  // another proxy's, whatever it looks like
    const bool ours = read_route_token(t.proxy, uri.user, t.proxy.tag_of(listener), t.facts.call_id,
                                       t.facts.from_tag, t.facts.to_tag, token);
    return ours ? OwnRoute::token : OwnRoute::forged;
}

// A value that names us and is no token: a phone that has us as its outbound proxy.
bool names_us(const Trip& t, const wire::SipUri& uri) {
    return own_listener(*t.w.tables, uri, t.info.listener) != kNone<ListenerId> ||
           (uri.port == 0 && t.proxy.domains.find(uri.host) != tables::Domains::kNoDomain);
}

// The NAT's address of a peer that is not trusted, when its realm has us send there.
bool behind_nat(const Trip& t, RealmId realm) {
    const tables::ProxyRealm& r = t.proxy.realms[index(realm)];
    return !r.trusted && r.nat != tables::ProxyNat::off;
}

void write_record_route(Trip& t, ListenerId side, const RouteToken& token) {
    char user[kMaxRouteToken];
    const DialogFacts facts{t.proxy.tag_of(side), t.facts.call_id, t.facts.from_tag};
    const std::size_t length = make_route_token(t.proxy.keys[0], token, facts, user);
    t.text << "Record-Route: <sip:" << std::string_view(user, length) << "@" << t.proxy.text_of(side)
           << ";lr>\r\n";
}

}  // namespace

ListenerId own_listener(const tables::Tables& tables, const wire::SipUri& uri,
                        ListenerId preferred) noexcept {
    const auto address = wire::parse_address(uri.host);
    if (!address) return kNone<ListenerId>;
    const wire::Endpoint endpoint{*address,
                                  wire::be16::from_host(uri.port == 0 ? std::uint16_t{5060} : uri.port)};
    if (tables.listeners[index(preferred)].local == endpoint) return preferred;
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
    OwnRoute found = t.uri.is_sip() ? examine(t, t.uri, t.token) : OwnRoute::none;
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
            if (!looks_like_route_token(uri.user) ||
                own_listener(*t.w.tables, uri, t.proxy.listener_of(t.token.other)) == kNone<ListenerId>)
                break;
            t.routes.pop_front();
            break;
        }
        found = examine(t, uri, t.token);
        if (found == OwnRoute::forged) return found;
        if (found == OwnRoute::none && !names_us(t, uri)) break;
        t.routes.pop_front();
    }
    return found;
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
    callee.has_endpoint = behind_nat(t, listeners[index(in)].realm);
    callee.endpoint = t.info.source;
    RouteToken caller{.creator = true, .other = t.proxy.tag_of(out)};
    caller.has_endpoint = behind_nat(t, listeners[index(out)].realm);
    caller.endpoint = t.hop.remote;
    write_record_route(t, out, callee);
    write_record_route(t, in, caller);
}

}  // namespace strowger::sip
