// Media ports: which are free on each media address, by the worker that owns them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/time.hpp"

namespace strowger::media {

// The least rest of a port between two calls: longer than packets travel. A longer one would bound the call
// rate: an address with n ports bears at most n / (length of a call + rest) calls a second.
inline constexpr Nanoseconds kPortRest = 250 * kMillisecond;

// Pools of even UDP ports (each with its odd RTCP neighbour). A port that comes back rests before it is given
// out again, so that a late packet of one call does not enter another; the one that has rested longest is
// next, so all rest as long as the load lets them. Control thread only.
class PortPools {
  public:
    explicit PortPools(std::size_t workers, Nanoseconds quarantine = kPortRest);

    // Declares a media address. `low` is even, `high` odd and included. Calling again changes nothing:
    // another range is another MediaAddressId.
    void configure(MediaAddressId address, std::uint16_t low, std::uint16_t high);

    // An even port that `worker` owns; 0: none is free. O(1).
    [[nodiscard]] std::uint16_t take(MediaAddressId address, WorkerId worker, Nanoseconds now);
    void give_back(MediaAddressId address, std::uint16_t port, Nanoseconds now);
    // Undoes a take() whose port nobody was told: it is the next to be given out.
    void put_back(MediaAddressId address, std::uint16_t port);

    // Whether take() would give out a port of some worker. O(workers).
    [[nodiscard]] bool has_free(MediaAddressId address, Nanoseconds now) const;
    // Ports that take() would give out at `now`. Cost: proportional to what rests.
    [[nodiscard]] std::size_t available(MediaAddressId address, WorkerId worker, Nanoseconds now) const;
    [[nodiscard]] std::size_t in_use() const { return in_use_; }
    [[nodiscard]] std::size_t workers() const { return workers_; }
    [[nodiscard]] std::uint64_t exhausted() const { return exhausted_; }

  private:
    struct Rested {
        std::uint16_t port;
        Nanoseconds since;
    };
    struct Pool {
        std::uint32_t fresh = 0;  // next port never used; above `high`: none
        std::uint32_t high = 0;
        std::deque<Rested> resting;
    };
    [[nodiscard]] Pool* pool(MediaAddressId address, WorkerId worker);

    std::size_t workers_;
    Nanoseconds quarantine_;
    std::size_t in_use_ = 0;
    std::uint64_t exhausted_ = 0;
    std::vector<std::vector<Pool>> pools_;  // by address, by worker; empty: not configured
};

}  // namespace strowger::media
