// Digest authentication on accounts of ours at the peers of trunks: RFC 3261 22.2, RFC 7616.
#include "trunk/challenge.hpp"
#include "call/features.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

constexpr std::uint8_t kMostChallenges = 3;  // to one request: two proxies and a stale nonce

struct Retry {
    transaction::ClientId client{};
    std::string credentials;
};

// The request that the response answers, once more with credentials and the next CSeq.
Retry send_again(Engine& e, Leg& leg, std::string_view method, std::uint32_t cseq, std::string_view dropped,
                 std::uint8_t challenges, const message::Incoming& response,
                 const transaction::Owner& owner) {
    Retry out;
    if (leg.account.empty() || challenges >= kMostChallenges ||
        !e.directory.challenged(leg.account, response.sip(), challenges != 0))
        return out;
    out.credentials = credentials_of(e, leg, method);
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto request = trunk::sent_again(e.layer.answered(), branch_text, cseq, dropped, out.credentials);
    if (!request) return out;
    out.client = e.layer.send_request(flow_of(e, leg), branch_text, method, request, owner);
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

}  // namespace strowger::call
