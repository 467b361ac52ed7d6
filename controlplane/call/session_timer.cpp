#include "call/session_timer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "call/features.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;
using wire::Method;

constexpr std::uint32_t kLeastExpires = 90;  // RFC 4028 4
constexpr std::uint32_t kMostExpires = 86'400;
constexpr Nanoseconds kSoon = 2 * kSecond;
constexpr std::string_view kEndReason = "SIP;cause=408;text=\"Session expired\"";

const SessionPolicy& policy_of(const Engine& e, const Leg& leg) {
    return leg.trunk != kNone<TrunkId> ? e.policies.trunk(leg.trunk).session
                                       : e.policies.realm(leg.realm).session;
}

// "1800;refresher=uac"
struct SessionExpires {
    std::uint32_t seconds = 0;  // 0: not there
    std::string_view refresher;
};

SessionExpires read_expires(const wire::SipMessage& sip) {
    const auto value = sip.header(HeaderId::session_expires);
    const auto semicolon = std::min(value.find(';'), value.size());
    auto number = value.substr(0, semicolon);
    while (!number.empty() && number.back() == ' ') number.remove_suffix(1);
    const auto seconds = wire::parse_number(number);
    if (!seconds || *seconds == 0) return {};
    SessionExpires out{std::min(*seconds, kMostExpires), {}};
    if (const auto who = wire::Parameters(value.substr(semicolon)).find("refresher")) out.refresher = *who;
    return out;
}

std::uint32_t read_min_se(const wire::SipMessage& sip) {
    const auto value = sip.header(HeaderId::min_se);
    return wire::parse_number(value.substr(0, value.find(';'))).value_or(0);
}

bool knows_timers(const wire::SipMessage& sip) {
    return has_token(sip, HeaderId::supported, "timer") || has_token(sip, HeaderId::require, "timer");
}

void note_allow(Leg& leg, const wire::SipMessage& sip) {
    if (sip.has(HeaderId::allow)) leg.update = has_token(sip, HeaderId::allow, "UPDATE");
}

void arm(Engine& e, Call& call, LegIndex index, Nanoseconds at) {
    auto& timer = call.legs[index].session.timer;
    e.wheel.cancel(timer);
    timer = e.wheel.start(at, owner_of(call, Role::session, index));
}

// RFC 4028 10: who waits for the other's refresh ends the session a little before it expires.
Nanoseconds grace(const SessionTimer& session) {
    return std::min<Nanoseconds>(32, session.expires_s / 3) * kSecond;
}

void start(Engine& e, Call& call, LegIndex index) {
    auto& session = call.legs[index].session;
    const auto now = e.wheel.now();
    const auto whole = static_cast<Nanoseconds>(session.expires_s) * kSecond;
    session.deadline = now + whole - grace(session);
    arm(e, call, index, session.ours ? now + whole / 2 : session.deadline);
}

bool is_open(const Call& call, LegIndex leg) {
    return std::any_of(call.exchanges.begin(), call.exchanges.end(), [&](const Exchange& x) {
        return (x.from == leg || x.to == leg) && x.state != Exchange::State::acknowledged &&
               (x.method == Method::invite || x.method == Method::update);
    });
}

void end_session(Engine& e, Call& call, std::string_view why) {
    end_call(e, call, EndedBy::appliance, why, {}, kEndReason);
}

// RFC 4028 7.4, 10: UPDATE without a description where the peer allows it; otherwise a re-INVITE that offers
// what holds already, the same version of it, so that nothing changes.
void refresh(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    const bool update = leg.update || leg.told.empty();
    auto extra = session_request_lines(e, leg);
    if (!update) extra += "Content-Type: application/sdp\r\n";
    Exchange x;
    x.serial = call.next_serial++ & 0xffffff;
    x.purpose = Exchange::Purpose::refresh;
    x.to = index;
    x.method = update ? Method::update : Method::invite;
    if (!send_exchange(e, call, std::move(x), extra, update ? std::string_view{} : std::string_view(leg.told)))
        arm(e, call, index, e.wheel.now() + kSoon);
}

}  // namespace

