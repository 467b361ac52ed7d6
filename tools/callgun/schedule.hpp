// Open-loop arrivals: attempt n is due at start + n/rate, whatever became of the attempts before it.
#pragma once

#include <cstdint>

#include "strowger/time.hpp"

namespace strowger::callgun {

class Schedule {
  public:
    // `rate`: attempts a second, above 0. `total`: how many there will be.
    Schedule(Nanoseconds start, double rate, std::uint64_t total) noexcept
        : start_(start), interval_(static_cast<double>(kSecond) / rate), total_(total) {}

    // When attempt `number` is due. Computed from the start, so that no error adds up.
    [[nodiscard]] Nanoseconds time_of(std::uint64_t number) const noexcept {
        return start_ + static_cast<Nanoseconds>(static_cast<double>(number) * interval_);
    }
    // True once for every attempt that is due: `number` and when it was to leave, which is what its delays
    // are measured from. After a late wake-up it is true for all that were missed.
    bool take(Nanoseconds now, std::uint64_t& number, Nanoseconds& due) noexcept {
        if (finished() || time_of(next_) > now) return false;
        number = next_++;
        due = time_of(number);
        return true;
    }
    [[nodiscard]] Nanoseconds next() const noexcept { return time_of(next_); }
    [[nodiscard]] std::uint64_t taken() const noexcept { return next_; }
    [[nodiscard]] bool finished() const noexcept { return next_ >= total_; }
    void end() noexcept { total_ = next_; }

  private:
    Nanoseconds start_;
    double interval_;
    std::uint64_t total_;
    std::uint64_t next_ = 0;
};

}  // namespace strowger::callgun
