#include "sip/keepalive.hpp"

#include <algorithm>
#include <array>

#include "core/reply.hpp"
#include "strowger/wire/stun.hpp"

namespace strowger::sip {
namespace {

// RFC 5626 3.5.1: a double CRLF asks for a single one. Anything made of line ends or NULs alone asks for
// nothing.
bool line_ends(core::Worker& w, core::Packet* packet, std::string_view payload) {
    if (payload.find_first_not_of("\r\n") == std::string_view::npos) {
        if (payload.size() == 4) core::reply(w, packet, std::string_view("\r\n"));
        return true;
    }
    return payload.find_first_not_of('\0') == std::string_view::npos;
}

bool stun(core::Worker& w, core::Packet* packet, std::string_view payload) {
    if (payload.size() < 20 || static_cast<unsigned char>(payload[0]) > 3) return false;
    const auto message =
        wire::parse_stun({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    if (!message) return false;
    std::array<std::uint8_t, wire::kStunResponseRoom> response;
    const std::size_t length = wire::answer_binding(*message, core::info_of(packet).source, response);
    if (length != 0) core::reply(w, packet, {reinterpret_cast<const char*>(response.data()), length});
    return true;
}

}  // namespace

bool keepalive(core::Worker& w, core::Packet* packet) noexcept {
    const std::string_view payload(core::payload_of(packet), core::info_of(packet).payload_length);
    const bool is_one = payload.empty() || (payload.size() <= 16 && line_ends(w, packet, payload)) ||
                        stun(w, packet, payload);
    if (!is_one) return false;
    core::count(w, Counter::sip_keepalives);
    core::consume(w, packet);
    return true;
}

}  // namespace strowger::sip
