// Any request within the dialogs, from one leg to the other, and its responses back.
#include <algorithm>

#include "call/features.hpp"
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/session_timer.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;
using wire::Method;

// Requests whose session description takes part in offer and answer.
bool negotiates(Method method) {
    return method == Method::invite || method == Method::update || method == Method::prack;
}

bool is_live(const Leg& leg) {
    return leg.state == LegState::early || leg.state == LegState::answered ||
           leg.state == LegState::confirmed;
}

// Finished re-INVITEs are kept to repeat their ACK; one is enough.
void forget_acknowledged(Call& call) {
    std::erase_if(call.exchanges, [](const Exchange& x) { return x.state == Exchange::State::acknowledged; });
}

void undo_media(Engine& e, Call& call, Exchange& x) {
    if (!x.media_changed) return;
    e.media.rollback(call.media, call.legs[x.from].media, call.legs[x.to].media);
    call.legs[x.to].proposed.clear();
    x.media_changed = false;
}

}  // namespace

Exchange* find_exchange(Call& call, std::uint32_t serial) {
    const auto at = std::find_if(call.exchanges.begin(), call.exchanges.end(),
                                 [&](const Exchange& x) { return x.serial == serial; });
    return at == call.exchanges.end() ? nullptr : &*at;
}

void forget_exchange(Call& call, std::uint32_t serial) {
    std::erase_if(call.exchanges, [&](const Exchange& x) { return x.serial == serial; });
}

void on_dialog_request(Engine& e, Call& call, LegIndex from, transaction::ServerId server,
                       const message::Incoming& request) {
    auto& leg = call.legs[from];
    const auto& sip = request.sip();
    const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq));
    // RFC 3261 12.2.2: out of order.
    if (!cseq || cseq->number < leg.dialog.remote_cseq)
        return void(e.layer.respond(server, 500, "CSeq Is Too Low"));
    leg.dialog.remote_cseq = cseq->number;
    if (sip.method() == Method::bye) return on_bye(e, call, from, server, request);
    if (call.state == CallState::ending || leg.state == LegState::ending || leg.state == LegState::ended)
        return void(e.layer.respond(server, 481));
    if (sip.has(HeaderId::max_forwards) && wire::parse_number(sip.header(HeaderId::max_forwards)) == 0u)
        return void(e.layer.respond(server, 483));
    if (sip.method() == Method::prack && from == kInbound) return on_prack(e, call, server, request);
    const auto to = partner_of(call, from);
    const bool alone =
        call.state == CallState::answered &&
        (to == kNoLeg || call.legs[to].state == LegState::ended || call.legs[to].state == LegState::away);
    if (alone) return answer_alone(e, call, from, server, request);
    if (to == kNoLeg || (to != kInbound && !is_live(call.legs[to])))
        return void(e.layer.respond(server, 481));
    const bool reoffer = sip.method() == Method::invite || sip.method() == Method::update;
    if (reoffer && !admit_session_request(e, call, from, server, request)) return;
    if (take_refresh(e, call, from, server, request)) return;
    if (sip.method() == Method::refer && on_refer(e, call, from, server, request)) return;
    if (reoffer && !admit_reoffer(e, call, from, server, request)) return;
    if (reoffer) dialog::refresh_target(leg.dialog, sip);
    pass_request(e, call, from, to, server, request, nullptr);
}

