// Requests of stateless calls (RFC 3261 16.3 to 16.6 as 16.11 has them).
#include <algorithm>

#include "sip/answer.hpp"
#include "sip/change_request.hpp"
#include "sip/dial.hpp"
#include "sip/digest.hpp"
#include "sip/loop.hpp"
#include "sip/route.hpp"
#include "sip/route_set.hpp"
#include "sip/trip.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;
using wire::Method;

// RFC 3261 16.3, in its order.
Fate validate(Trip& t, std::uint32_t loop) {
    if (!t.uri.is_sip() && !wire::same_token(t.uri.scheme, "tel")) return refuse_trip(t, 416);
    if (t.message.has(HeaderId::max_forwards)) {
        const auto hops = wire::parse_number(t.message.header(HeaderId::max_forwards));
        if (!hops) return refuse_trip(t, 400, "Max-Forwards is no number");
        if (*hops == 0) return refuse_trip(t, 483);
    }
    if (has_looped(t, loop)) return refuse_trip(t, 482);
    if (!t.message.has(HeaderId::proxy_require) || t.message.method() == Method::ack ||
        t.message.method() == Method::cancel)
        return Fate::forward;
    const std::size_t from = t.text.size();
    t.message.each(HeaderId::proxy_require, [&](std::string_view extensions) {
        t.text << (t.text.size() == from ? "" : ", ") << extensions;
    });
    answer(t.w, t.packet,
           {.status = 420,
            .reason = wire::reason_phrase(420),
            .extra = HeaderId::unsupported,
            .extra_value = t.text.since(from),
            .counter = Counter::route_refused,
            .otherwise = Drop::route_unanswerable});
    return Fate::settled;
}

// RFC 1918, 6598, 3927, 4193 and link-local: no address that one could send to across a NAT.
bool is_private(const wire::IpAddress& address) {
    const auto& b = address.bytes;
    if (!address.is_v4()) return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
    return b[12] == 10 || (b[12] == 172 && (b[13] & 0xf0) == 16) || (b[12] == 192 && b[13] == 168) ||
           (b[12] == 100 && (b[13] & 0xc0) == 64) || (b[12] == 169 && b[13] == 254);
}

// Along the route set, or to the remote target: out at the listener of the token.
Fate along(Trip& t) {
    const ListenerId other = t.proxy.listener_of(t.token.other);
    if (other == kNone<ListenerId>) return refuse_trip(t, 481);
    const tables::Listener& side = t.w.tables->listeners[index(other)];
    const tables::ProxyRealm& realm = t.proxy.realms[index(side.realm)];
    wire::SipUri next = t.uri;
    if (!t.routes.empty()) {
        const auto value = wire::parse_name_address(t.routes.front());
        const auto uri = value && !value->star ? wire::parse_uri(value->uri) : std::nullopt;
        if (!uri || !uri->is_sip()) return refuse_trip(t, 400, "The Route is no SIP URI");
        next = *uri;
    }
    // RFC 3261 26.2.2: what asks for TLS does not leave over UDP.
    if (next.is_sips()) return refuse_trip(t, 416, "No TLS From Here");
    wire::Endpoint remote;
    const bool literal = next.is_sip() && address_of(next, remote);
    if (t.token.has_endpoint && t.routes.empty() &&
        (realm.nat == tables::ProxyNat::on || !literal || is_private(remote.address)))
        remote = t.token.endpoint;
    else if (!literal) {
        const std::uint32_t trunk =
            next.is_sip() ? t.proxy.trunk_domains.find(next.host) : tables::TextTable::kAbsent;
        if (trunk != tables::TextTable::kAbsent) {
            const tables::TrunkTarget* target = choose_target(t, t.proxy.trunks[trunk]);
            if (target == nullptr) return refuse_trip(t, 503);
            remote = target->remote;
        } else if (t.routes.empty()) {
            return dial(t);  // a peer whose Contact is its address of record
        } else {
            return refuse_trip(t, 503, "The Route is a host name");
        }
    }
    const bool same_family = side.local.address.is_v4() == remote.address.is_v4();
    t.hop = {same_family ? other : realm.listener(remote.address.is_v4()), remote};
    return t.hop.out != kNone<ListenerId> ? Fate::forward : refuse_trip(t, 503, "No address of that family");
}

