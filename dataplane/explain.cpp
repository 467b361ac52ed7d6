// `why`: one frame through the real stages on a scratch worker, and the books read afterwards.
#include <rte_mbuf.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "classify/classify.hpp"
#include "classify/reassembly.hpp"
#include "engine.hpp"
#include "sip/screen.hpp"
#include "sip/sip.hpp"

namespace strowger {
namespace {

// Counters of these stages, and drops, that moved since `before`.
void report_moved(const CounterBlock& before, const CounterBlock& after,
                  std::initializer_list<std::string_view> stages, std::vector<Decision>& out) {
    const auto stage_of = [](std::string_view name) { return name.substr(0, name.find('.')); };
    for (std::size_t i = 0; i < kDrops; ++i)
        if (after.drops[i] != before.drops[i])
            out.push_back({std::string(*stages.begin()), "dropped: " + std::string(kDropRows[i].name),
                           std::string(kDropRows[i].help)});
    for (std::size_t i = 0; i < kCounters; ++i) {
        const std::string_view name = kCounterRows[i].name;
        if (after.counters[i] == before.counters[i] ||
            std::find(stages.begin(), stages.end(), stage_of(name)) == stages.end())
            continue;
        out.push_back({std::string(stage_of(name)), std::string(name), std::string(kCounterRows[i].help)});
    }
}

// A frame that would have left.
Decision report_sent(core::Packet* packet) {
    const std::string_view frame(core::frame_of(packet), packet->data_len);
    const bool tagged = frame.size() > 14 && frame.substr(12, 2) == "\x81\x00";
    const std::size_t l3 = tagged ? 18 : 14;
    const bool v4 = frame.size() > l3 && static_cast<std::uint8_t>(frame[l3]) >> 4 == 4;
    const std::size_t l4 = l3 + (v4 ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header));
    if (frame.size() < l4 + sizeof(wire::UdpHeader)) return {"tx", "sent", ""};
    wire::UdpHeader udp;
    std::memcpy(&udp, frame.data() + l4, sizeof udp);
    const auto address = [&](std::size_t v4_at, std::size_t v6_at) {
        if (!v4) return wire::IpAddress::from_v6(frame.data() + l3 + v6_at);
        wire::be32 value;
        std::memcpy(static_cast<void*>(&value), frame.data() + l3 + v4_at, sizeof value);
        return wire::IpAddress::from_v4(value);
    };
    const wire::Endpoint from{address(12, 8), udp.source};
    const wire::Endpoint to{address(16, 24), udp.destination};
    const std::string_view text = frame.substr(l4 + sizeof udp);
    return {"tx", "sent to " + wire::to_string(to),
            "from " + wire::to_string(from) + ": " + std::string(text.substr(0, text.find('\r')))};
}

std::string place_of(const tables::Tables& tables, const core::PacketInfo& info) {
    const bool known = info.interface != kNone<InterfaceId>;
    std::string text = wire::to_string(info.source) + " to " + wire::to_string(info.destination);
    if (known && tables.interfaces[index(info.interface)].vlan != 0)
        text += ", VLAN " + std::to_string(tables.interfaces[index(info.interface)].vlan);
    if (info.lane == core::Lane::sip || info.lane == core::Lane::media)
        text += ", realm " + tables.realms[index(info.realm)].name;
    return text;
}

}  // namespace

std::vector<Decision> Engine::explain(PortId port, std::span<const char> frame) {
    std::vector<Decision> out;
    if (live_ == nullptr || index(port) >= ports_.size()) return {{"rx", "no such port", ""}};
    core::Packet* packet = frame.size() > kMaxInjectedFrame ? nullptr : rte_pktmbuf_alloc(injected_pool_);
    if (packet == nullptr)
        return {{"rx", "not tried", "the frame is longer than 65,000 bytes, or no buffer is free"}};

    rings::Spsc<core::Packet*> wire(64);
    core::Worker scratch;
    classify::Reassembly reassembly;
    sip::SourceLimits limits(1);
    // One worker owns all ports here, so that nothing is handed over; legs belong to the real ones.
    scratch.pool = tap_pool_;
    scratch.large_pool = injected_pool_;
    scratch.reassembly = &reassembly;
    scratch.limits = &limits;
    scratch.tables = live_.get();
    scratch.transmit_out = {&wire};
    scratch.tx.resize(ports_.size());

    const Nanoseconds now = clock_now();
    std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())), frame.data(),
                frame.size());
    core::info_of(packet) = {.port = port, .received = now};
    scratch.now = now;
    core::Burst burst;
    burst.count = 1;
    burst.packets[0] = packet;
    CounterBlock before = scratch.books;
    classify::run(scratch, burst);
    report_moved(before, scratch.books, {"classify"}, out);
    if (core::Packet* next = burst.packets[0]; next != nullptr) {
        const core::PacketInfo& info = core::info_of(next);
        out.push_back({"classify", info.lane == core::Lane::sip ? "SIP" : "media", place_of(*live_, info)});
        if (info.lane == core::Lane::sip) {
            before = scratch.books;
            sip::run(scratch, burst);
            report_moved(before, scratch.books, {"sip", "digest", "route", "fallback"}, out);
        } else {
            const auto owner_id = index(owner(info.destination.port.host()));
            out.push_back({"rtp", "leg of worker " + std::to_string(owner_id), "its state: strowger legs"});
            rte_pktmbuf_free(next);
        }
    }
    rings::Punt punt;
    while (scratch.punts.pop({&punt, 1}) == 1 || scratch.arrivals.pop({&punt, 1}) == 1)
        rte_pktmbuf_free(static_cast<core::Packet*>(punt.packet));
    core::Packet* answer = nullptr;
    while (wire.pop({&answer, 1}) == 1) {
        out.push_back(report_sent(answer));
        rte_pktmbuf_free(answer);
    }
    for (auto& datagram : reassembly.datagrams) rte_pktmbuf_free(datagram.packet);
    return out;
}

}  // namespace strowger
