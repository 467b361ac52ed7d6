// Two legs agree on media anew because we say so: RFC 3725 4.1, its flow I, between dialogs that exist.
#include <algorithm>

#include "call/features.hpp"
#include "call/join.hpp"
#include "call/session_timer.hpp"
#include "media/multipart.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using State = Negotiation::State;
using wire::HeaderId;

constexpr std::uint8_t kMostAttempts = 5;
constexpr std::string_view kSdp = "Content-Type: application/sdp\r\n";

void succeed(Engine& e, Call& call) {
    const auto n = std::move(call.negotiation);
    call.negotiation = {};
    if (n.sink != kNoLeg) e.media.start(call.media, call.legs[n.source].media, call.legs[n.sink].media);
    on_joined(e, call);
}

void fail(Engine& e, Call& call, std::uint16_t status) {
    e.wheel.cancel(call.negotiation.retry);
    call.negotiation.state = State::none;
    on_join_failed(e, call, status);
    call.negotiation = {};
}

// RFC 3261 14.1: between 2.1 and 4 seconds for who made the dialog's Call-ID, less than 2 otherwise; ours may
// be either.
void try_later(Engine& e, Call& call, std::uint16_t status) {
    auto& n = call.negotiation;
    if (++n.attempts > kMostAttempts) return fail(e, call, status);
    n.state = State::waiting;
    n.offer = {};
    n.solicit = 0;
    const auto wait = 2'100 + e.tokens.number() % 1'900;
    n.retry = e.wheel.start(e.wheel.now() + static_cast<Nanoseconds>(wait) * kMillisecond,
                            owner_of(call, Role::retry, 0));
}

// The ACK that the source waits for: of the re-INVITE that asked it, or of the INVITE that made the leg.
void acknowledge_source(Engine& e, Call& call, std::string_view answer) {
    auto& n = call.negotiation;
    auto& leg = call.legs[n.source];
    const auto type = answer.empty() ? std::string_view{} : kSdp;
    if (auto* x = find_exchange(call, n.solicit); x != nullptr) {
        send_own_ack(e, leg, x->to_cseq, type, answer, &x->ack);
        x->state = Exchange::State::acknowledged;
    } else if (leg.state == LegState::answered) {
        leg.state = LegState::confirmed;
        send_own_ack(e, leg, leg.invite_cseq, type, answer, &leg.ack);
    }
}

void decline_source(Engine& e, Call& call) {
    auto& n = call.negotiation;
    acknowledge_source(e, call, hold_answer(e, call.legs[n.source], n.offer));
}

void solicit(Engine& e, Call& call) {
    auto& n = call.negotiation;
    auto& leg = call.legs[n.source];
    Exchange x;
    x.serial = call.next_serial++ & 0xffffff;
    x.purpose = Exchange::Purpose::solicit;
    x.to = n.source;
    x.method = wire::Method::invite;
    n.solicit = x.serial;
    if (!send_exchange(e, call, std::move(x), session_request_lines(e, leg), {})) return fail(e, call, 503);
    n.state = State::soliciting;
}

void send_offer(Engine& e, Call& call) {
    auto& n = call.negotiation;
    auto& source = call.legs[n.source];
    auto& sink = call.legs[n.sink];
    std::string_view body;
    const auto passage = pass_offer(e, call, source, sink, n.offer, body);
    if (passage != Passage::ok) {
        decline_source(e, call);
        return fail(e, call, passage == Passage::no_ports ? 503 : 488);
    }
    Exchange x;
    x.serial = call.next_serial++ & 0xffffff;
    x.purpose = Exchange::Purpose::offer;
    x.from = n.source;
    x.to = n.sink;
    x.method = wire::Method::invite;
    x.offer = x.media_changed = true;
    const auto lines = session_request_lines(e, sink) + std::string(kSdp);
    if (!send_exchange(e, call, std::move(x), lines, e.description)) {
        e.media.rollback(call.media, source.media, sink.media);
        decline_source(e, call);
        return fail(e, call, 503);
    }
    n.state = State::offering;
}

// RFC 3261 12.2.1.2, RFC 5057 5.1: the peer knows its dialog no more.
bool is_lost(std::uint16_t status) {
    return status == 481 || status == 408;
}

void lose(Engine& e, Call& call) {
    end_call(e, call, EndedBy::appliance, "dialog lost by the peer", {});
}

