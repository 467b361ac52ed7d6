// Nonces that need no memory: time and chance under a keyed hash. Made and believed by both planes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "strowger/digest/hash.hpp"

namespace strowger::digest {

using NonceKey = std::array<std::uint8_t, 32>;

// A nonce's content. Its text is 48 characters: base64url of time (8), chance (12) and 16 bytes of
// HMAC-SHA-256 over both and the digest realm.
struct Nonce {
    std::int64_t time_ms = 0;               // unix
    std::array<std::uint8_t, 12> chance{};  // differs from one nonce of a millisecond to the other
};
inline constexpr std::size_t kNonceText = 48;

// A nonce key made ready, and what else is derived from it.
class Key {
  public:
    Key() noexcept : Key(NonceKey{}) {}
    explicit Key(const NonceKey& key) noexcept;

    // Writes kNonceText bytes.
    void write(std::string_view realm, const Nonce& nonce, char* out) const noexcept;
    // False: not one that we made with this key for this realm.
    [[nodiscard]] bool read(std::string_view realm, std::string_view text, Nonce& out) const noexcept;

    // Nobody's H(A1): an unknown user costs the same arithmetic as a wrong password and looks the same.
    [[nodiscard]] const Hash& nobody() const noexcept { return nobody_; }
    // The `opaque` of challenges, 16 characters.
    [[nodiscard]] std::string_view opaque() const noexcept { return {opaque_.data(), opaque_.size()}; }

  private:
    Hmac mac_;
    Hash nobody_;
    std::array<char, 16> opaque_;
};

}  // namespace strowger::digest
