// A count that one thread writes and any thread may read meanwhile.
#pragma once

#include <atomic>
#include <cstdint>

namespace strowger::callgun {

class Tally {
  public:
    void add(std::uint64_t n = 1) noexcept { set(get() + n); }
    void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};  // plain moves: there is one writer
};

}  // namespace strowger::callgun
