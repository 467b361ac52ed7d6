#include "overview.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "daemon_parts.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger {
namespace {

std::uint64_t resident_megabytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) >> 20;
}

std::string mac_text(const wire::Mac& mac) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3], mac[4],
                       mac[5]);
}

const char* state_name(const trunk::Target& target) {
    if (target.health == trunk::Health::down) return "down";
    if (target.circuit == trunk::Circuit::open) return "open";
    if (target.circuit == trunk::Circuit::half_open) return "half-open";
    return target.health == trunk::Health::up ? "up" : "not probed";
}

const char* state_name(trunk::RegistrationState state) {
    switch (state) {
        case trunk::RegistrationState::registering:
            return "registering";
        case trunk::RegistrationState::registered:
            return "registered";
        case trunk::RegistrationState::refused:
            return "refused";
        case trunk::RegistrationState::silent:
            return "no answer";
    }
    return "";
}

// In words; empty: too few calls count, or there is nothing to hold them against.
const char* quality_of(const model::Trunk& options, const trunk::Target& target, const trunk::Measured& measured,
                       Nanoseconds now) {
    if (!trunk::has_bars(options)) return "";
    if (!target.standing.poor) return trunk::is_enough(options, measured) ? "good" : "";
    switch (trunk::share_of(options, target.standing, now)) {
        case trunk::Share::whole:
            return "poor";
        case trunk::Share::lowered:
            return "lowered";
        case trunk::Share::trial:
            return "on trial";
        case trunk::Share::left:
            return "left";
    }
    return "";
}

void fill(const model::Trunk& options, const trunk::Target& target, Nanoseconds now, manage::TrunkRow& row) {
    const trunk::Measured m =
        target.standing.window.total(now, options.quality_window.count() * kMillisecond);
    row.quality = quality_of(options, target, m, now);
    row.missed = target.standing.missed;
    row.attempts = m.attempts;
    row.answer_ratio = m.answer_ratio();
    row.post_dial_delay_ms = m.delay_ms();
    row.media_calls = m.media;
    row.loss = m.loss();
    row.jitter_ms = m.jitter_ms();
    row.mos = m.mos();
}

std::uint64_t counter(const CounterBlock& block, Counter which) {
    return read_relaxed(block.counters[static_cast<std::size_t>(which)]);
}

std::uint64_t all_drops(const CounterBlock& block) {
    std::uint64_t sum = 0;
    for (const std::uint64_t& value : block.drops) sum += read_relaxed(value);
    return sum;
}

double milliseconds(Nanoseconds time) {
    return static_cast<double>(time) / 1e6;
}

// "1001" of "sip:1001@lab.example".
std::string_view user_of(std::string_view uri) {
    const auto parsed = wire::parse_uri(uri);
    return parsed ? parsed->user : std::string_view{};
}

bool concerns(const call::CallSummary& call, std::string_view number) {
    return number.empty() || user_of(call.record->caller.received) == number ||
           user_of(call.record->callee.received) == number || user_of(call.record->callee.sent) == number;
}

manage::CallRow row_of(const call::CallSummary& call) {
    const call::CallRecord& record = *call.record;
    manage::CallRow row;
    row.id = std::to_string(call.id);
    row.state = call.on_hold ? "held" : call.state;
    row.from = record.caller.received;
    row.to = record.callee.received;
    row.from_realm = record.caller.realm;
    row.to_realm = record.callee.realm;
    row.from_trunk = record.caller.trunk;
    row.to_trunk = record.callee.trunk;
    row.from_call_id = record.caller.call_id;
    row.to_call_id = call.callee_call_id;
    row.codec = call.codec;
    row.media = call.caller_media == nullptr || !call.caller_media->is_open() ? "none"
                : call.caller_media->direct                                   ? "direct"
                                                                              : "relayed";
    row.started_ms = static_cast<std::uint64_t>(record.setup / kMillisecond);
    const std::int64_t age = unix_now_ms() - record.setup / kMillisecond;
    row.age_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, age) / 1000);
    if (call.answered != 0)
        row.talk_s = static_cast<std::uint64_t>((clock_now() - call.answered) / kSecond);
    return row;
}

