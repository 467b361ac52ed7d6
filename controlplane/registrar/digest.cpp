#include "registrar/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>
#include <string>

#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

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

// Fetching an algorithm walks OpenSSL's providers (microseconds); it is done here once.
struct Hasher::State {
    std::array<EVP_MD*, kAlgorithms> digests{};
    std::array<EVP_MD_CTX*, kAlgorithms> contexts{};
    EVP_MAC* mac = nullptr;
    EVP_MAC_CTX* mac_context = nullptr;

    ~State() {
        for (EVP_MD_CTX* context : contexts) EVP_MD_CTX_free(context);
        for (EVP_MD* digest : digests) EVP_MD_free(digest);
        EVP_MAC_CTX_free(mac_context);
        EVP_MAC_free(mac);
    }
};

namespace {

void require(bool worked, const char* what) {
    if (!worked) throw std::runtime_error(std::string("OpenSSL has no usable ") + what);
}

}  // namespace

Hasher::Hasher() : state_(std::make_unique<State>()) {
    constexpr std::array<const char*, kAlgorithms> kNames{"MD5", "SHA256"};
    for (std::size_t i = 0; i < kAlgorithms; ++i) {
        state_->digests[i] = EVP_MD_fetch(nullptr, kNames[i], nullptr);
        state_->contexts[i] = EVP_MD_CTX_new();
        require(state_->digests[i] != nullptr && state_->contexts[i] != nullptr, kNames[i]);
    }
    state_->mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    require(state_->mac != nullptr, "HMAC");
    state_->mac_context = EVP_MAC_CTX_new(state_->mac);
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    require(state_->mac_context != nullptr && EVP_MAC_CTX_set_params(state_->mac_context, parameters) == 1,
            "HMAC-SHA256");
}

Hasher::~Hasher() = default;

Hash Hasher::joined(Algorithm algorithm, std::span<const std::string_view> parts) {
    const auto i = static_cast<std::size_t>(algorithm);
    EVP_MD_CTX* context = state_->contexts[i];
    Hash out{};
    unsigned length = 0;
    bool worked = EVP_DigestInit_ex2(context, state_->digests[i], nullptr) == 1;
    bool first = true;
    for (const std::string_view part : parts) {
        if (!first) worked = worked && EVP_DigestUpdate(context, ":", 1) == 1;
        first = false;
        worked = worked && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
    }
    worked = worked && EVP_DigestFinal_ex(context, out.data(), &length) == 1;
    require(worked && length == hash_size(algorithm), "hash function");
    return out;
}

Hash Hasher::response(Algorithm algorithm, const Hash& ha1, const ResponseInput& input) {
    const std::string_view a2_parts[] = {input.method, input.uri};
    const Hash ha2 = joined(algorithm, a2_parts);
    char ha1_text[64];
    char ha2_text[64];
    const std::string_view a1{ha1_text, to_hex(algorithm, ha1, ha1_text)};
    const std::string_view a2{ha2_text, to_hex(algorithm, ha2, ha2_text)};
    if (input.qop.empty()) {
        const std::string_view parts[] = {a1, input.nonce, a2};
        return joined(algorithm, parts);
    }
    const std::string_view parts[] = {a1, input.nonce, input.nc, input.cnonce, input.qop, a2};
    return joined(algorithm, parts);
}

Hash Hasher::keyed(std::span<const std::uint8_t> key, std::span<const std::string_view> parts) {
    EVP_MAC_CTX* context = state_->mac_context;
    Hash out{};
    std::size_t length = 0;
    bool worked = EVP_MAC_init(context, key.data(), key.size(), nullptr) == 1;
    for (const std::string_view part : parts)
        worked = worked && EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(part.data()),
                                          part.size()) == 1;
    worked = worked && EVP_MAC_final(context, out.data(), &length, out.size()) == 1;
    require(worked && length == out.size(), "HMAC");
    return out;
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

}  // namespace strowger::registrar
