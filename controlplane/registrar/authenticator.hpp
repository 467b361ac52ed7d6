// Whether a request comes from whom it says: digest authentication of REGISTER, INVITE and the rest (RFC 3261
// 22).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "message/incoming.hpp"
#include "registrar/accounts.hpp"
#include "registrar/failing_sources.hpp"
#include "strowger/digest/check.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::registrar {

using digest::NonceKey;
using digest::Role;
using digest::Verdict;

struct Check {
    Verdict verdict = Verdict::challenge;
    std::uint16_t status = 0;          // what to answer: 0 (ok), 400, 401 or 407
    std::string_view reason;           // phrase for 400
    const Account* account = nullptr;  // ok, or replayed; valid until Accounts::configure()
    bool replayed = false;             // stale for no other reason than that its nonce's count was used
};

struct AuthenticatorCounts {
    std::uint64_t accepted = 0;
    std::uint64_t challenged = 0;
    std::uint64_t stale = 0;
    std::uint64_t replayed = 0;  // nonce count used before; also counted as stale
    std::uint64_t wrong = 0;
    std::uint64_t malformed = 0;
};

class Authenticator {
  public:
    // `key` makes and checks nonces: 32 random bytes, kept in the store so that challenges survive a restart.
    Authenticator(const Accounts& accounts, const NonceKey& key);
    ~Authenticator();
    void set_nonce_lifetime(std::uint32_t seconds);
    // Whether challenges offer SHA-256 to accounts that could do with MD5. Answers by SHA-256 are taken
    // always.
    void set_offer_sha256(bool offer);

    // Checks a request; of one that a worker has verified (Incoming::verified) no more than the nonce's
    // count. `realm`: the digest realm to be challenged for (Domain::realm, or Account::domain). `unix_ms`:
    // the time of day in milliseconds. `likely`: whom the caller looked up already and takes the sender for.
    Check check(const message::Incoming& request, Role role, std::string_view realm, std::int64_t unix_ms,
                const Account* likely = nullptr);

    // check() of that request follows soon: what it needs is fetched meanwhile.
    void expect(const message::Incoming& request) const;

    // Appends the complete header lines of a challenge to `out`, each with CRLF: SHA-256 (if offered) first,
    // then MD5; only those that the caller (user of From, at `realm`) has a hash for.
    void challenge(const message::Incoming& request, Role role, std::string_view realm, bool stale,
                   std::int64_t unix_ms, std::string& out);

    [[nodiscard]] const AuthenticatorCounts& counts() const;
    // Sources of wrong passwords.
    [[nodiscard]] const FailingSources& failing() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// The realm to challenge a caller for: by the domain of its From, else the realm's default domain. Empty: we
// serve nobody there. The views lie in `accounts`.
[[nodiscard]] std::string_view digest_realm(const Accounts& accounts, const message::Incoming& request);

}  // namespace strowger::registrar
