// What a subscriber wants of calls to it, and calls that go on elsewhere: RFC 5806, RFC 7044.
#include <fmt/format.h>

#include <algorithm>

#include "call/feature_settings.hpp"
#include "call/features.hpp"
#include "dialog/write.hpp"
#include "model/values.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

constexpr std::size_t kMostForwards = 5;

constexpr std::uint8_t kWhenBusy = bit(Outcome::busy);
constexpr std::uint8_t kWhenNoAnswer = bit(Outcome::no_answer);
constexpr std::uint8_t kWhenUnreachable = bit(Outcome::unreachable) | bit(Outcome::failed);

void add_lead_on(Plan& plan, std::uint8_t after, const model::Destination& destination) {
    if (destination.empty()) return;
    Step step;
    step.after = after;
    step.destination = destination;
    plan.steps.push_back(std::move(step));
}

bool is_blocked(const Call& call, const std::vector<std::string>& block) {
    const auto& number = call.caller_identity.empty() ? call.caller_user : call.caller_identity;
    return std::any_of(block.begin(), block.end(), [&](const auto& b) { return number.starts_with(b); });
}

bool was_here(const Call& call, const std::string& owner) {
    return std::any_of(call.diversions.begin(), call.diversions.end(),
                       [&](const auto& d) { return d.uri == owner; });
}

}  // namespace

SubscriberPolicy wants_of(const Engine& e, const Callee& callee) {
    const auto* declared = e.policies.subscriber(callee.resource);
    auto wants = declared == nullptr ? SubscriberPolicy{} : *declared;
    return e.settings == nullptr ? wants : e.settings->effective(callee.aor, std::move(wants));
}

Refusal plan_subscriber(Engine& e, Call& call, const Callee& callee) {
    auto& plan = call.plan;
    plan.owner = "sip:" + callee.aor;
    plan.tenant = callee.tenant;
    plan.domain = callee.domain;
    if (was_here(call, plan.owner)) return {482, 0, "forwarding leads in a circle"};
    // Only calls are led on; a message waits for nobody.
    const auto wants = call.kind == CallKind::session ? wants_of(e, callee) : SubscriberPolicy{};
    if (wants.reject_anonymous && call.privacy) return {433, 0, "callee refuses anonymous callers"};
    if (is_blocked(call, wants.block)) return {603, 0, "callee blocks the caller"};
    if (!wants.always.empty()) {
        add_lead_on(plan, bit(Outcome::none), wants.always);
        return {};
    }
    Branches branches;
    if (wants.do_not_disturb) {
        note_outcome(plan, Outcome::busy);
        call.failure_code = 486;
    } else {
        add_contacts(e, call, callee, true, branches);
        if (branches.empty()) {
            note_outcome(plan, Outcome::unreachable);
            call.failure_code = 480;
        }
    }
    for (auto& branch : branches) {
        Step step;
        if (!wants.no_answer.empty()) step.ring_ms = wants.ring_ms;
        step.targets = std::move(branch);
        plan.steps.push_back(std::move(step));
    }
    add_lead_on(plan, kWhenBusy, wants.busy);
    add_lead_on(plan, kWhenNoAnswer, wants.no_answer);
    add_lead_on(plan, kWhenUnreachable, wants.unreachable);
    if (!plan.steps.empty()) return {};
    return wants.do_not_disturb ? Refusal{486, 0, "do not disturb"}
                                : Refusal{480, 0, "subscriber has no phone registered"};
}

Refusal plan_group(Engine& e, Call& call, const Origin& from, const GroupPolicy& group) {
    auto& plan = call.plan;
    plan.hunting = true;
    plan.group = group.name;
    plan.owner = fmt::format("sip:{}@{}", group.number.empty() ? group.name : group.number, from.domain);
    plan.tenant = group.tenant;
    plan.domain = from.domain;
    plan.stop_codes = group.stop_codes;
    if (!group.alert_info.empty()) plan.alert_info = group.alert_info;
    if (was_here(call, plan.owner)) return {482, 0, "forwarding leads in a circle"};
    if (!e.policies.open(group.schedule, e.unix_ns() / kSecond)) {
        add_lead_on(plan, bit(Outcome::none), group.closed);
        return plan.steps.empty() ? Refusal{480, 0, "ring group is closed"} : Refusal{};
    }
    Branches branches;
    const auto before = call.targets.size();
    add_members(e, call, from, group, branches);
    if (call.lookup.waiting) {
        wait_for_names(e, call, before, from, {.user = {}, .domain = {}, .group = group.name});
        return {};
    }
    if (branches.empty()) {
        note_outcome(plan, Outcome::unreachable);
        call.failure_code = 480;
    }
    for (auto& branch : branches) {
        Step step;
        step.ring_ms = group.ring_ms;
        step.targets = std::move(branch);
        plan.steps.push_back(std::move(step));
    }
    add_lead_on(plan, kWhenBusy, group.busy);
    add_lead_on(plan, kWhenNoAnswer, group.no_answer);
    add_lead_on(plan, kWhenUnreachable, group.unreachable);
    add_lead_on(plan, kAnyOutcome, group.otherwise);
    return plan.steps.empty() ? Refusal{480, 0, "ring group has no member that can be reached"} : Refusal{};
}

