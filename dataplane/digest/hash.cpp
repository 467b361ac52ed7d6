// The low-level calls of OpenSSL: the EVP ones cost twice as much for texts of a few blocks, and their
// contexts lie on the heap. Deprecated since 3.0 in favour of EVP, but part of every libcrypto 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "strowger/digest/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <cstring>

#include "strowger/wire/sip_values.hpp"

namespace strowger::digest {

namespace {

// A hash function fed piece by piece; short pieces are gathered, since each call costs as much as a block.
template <typename Context, int (*Start)(Context*), int (*Update)(Context*, const void*, std::size_t),
          int (*Final)(unsigned char*, Context*)>
class Running {
  public:
    Running() noexcept { Start(&context_); }
    explicit Running(const Context& from) noexcept : context_(from) {}
    void add(std::string_view text) noexcept {
        if (text.empty()) return;
        if (text.size() > sizeof gathered_ - length_) flush();
        if (text.size() > sizeof gathered_) {
            Update(&context_, text.data(), text.size());
            return;
        }
        std::memcpy(gathered_ + length_, text.data(), text.size());
        length_ += text.size();
    }
    [[nodiscard]] Hash finish() noexcept {
        flush();
        Hash out{};
        Final(out.data(), &context_);
        return out;
    }
    [[nodiscard]] const Context& state() noexcept {
        flush();
        return context_;
    }

  private:
    void flush() noexcept {
        if (length_ != 0) Update(&context_, gathered_, length_);
        length_ = 0;
    }
    Context context_;
    char gathered_[512];
    std::size_t length_ = 0;
};

using Md5 = Running<MD5_CTX, MD5_Init, MD5_Update, MD5_Final>;
using Sha256 = Running<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final>;

template <typename Feed>
Hash run(Algorithm algorithm, Feed&& feed) noexcept {
    if (algorithm == Algorithm::md5) {
        Md5 hash;
        feed(hash);
        return hash.finish();
    }
    Sha256 hash;
    feed(hash);
    return hash.finish();
}

}  // namespace

std::string_view algorithm_name(Algorithm algorithm) noexcept {
    return algorithm == Algorithm::md5 ? "MD5" : "SHA-256";
}

bool algorithm_of(std::string_view text, Algorithm& out) noexcept {
    if (text.empty() || wire::same_token(text, "MD5")) {
        out = Algorithm::md5;
        return true;
    }
    if (wire::same_token(text, "SHA-256")) {
        out = Algorithm::sha256;
        return true;
    }
    return false;
}

Hash hash_of(Algorithm algorithm, std::span<const std::string_view> parts) noexcept {
    return run(algorithm, [&](auto& hash) {
        for (const std::string_view part : parts) hash.add(part);
    });
}

Hash ha1_of(Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password,
            std::string_view account) noexcept {
    return run(algorithm, [&](auto& hash) {
        constexpr std::string_view kPlace = "{user}";
        hash.add(user);
        hash.add(":");
        hash.add(realm);
        hash.add(":");
        std::string_view rest = password;
        for (std::size_t at = rest.find(kPlace); at != std::string_view::npos; at = rest.find(kPlace)) {
            hash.add(rest.substr(0, at));
            hash.add(account);
            rest.remove_prefix(at + kPlace.size());
        }
        hash.add(rest);
    });
}

Hash response_of(Algorithm algorithm, const Hash& ha1, const ResponseInput& input) noexcept {
    const Hash ha2 = hash_of(algorithm, {input.method, ":", input.uri});
    char ha1_text[64];
    char ha2_text[64];
    const std::string_view a1{ha1_text, to_hex(algorithm, ha1, ha1_text)};
    const std::string_view a2{ha2_text, to_hex(algorithm, ha2, ha2_text)};
    if (input.qop.empty()) return hash_of(algorithm, {a1, ":", input.nonce, ":", a2});
    return hash_of(algorithm,
                   {a1, ":", input.nonce, ":", input.nc, ":", input.cnonce, ":", input.qop, ":", a2});
}

Hmac::Hmac() noexcept : Hmac(std::span<const std::uint8_t>{}) {}

Hmac::Hmac(std::span<const std::uint8_t> key) noexcept {
    static_assert(sizeof(SHA256_CTX) == sizeof(State));
    for (const auto& [pad, state] :
         {std::pair{std::uint8_t{0x36}, &inner_}, std::pair{std::uint8_t{0x5c}, &outer_}}) {
        char block[64];
        for (std::size_t i = 0; i < sizeof block; ++i)
            block[i] = static_cast<char>((i < key.size() ? key[i] : 0) ^ pad);
        Sha256 hash;
        hash.add({block, sizeof block});
        std::memcpy(state->data(), &hash.state(), state->size());
    }
}

Hash Hmac::operator()(std::initializer_list<std::string_view> parts) const noexcept {
    const auto resume = [](const State& state) {
        SHA256_CTX context;
        std::memcpy(&context, state.data(), state.size());
        return Sha256(context);
    };
    Sha256 inner = resume(inner_);
    for (const std::string_view part : parts) inner.add(part);
    const Hash hash = inner.finish();
    Sha256 outer = resume(outer_);
    outer.add({reinterpret_cast<const char*>(hash.data()), hash.size()});
    return outer.finish();
}

std::size_t to_hex(Algorithm algorithm, const Hash& hash, char* out) noexcept {
    constexpr char kDigits[] = "0123456789abcdef";
    const std::size_t size = hash_size(algorithm);
    for (std::size_t i = 0; i < size; ++i) {
        out[2 * i] = kDigits[hash[i] >> 4];
        out[2 * i + 1] = kDigits[hash[i] & 15];
    }
    return 2 * size;
}

bool from_hex(Algorithm algorithm, std::string_view text, Hash& out) noexcept {
    if (text.size() != 2 * hash_size(algorithm)) return false;
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    out = {};
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return false;
        out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

bool same_hash(Algorithm algorithm, const Hash& a, const Hash& b) noexcept {
    return CRYPTO_memcmp(a.data(), b.data(), hash_size(algorithm)) == 0;
}

}  // namespace strowger::digest
