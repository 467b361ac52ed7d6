// Compiled with -mavx512f -mavx512bw; called only where the CPU has both.
#include <immintrin.h>

#include "wire/sip_head_blocks.hpp"

namespace strowger::wire {
namespace {

struct Scan {
    [[gnu::always_inline]] BlockMasks operator()(const char* p) const {
        const __m512i bytes = _mm512_loadu_si512(p);
        const std::uint64_t line_feeds = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
        const std::uint64_t tabs = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\t'));
        const std::uint64_t low = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(' '));
        const std::uint64_t del = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(0x7f));
        return {line_feeds, _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(':')),
                (low & ~(line_feeds | tabs)) | del};
    }
};

}  // namespace

HeadResult walk_head_avx512(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_blocks(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
