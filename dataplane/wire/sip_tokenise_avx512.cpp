// Compiled with -mavx512f -mavx512bw -mavx512vl; called only where the CPU has them.
#include <immintrin.h>

#include "wire/sip_head_lines.hpp"

namespace strowger::wire {
namespace {

struct Scan {
    [[gnu::always_inline]] static std::uint64_t ends(const char* p) {
        const __m512i bytes = _mm512_loadu_si512(p);
        return _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(' ')) |
               _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(0x7f));
    }
    [[gnu::always_inline]] static NameMasks name(const char* p) {
        const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        return {_mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8(':')),
                _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8(' '))};
    }
    [[gnu::always_inline]] static __m128i fold() { return _mm_set1_epi8(' '); }
};

}  // namespace

HeadResult walk_head_avx512(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_lines(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
