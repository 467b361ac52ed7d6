// Compiled with -mavx2; called only where the CPU has it.
#include <immintrin.h>

#include "wire/sip_head_blocks.hpp"

namespace strowger::wire {
namespace {

struct Half {
    std::uint32_t line_feeds;
    std::uint32_t colons;
    std::uint32_t controls;
};

[[gnu::always_inline]] inline Half scan_half(const char* p) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    const __m256i line_feed = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'));
    const __m256i colon = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(':'));
    // min(b, 0x1f) == b: b is below the space.
    const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
    const __m256i del = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7f));
    const __m256i legal = _mm256_or_si256(line_feed, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t')));
    const __m256i control = _mm256_andnot_si256(legal, _mm256_or_si256(low, del));
    return {static_cast<std::uint32_t>(_mm256_movemask_epi8(line_feed)),
            static_cast<std::uint32_t>(_mm256_movemask_epi8(colon)),
            static_cast<std::uint32_t>(_mm256_movemask_epi8(control))};
}

struct Scan {
    [[gnu::always_inline]] BlockMasks operator()(const char* p) const {
        const Half low = scan_half(p);
        const Half high = scan_half(p + 32);
        return {low.line_feeds | static_cast<std::uint64_t>(high.line_feeds) << 32,
                low.colons | static_cast<std::uint64_t>(high.colons) << 32,
                low.controls | static_cast<std::uint64_t>(high.controls) << 32};
    }
    [[gnu::always_inline]] static std::uint16_t* append(std::uint16_t* to, std::uint32_t base,
                                                        std::uint64_t bits) {
        std::uint16_t* const end = to + __builtin_popcountll(bits);
        const auto next = [&] {
            const auto position =
                static_cast<std::uint16_t>(base + static_cast<std::uint32_t>(_tzcnt_u64(bits)));
            bits &= bits - 1;
            return position;
        };
        // Few blocks have more than six; what is written past `end` is overwritten by the next block.
        do {
            to[0] = next();
            to[1] = next();
            to[2] = next();
            to[3] = next();
            to[4] = next();
            to[5] = next();
            to += 6;
        } while (to < end);
        return end;
    }
};

}  // namespace

HeadResult walk_head_avx2(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    return walk_blocks(data, length, at, out, Scan{});
}

}  // namespace strowger::wire
