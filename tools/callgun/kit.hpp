// What every kind of load works with. Poll-mode core only.
#pragma once

#include <string>

#include "line.hpp"
#include "options.hpp"
#include "token.hpp"

namespace strowger::callgun {

struct Kit {
    const Options& options;
    Line& line;
    std::uint32_t run = 0;             // of this process, in all tokens
    std::string domain;                // host part of our URIs
    std::size_t caller_endpoints = 0;  // the line's first ones are the caller's, the rest the callee's

    [[nodiscard]] const LocalEndpoint& caller_of(std::uint64_t number) const {
        return line.endpoint(static_cast<std::size_t>(number % caller_endpoints));
    }
};

// Attempts that can be in progress at `rate`: as many as a healthy server has, with room for slow ones.
[[nodiscard]] inline std::uint32_t slots_for(const Options& options, Nanoseconds healthy,
                                             std::uint32_t most) {
    if (options.slots != 0) return options.slots;
    const double rate = options.search ? options.max_rate : options.rate;
    const double wanted =
        1.2 * rate * static_cast<double>(healthy + 4 * kSecond) / static_cast<double>(kSecond);
    return static_cast<std::uint32_t>(wanted < 1024 ? 1024 : wanted > most ? most : wanted);
}

// A user's password: the option's text with {user} filled in.
class PasswordRoom {
  public:
    PasswordRoom(std::string_view pattern, std::string_view user) {
        const auto at = pattern.find("{user}");
        text_.append(pattern.substr(0, at));
        if (at == std::string_view::npos) return;
        text_.append(user);
        text_.append(pattern.substr(at + 6));
    }
    [[nodiscard]] std::string_view view() const { return text_.view(); }

  private:
    Text<128> text_;  // options keep passwords to 80 bytes, names are shorter than 40
};

}  // namespace strowger::callgun
