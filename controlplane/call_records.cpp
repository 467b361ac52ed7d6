#include "call_records.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "observe/json_text.hpp"

namespace strowger {
namespace {

using observe::JsonObject;

void time_field(JsonObject& out, std::string_view name, std::int64_t unix_ns) {
    if (unix_ns == 0) return out.raw(name, "null");
    const std::time_t seconds = static_cast<std::time_t>(unix_ns / kSecond);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    out.field(name, std::string_view(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                                                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                                                 utc.tm_min, utc.tm_sec, unix_ns / kMillisecond % 1000)));
}

std::string party(const call::PartyRecord& p) {
    JsonObject out;
    out.field("received", p.received);
    out.field("sent", p.sent);
    out.field("realm", p.realm);
    out.field("trunk", p.trunk);
    out.field("subscriber", p.subscriber);
    out.field("address", p.address);
    out.field("call_id", p.call_id);
    out.field("user_agent", p.user_agent);
    return out.finish();
}

std::string media_json(const call::MediaRecord& m) {
    const rings::LegStatistics& s = m.statistics;
    JsonObject out;
    out.field("side", std::string_view(m.caller ? "caller" : "callee"));
    out.field("stream", std::uint64_t{m.stream});
    out.field("packets_received", s.packets_received);
    out.field("octets_received", s.octets_received);
    out.field("packets_sent", s.packets_sent);
    out.field("octets_sent", s.octets_sent);
    out.field("lost", s.lost_packets);
    out.field("duplicate", s.duplicate_packets);
    out.field("reordered", s.reordered_packets);
    out.field("jitter_ms", s.jitter_us / 1000.0);
    out.field("jitter_max_ms", s.jitter_max_us / 1000.0);
    out.field("round_trip_ms", s.round_trip_us / 1000.0);
    out.field("bleed", s.bleed_packets);
    out.field("mos", s.mos_100 / 100.0);
    return out.finish();
}

// [a,b,…], each written by `write(list, item)`.
template <typename Items, typename Write>
std::string list_of(const Items& items, Write write) {
    std::string out = "[";
    for (const auto& item : items) {
        if (out.size() > 1) out += ',';
        write(out, item);
    }
    return out + "]";
}

}  // namespace

std::string to_json(const call::CallRecord& r) {
    JsonObject out(2048);
    out.field("id", r.id);
    out.field("tenant", r.tenant);
    out.raw("caller", party(r.caller));
    out.raw("callee", party(r.callee));
    time_field(out, "setup", r.setup);
    time_field(out, "ring", r.ring);
    time_field(out, "answer", r.answer);
    time_field(out, "end", r.end);
    out.field("duration_s", call::duration_s(r));
    out.field("ended_by", std::string_view(call::name_of(r.ended_by)));
    out.field("sip_code", std::uint64_t{r.sip_code});
    out.field("q850_cause", std::uint64_t{r.q850_cause});
    out.field("reason", r.reason);
    out.field("codec", r.codec);
    out.raw("charged", r.charged ? "true" : "false");
    out.field("rate", r.rate);
    out.raw("led_on_by", list_of(r.led_on_by, [](std::string& list, const std::string& uri) {
                observe::append_json_string(list, uri);
            }));
    out.raw("moves", list_of(r.moves, [](std::string& list, const call::MoveRecord& m) {
                JsonObject move;
                move.field("what", std::string_view(m.what));
                move.field("by", m.by);
                move.field("to", m.to);
                move.field("call", m.call);
                time_field(move, "at", m.at);
                list += move.finish();
            }));
    out.raw("media",
            list_of(r.media, [](std::string& list, const call::MediaRecord& m) { list += media_json(m); }));
    return out.finish();
}

void CallRecords::on_start(const call::CallRecord& r) {
    const std::string id = std::to_string(r.id);
    events_.tell(observe::CallStart{.call = id,
                                    .tenant = r.tenant,
                                    .from = r.caller.received,
                                    .to = r.callee.received,
                                    .realm = r.caller.realm,
                                    .trunk = r.caller.trunk,
                                    .subscriber = r.caller.subscriber});
}

void CallRecords::on_ring(const call::CallRecord& r, std::string_view target, std::string_view trunk) {
    const std::string id = std::to_string(r.id);
    events_.tell(observe::CallRing{.call = id, .to = target, .trunk = trunk});
}

void CallRecords::on_answer(const call::CallRecord& r, std::string_view target, std::string_view trunk) {
    const std::string id = std::to_string(r.id);
    events_.tell(observe::CallAnswer{.call = id, .to = target, .trunk = trunk});
}

void CallRecords::on_led_on(const call::CallRecord& r, std::string_view by, std::string_view to,
                            std::string_view reason) {
    const std::string id = std::to_string(r.id);
    events_.tell(observe::CallLedOn{.call = id, .by = by, .to = to, .reason = reason});
}

void CallRecords::on_feature(std::uint64_t call, std::string_view aor, std::string_view feature,
                             std::string_view value) {
    const std::string id = std::to_string(call);
    events_.tell(observe::FeatureSet{.aor = aor, .feature = feature, .value = value, .call = id});
}

void CallRecords::on_limit(std::string_view limit, std::string_view name, std::uint16_t status) {
    events_.tell(observe::LimitReached{.limit = limit, .name = name, .sip_code = status});
}

void CallRecords::on_credit_refused(std::uint64_t call, double used_s, std::string_view rate) {
    const std::string id = std::to_string(call);
    events_.tell(observe::CreditRefused{.call = id, .used_s = used_s, .rate = rate});
}

void CallRecords::on_credit_used_up(std::uint64_t call, double used_s, std::string_view rate) {
    const std::string id = std::to_string(call);
    events_.tell(observe::CreditUsedUp{.call = id, .used_s = used_s, .rate = rate});
}

void CallRecords::on_credit_unanswered(std::uint64_t call, std::string_view question, std::string_view why) {
    const std::string id = std::to_string(call);
    events_.tell(observe::CreditUnanswered{.call = id, .question = question, .why = why});
}

void CallRecords::on_record(const call::CallRecord& record) {
    trace_.link(record.caller.call_id, record.callee.call_id);
    const std::string id = std::to_string(record.id);
    events_.tell(observe::CallEnd{.call = id,
                                  .from = record.caller.received,
                                  .to = record.callee.received,
                                  .ended_by = call::name_of(record.ended_by),
                                  .sip_code = record.sip_code,
                                  .reason = record.reason,
                                  .duration_s = call::duration_s(record)});
    if (cdr_ != nullptr) cdr_->write(to_json(record));
}

}  // namespace strowger
