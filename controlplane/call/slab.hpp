// Objects behind generational handles: a handle of an object that is gone names nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace strowger::call {

// Handle: generation in the upper 32 bits (never 0), slot in the lower. Control thread only.
template <typename T>
class Slab {
  public:
    // The object is value-initialised; `handle` names it.
    T& add(std::uint64_t& handle) {
        std::uint32_t slot;
        if (free_.empty()) {
            slot = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        } else {
            slot = free_.back();
            free_.pop_back();
        }
        auto& s = slots_[slot];
        s.object = std::make_unique<T>();
        handle = static_cast<std::uint64_t>(s.generation) << 32 | slot;
        return *s.object;
    }
    [[nodiscard]] T* find(std::uint64_t handle) {
        const auto slot = static_cast<std::uint32_t>(handle);
        if (slot >= slots_.size() || slots_[slot].generation != handle >> 32) return nullptr;
        return slots_[slot].object.get();
    }
    void remove(std::uint64_t handle) {
        if (find(handle) == nullptr) return;
        const auto slot = static_cast<std::uint32_t>(handle);
        slots_[slot].object.reset();
        if (++slots_[slot].generation == 0) slots_[slot].generation = 1;
        free_.push_back(slot);
    }
    template <typename Visit>
    void each(Visit&& visit) const {
        for (const auto& s : slots_)
            if (s.object) visit(*s.object);
    }
    [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }

  private:
    struct Slot {
        std::unique_ptr<T> object;
        std::uint32_t generation = 1;
    };
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
};

}  // namespace strowger::call
