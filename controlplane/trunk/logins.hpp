// Our accounts at the peers of trunks, and what was learned of their challenges: a nonce serves until it is
// refused, so that not every call is challenged. Control thread only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources.hpp"
#include "strowger/digest/challenge.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::trunk {

class Logins {
  public:
    // An account that stays keeps its nonces unless its login changed.
    void configure(const model::Model& model);
    // Header lines of credentials for a request, for everybody who has challenged the account; empty: nobody
    // has, or there is no such account.
    [[nodiscard]] std::string lines(std::string_view account, std::string_view method, std::string_view uri);
    // Takes the challenges of a 401 or 407. False: none can be answered, or (`answered`: the request bore an
    // answer to the challenge before) the password is wrong.
    bool learn(std::string_view account, const wire::SipMessage& response, bool answered);

  private:
    struct Known {
        Known(const digest::Challenge& challenge, bool proxy);
        [[nodiscard]] digest::Challenge challenge() const;
        std::string realm, nonce, opaque, algorithm_text;
        digest::Algorithm algorithm{};
        bool auth = false;
        bool has_opaque = false;
        bool proxy = false;
        std::uint32_t count = 0;
    };
    struct Entry {
        std::string name;
        std::string user;
        std::string password;
        std::vector<Known> known;
    };
    [[nodiscard]] Entry* find(std::string_view account);
    static bool take(Entry& entry, const digest::Challenge& challenge, bool proxy, bool answered);

    std::vector<Entry> entries_;  // by name
    std::uint64_t cnonces_ = 0;
};

}  // namespace strowger::trunk
