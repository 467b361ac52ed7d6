#include "call/explain.hpp"

#include <fmt/format.h>

#include "call/features.hpp"
#include "model/values.hpp"

namespace strowger::call {
namespace {

// Why a route fits, in the words of its options.
std::string reason_of(const RoutePolicy& route, const std::string& caller, const std::string& called) {
    std::string out = fmt::format("priority {}", route.priority);
    std::string_view digits;
    for (const std::string& d : route.digits)
        if (called.starts_with(d) && d.size() >= digits.size()) digits = d;
    for (const std::string& user : route.users)
        if (user == called) out += fmt::format(", users {}", user);
    if (!digits.empty()) out += fmt::format(", digits {}", digits);
    if (const auto* pattern = first_match(route.patterns, called)) out += fmt::format(", pattern {}", pattern->text());
    if (route.any_called()) out += ", any number";
    for (const std::string& d : route.callers)
        if (caller.starts_with(d)) out += fmt::format(", caller {}", d);
    if (const auto* pattern = first_match(route.caller_patterns, caller))
        out += fmt::format(", caller pattern {}", pattern->text());
    if (!route.from_trunks.empty()) out += ", its trunk";
    if (route.schedule != kAlwaysOpen) out += ", its schedule is open";
    if (!route.rewrite.empty()) out += fmt::format(", rewrite {}", route.rewrite);
    if (route.strip != 0) out += fmt::format(", strip {}", route.strip);
    if (!route.add.empty()) out += fmt::format(", add {}", route.add);
    if (const auto number = translated(route, called); number != called) out += fmt::format(": {}", number);
    return out;
}

std::string action_of(const Engine& e, const RoutePolicy& route) {
    std::string out(model::name_of(route.action));
    if (route.action == model::RouteAction::reject) out += fmt::format(" {}", route.reject_code);
    for (const TrunkId id : route.trunks) out += " " + e.policies.trunk(id).name;
    return out;
}

// "busy or no-answer"; empty: whatever came of the step before.
std::string condition_of(std::uint8_t after) {
    if (after == kAnyOutcome) return {};
    std::string out;
    for (unsigned i = 0; i <= static_cast<unsigned>(Outcome::no_answer); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        if ((after & bit(outcome)) == 0) continue;
        if (!out.empty()) out += " or ";
        out += diversion_reason(outcome);
    }
    return out;
}

// The targets that ring together; behind each those that stand in for it.
std::string targets_of(const Engine& e, const Call& call, const Step& step) {
    std::string out;
    for (const std::uint16_t first : step.targets) {
        if (!out.empty()) out += ", ";
        for (std::uint16_t at = first; at != kNoTarget; at = call.targets[at].instead) {
            const Target& target = call.targets[at];
            if (at != first) out += ", else ";
            out += fmt::format("{} at {}", target.request_uri, wire::to_string(target.flow.remote));
            if (target.trunk != kNone<TrunkId>)
                out += fmt::format(" (trunk {})", e.policies.trunk(target.trunk).name);
            if (const auto caller = caller_toward(e, call, target); caller != call.caller_user)
                out += fmt::format(", caller {}", caller);
            if (!target.missed.empty())
                out += fmt::format(" [{}{}]", target.missed, target.last_resort ? ": last resort" : "");
        }
    }
    return out;
}

void explain_step(const Engine& e, const Call& call, const Step& step, std::vector<Explanation>& out) {
    const std::string condition = condition_of(step.after);
    if (!step.destination.empty()) {
        out.push_back({"plan", "goes on to " + model::write(step.destination),
                       condition.empty() ? "whatever came before" : "after " + condition});
        return;
    }
    std::string detail = targets_of(e, call, step);
    if (step.ring_ms != 0) detail += fmt::format(", for {} s", step.ring_ms / 1000);
    out.push_back({"plan", condition.empty() ? "rings" : "rings after " + condition, std::move(detail)});
}

}  // namespace

std::vector<Explanation> explain(Engine& e, const Question& q) {
    std::vector<Explanation> out;
    const auto clock = std::exchange(e.unix_ns, [at = q.unix_ns] { return at; });
    Call call;
    Leg& inbound = call.legs.emplace_back();
    inbound.realm = q.realm;
    inbound.trunk = q.trunk;
    inbound.tenant = q.tenant;
    inbound.dialog.flow.local = q.local;
    const NumberPolicy& numbers = e.policies.numbers(q.realm, q.trunk);
    call.caller_user = rewritten(numbers.caller_in, q.caller);
    const std::string called = rewritten(numbers.called_in, q.called);
    if (call.caller_user != q.caller)
        out.push_back({"numbers", fmt::format("caller {} is {}", q.caller, call.caller_user), numbers.caller_in->name});
    if (called != q.called)
        out.push_back({"numbers", fmt::format("called {} is {}", q.called, called), numbers.called_in->name});
    const Origin origin{q.realm, q.tenant, q.domain, q.local, {}, q.trunk};
    std::vector<const RoutePolicy*> routes;
    find_routes(e.policies, query_of(e, call, origin, called), routes);
    for (const RoutePolicy* route : routes)
        out.push_back({"route", fmt::format("{}: {}", route->name, action_of(e, *route)),
                       reason_of(*route, call.caller_user, called)});
    const Refusal refusal = plan_number(e, call, origin, called);
    if (refusal.status != 0)
        out.push_back({"plan", fmt::format("refused: {}", refusal.status), std::string(refusal.what)});
    if (call.lookup.waiting)
        out.push_back({"plan", "waits for name servers", "the number is looked up; ask again in a moment"});
    for (const Target& target : call.targets)
        if (target.charge) {
            out.push_back({"credit", e.policies.credit.asked ? "credit_url is asked first" : "marked in the CDR",
                           fmt::format("route {}, rate {}", target.route, target.rate)});
            break;
        }
    for (const Step& step : call.plan.steps) explain_step(e, call, step, out);
    e.unix_ns = clock;
    return out;
}

}  // namespace strowger::call
