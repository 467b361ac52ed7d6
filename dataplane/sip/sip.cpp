#include "sip/sip.hpp"

#include <rte_prefetch.h>

#include <algorithm>

#include "sip/digest.hpp"
#include "sip/keepalive.hpp"
#include "sip/refuse.hpp"
#include "sip/route.hpp"
#include "sip/screen.hpp"
#include "sip/shed.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::sip {
namespace {

using core::Packet;

void take_in(core::Worker& w, Packet* packet) {
    if (keepalive(w, packet) || !admit(w, packet)) return;
    const core::PacketInfo& info = core::info_of(packet);
    core::PacketPrivate& memory = core::private_of(packet);
    memory.authenticated = false;
    memory.verified = {};
    wire::SipView& view = memory.view;
    const char* data = core::payload_of(packet);
    const wire::TokeniseStatus status = wire::tokenise(data, info.payload_length, view);
    if (status != wire::TokeniseStatus::ok) {
        const bool version = status == wire::TokeniseStatus::version;
        return refuse(w, packet, version ? 505 : 400,
                      version ? "Version Not Supported" : wire::describe(status), 0,
                      Counter::sip_answered_400, reason_of(status));
    }
    const wire::SipMessage message(data, info.payload_length, &view);
    if (view.header_count > w.tables->realms[index(info.realm)].max_headers)
        return refuse(w, packet, 400, "Too Many Headers", 0, Counter::sip_answered_400,
                      Drop::screen_too_many_headers);
    core::count(w, view.is_request() ? Counter::sip_requests : Counter::sip_responses);
    if (route(w, packet, message)) return;
    const Way way = way_of(w, packet, message);
    if (way == Way::settled || !authenticate(w, packet, message)) return;
    core::count(w, Counter::sip_punted);
    const rings::Punt record{.kind = rings::PuntKind::sip, .view = &view, .verified = memory.verified};
    if (way == Way::arrival) return core::punt_arrival(w, packet, record, Drop::screen_punt_full);
    core::punt(w, packet, record, Drop::screen_punt_full);
}

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kUsualMessage = 1024;  // bytes
constexpr std::size_t kUsualView = 384;      // bytes: up to 32 header fields

// While a message is worked on, the next one comes into the cache; classify has seen its headers alone.
void prefetch(Packet* packet) {
    const char* payload = core::payload_of(packet);
    const std::size_t length = std::min<std::size_t>(core::info_of(packet).payload_length, kUsualMessage);
    for (std::size_t at = 0; at < length; at += kCacheLine) rte_prefetch0(payload + at);
    const char* view = reinterpret_cast<const char*>(&core::private_of(packet).view);
    for (std::size_t at = 0; at < kUsualView; at += kCacheLine) __builtin_prefetch(view + at, 1);
}

}  // namespace

void run(core::Worker& w, core::Burst& burst) noexcept {
    for (std::uint16_t i = 0; i < burst.count; ++i) {
        Packet*& slot = burst.packets[i];
        if (slot == nullptr || core::info_of(slot).lane != core::Lane::sip) continue;
        if (i + 1u < burst.count && burst.packets[i + 1u] != nullptr) prefetch(burst.packets[i + 1u]);
        take_in(w, slot);
        slot = nullptr;
    }
}

}  // namespace strowger::sip
