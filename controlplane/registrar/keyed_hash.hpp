// SipHash-1-3 (Aumasson, Bernstein 2012): table hashes that somebody on the network can't aim at one bucket.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace strowger::registrar {

class KeyedHash {
  public:
    explicit KeyedHash(const std::array<std::uint64_t, 2>& key) : key_(key) {}

    // Hash of `text`, with `salt` keeping tables or tenants apart.
    [[nodiscard]] std::uint64_t operator()(std::string_view text, std::uint64_t salt = 0) const {
        std::uint64_t v0 = key_[0] ^ 0x736f6d6570736575ULL;
        std::uint64_t v1 = key_[1] ^ 0x646f72616e646f6dULL;
        std::uint64_t v2 = key_[0] ^ 0x6c7967656e657261ULL;
        std::uint64_t v3 = key_[1] ^ 0x7465646279746573ULL;
        const auto round = [&] {
            v0 += v1;
            v1 = std::rotl(v1, 13);
            v1 ^= v0;
            v0 = std::rotl(v0, 32);
            v2 += v3;
            v3 = std::rotl(v3, 16);
            v3 ^= v2;
            v0 += v3;
            v3 = std::rotl(v3, 21);
            v3 ^= v0;
            v2 += v1;
            v1 = std::rotl(v1, 17);
            v1 ^= v2;
            v2 = std::rotl(v2, 32);
        };
        const auto take = [&](std::uint64_t word) {
            v3 ^= word;
            round();
            v0 ^= word;
        };
        take(salt);
        const char* at = text.data();
        std::size_t left = text.size();
        for (; left >= 8; left -= 8, at += 8) {
            std::uint64_t word;
            std::memcpy(&word, at, 8);
            take(word);
        }
        std::uint64_t last = 0;
        if (left != 0) std::memcpy(&last, at, left);
        take(last | static_cast<std::uint64_t>(text.size()) << 56);
        v2 ^= 0xff;
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }

  private:
    std::array<std::uint64_t, 2> key_;
};

}  // namespace strowger::registrar
