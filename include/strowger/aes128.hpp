// AES-128 in counter mode (FIPS 197, SP 800-38A) for short texts: no context, no heap, one expanded key that
// any number of threads read. Made by the control plane as part of the tables, used by the workers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace strowger {

class Aes128 {
  public:
    using Block = std::array<std::uint8_t, 16>;

    Aes128() = default;  // no key yet: encrypts nothing worth keeping
    explicit Aes128(const Block& key) noexcept;

    // Encrypts or decrypts: `in` and `out` (`size` bytes each) may be the same. The last four bytes of
    // `counter` count up as one big-endian number; there must be room in them for size / 16. Uses the CPU's
    // AES instructions where it has them (bench/micro/seal.cpp); without them slower, and not in constant time.
    void count(const Block& counter, const char* in, char* out, std::size_t size) const noexcept;

    // The twins, for tests and benchmarks.
    void count_portable(const Block& counter, const char* in, char* out, std::size_t size) const noexcept;
    [[nodiscard]] static bool has_instructions() noexcept;

  private:
    alignas(16) std::array<Block, 11> rounds_{};
};

}  // namespace strowger
