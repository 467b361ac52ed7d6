// Byte order as a type: a be16 is two bytes in wire order and converts only when asked.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>

namespace strowger::wire {

// T in network byte order. No arithmetic, no implicit conversion; equality compares the wire bytes.
template <typename T>
class BigEndian {
  public:
    constexpr BigEndian() = default;
    static constexpr BigEndian from_host(T value) { return BigEndian(swap(value)); }
    static constexpr BigEndian from_wire(T raw) { return BigEndian(raw); }
    [[nodiscard]] constexpr T host() const { return swap(raw_); }
    [[nodiscard]] constexpr T wire() const { return raw_; }
    friend constexpr bool operator==(BigEndian, BigEndian) = default;
    friend constexpr auto operator<=>(BigEndian a, BigEndian b) { return a.host() <=> b.host(); }

  private:
    explicit constexpr BigEndian(T raw) : raw_(raw) {}
    static constexpr T swap(T v) {
        if constexpr (std::endian::native == std::endian::big) return v;
        if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(v));
        if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(v));
        if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(v));
    }
    T raw_ = 0;
};

using be16 = BigEndian<std::uint16_t>;
using be32 = BigEndian<std::uint32_t>;
using be64 = BigEndian<std::uint64_t>;

}  // namespace strowger::wire
