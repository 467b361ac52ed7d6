// Compiled with -mavx2; called only where the CPU has it.
#include <immintrin.h>

#include "wire/sip_head_lines.hpp"

namespace strowger::wire {
namespace {

struct Scan {
    [[gnu::always_inline]] LineMasks operator()(const char* p) const {
        const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
        return {joined(ends_of(low), ends_of(high)), joined(equal(low, ':'), equal(high, ':')),
                joined(equal(low, ' '), equal(high, ' '))};
    }

  private:
    [[gnu::always_inline]] static __m256i equal(__m256i bytes, char c) {
        return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
    }
    [[gnu::always_inline]] static __m256i ends_of(__m256i bytes) {
        // min(b, 0x1f) == b: b is below the space.
        const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
        return _mm256_or_si256(low, equal(bytes, 0x7f));
    }
    [[gnu::always_inline]] static std::uint64_t joined(__m256i low, __m256i high) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
               static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
    }
};

}  // namespace

HeadResult walk_head_avx2(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_lines(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