bool keeps_session_timers(const Engine& e, const Leg& a, const Leg& b) {
    return policy_of(e, a).expires_s != 0 || policy_of(e, b).expires_s != 0;
}

std::string session_request_lines(const Engine& e, const Leg& leg) {
    const auto& policy = policy_of(e, leg);
    if (policy.expires_s == 0) return {};
    const auto& session = leg.session;
    const auto min_se = std::max(policy.min_se_s, session.min_se_s);
    const auto expires = std::max(session.expires_s != 0 ? session.expires_s : policy.expires_s, min_se);
    // 7.1: the first request leaves it to the peer who refreshes; later ones keep the roles (7.4).
    const auto* refresher = session.deadline == 0 ? "" : session.ours ? ";refresher=uac" : ";refresher=uas";
    auto out = fmt::format("Supported: timer\r\nSession-Expires: {}{}\r\n", expires, refresher);
    if (min_se > kLeastExpires || session.min_se_s != 0) out += fmt::format("Min-SE: {}\r\n", min_se);
    return out;
}

bool admit_session_request(Engine& e, Call& call, LegIndex index, transaction::ServerId server,
                           const message::Incoming& request) {
    auto& leg = call.legs[index];
    const auto& policy = policy_of(e, leg);
    const auto& sip = request.sip();
    if (policy.expires_s == 0) return true;
    note_allow(leg, sip);
    const auto asked = read_expires(sip);
    // 9: a peer that does not know timers cannot make sense of a 422.
    if (asked.seconds == 0 || asked.seconds >= policy.min_se_s || !knows_timers(sip)) return true;
    const auto lines = fmt::format("Min-SE: {}\r\n", policy.min_se_s);
    if (server == leg.server && call.state == CallState::inviting)
        refuse(e, call, 422, {}, lines);
    else
        e.layer.respond(server, 422, {}, {}, lines);
    return false;
}

std::string agree_session(Engine& e, Call& call, LegIndex index, const message::Incoming& request) {
    auto& leg = call.legs[index];
    const auto& policy = policy_of(e, leg);
    if (policy.expires_s == 0 || !request) return {};
    const auto& sip = request.sip();
    auto& session = leg.session;
    const auto asked = read_expires(sip);
    session.peer_knows = knows_timers(sip);
    session.expires_s = policy.expires_s;
    if (asked.seconds != 0) {
        // 9: shorter than asked is allowed, down to either side's Min-SE; longer is not.
        const auto least = std::max(policy.min_se_s, read_min_se(sip));
        session.expires_s = std::min(asked.seconds, std::max(policy.expires_s, least));
    }
    session.expires_s = std::max(session.expires_s, kLeastExpires);
    // 9, table 2
    if (!session.peer_knows || wire::same_token(asked.refresher, "uas"))
        session.ours = true;
    else if (wire::same_token(asked.refresher, "uac") || session.deadline == 0)
        session.ours = false;
    start(e, call, index);
    auto out =
        fmt::format("Session-Expires: {};refresher={}\r\n", session.expires_s, session.ours ? "uas" : "uac");
    // 9: the peer that must refresh is told so in a way that it cannot overlook.
    if (session.peer_knows) out += session.ours ? "Supported: timer\r\n" : "Require: timer\r\n";
    return out;
}

void on_session_answer(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    auto& leg = call.legs[index];
    const auto& policy = policy_of(e, leg);
    if (policy.expires_s == 0) return;
    const auto& sip = response.sip();
    note_allow(leg, sip);
    auto& session = leg.session;
    const auto answered = read_expires(sip);
    session.peer_knows = answered.seconds != 0;
    // 7.2: without Session-Expires the peer keeps no timer; ours goes on alone.
    session.ours = !session.peer_knows || !wire::same_token(answered.refresher, "uas");
    if (session.peer_knows)
        session.expires_s = std::max(answered.seconds, kLeastExpires);
    else
        session.expires_s = std::max(policy.expires_s, session.min_se_s);
    start(e, call, index);
}

