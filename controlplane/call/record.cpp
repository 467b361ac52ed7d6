// The facts of a call's record.
#include <algorithm>
#include <utility>

#include "call/features.hpp"
#include "call/headers.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

// RFC 3326: "Q.850;cause=16;text=…" among the Reason values.
std::uint16_t q850_cause(const wire::SipMessage& sip) {
    std::uint16_t cause = 0;
    sip.each(HeaderId::reason, [&](std::string_view list) {
        std::string_view element;
        while (wire::next_in_list(list, element)) {
            const auto semicolon = element.find(';');
            if (semicolon == std::string_view::npos) continue;
            auto protocol = element.substr(0, semicolon);
            while (!protocol.empty() && protocol.back() == ' ') protocol.remove_suffix(1);
            if (!wire::same_token(protocol, "Q.850")) continue;
            const auto value = wire::Parameters(element.substr(semicolon)).find("cause");
            if (const auto n = wire::parse_number(value.value_or("")); n && *n < 128)
                cause = static_cast<std::uint16_t>(*n);
        }
    });
    return cause;
}

void describe_callee(const Engine& e, Call& call) {
    const Leg* leg = nullptr;
    if (call.legs.empty() || call.targets.empty()) return;
    if (call.active != kNoLeg)
        leg = &call.legs[call.active];
    else if (call.legs.size() > 1)
        leg = &call.legs.back();
    if (leg == nullptr) return;
    auto& callee = call.record.callee;
    if (leg->target >= call.targets.size()) return;
    const auto& target = call.targets[leg->target];
    callee.sent = target.request_uri;
    callee.realm = e.policies.realm(leg->realm).name;
    callee.trunk = e.policies.trunk(leg->trunk).name;
    callee.subscriber = leg->subscriber;
    callee.address = wire::to_string(leg->dialog.flow.remote);
    callee.call_id = leg->dialog.call_id;
    call.record.caller.sent = uri_of(leg->dialog.local);
}

// What the leg's target sent goes to its quality.
void tell_media(Engine& e, const Call& call, LegIndex index) {
    const auto& leg = call.legs[index];
    if (!leg.outbound || leg.trunk == kNone<TrunkId> || leg.target >= call.targets.size()) return;
    trunk::Media media;
    for (const auto& report : call.media.reports) {
        const auto& s = report.statistics;
        if (!report.complete || report.side != index || s.packets_received == 0) continue;
        media.packets += s.packets_received;
        media.lost += s.lost_packets;
        media.jitter_us = std::max(media.jitter_us, s.jitter_us);
        if (s.mos_100 != 0 && (media.mos_100 == 0 || s.mos_100 < media.mos_100)) media.mos_100 = s.mos_100;
    }
    if (media.packets != 0)
        e.directory.target_media(leg.trunk, call.targets[leg.target].trunk_target, media);
}

}  // namespace

void start_record(Engine& e, Call& call, const message::Incoming& request) {
    const auto& sip = request.sip();
    auto& r = call.record;
    const auto& inbound = call.legs[kInbound];
    r.id = call.handle;
    r.tenant = inbound.tenant;
    r.setup = e.unix_ns();
    r.caller.received = uri_of(sip.header(HeaderId::from));
    r.caller.realm = e.policies.realm(inbound.realm).name;
    r.caller.trunk = e.policies.trunk(inbound.trunk).name;
    r.caller.subscriber = inbound.subscriber;
    r.caller.address = wire::to_string(request.flow().remote);
    r.caller.call_id = sip.header(HeaderId::call_id);
    r.caller.user_agent = sip.header(HeaderId::user_agent);
    r.callee.received = sip.uri();
}

void note_end(Engine& e, Call& call, EndedBy by, std::uint16_t code, std::string_view why,
              const message::Incoming& source) {
    auto& r = call.record;
    if (r.end != 0) return;
    r.end = e.unix_ns();
    r.ended_by = by;
    r.sip_code = code;
    r.reason = why;
    if (source) r.q850_cause = q850_cause(source.sip());
    // The parties while they are still there.
    describe_callee(e, call);
    const auto& streams = call.legs[kInbound].media.streams;
    const auto voice = std::find_if(streams.begin(), streams.end(), [](const auto& s) { return s.agreed; });
    if (voice != streams.end()) r.codec = voice->now.codec_name;
    if (call.active != kNoLeg) {
        const auto& answered = call.legs[call.active].media.streams;
        const auto chosen =
            std::find_if(answered.begin(), answered.end(), [](const auto& s) { return s.agreed; });
        // The answerer's first format is the one in use (RFC 3264 6.1).
        if (chosen != answered.end()) r.codec = chosen->now.codec_name;
    }
}

void note_ringing(const Engine& e, Leg& leg) {
    if (leg.invited != 0 && leg.dial_delay == 0)
        leg.dial_delay = std::max<Nanoseconds>(1, e.wheel.now() - leg.invited);
}

void tell_setup(Engine& e, Call& call, Leg& leg, bool answered) {
    if (std::exchange(leg.invited, 0) == 0) return;
    e.directory.target_setup(leg.trunk, call.targets[leg.target].trunk_target, {answered, leg.dial_delay});
}

void finish_record(Engine& e, Call& call) {
    auto& r = call.record;
    for (LegIndex i = 0; i < call.legs.size(); ++i) tell_media(e, call, i);
    report_credit(e, call);
    for (const auto& leg : call.legs)
        if (leg.credit.charged) {
            r.charged = true;
            r.rate = leg.credit.rate;
        }
    if (r.end == 0) note_end(e, call, EndedBy::appliance, 500, "ended", {});
    for (const auto& report : call.media.reports)
        if (report.complete &&
            (report.side == kInbound || report.side == call.active || call.active == kNoLeg))
            r.media.push_back({report.side == kInbound, report.stream, report.statistics});
    if (r.answer != 0)
        ++e.counts.completed;
    else
        ++e.counts.failed;
    e.records.on_record(r);
}

}  // namespace strowger::call
