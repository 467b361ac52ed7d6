// re-INVITE and UPDATE: who may offer now (RFC 3261 14, RFC 3311 5, RFC 6141), and the ACK of a re-INVITE.
#include "call/features.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {

using wire::HeaderId;
using wire::Method;

bool admit_reoffer(Engine& e, Call& call, LegIndex from, transaction::ServerId server,
                   const message::Incoming& request) {
    const bool invite = request.sip().method() == Method::invite;
    const bool offer = has_description(request);
    if (invite && (call.legs[kInbound].state != LegState::confirmed ||
                   (call.active != kNoLeg && call.legs[call.active].state != LegState::confirmed))) {
        // The first INVITE of the dialog is not over.
        e.layer.respond(server, from == kInbound ? 500 : 491, {}, {},
                        from == kInbound ? "Retry-After: 1\r\n" : "");
        return false;
    }
    for (const auto& x : call.exchanges) {
        if (x.state == Exchange::State::acknowledged) continue;
        const bool collides = (invite && x.method == Method::invite) ||
                              ((offer || invite) && x.media_changed) ||
                              (offer && x.method == Method::invite && x.state == Exchange::State::waiting);
        if (!collides) continue;
        if (x.from == from) {
            // RFC 3261 14.2, RFC 3311 5.2: its own offer is still open.
            const auto seconds = static_cast<std::uint32_t>(e.tokens.number() % 10);
            e.layer.respond(server, 500, {}, {}, "Retry-After: " + std::to_string(seconds) + "\r\n");
        } else {
            e.layer.respond(server, 491);
        }
        return false;
    }
    return true;
}

void on_exchange_ack(Engine& e, Call& call, LegIndex from, const message::Incoming& ack, std::uint32_t cseq) {
    for (auto& x : call.exchanges) {
        if (x.purpose != Exchange::Purpose::passed || x.method != Method::invite || x.from != from ||
            x.from_cseq != cseq)
            continue;
        e.layer.acknowledge(x.server);
        if (x.state != Exchange::State::answered) return;
        x.state = Exchange::State::acknowledged;
        auto& asker = call.legs[x.from];
        auto& answerer = call.legs[x.to];
        std::string_view body = ack.sip().body();
        auto passage = Passage::none;
        if (x.offer_back) {
            passage = pass_answer(e, call, asker, answerer, ack, true, body);
            if (passage != Passage::ok) e.media.rollback(call.media, asker.media, answerer.media);
            x.media_changed = false;
        }
        send_ack(e, answerer, x.to_cseq, ack, rules_between(e, call, asker, answerer),
                 status_of(passage) == 0 ? body : std::string_view{}, &x.ack);
        return;
    }
}

}  // namespace strowger::call
