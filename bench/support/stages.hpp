// The stages of dataplane/pipeline.cpp called one by one with the clock between them. The product's own loop
// carries no clock for this; what the two differ by is the clock itself and, for SIP, that the parts of the
// sip stage run as passes over the burst here and packet by packet there.
#pragma once

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "classify/classify.hpp"
#include "core/burst.hpp"
#include "core/worker.hpp"
#include "rtp/relay.hpp"
#include "sip/keepalive.hpp"
#include "sip/route.hpp"
#include "sip/screen.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::bench {

inline constexpr std::array<const char*, 7> kStages{"rx",       "classify", "rtp", "screen",
                                                    "tokenise", "route",    "tx"};

// TSC cycles a packet of every turn, by stage. One turn that was interrupted does not change the median.
class StageCycles {
  public:
    void add(const std::array<std::uint64_t, kStages.size()>& cycles, std::size_t packets) {
        for (std::size_t i = 0; i < kStages.size(); ++i)
            turns_[i].push_back(static_cast<double>(cycles[i]) / static_cast<double>(packets));
    }
    [[nodiscard]] double median(std::size_t stage) {
        auto& all = turns_[stage];
        if (all.empty()) return 0;
        const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
        std::nth_element(all.begin(), middle, all.end());
        return *middle;
    }

  private:
    std::array<std::vector<double>, kStages.size()> turns_;
};

// One turn over the first queue that has something, as run_once() and run_burst() do it.
inline void run_stages(core::Worker& w, core::Burst& burst, const core::RxQueue& queue,
                       const tables::Tables& tables, Nanoseconds now, StageCycles& out) {
    std::array<std::uint64_t, kStages.size()> cycles{};
    std::uint64_t last = rte_rdtsc_precise();
    const auto lap = [&](std::size_t stage) {
        const std::uint64_t at = rte_rdtsc_precise();
        cycles[stage] = at - last;
        last = at;
    };
    w.tables = &tables;
    w.now = burst.now = now;
    burst.count = rte_eth_rx_burst(queue.ethdev, queue.queue, burst.packets.data(), core::kBurst);
    std::uint64_t octets = 0;
    for (std::uint16_t i = 0; i < burst.count; ++i) {
        core::PacketInfo& info = core::info_of(burst.packets[i]);
        info.port = queue.port;
        info.received = now;
        octets += burst.packets[i]->pkt_len;
    }
    core::count(w, Counter::rx_packets, burst.count);
    core::count(w, Counter::rx_octets, octets);
    const std::size_t packets = burst.count;
    lap(0);
    classify::run(w, burst);
    lap(1);
    rtp::run(w, burst);
    lap(2);

    std::array<core::Packet*, core::kBurst> messages;
    std::size_t count = 0;
    for (std::uint16_t i = 0; i < burst.count; ++i) {
        core::Packet* packet = burst.packets[i];
        if (packet == nullptr || core::info_of(packet).lane != core::Lane::sip) continue;
        if (!sip::keepalive(w, packet) && sip::admit(w, packet)) messages[count++] = packet;
    }
    lap(3);
    for (std::size_t i = 0; i < count; ++i)
        if (wire::tokenise(core::payload_of(messages[i]), core::info_of(messages[i]).payload_length,
                           core::private_of(messages[i]).view) != wire::TokeniseStatus::ok)
            std::abort();
    lap(4);
    for (std::size_t i = 0; i < count; ++i) {
        const wire::SipMessage message(core::payload_of(messages[i]),
                                       core::info_of(messages[i]).payload_length,
                                       &core::private_of(messages[i]).view);
        if (!sip::route(w, messages[i], message)) std::abort();
    }
    lap(5);
    core::flush(w);
    lap(6);
    if (packets != 0) out.add(cycles, packets);
}

}  // namespace strowger::bench
