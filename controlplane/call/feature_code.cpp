// Feature codes: a subscriber dials one, and the setting is confirmed when it is committed. There is no announcement: a
// call that is answered and ended at once says that it was done, and its asserted identity what holds now.
#include <fmt/format.h>

#include "call/feature_settings.hpp"
#include "call/features.hpp"
#include "call/pickup.hpp"
#include "model/text_forms.hpp"

namespace strowger::call {
namespace {

using What = FeatureRequest::What;
using model::Feature;

std::string declared_value(const Engine& e, const Callee& subscriber, Feature feature) {
    const auto* wants = e.policies.subscriber(subscriber.resource);
    if (wants == nullptr) return "off";
    const auto of = [](const model::Destination& d) { return d.empty() ? std::string("off") : model::write(d); };
    switch (feature) {
        case Feature::forward_always:
            return of(wants->always);
        case Feature::forward_busy:
            return of(wants->busy);
        case Feature::forward_no_answer:
            return of(wants->no_answer);
        case Feature::forward_unreachable:
            return of(wants->unreachable);
        case Feature::do_not_disturb:
            return wants->do_not_disturb ? "on" : "off";
        case Feature::reject_anonymous:
            return wants->reject_anonymous ? "on" : "off";
    }
    return "off";
}

// Answered, with what holds on the phone's display, and over as soon as the phone has acknowledged it.
void confirm(Engine& e, Call& call, const Callee& subscriber, Feature feature, std::string_view what) {
    const auto own = e.settings->find(subscriber.aor, feature);
    const auto holds = fmt::format("{}: {}", model::name_of(feature), own ? *own : declared_value(e, subscriber, feature));
    if (!answer_on_hold(e, call, fmt::format("P-Asserted-Identity: \"{}\" <sip:{}>\r\n", holds, subscriber.aor)))
        return refuse(e, call, 488, "An Offer Is Needed", {});
    end_call(e, call, EndedBy::appliance, fmt::format("{} ({})", what, holds), {});
}

// 0: the number may be forwarded to.
Refusal check_destination(Engine& e, const Call& call, const Called& called, const Callee& subscriber,
                          const std::string& number) {
    if (number.empty() || !model::check_text(number, model::bounds::digits(32)).empty())
        return {484, 0, "A Number Is Needed"};
    if (number == subscriber.user) return {482, 0, "The Number Is Its Own"};
    return check_number(e, call, {kNone<RealmId>, subscriber.tenant, called.domain, call.legs[kInbound].dialog.flow.local, {}},
                        number);
}

}  // namespace

bool take_feature_code(Engine& e, Call& call, const Called& called, const std::string& number) {
    const auto& inbound = call.legs[kInbound];
    const auto request = read_feature_code(e.policies.feature_codes(inbound.tenant), number);
    if (!request) return false;
    Callee subscriber;
    const auto user = inbound.subscriber.substr(0, inbound.subscriber.find('@'));
    if (inbound.subscriber.empty() ||
        !e.directory.find_subscriber(inbound.realm, called.domain, user, inbound.dialog.flow.local, subscriber) ||
        subscriber.aor != inbound.subscriber)
        return refuse(e, call, 403, "For Subscribers Only", {}), true;
    if (!call.offered) return refuse(e, call, 488, "An Offer Is Needed", {}), true;
    if (e.settings == nullptr) return refuse(e, call, 503, {}, retry_after(e.policies.retry_after_s)), true;
    const auto feature = request->feature;
    if (request->what == What::ask) return confirm(e, call, subscriber, feature, "feature asked for"), true;
    FeatureValue value;
    if (request->what == What::off) value = "off";
    if (request->what == What::set) {
        value = "on";
        if (is_forwarding(feature)) {
            if (const auto refusal = check_destination(e, call, called, subscriber, request->number); refusal.status != 0)
                return refuse(e, call, refusal.status, refusal.what, {}), true;
            value = request->number;
        }
    }
    const auto committed = [&e, handle = call.handle, subscriber, feature, value](bool ok) {
        if (ok) e.records.on_feature(handle, subscriber.aor, model::name_of(feature), value.value_or(""));
        auto* waiting = e.calls.find(handle);
        if (waiting == nullptr || waiting->state != CallState::inviting) return;
        touch(e, *waiting);
        if (ok)
            confirm(e, *waiting, subscriber, feature, "feature set");
        else
            refuse(e, *waiting, 500, "The Setting Cannot Be Recorded", {});
        settle(e);
    };
    if (!e.settings->set(subscriber.aor, feature, value, committed))
        refuse(e, call, 503, "The Database Is Behind", retry_after(e.policies.retry_after_s));
    return true;
}

}  // namespace strowger::call