void fill(const rings::Event& sample, manage::LegRow& row) {
    const rings::LegStatistics& s = sample.statistics;
    if (sample.remote.port != wire::be16{}) row.remote = wire::to_string(sample.remote);
    row.latch = rings::kLatchNames[sample.latch & 3];
    row.packets_in = s.packets_received;
    row.packets_out = s.packets_sent;
    row.octets_in = s.octets_received;
    row.octets_out = s.octets_sent;
    row.lost = s.lost_packets;
    row.jitter_ms = s.jitter_us / 1000.0;
    row.round_trip_ms = s.round_trip_us / 1000.0;
    row.bleed = s.bleed_packets;
    row.mos = s.mos_100 / 100.0;
}

}  // namespace

Overview::Overview(DaemonParts& parts) : parts_(parts), started_(clock_now()) {}

manage::StatusRow Overview::status() {
    manage::StatusRow row;
    const model::Model& model = parts_.configuration->model();
    const auto port_states = parts_.dataplane->ports();
    row.software = STROWGER_VERSION;
    row.uptime_s = static_cast<std::uint64_t>((clock_now() - started_) / kSecond);
    row.config_version = model.version;
    row.mode = std::string(model::name_of(model.system.mode));
    row.workers = parts_.dataplane->workers();
    row.ports = port_states.size();
    row.ports_up = static_cast<std::uint64_t>(
        std::count_if(port_states.begin(), port_states.end(), [](const PortState& p) { return p.link_up; }));
    const call::Counts& calls = parts_.calls->counts();
    row.calls = calls.calls;
    row.calls_total = calls.attempts;
    row.calls_failed = calls.failed;
    row.registrations = parts_.location.counts().bindings;
    for (const trunk::Trunk& trunk : parts_.trunks.all()) {
        if (trunk.deleted) continue;
        ++row.trunks;
        const bool lives =
            std::any_of(trunk.targets.begin(), trunk.targets.end(),
                        [](const trunk::Target& t) { return !t.gone && t.health != trunk::Health::down; });
        if (lives) ++row.trunks_up;
    }
    row.legs = parts_.sessions->counts().legs;
    row.transactions = parts_.layer->counts().servers + parts_.layer->counts().clients;
    row.backlog = parts_.dataplane->backlog();
    row.refused_overload = parts_.overload_events->refused();
    row.memory_mb = resident_megabytes();
    const store::Health store = parts_.store->health();
    row.database = store.degraded ? store.reason : "ok";
    row.warnings = parts_.warnings;
    if (parts_.overload_events->lasts())
        row.warnings.push_back(
            "overload: more new requests come than can be served, the others get 503 "
            "(docs/operate/overload.md)");
    if (!parts_.dns_warning.empty()) row.warnings.push_back(parts_.dns_warning);
    for (std::string& warning : parts_.trunk_names->warnings()) row.warnings.push_back(std::move(warning));
    for (const PortState& port : port_states) {
        if (!port.link_up) row.warnings.push_back(fmt::format("port {}: no link", port.name));
        if (port.generic_xdp)
            row.warnings.push_back(fmt::format(
                "port {}: its interface's driver has no XDP, so packets come by the slower generic way",
                port.name));
    }
    if (parts_.cdr != nullptr && parts_.cdr->counts().degraded)
        row.warnings.push_back("call records cannot be written; is the disk full?");
    return row;
}

