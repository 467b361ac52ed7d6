// Speech quality from what the network did to it: the E-model of ITU-T G.107 with all its other parameters at
// their defaults, so that R = 93.2 - Id - Ie,eff.
#pragma once

#include <cstdint>

#include "strowger/codecs.hpp"
#include "strowger/rings/event.hpp"

namespace strowger::rtp {

struct Impairments {
    double one_way_delay_ms = 0;  // mouth to ear
    double loss = 0;              // fraction, 0-1
    double burst_ratio = 1;       // G.107: 1 is random loss, more is bursty
    double ie = 0;
    double bpl = 25.1;
};

// 0-93.2
[[nodiscard]] double r_factor(const Impairments& impairments) noexcept;
// G.107 annex B: R to MOS-CQE, 1-4.5
[[nodiscard]] double mos_of_r(double r) noexcept;

// MOS times 100 of the stream that the statistics describe; 0 when it is not voice or has fewer than 50
// packets. `loss_bursts`: runs of lost packets. An unknown codec is looked up by its static payload type.
[[nodiscard]] std::uint16_t mos_of(Codec codec, const rings::LegStatistics& statistics,
                                   std::uint64_t loss_bursts) noexcept;

}  // namespace strowger::rtp
