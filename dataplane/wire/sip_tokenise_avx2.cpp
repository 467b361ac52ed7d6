// Compiled with -mavx2; called only where the CPU has it.
#include <immintrin.h>

#include "wire/sip_head_lines.hpp"

namespace strowger::wire {
namespace {

// Stays in a register: of a value that it knows the compiler would make it anew for every line.
[[gnu::always_inline]] inline __m256i kept(char c) {
    __m256i bytes = _mm256_set1_epi8(c);
    asm("" : "+x"(bytes));
    return bytes;
}

struct Scan {
    [[gnu::always_inline]] std::uint64_t ends(const char* p) const {
        return mask(ends_of(load(p))) | static_cast<std::uint64_t>(mask(ends_of(load(p + 32)))) << 32;
    }
    [[gnu::always_inline]] NameMasks name(const char* p) const {
        const __m256i bytes = load(p);
        return {mask(_mm256_cmpeq_epi8(bytes, colon_)), mask(_mm256_cmpeq_epi8(bytes, space_))};
    }
    [[gnu::always_inline]] __m128i fold() const { return _mm256_castsi256_si128(space_); }

  private:
    [[gnu::always_inline]] static __m256i load(const char* p) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
    [[gnu::always_inline]] static std::uint32_t mask(__m256i bytes) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
    }
    [[gnu::always_inline]] __m256i ends_of(__m256i bytes) const {
        // min(b, 0x1f) == b: b is below the space.
        const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, last_control_), bytes);
        return _mm256_or_si256(low, _mm256_cmpeq_epi8(bytes, delete_));
    }
    __m256i colon_ = kept(':');
    __m256i space_ = kept(' ');
    __m256i last_control_ = kept(0x1f);
    __m256i delete_ = kept(0x7f);
};

}  // namespace

HeadResult walk_head_avx2(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_lines(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
