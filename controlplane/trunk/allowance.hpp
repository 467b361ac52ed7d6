// How many calls a trunk or a trunk group may carry: at once, each way, in a second, and in bandwidth.
#pragma once

#include <algorithm>
#include <cstdint>

#include "strowger/time.hpp"

namespace strowger::trunk {

enum class Direction : std::uint8_t { in, out };  // from the peer, to the peer

// What one call takes.
struct Load {
    Direction direction = Direction::out;
    bool emergency = false;  // passes every limit
    std::uint32_t kbit = 0;  // of media, each way
};

// At most `rate` in any second. Eight bytes; no timer.
class Rate {
  public:
    [[nodiscard]] bool fits(std::uint32_t rate, Nanoseconds now) const {
        return rate == 0 || next_ <= now + kSecond - kSecond / rate;
    }
    void take(std::uint32_t rate, Nanoseconds now) {
        if (rate != 0) next_ = std::max(next_, now) + kSecond / rate;
    }
    // Nothing of the last second is left to remember.
    [[nodiscard]] bool idle(Nanoseconds now) const { return next_ <= now; }

  private:
    Nanoseconds next_ = 0;
};

// 0 is no limit, everywhere.
struct Allowance {
    std::uint32_t calls = 0;
    std::uint32_t calls_in = 0;
    std::uint32_t calls_out = 0;
    std::uint32_t reserved_in = 0;
    std::uint32_t reserved_out = 0;
    std::uint32_t reserved_emergency = 0;
    std::uint32_t per_second = 0;
    std::uint32_t kbit = 0;
    std::uint16_t full_code = 503;
};
template <typename Resource>
[[nodiscard]] Allowance allowance_of(const Resource& r) {
    return {r.max_calls,          r.max_calls_in,     r.max_calls_out, r.reserved_in, r.reserved_out,
            r.reserved_emergency, r.calls_per_second, r.max_bandwidth, r.full_code};
}

struct Usage {
    std::uint32_t in = 0;
    std::uint32_t out = 0;
    std::uint64_t kbit = 0;
    [[nodiscard]] std::uint32_t calls() const { return in + out; }
};

[[nodiscard]] inline bool fits(const Allowance& a, const Usage& used, const Rate& rate, const Load& load,
                               Nanoseconds now) {
    if (load.emergency) return true;
    const bool inbound = load.direction == Direction::in;
    if (a.calls != 0) {
        // What is reserved for the other direction counts as taken until that direction has it.
        const auto still = [](std::uint32_t reserved, std::uint32_t taken) {
            return reserved > taken ? reserved - taken : 0u;
        };
        const std::uint64_t kept =
            std::uint64_t{a.reserved_emergency} +
            (inbound ? still(a.reserved_out, used.out) : still(a.reserved_in, used.in));
        if (used.calls() + kept >= a.calls) return false;
    }
    if (const auto most = inbound ? a.calls_in : a.calls_out;
        most != 0 && (inbound ? used.in : used.out) >= most)
        return false;
    if (a.kbit != 0 && used.kbit + load.kbit > a.kbit) return false;
    return rate.fits(a.per_second, now);
}

}  // namespace strowger::trunk
