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
    static constexpr std::uint32_t kLevels = 4;
    static constexpr std::uint32_t kSlots =
        256;  // a level; level n turns once in 256^(n+1) ms: 256 ms … 49 days
    static constexpr std::uint32_t kFiring = kLevels * kSlots;  // list of those that fire now
    static constexpr std::uint32_t kLists = kFiring + 1;

    // Nodes 0 … kLists-1 are the heads of circular lists; the rest are timers.
    struct Node {
        std::uint32_t next = 0;
        std::uint32_t previous = 0;
        std::uint32_t generation = 0;
        bool live = false;
        std::int64_t tick = 0;
        Owner owner;
    };
    void link(std::uint32_t node);
    void unlink(std::uint32_t node);
    void splice(std::uint32_t from, std::uint32_t to);
    void cascade(std::uint32_t level);
    void release(std::uint32_t node);

    std::array<TimerUser*, static_cast<std::size_t>(OwnerKind::count_)> users_{};
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> free_;
    std::int64_t tick_ = 0;  // last one that fired, in milliseconds
    std::size_t running_ = 0;
    Nanoseconds now_ = 0;
};

}  // namespace strowger::transaction
