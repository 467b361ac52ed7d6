// Compiled with -mavx512f -mavx512bw; called only where the CPU has both.
#include <immintrin.h>

#include "wire/sip_head_lines.hpp"

namespace strowger::wire {
namespace {

struct Scan {
    [[gnu::always_inline]] LineMasks operator()(const char* p) const {
        const __m512i bytes = _mm512_loadu_si512(p);
        const __mmask64 low = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(' '));
        const __mmask64 del = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(0x7f));
        return {_kor_mask64(low, del), _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(':')),
                _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(' '))};
    }
};

}  // namespace

HeadResult walk_head_avx512(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_lines(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
