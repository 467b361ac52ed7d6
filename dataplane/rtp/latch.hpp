// Symmetric RTP: which source a leg accepts (research: learn, latch, lock), and refusal of everybody else.
#pragma once

#include <cstdint>

#include "rtp/context.hpp"

namespace strowger::rtp {

// Consistent packets (one source, one SSRC, rising sequence) that make a source the remote. One is enough for
// the very address and port that SDP named, as nothing better can come.
inline constexpr std::uint8_t kLatchPackets = 3;
// After a latch a source of better rank may take over for this long; then the leg is locked.
inline constexpr Nanoseconds kSettleTime = 5 * kSecond;
// A locked leg that heard nothing for this long accepts its stream (same SSRC) from a new source: NAT
// rebinding.
inline constexpr std::uint32_t kRelatchSilenceMs = 2'000;
// A candidate that sent nothing for this long may be forgotten.
inline constexpr std::uint32_t kCandidateAgeMs = 1'000;

// What the latch looks at in a packet. For UDPTL ssrc is 0 and `sequence` its own.
struct Arrival {
    wire::Endpoint source;
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    wire::Mac source_mac{};
    InterfaceId interface = kNone<InterfaceId>;
};

// Whether the policy lets `source` be the leg's remote, and how well it fits.
[[nodiscard]] Rank rank_of(const LegCold& leg, const wire::Endpoint& source) noexcept;

// True when the leg is latched or locked and `source` is its remote: the whole check for nearly every packet.
// `is_v4`: the family of `source`, which the caller knows already.
[[nodiscard]] inline bool from_remote(LegRef leg, const wire::Endpoint& source, bool is_v4) noexcept {
    const Leg& hot = *leg.hot;
    if (hot.state < LegState::latched || source.port != hot.remote_port) return false;
    if (((hot.flags & kRemoteV6) == 0) != is_v4) return false;
    return is_v4 ? source.address.v4() == hot.remote_v4 : source.address == leg.cold->remote.address;
}

// Decides on a packet that is not from_remote(). True: take it (it may have latched the leg: state, peer's
// way out and a `latched` event are done). False: refuse it, count it as bleed.
[[nodiscard]] bool admit(Context& context, LegRef leg, const Arrival& arrival) noexcept;

// The same for RTCP on its own port. May learn the RTCP source.
[[nodiscard]] bool admit_rtcp(LegRef leg, const wire::Endpoint& source) noexcept;

// Back to learning, with what SDP says as destination meanwhile. NatMode::off locks at once.
void start_latching(const Context& context, LegRef leg) noexcept;

// latched -> locked once the settling time has passed.
void settle(LegRef leg, Nanoseconds now) noexcept;

// Sends the event that a latch owes; false: no room, it stays pending.
bool report_latched(Context& context, LegRef leg) noexcept;

}  // namespace strowger::rtp
