// Provisional responses: ringing, early media.
#include "call/features.hpp"
#include "call/join.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

}  // namespace

void on_provisional(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    auto& leg = call.legs[index];
    const auto& sip = response.sip();
    if (sip.status() <= 100 || call.state != CallState::inviting) return;
    if (is_lent(leg) || (leg.state != LegState::calling && leg.state != LegState::early)) return;
    const auto to = wire::parse_name_address(sip.header(HeaderId::to));
    if (to && !to->tag().empty()) {
        leg.state = LegState::early;
        leg.dialog.remote_tag = to->tag();
        auto target = leg.dialog.remote_target;
        if (!dialog::learn(leg.dialog, sip, true, true)) leg.dialog.remote_target = std::move(target);
    }
    if (call.placed_for.call != 0 && sip.status() >= 180 && sip.status() < 190) note_ringing(e, leg);
    if (call.placed_for.call != 0) return on_placed_ringing(e, call, sip.status());
    auto& inbound = call.legs[kInbound];
    const bool reliable = has_token(sip, HeaderId::require, "100rel") && sip.has(HeaderId::rseq);
    std::string_view body = sip.body();
    bool offer = false;
    // An INVITE without offer: only a reliable response can bring one (RFC 3262 5).
    if (call.offered) {
        if (status_of(pass_answer(e, call, leg, inbound, response, false, body)) != 0) body = {};
    } else if (has_description(response)) {
        offer = reliable && inbound.reliable;
        if (!offer || status_of(pass_offer(e, call, leg, inbound, response, body)) != 0) body = {};
    }
    const bool described = has_description(response) && !body.empty();
    if (described || call.active == kNoLeg) call.active = index;
    std::string extra;
    if (reliable) {
        std::uint32_t rseq = 0;
        if (pass_reliable(e, call, index, response, offer, rseq))
            extra = "RSeq: " + std::to_string(rseq) + "\r\n";
        else
            prack_ourselves(e, call, index, response);
    }
    if (sip.status() >= 180 && sip.status() < 190) {
        note_ringing(e, leg);
        call.ringing = true;
        inbound.state = LegState::early;
        if (call.record.ring == 0) {
            call.record.ring = e.unix_ns();
            e.records.on_ring(call.record, call.targets[leg.target].request_uri,
                              e.policies.trunk(leg.trunk).name);
        }
    }
    // The caller cannot acknowledge it: then it is an ordinary response on this side.
    const auto message =
        build_response(e, call, inbound, leg, call.invite, response, sip.status(), extra, body);
    e.layer.respond(inbound.server, sip.status(), message);
}

}  // namespace strowger::call
