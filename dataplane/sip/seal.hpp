// Texts that only we can read, written so that they may stand in a SIP token or in the user of a URI:
// base64url (RFC 4648 5, no padding) of a tag of 16 bytes and the encrypted text. The tag is a keyed hash of
// text and binding, and it is the start of the cipher's counter too (the construction of RFC 5297), so that
// the same text in the same place gives the same bytes in a retransmission, and nothing has to be remembered
// or drawn by chance.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sip/text.hpp"
#include "strowger/tables/proxy.hpp"

namespace strowger::sip {

// Longest text that is sealed, in bytes.
inline constexpr std::size_t kMostSealed = 1200;

// What a sealed text is for. It opens under the same binding only.
enum class SealKind : std::uint8_t { via_stack = 1, contact = 2, creator_route = 3, callee_route = 4 };
struct SealBinding {
    SealKind kind{};
    std::uint32_t listener = 0;  // tag of the listener that the text is for
    std::string_view first;
    std::string_view second;
};

// Room for an opened text, not cleared.
class OpenedRoom {
  public:
    OpenedRoom() noexcept {}

  private:
    friend bool open_sealed(const tables::TokenKey&, const SealBinding&, std::string_view, OpenedRoom&,
                            std::string_view&) noexcept;
    static constexpr std::size_t kTag = 16;
    alignas(8) std::array<char, kTag + kMostSealed> bytes_;
};

// Appends `text` sealed. False: it is too long, or `out` is full.
[[nodiscard]] bool seal(const tables::TokenKey& key, const SealBinding& binding, std::string_view text,
                        MessageText& out) noexcept;
// Opens what seal() wrote; `out` lies in `room`. False: not ours, not for that, or changed.
[[nodiscard]] bool open_sealed(const tables::TokenKey& key, const SealBinding& binding,
                               std::string_view sealed, OpenedRoom& room, std::string_view& out) noexcept;

}  // namespace strowger::sip
