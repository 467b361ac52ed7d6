// Things in progress, in memory that is taken once. An index and a generation name one; the generation of a
// slot changes with every user of it, so that late messages for an earlier one find nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace strowger::callgun {

template <typename T>
class Slots {
  public:
    explicit Slots(std::uint32_t capacity) : items_(capacity), generations_(capacity, 0), used_(capacity, 0) {
        free_.reserve(capacity);
        for (std::uint32_t i = capacity; i-- > 0;) free_.push_back(i);
    }
    // nullopt: all are in use.
    [[nodiscard]] std::optional<std::uint32_t> take() noexcept {
        if (free_.empty()) return std::nullopt;
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        used_[slot] = 1;
        return slot;
    }
    void give_back(std::uint32_t slot) noexcept {
        used_[slot] = 0;
        ++generations_[slot];
        free_.push_back(slot);
    }
    [[nodiscard]] T& operator[](std::uint32_t slot) noexcept { return items_[slot]; }
    [[nodiscard]] std::uint16_t generation(std::uint32_t slot) const noexcept { return generations_[slot]; }
    // The thing of that name, if it is still there.
    [[nodiscard]] T* find(std::uint32_t slot, std::uint16_t generation) noexcept {
        return slot < items_.size() && used_[slot] != 0 && generations_[slot] == generation ? &items_[slot]
                                                                                            : nullptr;
    }
    [[nodiscard]] bool used(std::uint32_t slot) const noexcept { return used_[slot] != 0; }
    [[nodiscard]] std::uint32_t capacity() const noexcept {
        return static_cast<std::uint32_t>(items_.size());
    }
    [[nodiscard]] std::uint32_t in_use() const noexcept {
        return static_cast<std::uint32_t>(items_.size() - free_.size());
    }

  private:
    std::vector<T> items_;
    std::vector<std::uint16_t> generations_;
    std::vector<std::uint8_t> used_;
    std::vector<std::uint32_t> free_;
};

}  // namespace strowger::callgun
