#include "crypto/aes128_instructions.hpp"

#include <immintrin.h>

#include <cstring>

namespace strowger::crypto {
namespace {

constexpr std::size_t kTogether = 8;  // blocks in flight: two a cycle, and an instruction takes four

void mix(const char* in, char* out, const char* stream, std::size_t size) {
    std::size_t i = 0;
    for (; i + 16 <= size; i += 16) {
        const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i));
        const __m128i key = _mm_load_si128(reinterpret_cast<const __m128i*>(stream + i));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_xor_si128(text, key));
    }
    for (; i < size; ++i) out[i] = static_cast<char>(in[i] ^ stream[i]);
}

}  // namespace

void aes128_count(const std::array<Aes128::Block, 11>& rounds, const Aes128::Block& counter, const char* in,
                  char* out, std::size_t size) noexcept {
    const auto* keys = reinterpret_cast<const __m128i*>(rounds.data());
    const __m128i fixed = _mm_loadu_si128(reinterpret_cast<const __m128i*>(counter.data()));
    std::uint32_t number = __builtin_bswap32(static_cast<std::uint32_t>(_mm_extract_epi32(fixed, 3)));
    alignas(16) char stream[16 * kTogether];
    for (std::size_t done = 0; done < size; done += sizeof stream) {
        __m128i block[kTogether];
        for (auto& b : block)
            b = _mm_xor_si128(_mm_insert_epi32(fixed, static_cast<int>(__builtin_bswap32(number++)), 3),
                              _mm_load_si128(keys));
        for (int r = 1; r < 10; ++r) {
            const __m128i key = _mm_load_si128(keys + r);
            for (auto& b : block) b = _mm_aesenc_si128(b, key);
        }
        const __m128i last = _mm_load_si128(keys + 10);
        for (std::size_t i = 0; i < kTogether; ++i)
            _mm_store_si128(reinterpret_cast<__m128i*>(stream) + i, _mm_aesenclast_si128(block[i], last));
        mix(in + done, out + done, stream, size - done < sizeof stream ? size - done : sizeof stream);
    }
}

}  // namespace strowger::crypto
