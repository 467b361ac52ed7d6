// Session descriptions inside message bodies, on their way through the media session.
#include "call/features.hpp"
#include "call/session_timer.hpp"
#include "media/description.hpp"
#include "media/multipart.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

constexpr std::uint32_t kHeadersKbit = 16;  // IPv4, UDP and RTP at 50 packets a second
constexpr std::uint32_t kVideoKbit = 1024;  // of a video stream that does not say
constexpr std::uint32_t kMostKbit = 1'000'000;

// One way, with headers, at 20 ms a packet.
std::uint32_t kbit_of(Codec codec) {
    switch (codec) {
        case Codec::g729:
            return 24;
        case Codec::g723:
            return 23;
        case Codec::g726_16:
        case Codec::g728:
            return 32;
        case Codec::g726_24:
            return 40;
        case Codec::g726_32:
            return 48;
        case Codec::g726_40:
            return 56;
        case Codec::gsm:
        case Codec::gsm_efr:
        case Codec::amr:
        case Codec::ilbc:
            return 30;
        case Codec::amr_wb:
        case Codec::speex:
        case Codec::silk:
            return 40;
        case Codec::opus:
            return 64;
        case Codec::l16:
            return 144;
        default:
            return 80;
    }
}

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

// What holds toward a party can be told again (a refresh of its session timer).
bool keeps_told(const Engine& e, const Leg& leg) {
    return keeps_session_timers(e, leg, leg);
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

std::uint32_t offered_kbit(const message::Incoming& message) {
    const auto part = description_of(message);
    wire::SdpView view;
    // An INVITE without offer: G.711, as it most often turns out.
    if (!part || wire::parse_sdp(part->sdp, view) != wire::SdpError::none) return kbit_of(Codec::pcmu);
    std::vector<media::StreamDescription> streams;
    media::describe(wire::Sdp(part->sdp, &view), streams);
    std::uint32_t sum = 0;
    std::uint32_t session = 0;
    std::vector<std::uint32_t> written(streams.size());
    auto section = std::size_t{0};  // 0: before the first m=
    for (auto rest = part->sdp; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.starts_with("m=")) ++section;
        const bool as = line.starts_with("b=AS:");
        if (!as && !line.starts_with("b=TIAS:")) continue;
        const auto digits = line.substr(as ? 5 : 7);
        const auto n = wire::parse_number(digits.substr(0, digits.find_last_not_of("\r ") + 1));
        if (!n) continue;
        const auto kbit =
            std::min(as ? *n : *n / 1000 + kHeadersKbit, kMostKbit);  // RFC 3890: without headers
        if (section == 0)
            session = kbit;
        else if (section <= written.size())
            written[section - 1] = kbit;
    }
    for (std::size_t i = 0; i < streams.size(); ++i)
        if (streams[i].active)
            sum += written[i] != 0 ? written[i] : streams[i].audio ? kbit_of(streams[i].codec) : kVideoKbit;
    return session != 0 ? session : std::min(sum, kMostKbit);
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
    const auto outcome =
        e.media.offer(call.media, from.media, to.media, part->sdp, directions(e, to), e.description);
    if (outcome == media::Outcome::ok && keeps_told(e, to)) to.proposed = e.description;
    return wrap(e, message, *part, outcome, out);
}

Passage pass_answer(Engine& e, Call& call, Leg& from, Leg& to, const message::Incoming& message, bool final,
                    std::string_view& out) {
    out = message.sip().body();
    const auto part = description_of(message);
    if (!part) return Passage::none;
    if (!from.media.is_open() || !to.media.is_open()) return Passage::refused;
    const auto outcome =
        e.media.answer(call.media, from.media, to.media, part->sdp, final, directions(e, to), e.description);
    if (outcome == media::Outcome::ok) {
        if (!from.proposed.empty()) from.told = std::move(from.proposed);
        from.proposed.clear();
        if (keeps_told(e, to)) to.told = e.description;
    }
    return wrap(e, message, *part, outcome, out);
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
