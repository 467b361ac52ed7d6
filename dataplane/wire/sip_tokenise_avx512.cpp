// Compiled with -mavx512f -mavx512bw -mavx512vbmi2; called only where the CPU has them (Ice Lake, Zen 4, and
// later).
#include <immintrin.h>

#include "wire/sip_head_blocks.hpp"

namespace strowger::wire {
namespace {

struct Scan {
    [[gnu::always_inline]] BlockMasks operator()(const char* p) const {
        const __m512i bytes = _mm512_loadu_si512(p);
        const std::uint64_t line_feeds = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
        const __mmask64 low = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(' '));
        const __mmask64 not_tab = _mm512_mask_cmpneq_epi8_mask(low, bytes, _mm512_set1_epi8('\t'));
        const __mmask64 control = _mm512_mask_cmpneq_epi8_mask(not_tab, bytes, _mm512_set1_epi8('\n'));
        const __mmask64 del = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(0x7f));
        return {line_feeds, _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(':')), _kor_mask64(control, del)};
    }
    [[gnu::always_inline]] static std::uint16_t* append(std::uint16_t* to, std::uint32_t base,
                                                        std::uint64_t bits) {
        const __m512i set = _mm512_maskz_compress_epi8(bits, numbers());
        const __m512i offset = _mm512_set1_epi16(static_cast<short>(base));
        const auto count = __builtin_popcountll(bits);
        _mm512_storeu_si512(to, _mm512_add_epi16(offset, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(set))));
        if (count > 32) [[unlikely]]
            _mm512_storeu_si512(
                to + 32, _mm512_add_epi16(offset, _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(set, 1))));
        return to + count;
    }

  private:
    // Byte i holds i.
    [[gnu::always_inline]] static __m512i numbers() {
        alignas(64) static constexpr std::uint8_t bytes[64] = {
            0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
            22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
            44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
        return _mm512_load_si512(bytes);
    }
};

}  // namespace

HeadResult walk_head_avx512(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_blocks(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
