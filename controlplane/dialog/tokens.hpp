// Unguessable texts: tags, Call-IDs, session ids.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace strowger::dialog {

// From the kernel's random source, a block at a time. Control thread only.
class Tokens {
  public:
    Tokens() = default;
    // 64 random bits.
    std::uint64_t number();
    // 16 lower-case hexadecimal digits: a tag. key_of() gives the number back.
    std::string tag();
    // 32 digits: a Call-ID. It names no host.
    std::string call_id();

  private:
    std::array<std::uint64_t, 512> block_{};
    std::size_t used_ = block_.size();
};

// The number in a tag that tag() made; 0: it is not one.
[[nodiscard]] std::uint64_t key_of(std::string_view tag) noexcept;

}  // namespace strowger::dialog
