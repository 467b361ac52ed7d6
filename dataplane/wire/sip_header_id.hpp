// Header name to HeaderId: a perfect hash made at compile time from sip_headers.def.
#pragma once

#include <emmintrin.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "strowger/wire/sip_message.hpp"

namespace strowger::wire::header_hash {

// A name in lower case with spaces behind it. Setting bit 5 lowers letters and keeps '-'; it would also make a
// '-' of a CR, so whoever asks has refused control characters before.
struct alignas(16) Key {
    std::array<char, 32> text{};
    HeaderId id = HeaderId::other;
    std::uint8_t length = 0;
};

inline constexpr std::size_t kLongest = 24;
inline constexpr std::size_t kHalf = 16;  // bytes of a name that are compared at once
inline constexpr std::size_t kBits = 9;

// Of 16 bytes, those that belong to a name of so many; of longer ones all.
struct alignas(16) Mask {
    std::array<std::uint8_t, kHalf> bytes{};
};
consteval std::array<Mask, kLongest + 1> make_masks() {
    std::array<Mask, kLongest + 1> masks{};
    for (std::size_t n = 0; n <= kLongest; ++n)
        for (std::size_t i = 0; i < n && i < kHalf; ++i) masks[n].bytes[i] = 0xff;
    return masks;
}
inline constexpr auto kMasks = make_masks();

struct Row {
    HeaderId id;
    std::string_view name;
};
inline constexpr Row kRows[] = {
#define HEADER(id, name, compact) {HeaderId::id, name}, {HeaderId::id, compact},
#include "strowger/wire/sip_headers.def"
#undef HEADER
};

constexpr Key key_of(std::string_view name, HeaderId id) {
    Key key;
    key.length = static_cast<std::uint8_t>(name.size());
    key.id = id;
    for (std::size_t i = 0; i < key.text.size(); ++i)
        key.text[i] = static_cast<char>(i < name.size() ? name[i] | 0x20 : ' ');
    return key;
}

constexpr std::uint64_t head_of(const Key& key) {
    std::uint64_t word = 0;
    for (std::size_t i = 8; i-- > 0;) word = word << 8 | static_cast<std::uint8_t>(key.text[i]);
    return word;
}

// `head`: the first 8 bytes of the key. `last`: the name's last one, in lower case.
constexpr std::size_t slot_of(std::uint64_t head, std::uint64_t length, std::uint64_t last,
                              std::uint64_t multiplier) {
    return ((head + (length << 32) + (last << 40)) * multiplier) >> (64 - kBits);
}

struct Table {
    std::uint64_t multiplier = 0;
    std::array<std::uint8_t, 1u << kBits> index{};  // into keys; keys[0] matches nothing
    std::array<Key, 2 * kHeaderIds> keys{};
};

// Never defined: reaching one stops the compilation with its name.
void a_header_name_is_longer_than_the_hash_compares();
void no_perfect_hash_found_raise_kBits();

consteval Table make_table() {
    Table table;
    std::size_t used = 1;
    for (const Row& row : kRows) {
        if (row.name.empty()) continue;
        if (row.name.size() > kLongest) a_header_name_is_longer_than_the_hash_compares();
        table.keys[used++] = key_of(row.name, row.id);
    }
    std::uint64_t candidate = 0x9E3779B97F4A7C15ULL;
    for (int attempt = 0; attempt < 20'000; ++attempt) {
        candidate ^= candidate << 13;
        candidate ^= candidate >> 7;
        candidate ^= candidate << 17;
        const std::uint64_t multiplier = candidate | 1;
        std::array<std::uint8_t, 1u << kBits> index{};
        bool free = true;
        for (std::size_t k = 1; free && k < used; ++k) {
            const Key& key = table.keys[k];
            const auto last = static_cast<std::uint8_t>(key.text[key.length - 1u]);
            auto& slot = index[slot_of(head_of(key), key.length, last, multiplier)];
            free = slot == 0;
            slot = static_cast<std::uint8_t>(k);
        }
        if (!free) continue;
        table.multiplier = multiplier;
        table.index = index;
        return table;
    }
    no_perfect_hash_found_raise_kBits();
    return table;
}

inline constexpr Table kTable = make_table();

// `name` holds no control character; readable are 32 bytes after its start. `fold`: 16 times 0x20, which the
// vector twins keep in a register over all lines.
// Internal linkage: the tokeniser's twins compile this for different CPUs.
[[maybe_unused]] static inline HeaderId lookup(const char* name, std::uint32_t length,
                                                const __m128i& fold) {
    if (length - 1 >= kLongest) return HeaderId::other;
    const auto half = [&](std::size_t at, std::size_t left) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(name + at));
        const __m128i mask = _mm_load_si128(reinterpret_cast<const __m128i*>(&kMasks[left]));
        return _mm_or_si128(_mm_and_si128(bytes, mask), fold);
    };
    const auto is = [](__m128i bytes, const char* key) {
        const __m128i wanted = _mm_load_si128(reinterpret_cast<const __m128i*>(key));
        return _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)) == 0xffff;
    };
    const __m128i first = half(0, length);
    const auto head = static_cast<std::uint64_t>(_mm_cvtsi128_si64(first));
    const auto last = static_cast<std::uint8_t>(name[length - 1] | 0x20);
    const Key& key = kTable.keys[kTable.index[slot_of(head, length, last, kTable.multiplier)]];
    if (!is(first, key.text.data()) || key.length != length) return HeaderId::other;
    if (length > kHalf && !is(half(kHalf, length - kHalf), key.text.data() + kHalf)) return HeaderId::other;
    return key.id;
}

}  // namespace strowger::wire::header_hash
