// One request on its way through the stateless proxy: what was read of it, and what is decided so far. Lives
// for one packet, on the worker's stack.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/worker.hpp"
#include "sip/hidden.hpp"
#include "sip/request.hpp"
#include "sip/rewrite.hpp"
#include "sip/seal.hpp"
#include "sip/text.hpp"
#include "sip/token.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {

// The Route values of a request, top first, without those that were taken off.
struct RouteSet {
    static constexpr std::size_t kMost = kMostRoutes;
    RouteSet() noexcept {}  // values are written before they are read
    union {
        std::array<std::string_view, kMost> values;
    };
    std::size_t first = 0;
    std::size_t end = 0;
    bool changed = false;  // the message's own Route headers do not say this any more

    [[nodiscard]] bool empty() const { return first == end; }
    [[nodiscard]] std::string_view front() const { return values[first]; }
    void pop_front() {
        ++first;
        changed = true;
    }
    // False: too many.
    bool push_back(std::string_view value) {
        if (end == kMost) return false;
        values[end++] = value;
        changed = true;
        return true;
    }
};

// Whose request it is, by where it came from.
struct Source {
    bool stateless = false;
    bool is_trunk = false;
    std::uint16_t tenant = 0;
};

// Room for a contact's texts, not cleared.
struct ContactRoom {
    ContactRoom() noexcept {}
    tables::Locations::Text text;
};

struct Trip {
    Trip(core::Worker& worker, core::Packet* p, const wire::SipMessage& m) noexcept
        : w(worker), packet(p), message(m), info(core::info_of(p)), proxy(worker.tables->proxy) {}

    core::Worker& w;
    core::Packet* packet;
    const wire::SipMessage& message;
    const core::PacketInfo& info;
    const tables::Proxy& proxy;

    Source source{};
    Facts facts{};
    SipHash dialog{proxy.keys[0].key};  // of Call-ID and From tag, once they are read
    RouteSet routes{};
    bool in_dialog = false;  // it came with a token of ours
    RouteToken token{};
    bool hidden_token = false;  // of a call that hides a side: one token a side, not a pair
    bool hides_out = false;     // the next hop sees nothing of the side that it came from
    std::string_view uri_text;  // Request-URI it leaves with
    wire::SipUri uri{};
    bool uri_changed = false;
    Hop hop{};

    MessageText text;
    OpenedRoom behind;  // of the token, its route set
    OpenedRoom target;  // of the Request-URI
    ContactRoom contact;
};

// What becomes of a request that is not forwarded.
enum class Fate : std::uint8_t { forward, settled, to_control_plane };

// Answers the request, or drops an ACK.
Fate refuse_trip(Trip& t, std::uint16_t status, std::string_view reason = {}) noexcept;
// Gives it to the control plane and says why.
Fate fall_back(Trip& t, Counter reason) noexcept;

}  // namespace strowger::sip
