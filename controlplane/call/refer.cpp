// REFER within a dialog: what is asked for, and whether it is done.
#include <fmt/format.h>

#include "call/headers.hpp"
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

// The value of a header inside a URI ("?Replaces=…&Require=…"), unescaped; empty: it is not there.
std::string uri_header(std::string_view headers, std::string_view name) {
    while (!headers.empty()) {
        const auto end = std::min(headers.find('&'), headers.size());
        const auto one = headers.substr(0, end);
        headers.remove_prefix(std::min(end + 1, headers.size()));
        const auto equals = std::min(one.find('='), one.size());
        if (wire::same_token(one.substr(0, equals), name))
            return plain(one.substr(std::min(equals + 1, one.size())));
    }
    return {};
}

struct ReferTo {
    std::uint16_t refusal = 0;
    std::string uri;  // without headers
    std::string user;
    std::string host;
    std::string parameters;
    std::string replaces;
};

// RFC 3515 2.4.1: exactly one Refer-To, with one address; what it asks for must be a call.
ReferTo read_refer_to(const wire::SipMessage& sip) {
    ReferTo out;
    std::size_t n = 0;
    sip.each(HeaderId::refer_to, [&](std::string_view) { ++n; });
    const auto address = n == 1 ? wire::parse_name_address(sip.header(HeaderId::refer_to)) : std::nullopt;
    const auto uri = address ? wire::parse_uri(address->uri) : std::nullopt;
    if (!uri || address->star) {
        out.refusal = 400;
        return out;
    }
    if (!uri->is_sip()) {
        out.refusal = 416;
        return out;
    }
    if (const auto method = uri->parameters.find("method"); method && !wire::same_token(*method, "INVITE")) {
        out.refusal = 403;
        return out;
    }
    out.uri = address->uri.substr(0, address->uri.find('?'));
    out.user = plain(uri->user);
    out.host = uri->host;
    if (const auto kind = uri->parameters.find("user")) out.parameters = ";user=" + std::string(*kind);
    out.replaces = uri_header(uri->headers, "Replaces");
    if (out.user.empty() && out.replaces.empty()) out.refusal = 404;
    return out;
}

// RFC 3892: who refers, as it says itself or as we know it, with a host that the target may see.
std::string referred_by(const Leg& leg, const wire::SipMessage& sip) {
    if (sip.has(HeaderId::referred_by)) {
        const auto uri_text = uri_of(sip.header(HeaderId::referred_by));
        const auto uri = wire::parse_uri(uri_text);
        if (uri && uri->is_sip() && !wire::parse_address(uri->host)) return uri_text;
    }
    if (!leg.subscriber.empty()) return "sip:" + leg.subscriber;
    const auto text = uri_of(leg.dialog.remote);
    const auto uri = wire::parse_uri(text);
    return uri && uri->is_sip() && !uri->user.empty() ? fmt::format("sip:{}@anonymous.invalid", uri->user)
                                                      : std::string("sip:anonymous@anonymous.invalid");
}

// RFC 4488: 202 without a subscription.
bool wants_no_subscription(const wire::SipMessage& sip) {
    return wire::same_token(named_header(sip, "Refer-Sub"), "false");
}

void accept(Engine& e, Call& call, Leg& leg, transaction::ServerId server, const message::Incoming& request,
            bool subscribed) {
    const auto* lines = subscribed ? "" : "Refer-Sub: false\r\nSupported: norefersub\r\n";
    e.layer.respond(server, 202, build_response(e, call, leg, leg, request, {}, 202, lines, {}));
}

}  // namespace

bool on_refer(Engine& e, Call& call, LegIndex from, transaction::ServerId server,
              const message::Incoming& request) {
    auto& leg = call.legs[from];
    const auto& sip = request.sip();
    const auto policy = e.policies.refer(leg.realm, leg.trunk);
    if (policy == model::Refer::pass) return false;
    if (policy == model::Refer::refuse) {
        e.layer.respond(server, 603);
        return true;
    }
    const auto moved = partner_of(call, from);
    const bool both =
        leg.state == LegState::confirmed && moved != kNoLeg && call.legs[moved].state == LegState::confirmed;
    // Two transfers of one call cannot both come true: the first one holds.
    if (!both || call.transfer.state != Transfer::State::none) {
        e.layer.respond(server, 491);
        return true;
    }
    const auto to = read_refer_to(sip);
    DialogId replaced;
    if (to.refusal != 0 || (!to.replaces.empty() && !read_dialog_id(to.replaces, replaced))) {
        e.layer.respond(server, to.refusal != 0 ? to.refusal : std::uint16_t{400});
        return true;
    }
    const auto other = to.replaces.empty() ? DialogRef{} : find_dialog_id(e, replaced);
    if (other.call == call.handle) {
        e.layer.respond(server, 400, "Replaces Names A Dialog Of This Call");
        return true;
    }
    auto& t = call.transfer;
    t = {};
    t.by = from;
    t.moved = moved;
    t.subscribed = !wants_no_subscription(sip);
    if (++call.refers > 1) t.event_id = leg.dialog.remote_cseq;
    t.to = to.uri;
    t.by_uri = referred_by(leg, sip);
    t.state = Transfer::State::waiting;
    accept(e, call, leg, server, request, t.subscribed);
    transfer_rings(e, call, 100);
    if (other.call != 0) {
        auto* replaced_call = e.calls.find(other.call);
        const auto& its = replaced_call->legs[other.leg];
        if (its.tenant != leg.tenant) return transfer_failed(e, call, 403), true;
        t.replaced = other;
        replaced_call->awaited_by = call.handle;
        return true;
    }
    if (e.policies.parking_lot(leg.tenant, to.user) != nullptr && to.replaces.empty()) {
        t.orbit = to.user;
        return true;
    }
    auto lines = fmt::format("Referred-By: <{}>\r\n", t.by_uri);
    // A dialog that does not lead through here: the target may know it.
    if (!to.replaces.empty()) lines += fmt::format("Replaces: {}\r\nRequire: replaces\r\n", to.replaces);
    place_call(e, call, moved, {leg.realm, leg.tenant, to.host, leg.dialog.flow.local, to.parameters, leg.trunk},
               {.user = to.user, .domain = {}, .group = {}}, std::move(lines));
    return true;
}

std::string translated_refer_to(Engine& e, const message::Incoming& request) {
    const auto to = read_refer_to(request.sip());
    DialogId id;
    if (to.replaces.empty() || !read_dialog_id(to.replaces, id)) return {};
    const auto ref = find_dialog_id(e, id);
    if (ref.call == 0) return {};
    // Our tag alone names the dialog: it cannot be guessed, and tells nothing of the other side.
    const auto& tag = e.calls.find(ref.call)->legs[ref.leg].dialog.local_tag;
    return fmt::format("<{}?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}>", to.uri, tag, tag, tag);
}

}  // namespace strowger::call
