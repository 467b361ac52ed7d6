// How much of what arrives on a port that DPDK owns may go on to the kernel: by kind, so that a flood of one
// does not cost us our neighbours or our routes. AF_XDP ports need none of this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "strowger/time.hpp"

namespace strowger::core {

enum class KernelKind : std::uint8_t {
    neighbours,  // ARP, neighbour discovery, LLDP and all else that is not IP
    routing,     // BGP, BFD, OSPF, VRRP
    tcp,         // management, TLS and WebSocket of the control plane
    other,       // ICMP, UDP that nothing of ours listens on
    count_
};

// Of a frame as it came. Reads no further than `length`; what it can't read is `other`.
[[nodiscard]] KernelKind kernel_kind_of(const char* frame, std::size_t length) noexcept;

// One token bucket a kind. Owner: the worker that reads the port's queue.
class KernelLimits {
  public:
    // False: the kind has used up its packets of this second.
    [[nodiscard]] bool admit(KernelKind kind, Nanoseconds now) noexcept {
        Bucket& bucket = buckets_[static_cast<std::size_t>(kind)];
        const std::int64_t rate = kRates[static_cast<std::size_t>(kind)];
        const Nanoseconds passed = now - bucket.filled;
        const std::int64_t most = rate / kBurstPart;
        const std::int64_t earned = passed >= kSecond ? rate : passed * rate / kSecond;
        if (bucket.tokens + earned >= most) {
            bucket = {.tokens = most, .filled = now};
        } else if (earned > 0) {
            bucket.tokens += earned;
            bucket.filled += earned * kSecond / rate;  // the rest of a token is not lost
        }
        if (bucket.tokens == 0) return false;
        --bucket.tokens;
        return true;
    }

    // Packets a second; a burst may bring a quarter of that at once.
    static constexpr std::array<std::int64_t, static_cast<std::size_t>(KernelKind::count_)> kRates{
        4'000, 20'000, 200'000, 8'000};
    static constexpr std::int64_t kBurstPart = 4;

  private:
    struct Bucket {
        std::int64_t tokens = 0;
        Nanoseconds filled = -kSecond;  // starts full
    };
    std::array<Bucket, static_cast<std::size_t>(KernelKind::count_)> buckets_{};
};

}  // namespace strowger::core
