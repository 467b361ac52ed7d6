// Calls that come back (RFC 3261 16.3 item 4). We write a new Via for each leg, so what a proxy beyond us sends back is
// known by our tag in its From; of what another back-to-back user agent sends back, only its history tells.
#include "call/features.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

constexpr std::size_t kMostTurns = 16;    // of one call through us
constexpr std::size_t kMostHistory = 32;  // entries of History-Info (RFC 7044), and of Diversion (RFC 5806)

std::string_view called_user(const Call& call) {
    const auto uri = wire::parse_uri(call.record.callee.received);
    return uri && uri->is_sip() ? uri->user : std::string_view(call.record.callee.received);
}

std::size_t entries(const wire::SipMessage& sip, HeaderId id) {
    std::size_t n = 0;
    sip.each(id, [&](std::string_view list) {
        std::string_view element;
        while (wire::next_in_list(list, element)) ++n;
    });
    return n;
}

}  // namespace

bool is_loop(Engine& e, const Call& call, const message::Incoming& request) {
    const auto& sip = request.sip();
    if (entries(sip, HeaderId::history_info) > kMostHistory || entries(sip, HeaderId::diversion) > kMostHistory)
        return true;
    const Call* at = &call;
    for (std::size_t turns = 0; turns < kMostTurns; ++turns) {
        const auto& inbound = at->legs[kInbound].dialog;
        const auto from = e.dialogs.find(dialog::key_of(inbound.remote_tag));
        if (from == e.dialogs.end()) return false;
        const auto* before = e.calls.find(from->second.call);
        if (before == nullptr || before == at || before->legs.empty()) return false;
        const auto& leg = before->legs[from->second.leg];
        if (!leg.outbound || leg.dialog.call_id != inbound.call_id || leg.dialog.local_tag != inbound.remote_tag)
            return false;
        // Another number is a spiral: a peer that leads a call on back through us.
        if (called_user(*before) == called_user(call)) return true;
        at = before;
    }
    return true;
}

}  // namespace strowger::call
