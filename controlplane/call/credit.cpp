// Chargeable calls: whether they may be made, for how long, and what they used.
#include "credit/credit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "call/features.hpp"

namespace strowger::call {
namespace {

using credit::Event;

double used_s(const Engine& e, const Credit& c) {
    return c.since == 0 ? 0.0 : static_cast<double>(e.wheel.now() - c.since) / 1e9;
}

credit::Question question_of(const Call& call, Event event, const std::string& route,
                             const std::string& rate) {
    const auto& r = call.record;
    credit::Question out;
    out.event = event;
    out.call = call.handle;
    out.tenant = r.tenant;
    out.from = r.caller.received;
    out.to = r.callee.received;
    out.subscriber = r.caller.subscriber;
    out.trunk = r.caller.trunk;
    if (!r.led_on_by.empty()) out.led_on_by = r.led_on_by.back();
    out.route = route;
    out.rate = rate;
    return out;
}

std::uint64_t ask(Engine& e, const DialogRef& who, credit::Question question) {
    const auto ticket = e.next_ticket++;
    e.tickets[ticket] = who;
    question.ticket = ticket;
    e.authority->ask(std::move(question));
    return ticket;
}

void report(Engine& e, const Call& call, const std::string& route, const std::string& rate, double seconds) {
    auto out = question_of(call, Event::report, route, rate);
    out.used_s = seconds;
    out.ended_by = name_of(call.record.ended_by);
    out.code = call.record.sip_code;
    out.reason = call.record.reason;
    e.authority->ask(std::move(out));
}

// More is asked for early enough for an answer that takes its time; within a short grant at half its length.
void arm(Engine& e, Call& call, LegIndex index) {
    auto& c = call.legs[index].credit;
    const auto now = e.wheel.now();
    const auto lead = std::min(e.policies.credit.timeout + 2 * kSecond, (c.until - now) / 2);
    const auto at = c.last || c.ticket != 0 ? c.until : c.until - lead;
    e.wheel.cancel(c.timer);
    c.timer = e.wheel.start(std::max(at, now + kMillisecond), owner_of(call, Role::credit, index));
}

void on_authorised(Engine& e, Call& call, const credit::Answer& answer) {
    auto& a = call.authorisation;
    const auto& policy = e.policies.credit;
    a.asking = false;
    a.rate = answer.rate;
    a.grant_s = answer.answered ? answer.grant_s : policy.allow ? policy.allowance_s : 0;
    if (!answer.answered) e.records.on_credit_unanswered(call.handle, name_of(Event::authorise), answer.why);
    if (a.grant_s == 0) {
        a.open = false;
        a.code = !answer.answered ? std::uint16_t{503} : answer.code != 0 ? answer.code : policy.code;
        for (auto i = a.first; i < a.seen; ++i) call.targets[i].unpaid = call.targets[i].charge;
        if (answer.answered) e.records.on_credit_refused(call.handle, 0, call.targets[a.first].rate);
    }
    if (call.state == CallState::inviting) try_targets(e, call);
}

void on_renewed(Engine& e, Call& call, LegIndex index, const credit::Answer& answer) {
    auto& c = call.legs[index].credit;
    if (c.ticket != answer.ticket) return;
    c.ticket = 0;
    const auto& policy = e.policies.credit;
    const auto seconds = answer.answered ? answer.grant_s : policy.allow ? policy.allowance_s : 0;
    if (!answer.answered)
        e.records.on_credit_unanswered(call.handle, name_of(Event::renew), answer.why);
    else if (seconds == 0)
        e.records.on_credit_refused(call.handle, used_s(e, c), c.rate);
    c.last = seconds == 0;
    c.until += static_cast<Nanoseconds>(seconds) * kSecond;
    if (!answer.rate.empty()) c.rate = answer.rate;
    arm(e, call, index);
}

}  // namespace

bool awaits_credit(Engine& e, Call& call) {
    auto& a = call.authorisation;
    if (a.asking) return true;
    if (e.authority == nullptr || !e.policies.credit.asked) return false;
    const auto first = std::find_if(
        call.targets.begin() + static_cast<std::ptrdiff_t>(std::min(a.seen, call.targets.size())),
        call.targets.end(), [](const Target& t) { return t.charge; });
    if (first == call.targets.end()) return false;
    a.first = static_cast<std::size_t>(first - call.targets.begin());
    a.seen = call.targets.size();
    a.asking = a.open = true;
    a.ticket = ask(e, {call.handle, kNoLeg}, question_of(call, Event::authorise, first->route, first->rate));
    return true;
}

void on_credit(Engine& e, const credit::Answer& answer) {
    const auto at = e.tickets.find(answer.ticket);
    if (at == e.tickets.end()) return;
    const auto who = at->second;
    e.tickets.erase(at);
    auto* call = e.calls.find(who.call);
    if (call == nullptr) return;
    touch(e, *call);
    if (who.leg == kNoLeg)
        on_authorised(e, *call, answer);
    else
        on_renewed(e, *call, who.leg, answer);
}

void start_credit(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    auto& c = leg.credit;
    if (leg.target >= call.targets.size() || !call.targets[leg.target].charge || c.charged) return;
    const auto& target = call.targets[leg.target];
    auto& a = call.authorisation;
    c.charged = true;
    c.route = target.route;
    c.rate = a.rate.empty() ? target.rate : a.rate;
    c.since = e.wheel.now();
    if (!std::exchange(a.open, false)) return;
    c.running = true;
    c.until = c.since + static_cast<Nanoseconds>(a.grant_s) * kSecond;
    arm(e, call, index);
}

void on_credit_timer(Engine& e, Call& call, LegIndex index) {
    auto& c = call.legs[index].credit;
    c.timer = 0;
    if (!c.running) return;
    if (e.wheel.now() >= c.until) {
        e.records.on_credit_used_up(call.handle, used_s(e, c), c.rate);
        return end_call(e, call, EndedBy::appliance, "credit used up", {},
                        fmt::format("SIP;cause={};text=\"Credit used up\"", e.policies.credit.code));
    }
    if (!c.last && c.ticket == 0) {
        auto question = question_of(call, Event::renew, c.route, c.rate);
        question.used_s = used_s(e, c);
        c.ticket = ask(e, {call.handle, index}, std::move(question));
    }
    arm(e, call, index);
}

void stop_credit(Engine& e, Call& call, LegIndex index) {
    auto& c = call.legs[index].credit;
    if (!std::exchange(c.running, false)) return;
    e.wheel.cancel(c.timer);
    if (c.ticket != 0) e.tickets.erase(std::exchange(c.ticket, 0));
    c.owed = true;
    c.used_s = used_s(e, c);
}

void move_credit(Engine& e, Credit& from, Call& call, LegIndex index) {
    auto& to = call.legs[index].credit;
    e.wheel.cancel(from.timer);
    from.running = false;
    from.ticket = 0;
    to.timer = 0;
    if (to.ticket != 0) e.tickets[to.ticket] = {call.handle, index};
    if (to.running) arm(e, call, index);
}

void report_credit(Engine& e, Call& call) {
    auto& a = call.authorisation;
    if (std::exchange(a.asking, false)) e.tickets.erase(a.ticket);
    // What was granted and is not used is given back.
    if (std::exchange(a.open, false)) report(e, call, call.targets[a.first].route, call.targets[a.first].rate, 0);
    for (auto& leg : call.legs)
        if (std::exchange(leg.credit.owed, false))
            report(e, call, leg.credit.route, leg.credit.rate, leg.credit.used_s);
}

}  // namespace strowger::call
