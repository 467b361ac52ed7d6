// Reliable provisional responses (RFC 3262). The caller's PRACK acknowledges the callee's response:
// reliability is end to end, each side with numbers of its own.
#include "call/features.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

struct Rack {
    std::uint32_t rseq = 0;
    std::uint32_t cseq = 0;
};

std::optional<Rack> read_rack(std::string_view text) {
    Rack out;
    const auto first = text.find(' ');
    if (first == std::string_view::npos) return std::nullopt;
    auto rest = text.substr(first);
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto rseq = wire::parse_number(text.substr(0, first));
    const auto cseq = wire::parse_cseq(rest);
    if (!rseq || !cseq || cseq->method != "INVITE") return std::nullopt;
    out.rseq = *rseq;
    out.cseq = cseq->number;
    return out;
}

}  // namespace

bool pass_reliable(Engine& e, Call& call, LegIndex index, const message::Incoming& response, bool offer,
                   std::uint32_t& rseq) {
    if (!call.legs[kInbound].reliable) return false;
    const auto theirs = wire::parse_number(response.sip().header(HeaderId::rseq));
    if (!theirs) return false;
    const auto& d = call.legs[index].dialog;
    for (const auto& r : call.reliable)
        if (r.leg == index && r.theirs == *theirs && r.remote_tag == d.remote_tag) {
            rseq = r.ours;  // sent again because no PRACK came: pass it on again
            return true;
        }
    if (call.last_rseq == 0) call.last_rseq = static_cast<std::uint32_t>(e.tokens.number() & 0xffff) + 1;
    rseq = ++call.last_rseq;
    call.reliable.push_back({rseq, *theirs, offer, false, index, d.remote_tag, d.remote_target});
    return true;
}

void on_prack(Engine& e, Call& call, transaction::ServerId server, const message::Incoming& request) {
    const auto rack = read_rack(request.sip().header(HeaderId::rack));
    if (!rack) return void(e.layer.respond(server, 400, "RAck Is Malformed"));
    for (auto& r : call.reliable) {
        if (r.ours != rack->rseq || rack->cseq != call.legs[kInbound].invite_cseq) continue;
        const auto state = call.legs[r.leg].state;
        if (state == LegState::ended || state == LegState::ending) break;
        const auto acknowledged = r;
        r.acknowledged = true;
        return pass_request(e, call, kInbound, acknowledged.leg, server, request, &acknowledged);
    }
    e.layer.respond(server, 481);
}

void prack_ourselves(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    auto& leg = call.legs[index];
    const auto theirs = wire::parse_number(response.sip().header(HeaderId::rseq));
    if (!theirs) return;
    for (const auto& r : call.reliable)
        if (r.leg == index && r.theirs == *theirs && r.remote_tag == leg.dialog.remote_tag) return;
    call.reliable.push_back({0, *theirs, false, true, index, leg.dialog.remote_tag, {}});
    const auto rack =
        "RAck: " + std::to_string(*theirs) + " " + std::to_string(leg.invite_cseq) + " INVITE\r\n";
    send_within(e, call, index, "PRACK", Role::farewell, rack, {});
}

}  // namespace strowger::call
