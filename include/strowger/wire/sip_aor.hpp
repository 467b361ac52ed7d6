// An address of record out of a To, From or Request-URI: user unescaped, host in lower case (RFC 3261 10.3
// item 5).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace strowger::wire {

// Holds its own text; views into it are given out.
class Aor {
  public:
    // Case matters (RFC 3261 19.1.4). Empty: the URI had none.
    [[nodiscard]] std::string_view user() const { return {text_.data(), user_length_}; }
    // An IPv6 reference keeps its brackets.
    [[nodiscard]] std::string_view host() const { return {text_.data() + user_length_, host_length_}; }

  private:
    friend bool aor_of_uri(std::string_view uri, Aor& out) noexcept;
    std::array<char, 512> text_;
    std::uint16_t user_length_ = 0;
    std::uint16_t host_length_ = 0;
};

// From a URI. False: not sip or sips, a broken escape, an escaped NUL or other control character, or too
// long.
[[nodiscard]] bool aor_of_uri(std::string_view uri, Aor& out) noexcept;
// From a header value such as To.
[[nodiscard]] bool aor_of(std::string_view header, Aor& out) noexcept;

}  // namespace strowger::wire
