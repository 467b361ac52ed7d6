#include "strowger/digest/nonce.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

namespace strowger::digest {

namespace {

constexpr std::size_t kPayload = 20;  // time and chance
constexpr std::size_t kMac = 16;
using Raw = std::array<std::uint8_t, kPayload + kMac>;
static_assert(sizeof(Raw) * 4 == kNonceText * 3);

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> reverse_alphabet() {
    std::array<std::int8_t, 256> out{};
    for (auto& value : out) value = -1;
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        out[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    return out;
}
constexpr auto kReverse = reverse_alphabet();

std::string_view payload_of(const Raw& raw) {
    return {reinterpret_cast<const char*>(raw.data()), kPayload};
}

}  // namespace

Key::Key(const NonceKey& key) noexcept : mac_(key), nobody_(mac_({"nobody"})) {
    char hex[64];
    to_hex(Algorithm::sha256, mac_({"opaque"}), hex);
    std::copy_n(hex, opaque_.size(), opaque_.begin());
}

void Key::write(std::string_view realm, const Nonce& nonce, char* out) const noexcept {
    Raw raw{};
    auto time = static_cast<std::uint64_t>(nonce.time_ms);
    for (std::size_t i = 8; i-- > 0; time >>= 8) raw[i] = static_cast<std::uint8_t>(time);
    std::memcpy(&raw[8], nonce.chance.data(), nonce.chance.size());
    std::memcpy(&raw[kPayload], mac_({payload_of(raw), realm}).data(), kMac);
    for (std::size_t i = 0; i < raw.size(); i += 3) {
        const unsigned bits =
            static_cast<unsigned>(raw[i]) << 16 | static_cast<unsigned>(raw[i + 1]) << 8 | raw[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *out++ = kAlphabet[(bits >> shift) & 63];
    }
}

bool Key::read(std::string_view realm, std::string_view text, Nonce& out) const noexcept {
    if (text.size() != kNonceText) return false;
    Raw raw{};
    for (std::size_t i = 0; i < kNonceText; i += 4) {
        unsigned bits = 0;
        for (std::size_t k = i; k < i + 4; ++k) {
            const int value = kReverse[static_cast<unsigned char>(text[k])];
            if (value < 0) return false;
            bits = bits << 6 | static_cast<unsigned>(value);
        }
        const std::size_t to = i / 4 * 3;
        raw[to] = static_cast<std::uint8_t>(bits >> 16);
        raw[to + 1] = static_cast<std::uint8_t>(bits >> 8);
        raw[to + 2] = static_cast<std::uint8_t>(bits);
    }
    if (CRYPTO_memcmp(mac_({payload_of(raw), realm}).data(), &raw[kPayload], kMac) != 0) return false;
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < 8; ++i) time = time << 8 | raw[i];
    out.time_ms = static_cast<std::int64_t>(time);
    std::memcpy(out.chance.data(), &raw[8], out.chance.size());
    return true;
}

}  // namespace strowger::digest
