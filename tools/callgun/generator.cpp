#include "generator.hpp"

#include <rte_ethdev.h>
#include <sys/random.h>
#include <time.h>

#include "classify/classify.hpp"
#include "scenario_calls.hpp"
#include "scenario_options.hpp"
#include "scenario_register.hpp"
#include "strowger/wire/sip_tokenise.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {
namespace {

constexpr int kStartsPerTurn = 32;                        // so that answers never wait long
constexpr Nanoseconds kShortNap = 50 * kMicrosecond;      // when relaxed
constexpr Nanoseconds kLastAnswers = 500 * kMillisecond;  // for callees whose caller has finished

std::uint32_t random_run() {
    std::uint32_t run = 0;
    if (::getrandom(&run, sizeof run, 0) != sizeof run) run = static_cast<std::uint32_t>(clock_now());
    return run;
}

std::string domain_of(const Options& options) {
    if (!options.domain.empty()) return options.domain;
    const std::string address = wire::to_string(options.target.address);
    return options.target.address.is_v4() ? address : "[" + address + "]";
}

CounterBlock since(const CounterBlock& before, CounterBlock now) {
    for (std::size_t i = 0; i < kCounters; ++i) now.counters[i] -= before.counters[i];
    for (std::size_t i = 0; i < kDrops; ++i) now.drops[i] -= before.drops[i];
    return now;
}

}  // namespace

Generator::Generator(const Options& options, Network& network)
    : options_(options),
      network_(network),
      worker_(network.worker()),
      line_(network.worker(), network.endpoints()),
      kit_{.options = options,
           .line = line_,
           .run = random_run(),
           .domain = domain_of(options),
           .caller_endpoints = network.caller_endpoints()} {
    const Nanoseconds now = clock_now();
    switch (options.load) {
        case Load::options:
            scenario_ = std::make_unique<OptionsScenario>(kit_, now);
            break;
        case Load::register_:
            scenario_ = std::make_unique<RegisterScenario>(kit_, now);
            break;
        case Load::calls:
            scenario_ = std::make_unique<CallsScenario>(kit_, network.media_addresses(), now);
            break;
    }
}

Generator::~Generator() = default;

void Generator::on_sip(core::Packet* packet) {
    const core::PacketInfo& info = core::info_of(packet);
    wire::SipView& view = core::private_of(packet).view;
    const char* data = core::payload_of(packet);
    if (wire::tokenise(data, info.payload_length, view) != wire::TokeniseStatus::ok)
        return results_->malformed.add();
    const Received received{.message = {data, info.payload_length, &view},
                            .source = info.source,
                            .endpoint = static_cast<std::uint16_t>(index(info.listener)),
                            .now = info.received};
    if (received.message.is_request()) return scenario_->on_request(received);
    std::string_view list = received.message.header(wire::HeaderId::via);
    std::string_view element;
    wire::next_in_list(list, element);
    const auto via = wire::parse_via(element);
    const auto token = via ? token_of_branch(via->branch()) : std::nullopt;
    if (!token || token->run != kit_.run) return results_->stray.add();
    scenario_->on_response(received, *token);
}

void Generator::on_media(core::Packet* packet) {
    const core::PacketInfo& info = core::info_of(packet);
    scenario_->on_media(
        info, {reinterpret_cast<const std::uint8_t*>(core::payload_of(packet)), info.payload_length},
        info.received);
}

void Generator::settle(core::Packet* packet) {
    if (core::info_of(packet).lane == core::Lane::sip) on_sip(packet);
    if (core::info_of(packet).lane == core::Lane::media) on_media(packet);
    core::consume(worker_, packet);
}

bool Generator::receive(const core::RxQueue& queue, Nanoseconds now) {
    burst_.count = rte_eth_rx_burst(queue.ethdev, queue.queue, burst_.packets.data(), core::kBurst);
    core::count(worker_, Counter::rx_polls);
    if (burst_.count == 0) {
        core::count(worker_, Counter::rx_empty_polls);
        return false;
    }
    std::uint64_t octets = 0;
    for (std::uint16_t i = 0; i < burst_.count; ++i) {
        core::PacketInfo& info = core::info_of(burst_.packets[i]);
        info.port = queue.port;
        info.received = now;
        octets += burst_.packets[i]->pkt_len;
    }
    core::count(worker_, Counter::rx_packets, burst_.count);
    core::count(worker_, Counter::rx_octets, octets);
    classify::run(worker_, burst_);
    for (std::uint16_t i = 0; i < burst_.count; ++i)
        if (burst_.packets[i] != nullptr) settle(burst_.packets[i]);
    return true;
}

