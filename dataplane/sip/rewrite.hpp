// The only stage that writes bytes of forwarded messages: what route decided becomes a packet on the other
// side.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/worker.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::sip {

// Changes to a message, in any order: `length` bytes at `offset` give way to `text`. Views stay valid until
// the message has left. At most kMost; one more, or two that overlap, make the list invalid.
class Edits {
  public:
    static constexpr std::size_t kMost = 40;

    void replace(std::size_t offset, std::size_t length, std::string_view text) noexcept;
    void replace(const wire::SipMessage& message, std::string_view part, std::string_view text) noexcept {
        replace(static_cast<std::size_t>(part.data() - message.bytes().data()), part.size(), text);
    }
    void insert(std::size_t offset, std::string_view text) noexcept { replace(offset, 0, text); }
    // The whole lines of one header field.
    void remove_field(const wire::SipMessage& message, std::size_t field) noexcept;
    // Every field with that id.
    void remove_all(const wire::SipMessage& message, wire::HeaderId id) noexcept;

    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] std::size_t size_after(std::size_t size) const { return size + added_ - cut_; }
    // Writes the changed message; room for size_after() bytes.
    void write(std::string_view message, char* out) const noexcept;

  private:
    struct Edit {
        std::uint32_t offset;
        std::uint32_t length;
        std::uint32_t size;  // of the text
        const char* text;
    };
    std::array<Edit, kMost> edits_;  // by offset
    std::size_t count_ = 0;
    std::size_t added_ = 0;
    std::size_t cut_ = 0;
    bool valid_ = true;
};

// Where a message goes.
struct Hop {
    ListenerId out = kNone<ListenerId>;  // that it leaves from
    wire::Endpoint remote;
};

// Sends the changed message, in fragments above the MTU, and settles the received packet. `counter` counts
// the message that left. False: it was dropped, by name.
bool send_changed(core::Worker& w, core::Packet* packet, const wire::SipMessage& message, const Edits& edits,
                  const Hop& hop, Counter counter) noexcept;

}  // namespace strowger::sip
