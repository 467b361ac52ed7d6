// From a 64-bit key to a slot, in memory that is taken once. Keys are of a keyed hash: they spread by
// themselves.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

namespace strowger::callgun {

class KeyIndex {
  public:
    // For at most `capacity` keys at once.
    explicit KeyIndex(std::uint32_t capacity) : places_(std::bit_ceil(std::size_t{capacity} * 2 + 2)) {}

    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t key) const noexcept {
        for (std::size_t at = home(key); places_[at].used; at = after(at))
            if (places_[at].key == key) return places_[at].slot;
        return std::nullopt;
    }
    // The key is not there yet.
    void insert(std::uint64_t key, std::uint32_t slot) noexcept {
        std::size_t at = home(key);
        while (places_[at].used) at = after(at);
        places_[at] = {key, slot, true};
    }
    void erase(std::uint64_t key) noexcept {
        std::size_t hole = home(key);
        while (places_[hole].used && places_[hole].key != key) hole = after(hole);
        if (!places_[hole].used) return;
        // What stands behind moves up, unless that would put it before its home.
        for (std::size_t at = after(hole); places_[at].used; at = after(at)) {
            const std::size_t wanted = home(places_[at].key);
            if (((at - wanted) & mask()) < ((at - hole) & mask())) continue;
            places_[hole] = places_[at];
            hole = at;
        }
        places_[hole].used = false;
    }

  private:
    struct Place {
        std::uint64_t key = 0;
        std::uint32_t slot = 0;
        bool used = false;
    };
    [[nodiscard]] std::size_t mask() const noexcept { return places_.size() - 1; }
    [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept { return key & mask(); }
    [[nodiscard]] std::size_t after(std::size_t at) const noexcept { return (at + 1) & mask(); }
    std::vector<Place> places_;
};

}  // namespace strowger::callgun
