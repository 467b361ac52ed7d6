// What a worker knows of the control plane's load, and what became of the new requests that it has seen: the
// state behind sip/shed.hpp. One worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "strowger/rings/punt.hpp"
#include "strowger/rings/spsc.hpp"
#include "strowger/tables/tables.hpp"
#include "strowger/time.hpp"

namespace strowger::core {

class Shed {
  public:
    enum class Fate : std::uint8_t { unknown, let_in, refused };

    // Whether one more new request has to be refused: `waiting` holds more than the limit, the oldest has
    // waited too long, or the last would, by the pace at which the control plane has been taking them.
    [[nodiscard]] bool is_behind(const tables::Overload& limits, const rings::Spsc<rings::Punt>& waiting,
                                 Nanoseconds now) noexcept;

    // What became of an earlier copy of the request: a retransmission meets the same fate, or its sender
    // would hear of a call that it was refused. `fingerprint` is a hash of what its transaction is known by
    // (RFC 3261 17.2.3). Old ones are written over, after about kFates others of their kind.
    [[nodiscard]] Fate fate_of(std::uint64_t fingerprint) const noexcept;
    void remember(std::uint64_t fingerprint, Fate fate) noexcept;

    // Refusals may be answered at kAnswers a second.
    static constexpr std::uint32_t kAnswers = 25'000;
    [[nodiscard]] bool take_answer(Nanoseconds now) noexcept;
    // Whether a refusal was answered so lately that its ACK may still come.
    [[nodiscard]] bool expects_acks(Nanoseconds now) const noexcept {
        return answered_ != 0 && now - answered_ < 32 * kSecond;
    }

  private:
    static constexpr std::size_t kFates = 32'768;
    void measure(const rings::Spsc<rings::Punt>& waiting, std::size_t size, Nanoseconds now) noexcept;

    // The pace: of the time since `since_` in which something waited all along.
    Nanoseconds since_ = 0;
    std::uint64_t taken_ = 0;
    std::size_t least_ = 0;
    Nanoseconds each_ = 0;  // that the control plane took for one; 0: not known

    Nanoseconds answered_ = 0;
    Nanoseconds credit_ = 0;
    Nanoseconds credit_at_ = 0;
    std::vector<std::uint32_t> let_in_ = std::vector<std::uint32_t>(kFates);
    std::vector<std::uint32_t> refused_ = std::vector<std::uint32_t>(kFates);
};

}  // namespace strowger::core
