// The grammar of Authorization and Proxy-Authorization with the Digest scheme (RFC 7616 3.4, RFC 3261 25.1).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace strowger::digest {

enum class CredentialsStatus : std::uint8_t {
    ok,
    other_scheme,  // not Digest: to be passed over
    syntax,        // not a list of name=value
    repeated,      // a directive twice
    missing,       // username, realm, nonce, uri or response absent
    too_long,      // more escapes than there is room to undo
};

// Values without quotes, escapes undone. Views into the header, or into `unescaped` when a value held
// escapes: not to be copied.
struct Credentials {
    std::string_view username;
    std::string_view realm;
    std::string_view nonce;
    std::string_view uri;
    std::string_view response;
    std::string_view algorithm;
    std::string_view cnonce;
    std::string_view opaque;
    std::string_view qop;
    std::string_view nc;
    std::array<char, 512> unescaped;
    Credentials() {}  // the room of escapes is written before it is read
    void clear() { username = realm = nonce = uri = response = algorithm = cnonce = opaque = qop = nc = {}; }
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;
};

[[nodiscard]] CredentialsStatus parse_credentials(std::string_view header, Credentials& out) noexcept;

// A phrase for a 400: "Digest directive given twice".
[[nodiscard]] std::string_view describe(CredentialsStatus status) noexcept;

}  // namespace strowger::digest
