// One worker's legs: [media address][port] by direct index, hot lines and cold parts apart.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "rtp/leg.hpp"
#include "strowger/ids.hpp"
#include "strowger/rings/command.hpp"

namespace strowger::rtp {

// Memory is reserved address space; pages come into being when a leg is first installed on them. Legs belong
// to the worker; add_address() may be called by another thread while the worker runs.
class LegTable {
  public:
    static constexpr std::size_t kMaxAddresses = 4096;
    static constexpr std::size_t kMaxLive = std::size_t{1} << 22;

    LegTable(WorkerId worker, std::uint16_t workers);
    ~LegTable();
    LegTable(const LegTable&) = delete;
    LegTable& operator=(const LegTable&) = delete;

    // Makes ports low..high (host order, inclusive) of `address` known. Ranges of an address only grow: what
    // was added stays, and legs with it. False: no address space, or an id above kMaxAddresses. Never per
    // packet.
    bool add_address(MediaAddressId address, std::uint16_t low, std::uint16_t high) noexcept;

    // The leg of an RTP or RTCP port (port | 1 is its RTCP), live or not. Null: not a port of this worker.
    [[nodiscard]] LegRef find(MediaAddressId address, std::uint16_t port) const noexcept {
        if (index(address) >= kMaxAddresses) return {};
        const Block& block = blocks_[index(address)];
        Leg* hot = block.hot.load(std::memory_order_acquire);
        if (hot == nullptr) return {};
        const std::uint32_t range = block.range.load(std::memory_order_relaxed);
        const std::uint32_t low = range >> 16;
        if (port - low > (range & 0xffffu) - low) return {};
        const std::uint32_t pair = port >> 1u;
        const auto slot = static_cast<std::uint32_t>(pair * reciprocal_ >> 32);
        if (pair - slot * workers_ != index(worker_)) return {};
        return {hot + slot, block.cold + slot};
    }
    [[nodiscard]] LegRef find(rings::LegId id) const noexcept { return find(id.address, id.port); }

    // The live legs in no order. enlist() and delist() are for commands alone. False: kMaxLive are live.
    [[nodiscard]] std::span<const rings::LegId> live() const { return {live_, live_count_}; }
    bool enlist(LegRef leg) noexcept;
    void delist(LegRef leg) noexcept;

    [[nodiscard]] WorkerId worker() const { return worker_; }

    // Where the sweep stands (sweep.cpp).
    std::size_t sweep_cursor = 0;
    Nanoseconds sweep_at = 0;

  private:
    struct Block {
        std::atomic<Leg*> hot{nullptr};  // of port 0 or 1; set last
        LegCold* cold = nullptr;
        std::atomic<std::uint32_t> range{0};  // low << 16 | high
    };
    [[nodiscard]] std::size_t slots() const { return 32'768u / workers_ + 1; }

    WorkerId worker_;
    std::uint32_t workers_;
    std::uint64_t reciprocal_;  // ceil(2^32 / workers): pair / workers by one multiplication
    std::unique_ptr<Block[]> blocks_;
    rings::LegId* live_ = nullptr;
    std::size_t live_count_ = 0;
};

}  // namespace strowger::rtp
