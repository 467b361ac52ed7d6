// Single producer, single consumer ring: how everything crosses cores, by value.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace strowger::rings {

// A bounded queue between exactly two threads. push() belongs to one, pop() to the other. Neither blocks or
// allocates; a full ring refuses. T is copied: keep it small and trivially copyable.
template <typename T>
class Spsc {
  public:
    // Capacity is rounded up to a power of two. The only allocation is here.
    explicit Spsc(std::size_t capacity)
        : mask_(std::bit_ceil(capacity) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {}

    // Producer. False: the ring is full and `value` was not taken.
    bool push(const T& value) noexcept {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_seen_ > mask_) {
            head_seen_ = head_.load(std::memory_order_acquire);
            if (tail - head_seen_ > mask_) return false;
        }
        slots_[tail & mask_] = value;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    // Consumer. Takes up to out.size() values in order; returns how many.
    std::size_t pop(std::span<T> out) noexcept {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        std::uint64_t available = tail_seen_ - head;
        if (available < out.size()) {
            tail_seen_ = tail_.load(std::memory_order_acquire);
            available = tail_seen_ - head;
        }
        const std::size_t n = available < out.size() ? static_cast<std::size_t>(available) : out.size();
        for (std::size_t i = 0; i < n; ++i) out[i] = slots_[(head + i) & mask_];
        if (n != 0) head_.store(head + n, std::memory_order_release);
        return n;
    }

    // Producer. What pop() takes next; null: the ring is empty. Valid until the next push().
    [[nodiscard]] const T* oldest() const noexcept {
        const std::uint64_t head = taken();
        return head == tail_.load(std::memory_order_relaxed) ? nullptr : &slots_[head & mask_];
    }
    // Values that pop() has taken since the start.
    [[nodiscard]] std::uint64_t taken() const noexcept { return head_.load(std::memory_order_acquire); }

    // Either side; exact only for the side that asks about its own progress.
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(tail_.load(std::memory_order_acquire) -
                                        head_.load(std::memory_order_acquire));
    }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

  private:
    const std::uint64_t mask_;
    const std::unique_ptr<T[]> slots_;
    alignas(64) std::atomic<std::uint64_t> tail_{0};  // producer's line
    std::uint64_t head_seen_ = 0;
    alignas(64) std::atomic<std::uint64_t> head_{0};  // consumer's line
    std::uint64_t tail_seen_ = 0;
};

}  // namespace strowger::rings
