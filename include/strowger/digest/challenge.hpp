// A peer's digest challenge (WWW-Authenticate, Proxy-Authenticate: RFC 7616 3.3, RFC 3261 22, RFC 8760), and
// the credentials that answer it. No heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "strowger/digest/hash.hpp"

namespace strowger::digest {

enum class ChallengeStatus : std::uint8_t {
    ok,
    absent,       // no such header
    syntax,       // not "Digest name=value, …", or with bytes that no header line may hold
    missing,      // no realm or no nonce
    unsupported,  // another scheme or algorithm, or auth-int alone
    too_long,     // a value above kLongestValue
};

inline constexpr std::size_t kLongestValue = 512;

// Views into the header: values as they stand between the quotes. So they are hashed and so they go back
// (RFC 7616 3.4, unq()).
struct Challenge {
    std::string_view realm;
    std::string_view nonce;
    std::string_view opaque;
    std::string_view algorithm_text;  // as sent; empty: it was not
    Algorithm algorithm = Algorithm::md5;
    bool auth = false;  // qop=auth; otherwise there was no qop (RFC 2069)
    bool stale = false;
    bool has_opaque = false;
};

// One header value.
[[nodiscard]] ChallengeStatus parse_challenge(std::string_view value, Challenge& out) noexcept;

struct Answer {
    std::string_view user;
    std::string_view password;
    std::string_view method;
    std::string_view uri;
    std::uint32_t count = 1;  // of uses of the nonce, this one included (nc)
    std::string_view cnonce;  // unguessable
};

// Room that is always enough for write_credentials().
[[nodiscard]] constexpr std::size_t room_for(const Challenge& c, const Answer& a) {
    return 2 * a.user.size() + 2 * a.uri.size() + a.cnonce.size() + c.realm.size() + c.nonce.size() +
           c.opaque.size() + c.algorithm_text.size() + 256;
}
// "Digest username=…": the value of Authorization or Proxy-Authorization. Returns its length; 0: `out` is too
// short.
[[nodiscard]] std::size_t write_credentials(const Challenge& challenge, const Answer& answer,
                                            std::span<char> out) noexcept;

}  // namespace strowger::digest
