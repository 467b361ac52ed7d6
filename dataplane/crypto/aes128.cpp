#include "strowger/aes128.hpp"

#include <algorithm>
#include <bit>

#include "crypto/aes128_instructions.hpp"

namespace strowger {
namespace {

// FIPS 197 5.1.1: the inverse in GF(2^8), found by walking it with a generator and its inverse, then the
// affine map.
constexpr std::array<std::uint8_t, 256> make_box() {
    std::array<std::uint8_t, 256> box{};
    std::uint8_t p = 1;
    std::uint8_t q = 1;
    do {
        p = static_cast<std::uint8_t>(p ^ (p << 1) ^ ((p & 0x80) != 0 ? 0x1b : 0));
        q = static_cast<std::uint8_t>(q ^ (q << 1));
        q = static_cast<std::uint8_t>(q ^ (q << 2));
        q = static_cast<std::uint8_t>(q ^ (q << 4));
        q = static_cast<std::uint8_t>(q ^ ((q & 0x80) != 0 ? 0x09 : 0));
        box[p] = static_cast<std::uint8_t>(q ^ std::rotl(q, 1) ^ std::rotl(q, 2) ^ std::rotl(q, 3) ^
                                           std::rotl(q, 4) ^ 0x63);
    } while (p != 1);
    box[0] = 0x63;
    return box;
}
constexpr auto kBox = make_box();

constexpr std::uint8_t twice(std::uint8_t b) {
    return static_cast<std::uint8_t>((b << 1) ^ ((b & 0x80) != 0 ? 0x1b : 0));
}

void add(Aes128::Block& state, const Aes128::Block& key) {
    for (std::size_t i = 0; i < state.size(); ++i) state[i] ^= key[i];
}

// SubBytes and ShiftRows.
Aes128::Block substituted(const Aes128::Block& state) {
    Aes128::Block out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = kBox[state[(i + 4 * (i % 4)) % 16]];
    return out;
}

void mix_columns(Aes128::Block& s) {
    for (std::size_t c = 0; c < 16; c += 4) {
        const std::uint8_t all = s[c] ^ s[c + 1] ^ s[c + 2] ^ s[c + 3];
        const std::uint8_t first = s[c];
        for (std::size_t r = 0; r < 4; ++r) {
            const std::uint8_t next = r == 3 ? first : s[c + r + 1];
            s[c + r] = static_cast<std::uint8_t>(s[c + r] ^ all ^ twice(s[c + r] ^ next));
        }
    }
}

Aes128::Block encrypted(const std::array<Aes128::Block, 11>& rounds, Aes128::Block state) {
    add(state, rounds[0]);
    for (std::size_t r = 1; r < 10; ++r) {
        state = substituted(state);
        mix_columns(state);
        add(state, rounds[r]);
    }
    state = substituted(state);
    add(state, rounds[10]);
    return state;
}

void count_up(Aes128::Block& counter) {
    for (std::size_t i = 16; i-- > 12;)
        if (++counter[i] != 0) return;
}

}  // namespace

Aes128::Aes128(const Block& key) noexcept {
    rounds_[0] = key;
    std::uint8_t constant = 1;
    for (std::size_t r = 1; r < rounds_.size(); ++r, constant = twice(constant)) {
        const Block& before = rounds_[r - 1];
        for (std::size_t i = 0; i < 16; ++i) {
            const std::uint8_t left = i < 4 ? kBox[before[12 + (i + 1) % 4]] : rounds_[r][i - 4];
            rounds_[r][i] = before[i] ^ left;
        }
        // The constant goes into the first word, and so through all four.
        for (std::size_t i = 0; i < 16; i += 4) rounds_[r][i] ^= constant;
    }
}

void Aes128::count_portable(const Block& counter, const char* in, char* out,
                            std::size_t size) const noexcept {
    Block at = counter;
    for (std::size_t done = 0; done < size; count_up(at)) {
        const Block stream = encrypted(rounds_, at);
        for (std::size_t i = 0; i < 16 && done < size; ++i, ++done)
            out[done] = static_cast<char>(static_cast<std::uint8_t>(in[done]) ^ stream[i]);
    }
}

bool Aes128::has_instructions() noexcept {
    static const bool has = __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1");
    return has;
}

void Aes128::count(const Block& counter, const char* in, char* out, std::size_t size) const noexcept {
    if (has_instructions()) [[likely]]
        crypto::aes128_count(rounds_, counter, in, out, size);
    else
        count_portable(counter, in, out, size);
}

}  // namespace strowger
