#include "runner.hpp"

#include <pthread.h>
#include <rte_lcore.h>
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <thread>

#include "search.hpp"

namespace strowger::callgun {
namespace {

constexpr Nanoseconds kServe = 5 * kMillisecond;
constexpr Nanoseconds kSlowAnswers = 4 * kSecond;  // search: beyond this an attempt has failed

void become_core(int cpu) {
    ::pthread_setname_np(::pthread_self(), "callgun");
    ::prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(cpu), &set);
    ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
}

}  // namespace

Outcome Runner::stretch(const Stretch& stretch, Results& results) {
    Outcome outcome;
    const std::vector<PortState> before = network_.ports();
    const Nanoseconds began = clock_now();
    std::atomic<bool> done{false};
    std::thread core([&] {
        become_core(options_.cpu);
        rte_thread_register();  // for the packet pool's cache
        outcome = generator_.run(stretch, results, stop_);
        rte_thread_unregister();
        done.store(true, std::memory_order_release);
    });
    while (!done.load(std::memory_order_acquire)) {
        network_.serve(generator_.line());
        if (stretch.rate > 0 || options_.role == Role::callee)
            live_.show(results, began, stretch.rate, clock_now());
        const timespec pause{0, kServe};
        ::nanosleep(&pause, nullptr);
    }
    core.join();
    live_.end();
    outcome.ports = network_.ports();
    for (std::size_t i = 0; i < before.size(); ++i) {
        outcome.ports[i].rx_missed -= before[i].rx_missed;
        outcome.ports[i].tx_invalid -= before[i].tx_invalid;
    }
    return outcome;
}

void Runner::step(double rate, Report& report, bool& passed) {
    auto results = std::make_unique<Results>();
    Stretch load{.rate = rate,
                 .count = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(rate * options_.step))};
    load.drain = options_.ring + options_.hold + kSlowAnswers;
    const auto share = [&](double allowed) {
        return static_cast<std::uint64_t>(allowed * static_cast<double>(load.count));
    };
    load.most_failures = share(options_.allowed_failures);
    const Outcome outcome = stretch(load, *results);
    passed = !outcome.cut_short && results->attempted.get() == load.count &&
             results->failed.get() <= load.most_failures &&
             results->completed_after_retransmission.get() <= share(options_.allowed_repeated);
    report.steps.push_back({.rate = rate,
                            .passed = passed,
                            .attempted = results->attempted.get(),
                            .failed = results->failed.get(),
                            .after_retransmission = results->completed_after_retransmission.get(),
                            .late_starts = results->late_starts.get(),
                            .p99 = results->of(principal_pair(options_.load)).percentile(0.99),
                            .why = commonest_failure(*results)});
    if (passed || report.results == nullptr || report.found_rate == 0) {
        report.results = std::move(results);
        report.outcome = outcome;
    }
    if (passed) report.found_rate = rate;
}

void Runner::search(Report& report) {
    Search search(options_.rate, options_.max_rate, options_.precision, options_.tries);
    while (const auto rate = search.next()) {
        bool passed = false;
        step(*rate, report, passed);
        if (stop_.load()) break;
        search.report(passed);
        if (!search.next()) break;
        Results between;  // late messages of the step before
        stretch({.length = static_cast<Nanoseconds>(options_.rest * static_cast<double>(kSecond))}, between);
    }
    report.found_rate = search.found();
    report.found_at_the_top = search.at_the_top();
}

void Runner::run(Report& report) {
    report.options = &options_;
    if (options_.search) {
        search(report);
    } else {
        report.results = std::make_unique<Results>();
        Stretch load{
            .rate = options_.rate, .count = options_.attempts(), .drain = options_.longest_attempt()};
        // Endpoints that are not registered yet go on trying for as long as the load was to last.
        if (options_.avalanche)
            load.drain = static_cast<Nanoseconds>(options_.duration * static_cast<double>(kSecond));
        if (options_.role == Role::callee)
            load = {.length = static_cast<Nanoseconds>(options_.duration * static_cast<double>(kSecond))};
        report.outcome = stretch(load, *report.results);
    }
}

}  // namespace strowger::callgun
