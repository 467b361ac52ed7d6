// Timers by number, in memory that is taken once: one turn of slots, later turns wait in their slot.
#pragma once

#include <cstdint>
#include <vector>

#include "strowger/time.hpp"

namespace strowger::callgun {

class Wheel {
  public:
    static constexpr Nanoseconds kTick = 250 * kMicrosecond;
    static constexpr std::uint32_t kSlots = 4096;  // a turn is about a second

    // Timers 0 to capacity - 1.
    Wheel(std::uint32_t capacity, Nanoseconds now);

    // Fires not before `at`, in the first advance() past the end of its tick. A running timer is moved.
    void start(std::uint32_t timer, Nanoseconds at) noexcept;
    void stop(std::uint32_t timer) noexcept;
    [[nodiscard]] bool running(std::uint32_t timer) const noexcept {
        return nodes_[timer].next != kNotRunning;
    }

    // Calls fire(timer, at) for what is due. It may start and stop timers.
    template <typename Fire>
    void advance(Nanoseconds now, Fire&& fire) {
        const std::int64_t target = now / kTick;
        if (target - tick_ > kSlots) tick_ = target - kSlots;  // every slot is looked at once
        while (tick_ < target) {
            ++tick_;
            gather(tick_);
            while (nodes_[firing_].next != firing_) {
                const std::uint32_t timer = nodes_[firing_].next;
                unlink(timer);
                const Nanoseconds at = nodes_[timer].at;
                if (tick_of(at) > tick_) {
                    link(timer, tick_of(at));
                } else {
                    fire(timer, at);
                }
            }
        }
    }

  private:
    static constexpr std::uint32_t kNotRunning = UINT32_MAX;
    struct Node {
        std::uint32_t next = kNotRunning;
        std::uint32_t previous = 0;
        Nanoseconds at = 0;
    };
    [[nodiscard]] static std::int64_t tick_of(Nanoseconds at) noexcept { return (at + kTick - 1) / kTick; }
    void link(std::uint32_t timer, std::int64_t tick) noexcept;
    void unlink(std::uint32_t timer) noexcept;
    void gather(std::int64_t tick) noexcept;

    std::vector<Node> nodes_;  // the timers, then a list head a slot, then that of what fires now
    std::uint32_t heads_;
    std::uint32_t firing_;
    std::int64_t tick_;  // last one that fired
};

}  // namespace strowger::callgun
