#include "rtp/emodel.hpp"

#include <algorithm>
#include <cmath>

namespace strowger::rtp {
namespace {

constexpr double kBasicR = 93.2;  // G.107 with every parameter at its default
constexpr std::uint64_t kMinPackets = 50;
// Packetisation, coding and the far device, before any jitter buffer (ms): G.107's delay is mouth to ear.
constexpr double kDeviceDelayMs = 30;

Codec static_codec(std::uint8_t payload_type) {
    switch (payload_type) {
        case 3:
            return Codec::gsm;
        case 4:
            return Codec::g723;
        case 8:
            return Codec::pcma;
        case 9:
            return Codec::g722;
        case 15:
            return Codec::g728;
        case 18:
            return Codec::g729;
        case 26:
        case 28:
        case 31:
        case 32:
        case 33:
        case 34:
            return Codec::not_voice;  // RFC 3551 table 5
        default:
            return Codec::pcmu;
    }
}

}  // namespace

double r_factor(const Impairments& i) noexcept {
    // Delay, after Cole and Rosenbluth's fit of G.107's curve: gentle, and steep past 177.3 ms.
    const double ta = std::max(i.one_way_delay_ms, 0.0);
    const double id = 0.024 * ta + (ta > 177.3 ? 0.11 * (ta - 177.3) : 0.0);
    // G.107 (7-29).
    const double ppl = std::clamp(i.loss, 0.0, 1.0) * 100;
    const double ie = i.ie + (95 - i.ie) * ppl / (ppl / std::max(i.burst_ratio, 1.0) + i.bpl);
    return std::clamp(kBasicR - id - ie, 0.0, 100.0);
}

double mos_of_r(double r) noexcept {
    if (r <= 0) return 1;
    if (r >= 100) return 4.5;
    return std::max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

std::uint16_t mos_of(Codec codec, const rings::LegStatistics& s, std::uint64_t loss_bursts) noexcept {
    if (codec == Codec::unknown) codec = static_codec(s.payload_type);
    if (codec == Codec::not_voice || s.packets_received < kMinPackets) return 0;
    Impairments i;
    for (const auto& row : kCodecRows)
        if (row.codec == codec) {
            i.ie = row.ie;
            i.bpl = row.bpl;
        }
    i.loss = static_cast<double>(s.lost_packets) / static_cast<double>(s.lost_packets + s.packets_received);
    // G.107: mean length of the loss runs, over the mean that random loss would have. Above 2 the model holds
    // only for little loss.
    if (loss_bursts != 0)
        i.burst_ratio = std::clamp(
            static_cast<double>(s.lost_packets) / static_cast<double>(loss_bursts) * (1 - i.loss), 1.0, 2.0);
    const double buffer_ms = std::max(40.0, 2.0 * s.jitter_us / 1000.0);
    i.one_way_delay_ms = kDeviceDelayMs + buffer_ms + s.round_trip_us / 2000.0;
    return static_cast<std::uint16_t>(std::lround(mos_of_r(r_factor(i)) * 100));
}

}  // namespace strowger::rtp
