#include "sip/shed.hpp"

#include <algorithm>
#include <array>

#include "sip/answer.hpp"
#include "sip/number.hpp"
#include "strowger/siphash.hpp"
#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
namespace {

using core::Shed;
using wire::HeaderId;
using wire::Method;

bool is_in_dialog(const wire::SipMessage& message) {
    const auto to = wire::parse_name_address(message.header(HeaderId::to));
    return to && !to->tag().empty();
}

// Of what a transaction is known by: the whole top Via is the same in a retransmission.
std::uint64_t fingerprint_of(const core::Worker& w, const wire::SipMessage& message) {
    return SipHash(w.tables->proxy.keys[0].key)
        .add(message.header(HeaderId::via))
        .add(message.header(HeaderId::cseq))
        .finish();
}

bool is_emergency(const core::Worker& w, RealmId realm, const wire::SipMessage& message) {
    if (message.uri().starts_with("urn:service:sos")) return true;  // RFC 5031
    const auto& all = w.tables->overload.emergencies;
    if (all.empty()) return false;
    const auto uri = wire::parse_uri(message.uri());
    if (!uri) return false;
    std::array<char, 40> room;
    const std::string_view user = number_of(uri->user, room);
    return std::any_of(all.begin(), all.end(), [&](const tables::EmergencyNumbers& numbers) {
        if (!numbers.from.empty() &&
            std::find(numbers.from.begin(), numbers.from.end(), realm) == numbers.from.end())
            return false;
        return (numbers.digits.empty() && numbers.users.empty()) ||
               std::any_of(numbers.digits.begin(), numbers.digits.end(),
                           [&](const std::string& digits) { return user.starts_with(digits); }) ||
               std::find(numbers.users.begin(), numbers.users.end(), user) != numbers.users.end();
    });
}

// A trunk's peer takes whom it asks in vain for dead, and gives up all its calls.
bool is_probe(const core::Worker& w, const core::PacketInfo& info, Method method) {
    const auto& peers = w.tables->realms[index(info.realm)].exempt;
    return method == Method::options &&
           std::any_of(peers.begin(), peers.end(),
                       [&](const wire::Prefix& peer) { return peer.contains(info.source.address); });
}

Way shed_one(core::Worker& w, core::Packet* packet, std::uint64_t fingerprint) {
    w.shed.remember(fingerprint, Shed::Fate::refused);
    if (!w.shed.take_answer(core::info_of(packet).received)) {
        core::drop(w, packet, Drop::screen_overload);
        return Way::settled;
    }
    // Not all at once again; a retransmission is told the same.
    const std::uint32_t least = w.tables->overload.retry_after_s;
    answer(w, packet,
           {.status = 503,
            .reason = wire::reason_phrase(503),
            .retry_after_s = least + static_cast<std::uint32_t>(fingerprint % (least + 1)),
            .counter = Counter::sip_refused_overload,
            .otherwise = Drop::screen_overload});
    return Way::settled;
}

}  // namespace

Way way_of(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept {
    if (!message.is_request()) return Way::progress;
    const core::PacketInfo& info = core::info_of(packet);
    const Method method = message.method();
    if (method == Method::ack) {
        if (!w.shed.expects_acks(info.received) || !acknowledges_answer(w, message)) return Way::progress;
        core::count(w, Counter::sip_refusals_acknowledged);
        core::consume(w, packet);
        return Way::settled;
    }
    // A CANCEL may not overtake its INVITE.
    if (method == Method::cancel) return Way::arrival;
    if (is_in_dialog(message)) return Way::progress;
    const tables::Overload& limits = w.tables->overload;
    if ((limits.punt_depth == 0 && limits.delay_us == 0) || is_probe(w, info, method)) return Way::arrival;
    const std::uint64_t fingerprint = fingerprint_of(w, message);
    const bool behind = w.shed.is_behind(limits, w.arrivals, info.received);
    const Shed::Fate fate = w.shed.fate_of(fingerprint);
    if (fate == Shed::Fate::refused || (behind && fate == Shed::Fate::unknown)) {
        if (!is_emergency(w, info.realm, message)) return shed_one(w, packet, fingerprint);
        core::count(w, Counter::sip_emergency);
        return Way::progress;
    }
    w.shed.remember(fingerprint, Shed::Fate::let_in);
    return Way::arrival;
}

}  // namespace strowger::sip
