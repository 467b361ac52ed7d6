#include "registrar/nonce.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace strowger::registrar {

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

Hash mac_of(Hasher& hasher, const NonceKey& key, std::string_view realm, const Raw& raw) {
    const std::string_view parts[] = {{reinterpret_cast<const char*>(raw.data()), kPayload}, realm};
    return hasher.keyed(key, parts);
}

}  // namespace

void write_nonce(Hasher& hasher, const NonceKey& key, std::string_view realm, const Nonce& nonce, char* out) {
    Raw raw{};
    auto time = static_cast<std::uint64_t>(nonce.time_ms);
    for (std::size_t i = 8; i-- > 0; time >>= 8) raw[i] = static_cast<std::uint8_t>(time);
    std::memcpy(&raw[8], nonce.chance.data(), nonce.chance.size());
    std::memcpy(&raw[kPayload], mac_of(hasher, key, realm, raw).data(), kMac);
    for (std::size_t i = 0; i < raw.size(); i += 3) {
        const unsigned bits =
            static_cast<unsigned>(raw[i]) << 16 | static_cast<unsigned>(raw[i + 1]) << 8 | raw[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *out++ = kAlphabet[(bits >> shift) & 63];
    }
}

bool read_nonce(Hasher& hasher, const NonceKey& key, std::string_view realm, std::string_view text,
                Nonce& out) {
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
    if (CRYPTO_memcmp(mac_of(hasher, key, realm, raw).data(), &raw[kPayload], kMac) != 0) return false;
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < 8; ++i) time = time << 8 | raw[i];
    out.time_ms = static_cast<std::int64_t>(time);
    std::memcpy(out.chance.data(), &raw[8], out.chance.size());
    return true;
}

NonceCounts::NonceCounts(std::size_t sets) : sets_(std::bit_ceil(std::max<std::size_t>(sets, 1))) {}

NonceCounts::Use NonceCounts::use(const Nonce& nonce, std::uint32_t count, std::int64_t oldest_valid_ms) {
    if (count == 0) return Use::replayed;
    std::uint64_t tag;
    std::uint32_t place;
    std::memcpy(&tag, nonce.chance.data(), 8);
    std::memcpy(&place, nonce.chance.data() + 8, 4);
    if (tag == 0) tag = 1;
    Set& set = sets_[place & (sets_.size() - 1)];
    Entry* victim = &set.entries[0];
    for (Entry& entry : set.entries) {
        if (entry.tag == tag && entry.time_ms == nonce.time_ms) {
            if (count > entry.highest) {
                const std::uint32_t ahead = count - entry.highest;
                entry.window = ahead < 64 ? entry.window << ahead | 1 : 1;
                entry.highest = count;
                return Use::fresh;
            }
            const std::uint32_t behind = entry.highest - count;
            if (behind >= 64 || (entry.window >> behind & 1) != 0) return Use::replayed;
            entry.window |= std::uint64_t{1} << behind;
            return Use::fresh;
        }
        const auto age_of = [](const Entry& e) { return e.tag == 0 ? INT64_MIN : e.time_ms; };
        if (age_of(entry) < age_of(*victim)) victim = &entry;
    }
    if (nonce.time_ms <= set.floor_ms) return Use::forgotten;
    if (victim->tag != 0 && victim->time_ms >= oldest_valid_ms) {
        // All eight are good still. What is forgotten may not come back, so the younger ones stay.
        if (nonce.time_ms <= victim->time_ms) return Use::forgotten;
        set.floor_ms = std::max(set.floor_ms, victim->time_ms);
    }
    *victim = {tag, nonce.time_ms, 1, count};
    return Use::fresh;
}

}  // namespace strowger::registrar
