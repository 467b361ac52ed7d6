// Requests outside any dialog: OPTIONS to us, MESSAGE and whatever else passes. One target after the other.
#include "call/features.hpp"
#include "dialog/write.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;
using wire::Method;

constexpr std::string_view kCapabilities =
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, NOTIFY\r\n"
    "Accept: application/sdp, multipart/mixed\r\n"
    "Supported: 100rel, timer, replaces, norefersub\r\n";

bool is_for_us(Engine& e, const message::Incoming& request, const Called& called) {
    if (!called.user.empty()) return false;
    const auto& flow = request.flow();
    return called.domain.empty() || e.directory.is_ours(flow.realm, called.domain, flow.local);
}

void answer_options(Engine& e, transaction::ServerId server) {
    auto extra = std::string(kCapabilities);
    if (!e.policies.server_name.empty()) extra += "Server: " + e.policies.server_name + "\r\n";
    e.layer.respond(server, 200, {}, {}, extra);
}

void finish(Engine& e, Call& call) {
    call.state = CallState::ending;
    for (LegIndex i = 0; i < call.legs.size(); ++i) leg_ended(e, call, i);
    call.exchanges.clear();
    touch(e, call);
}

bool send_to(Engine& e, Call& call, std::size_t target) {
    const auto index = add_leg(e, call, target);
    auto& leg = call.legs[index];
    const auto& request = call.invite;
    const auto& sip = request.sip();
    Exchange x;
    x.serial = call.next_serial++;
    x.to = index;
    x.method = sip.method();
    x.purpose = Exchange::Purpose::standalone;
    x.server = call.legs[kInbound].server;
    x.to_cseq = ++leg.dialog.local_cseq;
    x.credentials = credentials_of(e, leg, sip.method_text());
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto message =
        build_request(e, leg, leg.dialog.flow, sip.method_text(), x.to_cseq, branch_text, {}, request,
                      rules_between(e, call, call.legs[kInbound], leg),
                      identity_headers(e, call, call.targets[target]) + x.credentials, sip.body());
    if (!message.text().empty())
        x.client = e.layer.send_request(leg.dialog.flow, branch_text, sip.method_text(), message,
                                        owner_of(call, Role::exchange, x.serial));
    if (x.client == transaction::ClientId{}) {
        leg_ended(e, call, index);
        return false;
    }
    call.exchanges.push_back(std::move(x));
    return true;
}

}  // namespace

void on_standalone(Engine& e, transaction::ServerId server, const message::Incoming& request) {
    if (!check_request(e, server, request)) return;
    Called called;
    read_called(request, called);
    const auto method = request.sip().method();
    if (method == Method::options && is_for_us(e, request, called)) return answer_options(e, server);
    if (method == Method::bye || method == Method::prack || method == Method::update) {
        ++e.counts.unknown_dialog;
        return void(e.layer.respond(server, 481));
    }
    const auto caller = e.directory.identify(request);
    if (method == Method::options && caller.trunk != kNone<TrunkId>) return answer_options(e, server);
    if (caller.status != 0) return respond_challenge(e, server, caller);
    if (method == Method::subscribe || method == Method::publish) return void(e.layer.respond(server, 489));
    // RFC 3515 2.4.2: nobody here acts on it.
    if (method == Method::refer) return void(e.layer.respond(server, 603));
    auto& call = add_call(e, CallKind::standalone, caller, server, request);
    e.layer.own(server, owner_of(call, Role::exchange, 0));
    read_caller(e, call, caller, request);
    translate_called(e, call, called);
    const auto refusal = choose_targets(e, call, called, request);
    if (refusal.status != 0) {
        e.layer.respond(server, refusal.status, {}, {}, retry_after(refusal.retry_after_s));
        return finish(e, call);
    }
    try_standalone(e, call);
}

void try_standalone(Engine& e, Call& call) {
    if (call.lookup.waiting) return;
    while (call.next_target < call.targets.size())
        if (send_to(e, call, call.next_target++)) return;
    e.layer.respond(call.legs[kInbound].server,
                    call.failure_code == 0 ? std::uint16_t{503} : call.failure_code);
    finish(e, call);
}

void on_standalone_response(Engine& e, Call& call, Exchange& x, std::uint16_t status,
                            const message::Incoming& response) {
    if (status < 200) return;
    const auto to = x.to;
    const bool another =
        (status == 408 || status >= 500) && status < 600 && call.next_target < call.targets.size();
    if (response && !another) {
        auto& inbound = call.legs[kInbound];
        const auto message = build_response(e, call, inbound, call.legs[to], call.invite, response, status,
                                            {}, response.sip().body());
        e.layer.respond(inbound.server, status, message);
        return finish(e, call);
    }
    if (!response) call.failure_code = status;
    forget_exchange(call, x.serial);
    leg_ended(e, call, to);
    try_standalone(e, call);
}

}  // namespace strowger::call
