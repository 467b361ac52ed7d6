// A digest challenge of a peer (WWW-Authenticate, Proxy-Authenticate: RFC 7616 3.3, RFC 3261 22) and the
// credentials that answer it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "message/outgoing.hpp"
#include "strowger/digest/hash.hpp"

namespace strowger::trunk {

// Values unquoted, escapes undone.
struct Challenge {
    std::string realm;
    std::string nonce;
    std::string opaque;
    bool has_opaque = false;
    digest::Algorithm algorithm = digest::Algorithm::md5;
    std::string algorithm_text;  // as sent; empty: it was not
    bool auth = false;           // qop=auth; otherwise there was no qop (RFC 2069)
    bool stale = false;
};

// One header value. nullopt: not one that we can answer: another scheme or algorithm, auth-int alone,
// malformed, or longer than any honest one.
[[nodiscard]] std::optional<Challenge> parse_challenge(std::string_view value);

struct Login {
    std::string_view user;
    std::string_view password;
};
// "Digest username=…": the value of Authorization or Proxy-Authorization. `count`: how often the nonce was
// used, this time included; `cnonce`: unguessable.
[[nodiscard]] std::string credentials(const Challenge& challenge, const Login& login, std::string_view method,
                                      std::string_view uri, std::uint32_t count, std::string_view cnonce);

// A request of ours once more, in a new transaction (RFC 3261 22.2): another branch and CSeq, the header
// lines `added` in place of the lines `dropped`. Empty: it is no request of ours.
[[nodiscard]] message::Outgoing sent_again(const message::Outgoing& request, std::string_view branch,
                                           std::uint32_t cseq, std::string_view dropped,
                                           std::string_view added);

}  // namespace strowger::trunk