// Frames of the kernel, by way of a tap.
bool Generator::send_injected() {
    std::array<core::Packet*, core::kBurst> packets;
    const std::size_t n = worker_.injected.pop(packets);
    for (std::size_t i = 0; i < n; ++i) {
        core::count(worker_, Counter::worker_originated);
        core::transmit(worker_, core::info_of(packets[i]).port, packets[i]);
    }
    return n != 0;
}

bool Generator::poll(Nanoseconds now) {
    worker_.tables = &network_.live();
    worker_.now = burst_.now = now;
    bool worked = network_.turn_loops();
    for (const core::RxQueue& queue : worker_.rx) worked |= receive(queue, now);
    worked |= send_injected();
    scenario_->advance(now);
    return worked;
}

void Generator::turn(Results& results) {
    results_ = &results;
    scenario_->count_into(results);
    poll(clock_now());
    core::flush(worker_);
}

bool Generator::start_due(Schedule& schedule, Nanoseconds now, Outcome& outcome) {
    std::uint64_t number = 0;
    Nanoseconds due = 0;
    bool started = false;
    for (int i = 0; i < kStartsPerTurn && schedule.take(now, number, due); ++i) {
        const Nanoseconds at = clock_now();
        results_->start_lateness.record(at - due);
        if (at - due > kLate) results_->late_starts.add();
        scenario_->start(number, due, at);
        outcome.last_start = at;
        started = true;
    }
    return started;
}

void Generator::rest(Nanoseconds next) const {
    if (!options_.relaxed || next - clock_now() < 2 * kShortNap) return;
    const timespec nap{0, kShortNap};
    ::nanosleep(&nap, nullptr);
}

Outcome Generator::run(const Stretch& stretch, Results& results, const std::atomic<bool>& stop) {
    results_ = &results;
    scenario_->count_into(results);
    Outcome outcome;
    Nanoseconds now = clock_now();
    outcome.began = outcome.last_start = outcome.last_success = now;
    const CounterBlock before = worker_.books;
    const bool loads = stretch.rate > 0;
    Schedule schedule(now, loads ? stretch.rate : 1, loads ? stretch.count : 0);
    outcome.planned = loads ? stretch.count : 0;
    const Nanoseconds end_of_idle = now + stretch.length;
    Nanoseconds done_since = 0;
    std::uint64_t completed = 0;
    for (;;) {
        bool worked = poll(now);
        if (!schedule.finished()) worked |= start_due(schedule, now, outcome);
        core::flush(worker_);
        classify::sweep(worker_);
        results.active.set(scenario_->active());
        if (results.completed.get() != completed) {
            completed = results.completed.get();
            outcome.last_success = now;
        }
        if (results.failed.get() > stretch.most_failures) {
            outcome.cut_short = true;
            schedule.end();
        }
        if (stop.load(std::memory_order_relaxed)) schedule.end();

        if (!loads) {
            if (now >= end_of_idle || stop.load(std::memory_order_relaxed)) break;
        } else if (schedule.finished()) {
            const bool patient = !outcome.cut_short && !stop.load(std::memory_order_relaxed);
            const Nanoseconds drain = patient ? stretch.drain : std::min(stretch.drain, 3 * kSecond);
            if (scenario_->active() != 0) {
                if (now - outcome.last_start > drain) break;
            } else if (done_since == 0) {
                done_since = now;
            } else if (scenario_->answering() == 0 || now - done_since > kLastAnswers) {
                break;
            }
        }
        if (!worked) rest(schedule.finished() ? INT64_MAX : schedule.next());
        const Nanoseconds after = clock_now();
        if (worked) outcome.busy += after - now;
        now = after;
    }
    if (loads) scenario_->abandon();
    core::flush(worker_);
    results.active.set(scenario_->active());
    outcome.ended = now;
    outcome.books = since(before, worker_.books);
    outcome.polls = outcome.books.counters[static_cast<std::size_t>(Counter::rx_polls)];
    outcome.empty_polls = outcome.books.counters[static_cast<std::size_t>(Counter::rx_empty_polls)];
    return outcome;
}

}  // namespace strowger::callgun