// A request of a stateless realm that came with no token: new, or somebody else's.
Fate arrive(Trip& t) {
    const Method method = t.message.method();
    if (method == Method::register_)
        return authenticate(t.w, t.packet, t.message) ? fall_back(t, Counter::fallback_register)
                                                      : Fate::settled;
    if (t.uri.is_sips()) return fall_back(t, Counter::fallback_secure);
    if (!t.facts.to_tag.empty() && method != Method::ack) return fall_back(t, Counter::fallback_dialog);
    if (method == Method::ack && !t.facts.to_tag.empty()) {
        const ToTag own =
            make_to_tag(t.proxy.keys[0], t.facts.via.branch, t.facts.call_id, t.facts.from_tag, t.facts.cseq);
        if (t.facts.to_tag == std::string_view(own.data(), own.size())) {
            core::count(t.w, Counter::route_acknowledged);
            core::consume(t.w, t.packet);
            return Fate::settled;
        }
        // The Contact of a dialog that the control plane ends carries address and port, and such dialogs have
        // tags of 16 digits; an ACK to a refusal goes where its INVITE went.
        std::uint64_t digits = 0;
        if (t.uri.port != 0 && t.facts.to_tag.size() == 16 && read_hex(t.facts.to_tag, 16, digits) &&
            own_listener(*t.w.tables, t.uri, t.info.listener) != kNone<ListenerId>)
            return fall_back(t, Counter::fallback_dialog);
    }
    if (!t.proxy.realms[index(t.info.realm)].registered_callers || t.source.is_trunk ||
        method == Method::ack || method == Method::cancel || is_registered_caller(t))
        return Fate::forward;
    if (!authenticate(t.w, t.packet, t.message)) return Fate::settled;
    const bool asks_us = method == Method::options;
    if (core::private_of(t.packet).authenticated || asks_us) return Fate::forward;
    return fall_back(t, Counter::fallback_dialog);
}

bool forward(Trip& t, std::uint32_t loop) {
    if (!prepare_strict_router(t)) {
        refuse_trip(t, 400, "Too Many Routes");
        return true;
    }
    Edits edits;
    const RealmId out = t.w.tables->listeners[index(t.hop.out)].realm;
    t.hides_out = t.proxy.realms[index(out)].hides_from(t.hop.remote.address);
    const bool fits = change_request(t, loop, edits);
    remove_private(t.proxy, t.message, t.info.realm, out, edits);
    remove_credentials(t.w, t.packet, t.message, out, edits);
    if (!fits || (t.hides_out && !edits.valid())) {
        answer(t.w, t.packet,
               {.status = 513,
                .reason = "Too Large To Be Hidden",
                .counter = Counter::route_too_large_to_hide,
                .otherwise = Drop::route_hidden_too_big});
        return true;
    }
    if (!t.text.ok()) {
        core::drop(t.w, t.packet, Drop::route_too_big);
        return true;
    }
    if (send_changed(t.w, t.packet, t.message, edits, t.hop, Counter::route_requests) && t.in_dialog)
        core::count(t.w, Counter::route_in_dialog);
    return true;
}

bool looks_unrelated(const wire::SipMessage& message) {
    return !message.has(HeaderId::route) && !message.uri().starts_with("sip:r");
}

}  // namespace

Fate refuse_trip(Trip& t, std::uint16_t status, std::string_view reason) noexcept {
    answer(t.w, t.packet,
           {.status = status,
            .reason = reason.empty() ? wire::reason_phrase(status) : reason,
            .retry_after_s = status == 503 ? t.proxy.retry_after_s : 0u,
            .counter = Counter::route_refused,
            .otherwise = Drop::route_unanswerable});
    return Fate::settled;
}

Fate fall_back(Trip& t, Counter reason) noexcept {
    core::count(t.w, reason);
    return Fate::to_control_plane;
}

bool route_request(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept {
    Trip t(w, packet, message);
    t.source = source_of(t.proxy, t.info);
    if (!t.source.stateless && looks_unrelated(message)) return false;
    const auto uri = wire::parse_uri(message.uri());
    if (!uri || !read_facts(message, t.facts) || !read_route_set(t)) {
        if (t.source.stateless) refuse_trip(t, 400, "Request-URI, Via, From, To or Route is malformed");
        return t.source.stateless;
    }
    t.uri = *uri;
    t.uri_text = message.uri();
    t.dialog = dialog_hash(t.proxy.keys[0], t.facts.call_id, t.facts.from_tag);
    const OwnRoute own = take_own_routes(t);
    t.in_dialog = own == OwnRoute::token;
    if (own == OwnRoute::forged || (t.in_dialog && t.facts.to_tag.empty()) || !restore_target(t)) {
        answer(w, packet,
               {.status = 403,
                .reason = "Route Is Not Ours",
                .counter = Counter::route_forged_tokens,
                .otherwise = Drop::route_unanswerable});
        return true;
    }
    if (!t.in_dialog && !t.source.stateless) return false;
    remove_own_maddr(t);
    Fate fate = t.in_dialog ? Fate::forward : arrive(t);
    const std::uint32_t loop = loop_value(t);
    if (fate == Fate::forward) fate = validate(t, loop);
    if (fate == Fate::forward) fate = t.in_dialog ? along(t) : dial(t);
    if (fate == Fate::to_control_plane) return false;
    return fate == Fate::settled || forward(t, loop);
}

}  // namespace strowger::sip
