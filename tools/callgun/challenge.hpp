// A digest challenge (RFC 7616 3.3, RFC 8760) and the answer to it.
#pragma once

#include <cstdint>
#include <string_view>

#include "strowger/digest/hash.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_writer.hpp"
#include "text.hpp"

namespace strowger::callgun {

// Values as they stand between the quotes: they go back as they came.
struct Challenge {
    digest::Algorithm algorithm = digest::Algorithm::md5;
    bool qop_auth = false;
    bool stale = false;
    bool has_opaque = false;
    Text<64> realm;
    Text<128> nonce;
    Text<64> opaque;
    [[nodiscard]] bool present() const { return !nonce.empty(); }
};

enum class ChallengeStatus : std::uint8_t {
    ok,
    absent,       // no such header
    syntax,       // not "Digest name=value, …"
    missing,      // no realm or no nonce
    unsupported,  // another scheme, algorithm or quality of protection
    too_long,     // realm, nonce or opaque above what there is room for
};
// "the challenge has no realm or no nonce", for reports.
[[nodiscard]] std::string_view describe(ChallengeStatus status) noexcept;

// Reads one WWW-Authenticate or Proxy-Authenticate value.
[[nodiscard]] ChallengeStatus parse_challenge(std::string_view value, Challenge& out) noexcept;

// The first of the response's challenges that we can answer: the server's preference (RFC 8760 2.4).
[[nodiscard]] ChallengeStatus choose_challenge(const wire::SipMessage& response, Challenge& out) noexcept;

struct Answer {
    std::string_view user;
    std::string_view password;
    std::string_view method;
    std::string_view uri;
    std::uint32_t count = 1;  // of uses of the nonce (nc)
    std::string_view cnonce;
};
// Writes Authorization or Proxy-Authorization (`header`).
void write_answer(wire::SipWriter& out, wire::HeaderId header, const Challenge& challenge,
                  const Answer& answer);

}  // namespace strowger::callgun
