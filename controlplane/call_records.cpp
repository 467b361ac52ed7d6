#include "call_records.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <iterator>

namespace strowger {
namespace {

using Buffer = fmt::memory_buffer;

void put(Buffer& out, std::string_view text) {
    out.append(text.data(), text.data() + text.size());
}

// Whether the text is UTF-8 (RFC 3629): no stray or missing continuation bytes, nothing overlong, no
// surrogates.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xc2 ? 0
                                   : first < 0xe0 ? 2
                                   : first < 0xf0 ? 3
                                   : first < 0xf5 ? 4
                                                  : 0;
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
        const auto second = static_cast<unsigned char>(length > 1 ? text[i + 1] : 0);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

// A JSON string. Bytes from the network: control characters are escaped, and all bytes above ASCII when they
// are not UTF-8 together.
void put_string(Buffer& out, std::string_view text) {
    out.push_back('"');
    const bool utf8 = is_utf8(text);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out.push_back('\\');
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

void field(Buffer& out, std::string_view name, std::string_view value) {
    put_string(out, name);
    out.push_back(':');
    put_string(out, value);
    out.push_back(',');
}

void field(Buffer& out, std::string_view name, double value) {
    put_string(out, name);
    fmt::format_to(std::back_inserter(out), ":{:g},", value);
}

void field(Buffer& out, std::string_view name, std::uint64_t value) {
    put_string(out, name);
    fmt::format_to(std::back_inserter(out), ":{},", value);
}

void time_field(Buffer& out, std::string_view name, std::int64_t unix_ns) {
    put_string(out, name);
    if (unix_ns == 0) return put(out, ":null,");
    const std::time_t seconds = static_cast<std::time_t>(unix_ns / kSecond);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    fmt::format_to(std::back_inserter(out), ":\"{:%Y-%m-%dT%H:%M:%S}.{:03}Z\",", utc,
                   unix_ns / kMillisecond % 1000);
}

void close(Buffer& out, char bracket) {
    if (out[out.size() - 1] == ',') out.resize(out.size() - 1);
    out.push_back(bracket);
    out.push_back(',');
}

void party(Buffer& out, std::string_view name, const call::PartyRecord& p) {
    put_string(out, name);
    put(out, ":{");
    field(out, "received", p.received);
    field(out, "sent", p.sent);
    field(out, "realm", p.realm);
    field(out, "trunk", p.trunk);
    field(out, "subscriber", p.subscriber);
    field(out, "address", p.address);
    field(out, "call_id", p.call_id);
    field(out, "user_agent", p.user_agent);
    close(out, '}');
}

void media(Buffer& out, const call::MediaRecord& m) {
    const rings::LegStatistics& s = m.statistics;
    put(out, "{");
    field(out, "side", m.caller ? "caller" : "callee");
    field(out, "stream", std::uint64_t{m.stream});
    field(out, "packets_received", s.packets_received);
    field(out, "octets_received", s.octets_received);
    field(out, "packets_sent", s.packets_sent);
    field(out, "octets_sent", s.octets_sent);
    field(out, "lost", s.lost_packets);
    field(out, "duplicate", s.duplicate_packets);
    field(out, "reordered", s.reordered_packets);
    field(out, "jitter_ms", s.jitter_us / 1000.0);
    field(out, "jitter_max_ms", s.jitter_max_us / 1000.0);
    field(out, "round_trip_ms", s.round_trip_us / 1000.0);
    field(out, "bleed", s.bleed_packets);
    field(out, "mos", s.mos_100 / 100.0);
    close(out, '}');
}

}  // namespace

std::string to_json(const call::CallRecord& r) {
    Buffer out;
    put(out, "{");
    field(out, "id", r.id);
    field(out, "tenant", r.tenant);
    party(out, "caller", r.caller);
    party(out, "callee", r.callee);
    time_field(out, "setup", r.setup);
    time_field(out, "ring", r.ring);
    time_field(out, "answer", r.answer);
    time_field(out, "end", r.end);
    field(out, "duration_s", r.answer == 0 ? 0.0 : static_cast<double>(r.end - r.answer) / 1e9);
    field(out, "ended_by", call::name_of(r.ended_by));
    field(out, "sip_code", std::uint64_t{r.sip_code});
    field(out, "q850_cause", std::uint64_t{r.q850_cause});
    field(out, "reason", r.reason);
    field(out, "codec", r.codec);
    put(out, "\"led_on_by\":[");
    for (const std::string& uri : r.led_on_by) {
        put_string(out, uri);
        out.push_back(',');
    }
    close(out, ']');
    put(out, "\"media\":[");
    for (const call::MediaRecord& m : r.media) media(out, m);
    close(out, ']');
    close(out, '}');
    return {out.data(), out.size() - 1};
}

void CallRecords::on_record(const call::CallRecord& record) {
    trace_.link(record.caller.call_id, record.callee.call_id);
    if (cdr_ != nullptr) cdr_->write(to_json(record));
}

}  // namespace strowger
