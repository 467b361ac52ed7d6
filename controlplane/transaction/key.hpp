// What a transaction is matched by, as 128 bits of keyed hash: nobody who does not know the key can make two
// transactions meet.
#pragma once

#include <cstdint>
#include <string_view>

#include "registrar/keyed_hash.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::transaction {

struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const Key&, const Key&) = default;
    [[nodiscard]] bool empty() const { return low == 0 && high == 0; }
};
class KeyMaker {
  public:
    KeyMaker();
    // RFC 3261 17.2.3: branch, sent-by and method (ACK and CANCEL look for their INVITE: give
    // Method::invite). Of a branch without the magic cookie (RFC 2543): Request-URI, From tag, Call-ID, CSeq
    // number and top Via instead. Empty: the request has no usable Via.
    [[nodiscard]] Key server(const wire::SipMessage& request, wire::Method method) const;
    // 17.1.3: branch and method of CSeq. Our branches are unguessable.
    [[nodiscard]] Key client(std::string_view branch, std::string_view method) const;
    // RFC 3261 8.2.2.2: what two requests that came by different ways have in common. Empty: it has a To tag.
    [[nodiscard]] Key merged(const wire::SipMessage& request) const;
    // z9hG4bK and 24 unguessable characters.
    std::size_t branch(char* out);
    // 16 unguessable characters that stay the same for one value.
    void tag(std::uint64_t value, char* out) const;

  private:
    [[nodiscard]] Key of(std::string_view text) const { return {low_(text), high_(text)}; }
    registrar::KeyedHash low_;
    registrar::KeyedHash high_;
    registrar::KeyedHash secret_;  // for what others see
    std::uint64_t branches_ = 0;
};

}  // namespace strowger::transaction
