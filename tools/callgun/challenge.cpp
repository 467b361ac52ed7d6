#include "challenge.hpp"

namespace strowger::callgun {
namespace {

using digest::ChallengeStatus;

ChallengeStatus keep(std::string_view value, Challenge& out) {
    digest::Challenge c;
    const auto status = digest::parse_challenge(value, c);
    if (status != ChallengeStatus::ok) return status;
    out = {.algorithm = c.algorithm,
           .named = !c.algorithm_text.empty(),
           .auth = c.auth,
           .has_opaque = c.has_opaque,
           .realm = {},
           .nonce = {},
           .opaque = {}};
    const bool fits = out.realm.assign(c.realm) && out.opaque.assign(c.opaque) && out.nonce.assign(c.nonce);
    return fits ? ChallengeStatus::ok : ChallengeStatus::too_long;
}

}  // namespace

ChallengeStatus choose_challenge(const wire::SipMessage& response, Challenge& out) noexcept {
    ChallengeStatus status = ChallengeStatus::absent;
    const auto header =
        response.status() == 407 ? wire::HeaderId::proxy_authenticate : wire::HeaderId::www_authenticate;
    response.each(header, [&](std::string_view value) {
        if (status != ChallengeStatus::ok) status = keep(value, out);
    });
    return status;
}

void write_answer(wire::SipWriter& out, wire::HeaderId header, const Challenge& challenge,
                  const digest::Answer& answer) {
    const digest::Challenge c{
        .realm = challenge.realm.view(),
        .nonce = challenge.nonce.view(),
        .opaque = challenge.opaque.view(),
        .algorithm_text = challenge.named ? digest::algorithm_name(challenge.algorithm) : std::string_view{},
        .algorithm = challenge.algorithm,
        .auth = challenge.auth,
        .has_opaque = challenge.has_opaque};
    char room[1024];
    out.header(header, {room, digest::write_credentials(c, answer, room)});
}

}  // namespace strowger::callgun
