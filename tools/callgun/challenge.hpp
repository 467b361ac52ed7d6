// A digest challenge that is kept while its nonce is used.
#pragma once

#include "strowger/digest/challenge.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_writer.hpp"
#include "text.hpp"

namespace strowger::callgun {

struct Challenge {
    digest::Algorithm algorithm = digest::Algorithm::md5;
    bool named = false;  // the algorithm was
    bool auth = false;
    bool has_opaque = false;
    Text<64> realm;
    Text<128> nonce;
    Text<64> opaque;
    [[nodiscard]] bool present() const { return !nonce.empty(); }
};

// The first of the response's challenges that we can answer: the server's preference (RFC 8760 2.4).
[[nodiscard]] digest::ChallengeStatus choose_challenge(const wire::SipMessage& response,
                                                       Challenge& out) noexcept;
// Writes Authorization or Proxy-Authorization (`header`).
void write_answer(wire::SipWriter& out, wire::HeaderId header, const Challenge& challenge,
                  const digest::Answer& answer);

}  // namespace strowger::callgun
