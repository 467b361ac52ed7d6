// How often each nonce was used: a bounded table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "strowger/digest/nonce.hpp"

namespace strowger::registrar {

// Which nonce counts were used (RFC 7616 3.4: each at most once, 64 out of order). Bounded: when a set is
// full its oldest nonce is forgotten, and every unknown nonce of that set that is not younger is then taken
// as used up: a replay is never let through, at worst a client is challenged once more.
class NonceCounts {
  public:
    enum class Use : std::uint8_t { fresh, replayed, forgotten };
    // `sets` is rounded up to a power of two; 8 nonces a set, 32 bytes a nonce.
    explicit NonceCounts(std::size_t sets = 32'768);
    Use use(const digest::Nonce& nonce, std::uint32_t count, std::int64_t oldest_valid_ms);

    // use() of that nonce follows soon.
    void prefetch(const digest::Nonce& nonce) const {
        const char* at = reinterpret_cast<const char*>(&sets_[set_of(nonce)]);
        for (std::size_t line = 0; line < sizeof(Set); line += 64) __builtin_prefetch(at + line);
    }

  private:
    struct Entry {
        std::uint64_t tag = 0;  // 0: free
        std::int64_t time_ms = 0;
        std::uint64_t window = 0;  // bit i: highest - i was used
        std::uint32_t highest = 0;
    };
    struct Set {
        std::array<Entry, 8> entries;
        std::int64_t floor_ms = 0;
    };
    [[nodiscard]] std::size_t set_of(const digest::Nonce& nonce) const {
        std::uint32_t place;
        std::memcpy(&place, nonce.chance.data() + 8, sizeof place);
        return place & (sets_.size() - 1);
    }
    std::vector<Set> sets_;
};

}  // namespace strowger::registrar
