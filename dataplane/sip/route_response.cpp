// Responses of stateless calls: back along the Via (RFC 3261 16.11, 18.2.2; RFC 3581).
#include "sip/answer_routes.hpp"
#include "sip/hidden.hpp"
#include "sip/request.hpp"
#include "sip/rewrite.hpp"
#include "sip/route.hpp"
#include "sip/token.hpp"
#include "sip/trip.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

bool settle(core::Worker& w, core::Packet* packet, Drop reason) {
    core::drop(w, packet, reason);
    return true;
}

bool is_listener(const ViaFacts& via, const wire::Endpoint& local) {
    const auto address = wire::parse_address(via.host);
    return address && *address == local.address &&
           (via.port == 0 ? std::uint16_t{5060} : via.port) == local.port.host();
}

// Takes the topmost Via out and finds the one below it. False: there is none.
bool pop_via(const wire::SipMessage& message, std::string_view top, Edits& edits, std::string_view& below) {
    const wire::SipView& view = message.view();
    const std::size_t first = view.first[static_cast<std::size_t>(HeaderId::via)] - 1u;
    const std::string_view value = message.text(view.headers[first].value);
    std::string_view rest = value;
    std::string_view element;
    if (wire::next_in_list(rest, element) && wire::next_in_list(rest, below)) {
        const auto from = static_cast<std::size_t>(top.data() - message.bytes().data());
        edits.replace(from, static_cast<std::size_t>(below.data() - top.data()), {});
        return true;
    }
    edits.remove_field(message, first);
    for (std::size_t i = first + 1; i < view.header_count; ++i) {
        if (view.headers[i].id != HeaderId::via) continue;
        rest = message.text(view.headers[i].value);
        return wire::next_in_list(rest, below);
    }
    return false;
}

// Puts the Vias that ours stands for in its place. False: we did not make it for that branch.
bool restore_vias(const tables::Proxy& proxy, const wire::SipMessage& message, const ViaFacts& own,
                  OpenedRoom& room, MessageText& text, Edits& edits, std::string_view& below) {
    std::string_view lines;
    if (!restore_stack(proxy, own.branch, own.hidden, room, lines)) return false;
    const std::size_t from = text.size();
    std::string_view rest = lines;
    std::string_view line;
    while (next_line(rest, line)) text << "Via: " << line << "\r\n";
    const wire::SipView& view = message.view();
    const std::size_t first = view.first[static_cast<std::size_t>(HeaderId::via)] - 1u;
    edits.insert(view.headers[first].name.offset, text.since(from));
    edits.remove_all(message, HeaderId::via);
    rest = lines;
    return next_line(rest, line) && wire::next_in_list(line, below);
}

}  // namespace

bool route_response(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept {
    const core::PacketInfo& info = core::info_of(packet);
    const tables::Proxy& proxy = w.tables->proxy;
    const bool stateless = source_of(proxy, info).stateless;
    Facts facts;
    if (!read_facts(message, facts) ||
        !is_listener(facts.via, w.tables->listeners[index(info.listener)].local))
        return stateless && settle(w, packet, Drop::route_not_our_via);
    BranchParts branch;
    if (!read_branch(facts.via.branch, branch)) {
        if (stateless) core::count(w, Counter::fallback_response);
        return false;
    }
    Edits edits;
    MessageText text;
    OpenedRoom stack;
    std::string_view below;
    if (!facts.via.hidden.empty()) {
        if (!restore_vias(proxy, message, facts.via, stack, text, edits, below))
            return settle(w, packet, Drop::route_forged_hidden);
    } else if (!pop_via(message, facts.via.element, edits, below)) {
        return settle(w, packet, Drop::route_bad_via);
    }
    ViaFacts via;
    Hop hop;
    if (!read_via(below, via) || !answer_address(via, hop.remote))
        return settle(w, packet, Drop::route_bad_via);
    const TransactionFacts transaction{.listener = branch.listener,
                                       .answer_to = hop.remote,
                                       .branch = via.branch,
                                       .sent_by = via.host,
                                       .from_tag = facts.from_tag,
                                       .call_id = facts.call_id,
                                       .cseq = facts.cseq};
    if (!verify_branch(proxy, branch, transaction)) return settle(w, packet, Drop::route_forged_branch);
    hop.out = proxy.listener_of(branch.listener);
    if (hop.out == kNone<ListenerId>) return settle(w, packet, Drop::route_no_listener);
    const tables::Listener& out = w.tables->listeners[index(hop.out)];
    if (out.local.address.is_v4() != hop.remote.address.is_v4())
        return settle(w, packet, Drop::route_bad_via);
    remove_private(proxy, message, info.realm, out.realm, edits);
    const bool hides = proxy.realms[index(out.realm)].hides_from(hop.remote.address);
    const Hiding hiding{*w.tables, message, info.listener, hop.out, info.source.address, text, edits};
    if ((message.has(HeaderId::record_route) &&
         !exchange_routes(hiding, facts, branch.loop, info.source, hides)) ||
        (hides && !hide_headers(hiding)) || !text.ok())
        return settle(w, packet, Drop::route_hidden_too_big);
    send_changed(w, packet, message, edits, hop, Counter::route_responses);
    return true;
}

}  // namespace strowger::sip
