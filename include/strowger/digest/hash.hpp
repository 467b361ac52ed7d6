// Digest arithmetic (RFC 7616, RFC 8760, RFC 3261 22): hashes, the response value, HMAC. No policy, no heap,
// no locks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace strowger::digest {

enum class Algorithm : std::uint8_t { md5, sha256 };
inline constexpr std::size_t kAlgorithms = 2;

// Binary hash; the first hash_size(algorithm) bytes count.
using Hash = std::array<std::uint8_t, 32>;
[[nodiscard]] constexpr std::size_t hash_size(Algorithm algorithm) {
    return algorithm == Algorithm::md5 ? 16 : 32;
}
// "MD5", "SHA-256".
[[nodiscard]] std::string_view algorithm_name(Algorithm algorithm) noexcept;
// Any case; "" means MD5 (RFC 7616 3.3). False: one that we do not offer.
[[nodiscard]] bool algorithm_of(std::string_view text, Algorithm& out) noexcept;

// Hash of the parts one after the other.
[[nodiscard]] Hash hash_of(Algorithm algorithm, std::span<const std::string_view> parts) noexcept;
[[nodiscard]] inline Hash hash_of(Algorithm algorithm,
                                  std::initializer_list<std::string_view> parts) noexcept {
    return hash_of(algorithm, std::span<const std::string_view>(parts.begin(), parts.size()));
}

// H(A1) = H(user:realm:password) (RFC 7616 3.4.2). In `password` each "{user}" stands for `account`.
[[nodiscard]] Hash ha1_of(Algorithm algorithm, std::string_view user, std::string_view realm,
                          std::string_view password, std::string_view account) noexcept;

// What H(A2) and the response are made of, all unquoted and unescaped. qop is "auth" or empty (RFC 2069
// form).
struct ResponseInput {
    std::string_view method;
    std::string_view uri;
    std::string_view nonce;
    std::string_view nc;
    std::string_view cnonce;
    std::string_view qop;
};
// The `response` value (RFC 7616 3.4.1).
[[nodiscard]] Hash response_of(Algorithm algorithm, const Hash& ha1, const ResponseInput& input) noexcept;

// HMAC-SHA-256 (RFC 2104) under a fixed key of at most 64 bytes: the key is taken in once.
class Hmac {
  public:
    Hmac() noexcept;
    explicit Hmac(std::span<const std::uint8_t> key) noexcept;
    [[nodiscard]] Hash operator()(std::initializer_list<std::string_view> parts) const noexcept;

  private:
    // States of the hash function after the padded key.
    using State = std::array<std::byte, 112>;
    alignas(8) State inner_{};
    alignas(8) State outer_{};
};

// Lower-case hexadecimal of the hash into `out` (64 bytes of room); returns its length.
std::size_t to_hex(Algorithm algorithm, const Hash& hash, char* out) noexcept;
// Exactly the right number of digits, either case. False: not a hash of this algorithm.
[[nodiscard]] bool from_hex(Algorithm algorithm, std::string_view text, Hash& out) noexcept;
// In constant time.
[[nodiscard]] bool same_hash(Algorithm algorithm, const Hash& a, const Hash& b) noexcept;

}  // namespace strowger::digest
