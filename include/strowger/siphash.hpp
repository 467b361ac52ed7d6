// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash of 64 bits that nobody without the key can aim or forge.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace strowger {

using HashKey = std::array<std::uint64_t, 2>;

// Parts are added one after the other, each framed by its length, so that no two lists of parts hash alike by
// construction. Cost: about 1 ns a byte.
class SipHash {
  public:
    enum class Width : std::uint8_t { w64, w128 };
    // w128: for finish_wide() alone.
    explicit SipHash(const HashKey& key, Width width = Width::w64) noexcept
        : v0_(key[0] ^ 0x736f6d6570736575ULL),
          v1_(key[1] ^ 0x646f72616e646f6dULL ^ (width == Width::w128 ? 0xeeu : 0u)),
          v2_(key[0] ^ 0x6c7967656e657261ULL),
          v3_(key[1] ^ 0x7465646279746573ULL) {}

    SipHash& add(std::uint64_t word) noexcept {
        v3_ ^= word;
        round();
        round();
        v0_ ^= word;
        return *this;
    }
    SipHash& add(std::string_view part) noexcept {
        add(static_cast<std::uint64_t>(part.size()));
        const char* at = part.data();
        std::size_t left = part.size();
        for (; left >= 8; left -= 8, at += 8) {
            std::uint64_t word;
            std::memcpy(&word, at, 8);
            add(word);
        }
        return left == 0 ? *this : add(last_word(at, left, part.size()));
    }
    [[nodiscard]] std::uint64_t finish() noexcept {
        v2_ ^= 0xff;
        for (int i = 0; i < 4; ++i) round();
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

    // 128 bits.
    [[nodiscard]] HashKey finish_wide() noexcept {
        v2_ ^= 0xee;
        for (int i = 0; i < 4; ++i) round();
        const std::uint64_t first = v0_ ^ v1_ ^ v2_ ^ v3_;
        v1_ ^= 0xdd;
        for (int i = 0; i < 4; ++i) round();
        return {first, v0_ ^ v1_ ^ v2_ ^ v3_};
    }

  private:
    // The last `left` bytes (1 to 7) of a part of `size` bytes that begin at `at`, zeros behind them. Plain
    // loads: copying a number of bytes that is not known would be a call.
    static std::uint64_t last_word(const char* at, std::size_t left, std::size_t size) noexcept {
        std::uint64_t word = 0;
        if (size >= 8) {
            std::memcpy(&word, at + left - 8, 8);
            return word >> 8 * (8 - left);
        }
        if (left >= 4) {
            std::uint32_t first;
            std::uint32_t last;
            std::memcpy(&first, at, 4);
            std::memcpy(&last, at + left - 4, 4);
            return first | std::uint64_t{last} << 8 * (left - 4);
        }
        const auto byte = [&](std::size_t i) {
            return std::uint64_t{static_cast<std::uint8_t>(at[i])} << 8 * i;
        };
        return byte(0) | byte(left / 2) | byte(left - 1);
    }
    void round() noexcept {
        v0_ += v1_;
        v1_ = std::rotl(v1_, 13) ^ v0_;
        v0_ = std::rotl(v0_, 32);
        v2_ += v3_;
        v3_ = std::rotl(v3_, 16) ^ v2_;
        v0_ += v3_;
        v3_ = std::rotl(v3_, 21) ^ v0_;
        v2_ += v1_;
        v1_ = std::rotl(v1_, 17) ^ v2_;
        v2_ = std::rotl(v2_, 32);
    }
    std::uint64_t v0_;
    std::uint64_t v1_;
    std::uint64_t v2_;
    std::uint64_t v3_;
};

}  // namespace strowger
