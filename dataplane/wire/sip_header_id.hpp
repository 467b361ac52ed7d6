// Header name to HeaderId: a perfect hash made at compile time from sip_headers.def.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "strowger/wire/sip_message.hpp"

namespace strowger::wire::header_hash {

// A name in lower case as overlapping words. Setting bit 5 lowers letters and keeps '-'; it would also make a
// '-' of a CR, so whoever asks has refused control characters before.
struct alignas(32) Key {
    std::uint64_t head = 0;    // bytes 0-7, zero behind a shorter name
    std::uint64_t tail = 0;    // the last 8 bytes, in the upper bytes of the word if there are fewer
    std::uint64_t middle = 0;  // bytes 8-15 of names longer than 16
    HeaderId id = HeaderId::other;
    std::uint8_t length = 0;
    std::uint8_t shift = 0;  // bits of tail that lie before a shorter name
};
static_assert(sizeof(Key) == 32);

inline constexpr std::size_t kLongest = 24;
inline constexpr std::uint64_t kLower = 0x2020202020202020ULL;
inline constexpr std::size_t kBits = 9;

// Of the first word's bytes, those that belong to a name of that length.
consteval std::array<std::uint64_t, kLongest + 1> make_masks() {
    std::array<std::uint64_t, kLongest + 1> masks{};
    for (std::size_t n = 0; n <= kLongest; ++n)
        masks[n] = n < 8 ? (std::uint64_t{1} << (8 * n)) - 1 : ~std::uint64_t{0};
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

constexpr std::uint64_t word_of(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i)
        word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(text[at + i]) | 0x20) << (8 * i);
    return word;
}

constexpr Key key_of(std::string_view name, HeaderId id) {
    Key key;
    key.length = static_cast<std::uint8_t>(name.size());
    key.head = word_of(name, 0);
    key.shift = static_cast<std::uint8_t>(name.size() < 8 ? 64 - 8 * name.size() : 0);
    key.tail = name.size() < 8 ? key.head << key.shift : word_of(name, name.size() - 8);
    key.middle = name.size() > 16 ? word_of(name, 8) : 0;
    key.id = id;
    return key;
}

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
            auto& slot = index[slot_of(key.head, key.length, key.tail >> 56, multiplier)];
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

// `name` holds no control character; readable are 8 bytes before its end and 24 after its start.
// Internal linkage: the tokeniser's twins compile this for different CPUs.
[[maybe_unused]] static inline HeaderId lookup(const char* name, std::uint32_t length) {
    if (length - 1 >= kLongest) return HeaderId::other;
    std::uint64_t head;
    std::uint64_t tail;
    std::memcpy(&head, name, 8);
    std::memcpy(&tail, name + length - 8, 8);
    head = (head | kLower) & kMasks[length];
    tail |= kLower;
    const Key& key = kTable.keys[kTable.index[slot_of(head, length, tail >> 56, kTable.multiplier)]];
    if (key.head != head || key.length != length || (key.tail ^ tail) >> key.shift != 0)
        return HeaderId::other;
    if (length > 16) {
        std::uint64_t middle;
        std::memcpy(&middle, name + 8, 8);
        if (key.middle != (middle | kLower)) return HeaderId::other;
    }
    return key.id;
}

}  // namespace strowger::wire::header_hash
