// Digest arithmetic (RFC 7616, RFC 8760, RFC 3261 22): hashes, HA1, the response value. No policy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace strowger::registrar {

enum class Algorithm : std::uint8_t { md5, sha256 };
inline constexpr std::size_t kAlgorithms = 2;

// Binary hash; the first size(algorithm) bytes count.
using Hash = std::array<std::uint8_t, 32>;
[[nodiscard]] constexpr std::size_t hash_size(Algorithm algorithm) {
    return algorithm == Algorithm::md5 ? 16 : 32;
}
// "MD5", "SHA-256".
[[nodiscard]] std::string_view algorithm_name(Algorithm algorithm) noexcept;
// Any case; "" means MD5 (RFC 7616 3.3). False: one that we do not offer.
[[nodiscard]] bool algorithm_of(std::string_view text, Algorithm& out) noexcept;

// H(username:realm:password) by each algorithm.
struct Ha1 {
    std::array<Hash, kAlgorithms> value{};
    std::array<bool, kAlgorithms> present{};
};

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

// Hash functions of OpenSSL, fetched once; contexts are reused. Not for two threads at a time.
class Hasher {
  public:
    Hasher();
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    // Hash of the parts with ':' between them.
    Hash joined(Algorithm algorithm, std::span<const std::string_view> parts);
    // The `response` value (RFC 7616 3.4.1).
    Hash response(Algorithm algorithm, const Hash& ha1, const ResponseInput& input);
    // HMAC-SHA-256.
    Hash keyed(std::span<const std::uint8_t> key, std::span<const std::string_view> parts);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Lower-case hexadecimal of the hash into `out` (64 bytes of room); returns its length.
std::size_t to_hex(Algorithm algorithm, const Hash& hash, char* out) noexcept;
// Exactly the right number of digits, either case. False: not a hash of this algorithm.
[[nodiscard]] bool from_hex(Algorithm algorithm, std::string_view text, Hash& out) noexcept;
// In constant time.
[[nodiscard]] bool same_hash(Algorithm algorithm, const Hash& a, const Hash& b) noexcept;

}  // namespace strowger::registrar