bool lengthen_session(Leg& leg, const message::Incoming& response) {
    const auto min_se = read_min_se(response.sip());
    if (min_se <= leg.session.min_se_s || min_se > kMostExpires) return false;
    // Each 422 raises it by a quarter at least: a peer cannot keep us asking.
    leg.session.min_se_s = std::min(std::max(min_se, leg.session.min_se_s * 5 / 4), kMostExpires);
    leg.session.expires_s = std::max(leg.session.expires_s, leg.session.min_se_s);
    return true;
}

void resume_session(Engine& e, Call& call, LegIndex index) {
    auto& session = call.legs[index].session;
    session.timer = 0;
    if (session.deadline == 0) return;
    const auto due = session.ours
                         ? session.deadline - static_cast<Nanoseconds>(session.expires_s) * kSecond / 2
                         : session.deadline;
    arm(e, call, index, std::max(due, e.wheel.now() + kSoon));
}

void on_session_timer(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    auto& session = leg.session;
    session.timer = 0;
    if (leg.state != LegState::answered && leg.state != LegState::confirmed) return;
    if (!session.ours || e.wheel.now() >= session.deadline) return end_session(e, call, "session expired");
    // Whatever is under way refreshes, too.
    if (leg.state != LegState::confirmed || is_open(call, index))
        return arm(e, call, index, std::min(session.deadline, e.wheel.now() + kSoon));
    refresh(e, call, index);
}

void on_refresh_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    const auto status = response.sip().status();
    if (status < 200) return;
    const auto index = x.to;
    auto& leg = call.legs[index];
    const bool invite = x.method == Method::invite;
    if (status < 300) {
        if (invite) send_ack(e, leg, x.to_cseq, {}, {}, {}, nullptr);
        if (x.state == Exchange::State::acknowledged) return;  // our ACK was lost
        dialog::refresh_target(leg.dialog, response.sip());
        if (invite)
            x.state = Exchange::State::acknowledged;
        else
            forget_exchange(call, x.serial);
        return on_session_answer(e, call, index, response);
    }
    forget_exchange(call, x.serial);
    // RFC 3261 12.2.1.2, RFC 5057 5.1
    if (status == 481 || status == 408)
        return end_call(e, call, EndedBy::appliance, "dialog lost by the peer", {});
    if (status == 422 && lengthen_session(leg, response)) return refresh(e, call, index);
    if (!invite && (status == 405 || status == 501) && !leg.told.empty()) {
        leg.update = false;
        return refresh(e, call, index);
    }
    // Any other refusal proves that the peer is there. One that keeps no timer needs no more than that.
    if (!leg.session.peer_knows && status != 491) return start(e, call, index);
    const auto now = e.wheel.now();
    const auto left = std::max<Nanoseconds>(leg.session.deadline - now, 0);
    arm(e, call, index,
        now + (status == 491 ? std::min(left, kSoon) : std::max(left / 2, std::min(left, kSoon))));
}

void on_refresh_failure(Engine& e, Call& call, Exchange& x, transaction::Failure failure) {
    const auto index = x.to;
    forget_exchange(call, x.serial);
    // 10: no response at all ends the session.
    if (failure == transaction::Failure::timeout)
        return end_session(e, call, "no response to session refresh");
    arm(e, call, index, std::min(call.legs[index].session.deadline, e.wheel.now() + kSoon));
}

bool take_refresh(Engine& e, Call& call, LegIndex index, transaction::ServerId server,
                  const message::Incoming& request) {
    const auto& sip = request.sip();
    auto& leg = call.legs[index];
    if (sip.method() != Method::update || !sip.body().empty() || !sip.has(HeaderId::session_expires) ||
        policy_of(e, leg).expires_s == 0)
        return false;
    dialog::refresh_target(leg.dialog, sip);
    const auto lines = agree_session(e, call, index, request);
    e.layer.respond(server, 200, build_response(e, call, leg, leg, request, {}, 200, lines, {}));
    return true;
}

}  // namespace strowger::call
