// Session descriptions inside message bodies, on their way through the media session.
#include "call/features.hpp"
#include "media/multipart.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

std::optional<media::SdpPart> description_of(const message::Incoming& message) {
    const auto& sip = message.sip();
    if (sip.body().empty() || sip.has(HeaderId::content_encoding)) return std::nullopt;
    return media::find_sdp(sip.header(HeaderId::content_type), sip.body());
}

Passage passage_of(media::Outcome outcome) {
    switch (outcome) {
        case media::Outcome::ok:
            return Passage::ok;
        case media::Outcome::malformed:
            return Passage::malformed;
        case media::Outcome::no_ports:
            return Passage::no_ports;
        case media::Outcome::no_address:
        case media::Outcome::refused:
            return Passage::refused;
    }
    return Passage::refused;
}

// Without a description the body passes as it is.
Passage wrap(Engine& e, const message::Incoming& message, const media::SdpPart& part, media::Outcome outcome,
             std::string_view& out) {
    if (outcome == media::Outcome::no_ports) ++e.counts.no_ports;
    if (outcome != media::Outcome::ok) return passage_of(outcome);
    if (part.sdp.size() == message.sip().body().size()) {
        out = e.description;
    } else {
        media::replace_sdp(part, e.description, e.body);
        out = e.body;
    }
    return Passage::ok;
}

media::Directions directions(const Engine& e, const Leg& to) {
    const auto& realm = e.policies.realm(to.realm);
    const auto& codecs = to.trunk != kNone<TrunkId> ? e.policies.trunk(to.trunk).codecs : realm.codecs;
    return {&codecs, realm.hide_user_agent};
}

media::Outcome open_side(Engine& e, Leg& leg) {
    if (leg.media.is_open()) return media::Outcome::ok;
    const auto& trunk = e.policies.trunk(leg.trunk);
    leg.media.nat = leg.trunk != kNone<TrunkId> ? trunk.nat : e.policies.realm(leg.realm).nat;
    // RFC 8866 5.2: a session id is a number; some readers hold it in 63 bits.
    return e.media.open(leg.media, leg.realm, leg.dialog.flow.remote.address, e.tokens.number() >> 2);
}

}  // namespace

bool has_description(const message::Incoming& message) {
    return description_of(message).has_value();
}

Passage pass_offer(Engine& e, Call& call, Leg& from, Leg& to, const message::Incoming& message,
                   std::string_view& out) {
    out = message.sip().body();
    const auto part = description_of(message);
    if (!part) return Passage::none;
    for (auto* leg : {&from, &to})
        if (const auto opened = open_side(e, *leg); opened != media::Outcome::ok) return passage_of(opened);
    auto& outbound = from.outbound ? from : to;
    outbound.media.direct =
        e.policies.direct(from.realm, to.realm) && from.media.local.is_v4() == to.media.local.is_v4();
    return wrap(e, message, *part,
                e.media.offer(call.media, from.media, to.media, part->sdp, directions(e, to), e.description),
                out);
}

Passage pass_answer(Engine& e, Call& call, Leg& from, Leg& to, const message::Incoming& message, bool final,
                    std::string_view& out) {
    out = message.sip().body();
    const auto part = description_of(message);
    if (!part) return Passage::none;
    if (!from.media.is_open() || !to.media.is_open()) return Passage::refused;
    return wrap(
        e, message, *part,
        e.media.answer(call.media, from.media, to.media, part->sdp, final, directions(e, to), e.description),
        out);
}

std::uint16_t status_of(Passage passage) {
    switch (passage) {
        case Passage::no_ports:
            return 503;
        case Passage::malformed:
        case Passage::refused:
            return 488;
        default:
            return 0;
    }
}

std::string_view phrase_of(Passage passage) {
    switch (passage) {
        case Passage::no_ports:
            return "No Media Port Is Free";
        case Passage::malformed:
            return "Malformed Session Description";
        case Passage::refused:
            return "No Acceptable Media";
        default:
            return {};
    }
}

}  // namespace strowger::call
