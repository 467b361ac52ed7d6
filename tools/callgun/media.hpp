// RTP of the calls: G.711 in packets of 20 ms, both ways, each packet with its number and when it was sent.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "kit.hpp"
#include "results.hpp"
#include "slots.hpp"
#include "stream.hpp"
#include "strowger/wire/rtp.hpp"
#include "wheel.hpp"

namespace strowger::callgun {

inline constexpr std::uint32_t kNoLeg = UINT32_MAX;
inline constexpr Nanoseconds kPacketTime = 20 * kMillisecond;

// What our payloads begin with, in network order.
struct Mark {
    wire::be32 magic;
    wire::be32 number;  // of the packet in its stream, from 0
    wire::be64 sent;    // CLOCK_MONOTONIC: the same for all callguns of a host
};

class Media {
  public:
    // `legs`: streams that can be open at once.
    Media(Kit& kit, std::size_t addresses, std::uint32_t legs, Nanoseconds now);
    void count_into(Results& results) { results_ = &results.media; }

    // A leg with a port of the endpoint's address, which receives from now on. kNoLeg: none is free.
    [[nodiscard]] std::uint32_t open(const LocalEndpoint& at);
    [[nodiscard]] std::uint16_t port(std::uint32_t leg) { return legs_[leg].port; }
    // Sends from now on.
    void send_to(std::uint32_t leg, const wire::Endpoint& remote, Nanoseconds now);
    // Sends no more, and still receives.
    void stop(std::uint32_t leg) { timers_.stop(leg); }
    // Enters what was received into the books.
    void close(std::uint32_t leg);

    void receive(const core::PacketInfo& info, std::span<const std::uint8_t> datagram, Nanoseconds now);
    void advance(Nanoseconds now);

  private:
    struct Leg {
        const LocalEndpoint* at = nullptr;
        std::uint16_t port = 0;
        bool sending = false;
        wire::Endpoint remote;
        std::uint32_t ssrc = 0;
        std::uint32_t number = 0;  // of the next packet
        std::uint16_t first_sequence = 0;
        std::uint32_t first_timestamp = 0;
        StreamReceiver stream;
    };
    // Ports of one address, taken in turn: a packet on its way to a call that has ended finds no new one
    // there.
    struct Ports {
        std::vector<std::uint32_t> leg_of;  // by (port - low) / 2
        std::uint32_t next = 0;
    };
    void send(std::uint32_t leg, Nanoseconds now);

    Kit& kit_;
    MediaResults* results_ = nullptr;
    std::vector<Ports> ports_;  // by MediaAddressId
    Slots<Leg> legs_;
    Wheel timers_;  // by leg
    std::uint32_t opened_ = 0;
    std::array<char, sizeof(wire::RtpHeader) + 160> packet_{};
};

// The audio address of a session description; nullopt: none, or rejected.
[[nodiscard]] std::optional<wire::Endpoint> audio_address(std::string_view description);
// An offer or answer of one G.711 stream at `at`, into `room`.
[[nodiscard]] std::string_view write_description(std::span<char> room, const LocalEndpoint& at,
                                                 std::uint16_t port, bool pcmu);

}  // namespace strowger::callgun