void lead_on(Engine& e, Call& call, const model::Destination& destination) {
    auto& plan = call.plan;
    Diversion diversion{plan.owner, plan.outcome};
    Origin from{kNone<RealmId>,
                plan.tenant,
                destination.domain.empty() ? plan.domain : destination.domain,
                call.legs[kInbound].dialog.flow.local,
                {}};
    e.records.on_led_on(call.record, diversion.uri, model::write(destination),
                        diversion_reason(diversion.outcome));
    call.record.led_on_by.push_back(diversion.uri);
    call.diversions.push_back(std::move(diversion));
    plan = {};
    call.refusal = {};
    call.failure_code = 0;
    Refusal refusal{482, 0, "forwarded too often"};
    if (call.diversions.size() <= kMostForwards) {
        const auto* group = destination.group.empty() ? nullptr : e.policies.group(destination.group);
        if (destination.group.empty())
            refusal = plan_number(e, call, from, destination.user);
        else
            refusal =
                group == nullptr ? Refusal{404, 0, "ring group is gone"} : plan_group(e, call, from, *group);
    }
    if (refusal.status == 0) return;
    plan = {};
    call.failure_code = refusal.status;
    call.record.reason = refusal.what;
}

bool follow_redirect(Engine& e, Call& call, const Leg& leg, const message::Incoming& response) {
    if (!response || call.kind != CallKind::session) return false;
    const auto& sip = response.sip();
    if (sip.status() / 100 != 3 || !e.policies.follows_redirects(leg.realm, leg.trunk)) return false;
    auto contacts = sip.header(HeaderId::contact);
    std::string_view first;
    const auto contact = wire::next_in_list(contacts, first) ? wire::parse_name_address(first) : std::nullopt;
    const auto uri = contact ? wire::parse_uri(contact->uri) : std::nullopt;
    if (!uri || !uri->is_sip() || uri->user.empty()) return false;
    cancel_legs(e, call, kNoLeg, {});
    auto& plan = call.plan;
    if (plan.owner.empty()) {
        // Its number, at our own address: where it is in truth is not told.
        const auto of = wire::parse_uri(call.targets[leg.target].to_uri);
        plan.owner = fmt::format("sip:{}@{}", of ? of->user : std::string_view{},
                                 dialog::host_of(leg.dialog.flow.local));
        plan.tenant = call.targets[leg.target].tenant;
        plan.domain = call.targets[leg.target].from_host;
    }
    // The number alone: where it is reached is for the dial plan to say.
    lead_on(e, call, {.user = std::string(uri->user), .domain = {}, .group = {}});
    return true;
}

std::string diversion_headers(const Call& call, const Target& target) {
    if (call.diversions.empty()) return {};
    std::string out;
    // RFC 5806 5: the latest first.
    for (auto i = call.diversions.size(); i-- > 0;)
        out += fmt::format("Diversion: <{}>;reason={};counter=1\r\n", call.diversions[i].uri,
                           diversion_reason(call.diversions[i].outcome));
    // RFC 7044 with the causes of RFC 4458; an own history starts at 1, one that came goes on below its last
    // entry.
    std::string index = "1";
    if (call.invite)
        call.invite.sip().each(HeaderId::history_info, [&](std::string_view list) {
            std::string_view element;
            while (wire::next_in_list(list, element))
                if (const auto entry = wire::parse_name_address(element))
                    if (const auto at = entry->parameters.find("index")) index = std::string(*at) + ".1";
        });
    for (std::size_t i = 0; i < call.diversions.size(); ++i) {
        out += fmt::format("History-Info: <{}?Reason=SIP%3Bcause%3D{}>;index={}\r\n", call.diversions[i].uri,
                           diversion_cause(call.diversions[i].outcome), index);
        index += ".1";
    }
    out += fmt::format("History-Info: <{};cause={}>;index={};mp={}\r\n", target.to_uri,
                       diversion_cause(call.diversions.back().outcome), index,
                       index.substr(0, index.size() - 2));
    return out;
}

}  // namespace strowger::call
