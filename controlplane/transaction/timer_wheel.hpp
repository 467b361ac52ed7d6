// The control plane's timers: hierarchical wheel, O(1) start and cancel, plain data.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "strowger/time.hpp"
#include "transaction/owner.hpp"

namespace strowger::transaction {

// Names a running timer; 0 is none. Generational: a handle of a fired or cancelled timer names nothing.
using TimerId = std::uint64_t;

// Receives the timers of one OwnerKind.
class TimerUser {
  public:
    virtual ~TimerUser() = default;
    virtual void on_timer(const Owner& owner, Nanoseconds now) = 0;
};

class TimerWheel {
  public:
    explicit TimerWheel(Nanoseconds now);
    // Every OwnerKind that starts timers registers once. The user outlives the wheel's last advance().
    void attach(OwnerKind kind, TimerUser& user);

    // Fires not before `at`, and at the first advance() that is a tick (1 ms) or more past it.
    TimerId start(Nanoseconds at, const Owner& owner);
    // A fired, cancelled or zero handle is ignored. Sets `timer` to 0.
    void cancel(TimerId& timer);
    // Fires what is due, in order of time. Users may start and cancel timers from on_timer.
    void advance(Nanoseconds now);
    // Time of the last advance().
    [[nodiscard]] Nanoseconds now() const { return now_; }
    // When advance() has something to do next; INT64_MAX when no timer runs. May be early, never late.
    [[nodiscard]] Nanoseconds next() const;
    [[nodiscard]] std::size_t running() const;

  private:
    Nanoseconds now_ = 0;
};

}  // namespace strowger::transaction