void pass_request(Engine& e, Call& call, LegIndex from_index, LegIndex to_index, transaction::ServerId server,
                  const message::Incoming& request, const ReliableResponse* acknowledges) {
    auto& from = call.legs[from_index];
    auto& to = call.legs[to_index];
    const auto& sip = request.sip();
    forget_acknowledged(call);
    Exchange x;
    x.serial = call.next_serial++ & 0xffffff;
    x.from = from_index;
    x.to = to_index;
    const bool takes = call.state == CallState::inviting && is_lent(to);
    x.method = sip.method();
    x.server = server;
    if (const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq))) x.from_cseq = cseq->number;
    std::string_view body = sip.body();
    if (negotiates(x.method) && has_description(request)) {
        const bool answers = acknowledges != nullptr && acknowledges->offer && !acknowledges->acknowledged;
        const auto passage = answers ? pass_answer(e, call, from, to, request, true, body)
                                     : pass_offer(e, call, from, to, request, body);
        if (const auto status = status_of(passage); status != 0)
            return void(
                e.layer.respond(server, status, phrase_of(passage), {},
                                status == 503 ? retry_after(e.policies.retry_after_s) : std::string{}));
        x.offer = x.media_changed = !answers;
    }
    const bool refreshes = x.method == Method::invite || x.method == Method::update;
    auto extra = refreshes ? session_request_lines(e, to) : std::string{};
    auto tag = to.dialog.remote_tag;
    auto target = to.dialog.remote_target;
    if (acknowledges != nullptr) {
        extra = "RAck: " + std::to_string(acknowledges->theirs) + " " + std::to_string(to.invite_cseq) +
                " INVITE\r\n";
        tag = acknowledges->remote_tag;
        to.dialog.remote_target = acknowledges->remote_target;
    }
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto flow = flow_of(e, to);
    x.credentials = credentials_of(e, to, sip.method_text());
    extra += x.credentials;
    if (x.method == Method::invite) to.credentials = x.credentials;
    x.to_cseq = ++to.dialog.local_cseq;
    auto rules = rules_between(e, call, from, to);
    if (x.method == Method::refer) rules.refer_to = translated_refer_to(e, request);
    const auto message = build_request(e, to, flow, sip.method_text(), x.to_cseq, branch_text, tag, request,
                                       rules, extra, body);
    to.dialog.remote_target = std::move(target);
    const auto owner = owner_of(call, Role::exchange, x.serial);
    if (!message.text().empty())
        x.client = e.layer.send_request(flow, branch_text, sip.method_text(), message, owner);
    if (x.client == transaction::ClientId{}) {
        undo_media(e, call, x);
        return void(e.layer.respond(server, 503));
    }
    // The INVITE that takes a leg from another call stays its call's: CANCEL and the lack of an ACK concern
    // that.
    if (!takes) e.layer.own(server, owner);
    call.exchanges.push_back(std::move(x));
}

void on_exchange_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    auto& from = call.legs[x.from];
    auto& to = call.legs[x.to];
    const auto status = response.sip().status();
    const bool invite = x.method == Method::invite;
    const auto request = e.layer.request(x.server);
    if (status < 200 && (!invite || status == 100)) return;
    if (x.state != Exchange::State::waiting) {
        if (x.state == Exchange::State::acknowledged && status < 300) {
            if (x.ack)
                e.layer.send_stateless(flow_of(e, to), x.ack);
            else
                send_ack(e, to, x.to_cseq, {}, {}, {}, nullptr);
        }
        return;
    }
    // The other side's timer is ours to settle: its peer is asked again.
    if (status == 422 && request && lengthen_session(to, response)) {
        undo_media(e, call, x);
        const auto again = x;
        forget_exchange(call, x.serial);
        return pass_request(e, call, again.from, again.to, again.server, request, nullptr);
    }
    std::string_view body = response.sip().body();
    if (negotiates(x.method) && status < 300) {
        auto passage = Passage::none;
        if (x.offer) {
            passage = pass_answer(e, call, to, from, response, status >= 200, body);
        } else if (invite && status >= 200) {
            passage = pass_offer(e, call, to, from, response, body);
            x.offer_back = x.media_changed = passage == Passage::ok;
        } else if (invite) {
            body = {};
        }
        if (status_of(passage) != 0) body = {};
    }
    std::string extra;
    if (status >= 200 && status < 300) {
        if (invite || x.method == Method::update) {
            dialog::refresh_target(to.dialog, response.sip());
            on_session_answer(e, call, x.to, response);
            extra = agree_session(e, call, x.from, request);
        }
        if (!x.offer_back) x.media_changed = false;
    }
    if (status >= 300) undo_media(e, call, x);
    if (request && from.state != LegState::ended) {
        const auto message = build_response(e, call, from, to, request, response, status, extra, body);
        e.layer.respond(x.server, status, message);
    }
    if (status < 200) return;
    const bool takes = call.state == CallState::inviting && x.from == kInbound && x.server == from.server;
    if (invite && status < 300) {
        x.state = Exchange::State::answered;
        if (takes) on_leg_answered(e, call, status, response);
        return;
    }
    forget_exchange(call, x.serial);
    if (takes) return on_leg_answered(e, call, status, response);
    // RFC 3261 12.2.1.2, RFC 5057 5.1: the peer knows the dialog no more.
    if (status == 481 || (status == 408 && invite))
        end_call(e, call, EndedBy::appliance, "dialog lost by the peer", {});
}

void on_exchange_failure(Engine& e, Call& call, Exchange& x, transaction::Failure failure) {
    undo_media(e, call, x);
    const bool invite = x.method == Method::invite;
    const bool timeout = failure == transaction::Failure::timeout;
    e.layer.respond(x.server, timeout ? 408 : 503);
    const bool takes =
        call.state == CallState::inviting && x.from == kInbound && x.server == call.legs[kInbound].server;
    forget_exchange(call, x.serial);
    if (takes) return on_leg_answered(e, call, timeout ? 408 : 503, {});
    if (invite && timeout) end_call(e, call, EndedBy::appliance, "no response to re-INVITE", {});
}

}  // namespace strowger::call