std::vector<manage::PortRow> Overview::ports() {
    std::vector<manage::PortRow> rows;
    for (const PortState& state : parts_.dataplane->ports()) {
        manage::PortRow row;
        row.name = state.name;
        row.driver = state.driver;
        const auto declared = parts_.configuration->model().ports.find(state.name);
        if (declared != parts_.configuration->model().ports.end()) row.interface = declared->second.interface;
        row.mac = mac_text(state.mac);
        row.link = state.link_up ? "up" : "down";
        row.mtu = state.mtu;
        row.rx_missed = state.rx_missed;
        row.tx_invalid = state.tx_invalid;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<manage::WorkerRow> Overview::workers() {
    std::vector<manage::WorkerRow> rows;
    const auto& cpus = parts_.configuration->model().system.cpus;
    for (std::size_t i = 0; i < parts_.dataplane->workers(); ++i) {
        const CounterBlock& block = parts_.dataplane->counters(static_cast<WorkerId>(i));
        manage::WorkerRow row;
        row.worker = i;
        row.cpu = i < cpus.size() ? std::to_string(cpus[i]) : "none";
        row.time_ns = static_cast<std::uint64_t>(clock_now());
        row.busy_ns = counter(block, Counter::worker_busy_ns);
        row.idle_ns = counter(block, Counter::worker_idle_ns);
        row.rx_packets = counter(block, Counter::rx_packets);
        row.tx_packets = counter(block, Counter::tx_packets);
        row.rtp_relayed = counter(block, Counter::rtp_relayed);
        row.sip_messages = counter(block, Counter::sip_requests) + counter(block, Counter::sip_responses);
        row.punted = counter(block, Counter::worker_punted);
        row.drops = all_drops(block);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<manage::RegistrationRow> Overview::registrations(std::string_view user, std::size_t limit) {
    std::vector<manage::RegistrationRow> rows;
    const Nanoseconds now = parts_.wheel->now();
    parts_.location.walk(0, [&](const registrar::Binding& binding) {
        const std::string_view local = binding.aor.substr(0, binding.aor.find('@'));
        if (!user.empty() && user != binding.aor && user != local) return true;
        manage::RegistrationRow row;
        row.aor = binding.aor;
        row.contact = binding.contact;
        row.tenant = binding.tenant;
        row.realm = parts_.accounts.realm_name(binding.flow.realm);
        row.source = wire::to_string(binding.flow.remote);
        row.transport = net::via_name(binding.flow.transport);
        std::transform(row.transport.begin(), row.transport.end(), row.transport.begin(),
                       [](char c) { return static_cast<char>(c | 0x20); });
        row.expires_s = static_cast<std::uint64_t>(std::max<Nanoseconds>(0, binding.expires - now) / kSecond);
        row.q = binding.q / 1000.0;
        row.user_agent = binding.user_agent;
        rows.push_back(std::move(row));
        return rows.size() < limit;
    });
    return rows;
}

std::vector<manage::TrunkRow> Overview::trunks() {
    std::vector<manage::TrunkRow> rows;
    for (const trunk::Trunk& trunk : parts_.trunks.all()) {
        if (trunk.deleted) continue;
        manage::TrunkRow row;
        row.name = trunk.options.name;
        row.realm = trunk.options.realm.name;
        row.calls = trunk.usage.calls();
        row.max_calls = trunk.options.max_calls;
        row.calls_total = trunk.calls_in + trunk.calls_out;
        row.refused = trunk.refused_full;
        for (std::size_t declared = 0; declared < trunk.options.targets.size(); ++declared) {
            bool any = false;
            for (const trunk::Target& target : trunk.targets) {
                if (target.gone || target.declared != declared) continue;
                any = true;
                row.target = wire::to_string(target.options.remote);
                row.host = target.options.name;
                row.state = state_name(target);
                row.round_trip_ms = milliseconds(target.round_trip);
                fill(trunk.options, target, parts_.wheel->now(), row);
                rows.push_back(row);
            }
            if (any) continue;
            fill(trunk.options, {}, parts_.wheel->now(), row);
            row.target = row.host = trunk.options.targets[declared].name;
            row.state = "not resolved";
            row.round_trip_ms = 0;
            rows.push_back(row);
        }
    }
    return rows;
}

std::vector<manage::LcrRow> Overview::lcr() {
    std::vector<manage::LcrRow> rows;
    for (const lcr::TableState& state : parts_.rates->all()) {
        manage::LcrRow row;
        row.name = state.name;
        row.file = state.file;
        if (state.table != nullptr) {
            row.rows = state.table->rows();
            row.memory_kb = state.table->bytes() / 1024;
        }
        row.loaded_ms = static_cast<std::uint64_t>(state.loaded_ms);
        row.took_ms = state.took_ms;
        if (!state.problems.empty()) row.problem = state.problems.front();
        rows.push_back(std::move(row));
    }
    return rows;
}

bool Overview::reload(std::string_view table) {
    return parts_.rates->reload(table);
}

std::vector<manage::AccountRow> Overview::accounts() {
    std::vector<manage::AccountRow> rows;
    for (const auto& [name, account] : parts_.configuration->model().accounts) {
        manage::AccountRow row;
        row.name = name;
        row.trunk = account.trunk.name;
        row.user = account.user;
        row.state = "not registering";
        for (const trunk::Registration& r : parts_.registrations->all()) {
            if (r.name != name) continue;
            row.state = state_name(r.state);
            row.status = r.status;
            row.expires_s = static_cast<std::uint64_t>(
                std::max<Nanoseconds>(0, r.expires - parts_.wheel->now()) / kSecond);
            if (r.cseq != 0) row.target = wire::to_string(r.flow.remote);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<manage::CallRow> Overview::calls(std::string_view number, std::size_t limit) {
    std::vector<manage::CallRow> rows;
    parts_.calls->each([&](const call::CallSummary& call) {
        if (rows.size() < limit && concerns(call, number)) rows.push_back(row_of(call));
    });
    return rows;
}

std::optional<manage::CallDetail> Overview::call(std::string_view id) {
    call::CallSummary found;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    const bool by_number =
        error == std::errc{} && end == id.data() + id.size() && parts_.calls->find(number, found);
    if (!by_number && !parts_.calls->find(id, found)) return std::nullopt;
    manage::CallDetail out;
    out.call = row_of(found);
    out.legs = legs(out.call.id, 64);
    for (const manage::LegRow& leg : out.legs)
        if (leg.mos != 0 && (out.call.mos == 0 || leg.mos < out.call.mos)) out.call.mos = leg.mos;
    out.ladder = trace(out.call.from_call_id, false).ladder;
    return out;
}

std::vector<manage::LegRow> Overview::legs(std::string_view call, std::size_t limit) {
    std::vector<manage::LegRow> rows;
    parts_.calls->each([&](const call::CallSummary& summary) {
        const std::string id = std::to_string(summary.id);
        if (!call.empty() && call != id) return;
        const auto add = [&](const media::Side* side, const char* name, const std::string& realm) {
            if (side == nullptr) return;
            for (const media::Stream& stream : side->streams) {
                if (stream.port == 0 || rows.size() >= limit) continue;
                manage::LegRow row;
                row.call = id;
                row.side = name;
                row.realm = realm;
                row.local = wire::to_string(wire::Endpoint{side->local, wire::be16::from_host(stream.port)});
                row.remote = wire::to_string(stream.now.rtp);
                row.codec = summary.codec;
                row.worker = index(parts_.dataplane->owner(stream.port));
                if (const auto* sample = parts_.samples.find({side->address, stream.port}))
                    fill(*sample, row);
                rows.push_back(std::move(row));
            }
        };
        add(summary.caller_media, "caller", summary.record->caller.realm);
        add(summary.callee_media, "called", summary.record->callee.realm);
    });
    return rows;
}

void Overview::link_live_calls() {
    parts_.calls->each([&](const call::CallSummary& call) {
        parts_.trace->link(call.record->caller.call_id, call.callee_call_id);
    });
}

manage::Trace Overview::trace(std::string_view what, bool with_text) {
    link_live_calls();
    const auto found = parts_.trace->find(what);
    const Nanoseconds offset = unix_now_ms() * kMillisecond - clock_now();
    manage::Trace out;
    for (const observe::TracedMessage* message : found) {
        const observe::Summary summary = observe::summarise(message->text);
        manage::MessageRow row;
        row.time_us = static_cast<std::uint64_t>((message->time + offset) / kMicrosecond);
        row.realm = parts_.accounts.realm_name(message->flow.realm);
        row.source = wire::to_string(message->source());
        row.destination = wire::to_string(message->destination());
        row.summary = summary.what;
        row.call_id = summary.call_id;
        row.retransmission = message->retransmission;
        if (with_text) row.text = message->text;
        out.messages.push_back(std::move(row));
    }
    out.ladder = observe::ladder(found);
    return out;
}

std::string Overview::trace_pcapng(std::string_view what) {
    link_live_calls();
    return observe::pcapng(parts_.trace->find(what), unix_now_ms() * kMillisecond - clock_now());
}

std::vector<manage::FeatureRow> Overview::features(std::string_view subscriber) {
    std::vector<manage::FeatureRow> rows;
    parts_.settings->each([&](const std::string& aor, const call::FeatureSettings::Values& values) {
        const auto at = aor.rfind('@');
        if (at == std::string::npos) return;
        const auto* account = parts_.accounts.find(std::string_view(aor).substr(at + 1), std::string_view(aor).substr(0, at));
        if (account == nullptr || account->resource != subscriber) return;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i])
                rows.push_back({aor, std::string(model::name_of(static_cast<model::Feature>(i))), *values[i]});
    });
    return rows;
}

std::vector<const CounterBlock*> Overview::counters() {
    std::vector<const CounterBlock*> out;
    for (std::size_t i = 0; i < parts_.dataplane->workers(); ++i)
        out.push_back(&parts_.dataplane->counters(static_cast<WorkerId>(i)));
    return out;
}

std::vector<manage::Gauge> Overview::gauges() {
    const manage::StatusRow now = status();
    const auto gauge = [](std::string name, std::string help, double value) {
        return manage::Gauge{std::move(name), std::move(help), {}, {}, value};
    };
    std::vector<manage::Gauge> out{
        gauge("calls", "Calls in progress", static_cast<double>(now.calls)),
        gauge("registrations", "Registered contacts", static_cast<double>(now.registrations)),
        gauge("legs", "Media legs", static_cast<double>(now.legs)),
        gauge("transactions", "SIP transactions in progress", static_cast<double>(now.transactions)),
        gauge("backlog", "Messages that wait for the control plane", static_cast<double>(now.backlog)),
        gauge("timers", "Timers that run", static_cast<double>(parts_.wheel->running())),
        gauge("memory_megabytes", "Resident memory of the daemon", static_cast<double>(now.memory_mb)),
    };
    const credit::HttpCounts credit = parts_.credit->counts();
    out.push_back(gauge("credit_questions", "Questions to credit_url under way, reports included",
                        static_cast<double>(credit.under_way)));
    out.push_back(gauge("credit_granted", "Questions that credit_url has granted since the start",
                        static_cast<double>(credit.granted)));
    out.push_back(gauge("credit_refused", "Questions that it has refused", static_cast<double>(credit.refused)));
    out.push_back(gauge("credit_unanswered", "Questions that it did not answer",
                        static_cast<double>(credit.unanswered)));
    out.push_back(gauge("credit_reports_waiting", "Reports that it has not taken yet",
                        static_cast<double>(credit.reports)));
    out.push_back(gauge("credit_reports_lost", "Reports that it never took", static_cast<double>(credit.lost)));
    for (const trunk::Trunk& trunk : parts_.trunks.all()) {
        if (trunk.deleted) continue;
        const auto poor = std::count_if(trunk.targets.begin(), trunk.targets.end(), [](const trunk::Target& t) {
            return !t.gone && t.standing.poor;
        });
        out.push_back({"trunk_poor_targets", "Targets of a trunk whose calls miss a bar of quality", "trunk",
                       trunk.options.name, static_cast<double>(poor)});
    }
    for (const trunk::Trunk& trunk : parts_.trunks.all())
        if (!trunk.deleted)
            out.push_back({"trunk_calls", "Calls of a trunk in progress", "trunk", trunk.options.name,
                           static_cast<double>(trunk.usage.calls())});
    for (const trunk::Group& group : parts_.trunks.groups()) {
        if (group.deleted) continue;
        out.push_back({"trunk_group_calls", "Calls of a trunk group in progress", "group", group.name,
                       static_cast<double>(parts_.trunks.usage_of(group).calls())});
        out.push_back({"trunk_group_refused", "Calls refused because a trunk group was full", "group",
                       group.name, static_cast<double>(group.refused_full)});
    }
    return out;
}

}  // namespace strowger
