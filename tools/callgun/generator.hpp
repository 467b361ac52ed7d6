// The poll-mode core: receives, keeps the schedule, runs the load's timers, sends.
#pragma once

#include <atomic>
#include <memory>

#include "kit.hpp"
#include "network.hpp"
#include "scenario.hpp"
#include "schedule.hpp"

namespace strowger::callgun {

// One stretch of load at one rate.
struct Stretch {
    double rate = 0;                           // attempts a second; 0: none are started
    std::uint64_t count = 0;                   // attempts
    Nanoseconds length = 0;                    // at rate 0: how long to answer what comes
    Nanoseconds drain = 0;                     // after the last start, for attempts in progress
    std::uint64_t most_failures = UINT64_MAX;  // above this it ends at once
};

// How it went, beside what Results counted.
struct Outcome {
    Nanoseconds began = 0;
    Nanoseconds last_start = 0;  // when the last attempt was started
    Nanoseconds last_success = 0;
    Nanoseconds ended = 0;
    bool cut_short = false;  // by most_failures
    std::uint64_t planned = 0;
    std::uint64_t polls = 0;
    std::uint64_t empty_polls = 0;
    Nanoseconds busy = 0;          // in turns that found something to do
    CounterBlock books;            // what the core counted meanwhile
    std::vector<PortState> ports;  // in the end; what they missed and refused is of this stretch alone
    [[nodiscard]] double seconds() const {
        return static_cast<double>(ended - began) / static_cast<double>(kSecond);
    }
};

class Generator {
  public:
    // The local scenario of `options.load`.
    Generator(const Options& options, Network& network);
    ~Generator();

    // Runs the stretch on the calling thread, to its end or to `stop`. `results` takes what happens
    // meanwhile.
    Outcome run(const Stretch& stretch, Results& results, const std::atomic<bool>& stop);
    // One look at ports and timers, with nothing to start. For the time before a run.
    void turn(Results& results);

    [[nodiscard]] Line& line() { return line_; }

  private:
    bool poll(Nanoseconds now);
    bool receive(const core::RxQueue& queue, Nanoseconds now);
    void settle(core::Packet* packet);
    void on_sip(core::Packet* packet);
    void on_media(core::Packet* packet);
    bool send_injected();
    bool start_due(Schedule& schedule, Nanoseconds now, Outcome& outcome);
    void rest(Nanoseconds next) const;

    const Options& options_;
    Network& network_;
    core::Worker& worker_;
    core::Burst burst_{};
    Line line_;
    Kit kit_;
    std::unique_ptr<Scenario> scenario_;
    Results* results_ = nullptr;
};

}  // namespace strowger::callgun
