// Compiled with -mavx2; called only where the CPU has it.
#include <immintrin.h>

#include "wire/sip_head_lines.hpp"

namespace strowger::wire {
namespace {

// In memory: as immediates they are spread over a register again for every line.
alignas(32) constexpr char kColons[] = "::::::::::::::::::::::::::::::::";
alignas(32) constexpr char kSpaces[] = "                                ";

struct Scan {
    [[gnu::always_inline]] static std::uint64_t ends(const char* p) {
        return mask(ends_of(load(p))) | static_cast<std::uint64_t>(mask(ends_of(load(p + 32)))) << 32;
    }
    [[gnu::always_inline]] static NameMasks name(const char* p) {
        const __m256i bytes = load(p);
        return {mask(_mm256_cmpeq_epi8(bytes, *reinterpret_cast<const __m256i*>(kColons))),
                mask(_mm256_cmpeq_epi8(bytes, *reinterpret_cast<const __m256i*>(kSpaces)))};
    }

  private:
    [[gnu::always_inline]] static __m256i load(const char* p) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
    [[gnu::always_inline]] static std::uint32_t mask(__m256i bytes) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
    }
    [[gnu::always_inline]] static __m256i equal(__m256i bytes, char c) {
        return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
    }
    [[gnu::always_inline]] static __m256i ends_of(__m256i bytes) {
        // min(b, 0x1f) == b: b is below the space.
        const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
        return _mm256_or_si256(low, equal(bytes, 0x7f));
    }
};

}  // namespace

HeadResult walk_head_avx2(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_lines(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
