// A received message, owned: one copy of the bytes with their table behind them. Immutable. Control thread
// only.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "net/flow.hpp"
#include "strowger/rings/punt.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::message {

// A counted reference to a received message. Empty by default.
class Incoming {
  public:
    Incoming() = default;
    // Copies what a worker already tokenised (bytes, and the used part of the table).
    [[nodiscard]] static Incoming from_punt(const rings::Punt& punt, const wire::Endpoint& local);
    // Tokenises bytes of a stream transport or of a test. Empty and `status` != ok when they are no message.
    [[nodiscard]] static Incoming parse(const net::Flow& flow, std::string_view bytes, Nanoseconds received,
                                        wire::TokeniseStatus& status);

    // The same message with other bytes: when, from where and by whom it came is as it was. Empty: they are none.
    [[nodiscard]] Incoming with(std::string_view bytes) const;

    Incoming(const Incoming& other);
    Incoming(Incoming&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Incoming& operator=(Incoming other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Incoming();

    [[nodiscard]] explicit operator bool() const { return block_ != nullptr; }
    [[nodiscard]] const wire::SipMessage& sip() const;
    [[nodiscard]] const net::Flow& flow() const;
    [[nodiscard]] Nanoseconds received() const;
    // Whose credentials a worker found right; not ok: none, or the message did not come through a worker.
    [[nodiscard]] const rings::Verified& verified() const;

  private:
    struct Block;
    explicit Incoming(Block* block) : block_(block) {}
    Block* block_ = nullptr;
};

}  // namespace strowger::message