void on_solicited(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    const auto status = response.sip().status();
    auto& n = call.negotiation;
    auto& leg = call.legs[x.to];
    const bool current = n.state == State::soliciting && n.solicit == x.serial;
    if (status >= 300) {
        forget_exchange(call, x.serial);
        if (is_lost(status)) return lose(e, call);
        if (!current) return;
        return status == 491 ? try_later(e, call, status) : fail(e, call, status);
    }
    dialog::refresh_target(leg.dialog, response.sip());
    on_session_answer(e, call, x.to, response);
    x.state = Exchange::State::answered;
    if (!current || !has_description(response)) {
        const auto answer = has_description(response) ? hold_answer(e, leg, response) : std::string_view{};
        send_own_ack(e, leg, x.to_cseq, answer.empty() ? std::string_view{} : kSdp, answer, &x.ack);
        x.state = Exchange::State::acknowledged;
        if (current) fail(e, call, 488);
        return;
    }
    n.offer = response;
    if (n.sink != kNoLeg) return send_offer(e, call);
    decline_source(e, call);
    succeed(e, call);
}

void on_offer_answered(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    const auto status = response.sip().status();
    auto& n = call.negotiation;
    auto& source = call.legs[x.from];
    auto& sink = call.legs[x.to];
    if (status >= 300) {
        e.media.rollback(call.media, source.media, sink.media);
        sink.proposed.clear();
        forget_exchange(call, x.serial);
        if (n.state != State::offering) return;
        decline_source(e, call);
        if (is_lost(status)) return lose(e, call);
        return status == 491 ? try_later(e, call, status) : fail(e, call, status);
    }
    dialog::refresh_target(sink.dialog, response.sip());
    on_session_answer(e, call, x.to, response);
    send_own_ack(e, sink, x.to_cseq, {}, {}, nullptr);
    x.state = Exchange::State::acknowledged;
    x.media_changed = false;
    if (n.state != State::offering) return;
    std::string_view body;
    if (pass_answer(e, call, sink, source, response, true, body) != Passage::ok) {
        decline_source(e, call);
        return fail(e, call, 488);
    }
    acknowledge_source(e, call, e.description);
    succeed(e, call);
}

}  // namespace

bool is_quiet(const Call& call, LegIndex leg) {
    return std::none_of(call.exchanges.begin(), call.exchanges.end(), [&](const Exchange& x) {
        return x.state != Exchange::State::acknowledged && (x.from == leg || x.to == leg) &&
               (x.method == wire::Method::invite || x.method == wire::Method::update);
    });
}

std::string_view hold_answer(Engine& e, Leg& leg, const message::Incoming& offer) {
    if (!offer) return {};
    const auto& sip = offer.sip();
    const auto part = media::find_sdp(sip.header(HeaderId::content_type), sip.body());
    if (!part) return {};
    if (!leg.media.is_open() && e.media.open(leg.media, leg.realm, leg.dialog.flow.remote.address,
                                             e.tokens.number() >> 2) != media::Outcome::ok)
        return {};
    if (e.media.hold(leg.media, part->sdp, e.description) != media::Outcome::ok) return {};
    return e.description;
}

void negotiate(Engine& e, Call& call, LegIndex source, LegIndex sink, const message::Incoming& offer) {
    e.wheel.cancel(call.negotiation.retry);
    call.negotiation = {};
    auto& n = call.negotiation;
    n.state = State::waiting;
    n.source = source;
    n.sink = sink;
    n.offer = offer;
    touch(e, call);
}

void continue_negotiation(Engine& e, Call& call) {
    auto& n = call.negotiation;
    if (n.state != State::waiting || n.retry != 0 || call.state != CallState::answered) return;
    const auto& source = call.legs[n.source];
    const bool source_ready =
        source.state == LegState::confirmed || (source.state == LegState::answered && n.offer);
    if (!source_ready || !is_quiet(call, n.source)) return;
    if (n.sink != kNoLeg && (call.legs[n.sink].state != LegState::confirmed || !is_quiet(call, n.sink)))
        return;
    if (!n.offer) return solicit(e, call);
    send_offer(e, call);
}

void on_negotiation_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    const auto status = response.sip().status();
    if (status < 200) return;
    if (x.state != Exchange::State::waiting) {
        // A 2xx again: our ACK was lost, or the other side has not answered yet.
        if (status >= 300 || x.state != Exchange::State::acknowledged) return;
        if (x.ack) return void(e.layer.send_stateless(flow_of(e, call.legs[x.to]), x.ack));
        return send_own_ack(e, call.legs[x.to], x.to_cseq, {}, {}, nullptr);
    }
    if (x.purpose == Exchange::Purpose::solicit) return on_solicited(e, call, x, response);
    on_offer_answered(e, call, x, response);
}

void on_negotiation_failure(Engine& e, Call& call, Exchange& x, transaction::Failure failure) {
    const bool current = call.negotiation.state != State::none;
    if (x.purpose == Exchange::Purpose::offer) {
        e.media.rollback(call.media, call.legs[x.from].media, call.legs[x.to].media);
        if (current) decline_source(e, call);
    }
    forget_exchange(call, x.serial);
    if (failure == transaction::Failure::timeout) return lose(e, call);
    if (current) fail(e, call, 503);
}

}  // namespace strowger::call
