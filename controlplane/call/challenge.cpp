// Digest authentication on accounts of ours at the peers of trunks: RFC 3261 22.2, RFC 7616.
#include <algorithm>

#include "call/features.hpp"
#include "strowger/wire/sip_values.hpp"
#include "trunk/sent_again.hpp"

namespace strowger::call {
namespace {

constexpr std::uint8_t kMostChallenges = 3;  // to one request: two proxies and a stale nonce

struct Retry {
    transaction::ClientId client{};
    std::string credentials;
};

// "sip:…" of "BYE sip:… SIP/2.0": what the digest is about, also when a strict route stands there.
std::string_view uri_of(const message::Outgoing& request) {
    auto line = request.text();
    line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    return line.substr(0, line.find(' '));
}

// The request that the response answers, once more with credentials and the CSeq given.
Retry send_again(Engine& e, Leg& leg, std::string_view method, std::uint32_t cseq, std::string_view dropped,
                 std::uint8_t challenges, const message::Incoming& response,
                 const transaction::Owner& owner) {
    Retry out;
    if (leg.account.empty() || challenges >= kMostChallenges ||
        !e.directory.challenged(leg.account, response.sip(), challenges != 0))
        return out;
    const auto& request = e.layer.answered();
    out.credentials = e.directory.credentials(leg.account, method, uri_of(request));
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto again = trunk::sent_again(request, branch_text, cseq, dropped, out.credentials);
    if (!again) return out;
    out.client = e.layer.send_request(flow_of(e, leg), branch_text, method, again, owner);
    return out;
}

// Our credentials in a request that is ours altogether.
std::string credentials_in(std::string_view request) {
    std::string out;
    for (auto at = request.find("\r\n"); at != std::string_view::npos; at = request.find("\r\n", at + 2)) {
        const auto line = request.substr(at + 2, request.find("\r\n", at + 2) - at);
        if (line.starts_with("\r\n")) break;
        if (line.starts_with("Authorization: ") || line.starts_with("Proxy-Authorization: ")) out += line;
    }
    return out;
}

}  // namespace

std::string credentials_of(Engine& e, const Leg& leg, std::string_view method) {
    return leg.account.empty() ? std::string{}
                               : e.directory.credentials(leg.account, method, leg.dialog.remote_target);
}

bool answer_challenge(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    auto& leg = call.legs[index];
    if (call.state != CallState::inviting || leg.state != LegState::calling) return false;
    const auto retry = send_again(e, leg, "INVITE", leg.dialog.local_cseq + 1, leg.credentials,
                                  leg.challenges, response, owner_of(call, Role::invite, index));
    if (retry.client == transaction::ClientId{}) return false;
    leg.invite_cseq = ++leg.dialog.local_cseq;
    leg.client = retry.client;
    leg.credentials = retry.credentials;
    ++leg.challenges;
    e.wheel.cancel(leg.patience);
    start_patience(e, call, index);
    return true;
}

bool answer_challenge(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    auto& leg = call.legs[x.to];
    const auto cseq = wire::parse_cseq(response.sip().header(wire::HeaderId::cseq));
    if (!cseq) return false;
    const auto retry = send_again(e, leg, cseq->method, leg.dialog.local_cseq + 1, x.credentials,
                                  x.challenges, response, owner_of(call, Role::exchange, x.serial));
    if (retry.client == transaction::ClientId{}) return false;
    x.to_cseq = ++leg.dialog.local_cseq;
    x.client = retry.client;
    x.credentials = retry.credentials;
    ++x.challenges;
    if (x.method == wire::Method::invite) leg.credentials = x.credentials;
    return true;
}

bool answer_bye_challenge(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    auto& leg = call.legs[index];
    if (leg.state != LegState::ending) return false;
    const auto retry = send_again(e, leg, "BYE", leg.dialog.local_cseq + 1, leg.credentials, leg.challenges,
                                  response, owner_of(call, Role::bye, index));
    if (retry.client == transaction::ClientId{}) return false;
    ++leg.dialog.local_cseq;
    leg.client = retry.client;
    leg.credentials = retry.credentials;
    ++leg.challenges;
    return true;
}

bool answer_challenge(Engine& e, Call& call, Role role, std::uint32_t number,
                      const message::Incoming& response) {
    const auto index = leg_of(number);
    const auto cseq = wire::parse_cseq(response.sip().header(wire::HeaderId::cseq));
    if (!cseq || index >= call.legs.size()) return false;
    auto& leg = call.legs[index];
    const auto challenges = static_cast<std::uint8_t>(number >> 8);
    const auto next = std::max(leg.dialog.local_cseq, cseq->number) + 1;
    const auto retry = send_again(e, leg, cseq->method, next, credentials_in(e.layer.answered().text()),
                                  challenges, response, owner_of(call, role, number + 0x100));
    if (retry.client == transaction::ClientId{}) return false;
    leg.dialog.local_cseq = next;
    return true;
}

}  // namespace strowger::call
