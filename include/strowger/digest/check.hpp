// Digest authentication of one request (RFC 3261 22, RFC 7616): what is given, whether it is right, and the
// challenge. One implementation for both planes. No memory of earlier requests: whether a nonce's count was
// used before is looked at in the control plane (registrar/nonce_counts.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "strowger/digest/credentials.hpp"
#include "strowger/digest/hash.hpp"
#include "strowger/digest/nonce.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::digest {

// As whom we challenge: 401 with Authorization (registrar, or the call's end), 407 with Proxy-Authorization
// (on the way to another).
enum class Role : std::uint8_t { user_agent, proxy };

enum class Verdict : std::uint8_t {
    ok,         // the user knows the password
    challenge,  // no credentials for our realm: challenge
    stale,      // right credentials with a nonce that is too old or was used: challenge with stale=true
    wrong,      // wrong password or unknown user, which look the same: challenge anew
    malformed,  // credentials that break the grammar, or for another URI: 400
};

// The credentials of a request that count, read. Views into the message, or into `credentials`.
struct Given {
    Credentials credentials;
    Algorithm algorithm{};
    Hash claimed{};
    std::uint32_t count = 0;  // nc
    std::string_view user;    // of username, without "@realm"
    bool qualified = false;   // username was user@realm
    std::string_view fault;   // malformed: the phrase of the 400
};

// Verdict::ok: `out` holds the credentials for `realm`, to be judged. Otherwise challenge or malformed.
[[nodiscard]] Verdict read_given(const wire::SipMessage& request, Role role, std::string_view realm,
                                 Given& out) noexcept;

struct Validity {
    std::int64_t unix_ms = 0;      // now
    std::int64_t lifetime_ms = 0;  // of a nonce
};

// ok, stale or wrong. `ha1` is the hash of given.user, qualified or not, by given.algorithm; nullptr: nobody,
// or no such hash. The response is computed whatever else holds, so that neither time nor answer tells an
// unknown user from a wrong password, and stale=true only goes to who knows the password. `nonce` is set when
// ok.
[[nodiscard]] Verdict judge(const Key& key, std::string_view method, std::string_view realm,
                            const Given& given, const Hash* ha1, const Validity& when, Nonce& nonce) noexcept;

// The algorithms that a challenge offers, by Algorithm.
struct Offer {
    bool of[kAlgorithms] = {true, true};
};
// To an account with these hashes (none: an unknown user); `sha256` whether SHA-256 is offered where MD5
// would do.
[[nodiscard]] Offer offer_to(bool has_md5, bool has_sha256, bool sha256) noexcept;

// Writes the complete header lines of a challenge, each with CRLF, SHA-256 first (RFC 8760 2.3). Returns how
// many bytes; 0: `out` is too short.
[[nodiscard]] std::size_t write_challenge(const Key& key, Role role, std::string_view realm,
                                          const Nonce& nonce, Offer offer, bool stale,
                                          std::span<char> out) noexcept;

}  // namespace strowger::digest
