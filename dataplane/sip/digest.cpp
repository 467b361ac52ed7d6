#include "sip/digest.hpp"

#include <algorithm>
#include <array>

#include "sip/answer.hpp"
#include "sip/route.hpp"
#include "sip/screen.hpp"
#include "sip/trip.hpp"
#include "strowger/digest/check.hpp"
#include "strowger/wire/sip_aor.hpp"
#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
namespace {

using digest::Role;
using digest::Verdict;
using tables::Credentials;
using wire::HeaderId;
using wire::Method;

constexpr std::uint16_t kNoDomain = Credentials::kNoDomain;

// One request that must show credentials.
struct Question {
    core::Worker& w;
    core::Packet* packet;
    const wire::SipMessage& message;
    const core::PacketInfo& info;
    const tables::DigestRealm& realm;
    const Credentials& known;
    Role role{};
    std::uint16_t domain = kNoDomain;  // whose name is the digest realm
};

// A status of 4xx that is not a challenge. False, as the packet is settled.
bool refuse(const Question& q, std::uint16_t status, std::string_view reason) {
    answer(q.w, q.packet,
           {.status = status,
            .reason = reason.empty() ? wire::reason_phrase(status) : reason,
            .counter = Counter::digest_refused,
            .otherwise = Drop::digest_unanswerable,
            .limited = true});
    return false;
}

// The domain of ours that a URI's host means: its name, or one of the realm's addresses.
std::uint16_t domain_of(const Question& q, std::string_view host) {
    const std::uint16_t named = q.known.find_domain(host);
    if (named != kNoDomain) return named;
    const auto address = wire::parse_address(host);
    if (!address) return kNoDomain;
    const auto& ours = q.realm.addresses;
    const bool is_ours =
        *address == q.info.destination.address || std::find(ours.begin(), ours.end(), *address) != ours.end();
    return is_ours ? q.realm.default_domain : kNoDomain;
}

// The digest realm of a user at one of our domains: its home, or, of nobody, the tenant's first domain.
std::uint16_t home_of(const Question& q, std::uint16_t domain, std::string_view user) {
    const Credentials::Account account = q.known.find(domain, user);
    return account ? account.home() : q.known.domain(domain).realm;
}

// RFC 3261 10.3 items 1 to 3 and 5: whose registrations are asked for decides the digest realm. False:
// settled.
bool read_registration(Question& q) {
    const auto target = wire::parse_uri(q.message.uri());
    if (!target) return refuse(q, 400, "Request-URI is malformed");
    if (!target->is_sip()) return refuse(q, 416, "Unsupported URI Scheme");
    if (domain_of(q, target->host) == kNoDomain) return refuse(q, 404, "No such domain here");
    wire::Aor to;
    if (!wire::aor_of(q.message.header(HeaderId::to), to)) return refuse(q, 400, "To is not a SIP address");
    const std::uint16_t domain = domain_of(q, to.host());
    if (domain == kNoDomain) return refuse(q, 404, "No such domain here");
    q.role = Role::user_agent;
    q.domain = home_of(q, domain, to.user());
    return true;
}

// Of all other requests the caller's address decides. False: settled.
bool read_caller(Question& q) {
    q.role = Role::proxy;
    wire::Aor from;
    std::uint16_t domain = kNoDomain;
    if (wire::aor_of(q.message.header(HeaderId::from), from)) domain = domain_of(q, from.host());
    if (domain != kNoDomain)
        q.domain = home_of(q, domain, from.user());
    else if (q.realm.default_domain != kNoDomain)
        q.domain = q.known.domain(q.realm.default_domain).realm;
    return q.domain != kNoDomain || refuse(q, 403, "No Domain Is Served Here");
}

// Different for each challenge of all workers within a millisecond, and spread over the table of nonce
// counts.
digest::Nonce new_nonce(core::Worker& w, std::int64_t unix_ms) {
    const auto mix = [](std::uint64_t x) {  // SplitMix64's finaliser: one to one
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31);
    };
    const std::uint64_t number = (std::uint64_t{index(w.id)} << 48) + ++w.challenges;
    const std::uint64_t tag = mix(number);
    const auto place = static_cast<std::uint32_t>(mix(tag));
    digest::Nonce nonce{unix_ms, {}};
    std::memcpy(nonce.chance.data(), &tag, sizeof tag);
    std::memcpy(nonce.chance.data() + sizeof tag, &place, sizeof place);
    return nonce;
}

bool challenge(const Question& q, bool stale, std::int64_t unix_ms, Counter counter) {
    const tables::Digest& digest = q.w.tables->digest;
    wire::Aor from;
    Credentials::Account account;
    if (wire::aor_of(q.message.header(HeaderId::from), from)) account = q.known.find(q.domain, from.user());
    const auto has = [&](digest::Algorithm algorithm) { return account && account.has(algorithm); };
    const digest::Offer offer =
        digest::offer_to(has(digest::Algorithm::md5), has(digest::Algorithm::sha256), digest.offer_sha256);
    std::array<char, 1024> room;
    const std::size_t length = digest::write_challenge(digest.key, q.role, q.known.domain(q.domain).name,
                                                       new_nonce(q.w, unix_ms), offer, stale, room);
    const std::uint16_t status = q.role == Role::proxy ? 407 : 401;
    answer(q.w, q.packet,
           {.status = status,
            .reason = wire::reason_phrase(status),
            .lines = {room.data(), length},
            .counter = counter,
            .otherwise = Drop::digest_unanswerable});
    return false;
}

// The hash that the given user must know. nullptr: nobody, or no such hash; the same work is done all the
// same.
const digest::Hash* secret_of(const Question& q, const digest::Given& given, digest::Hash& room) {
    const Credentials::Account account = q.known.find(q.domain, given.user);
    if (account && account.ha1(given.algorithm, given.user, given.qualified, room)) return &room;
    room = digest::ha1_of(given.algorithm, given.user, q.known.domain(q.domain).name, "secret-{user}",
                          given.user);
    return nullptr;
}

// For the control plane, by place in the message. Texts whose escapes were undone are in no place of it: then
// it checks them once more.
void note(const Question& q, const digest::Given& given, const digest::Nonce& nonce) {
    core::PacketPrivate& memory = core::private_of(q.packet);
    memory.authenticated = true;
    const std::string_view bytes = q.message.bytes();
    const auto place = [&](std::string_view text, wire::Slice& out) {
        if (text.data() < bytes.data() || text.data() + text.size() > bytes.data() + bytes.size())
            return false;
        out = {static_cast<std::uint16_t>(text.data() - bytes.data()),
               static_cast<std::uint16_t>(text.size())};
        return true;
    };
    memory.verified = {.role = q.role, .count = given.count, .nonce = nonce};
    memory.verified.ok =
        place(given.credentials.realm, memory.verified.realm) && place(given.user, memory.verified.user);
}

bool check(Question& q) {
    const tables::Digest& digest = q.w.tables->digest;
    const std::string_view realm = q.known.domain(q.domain).name;
    const std::int64_t unix_ms = digest.unix_ms(q.info.received);
    digest::Given given;
    const Verdict readable = digest::read_given(q.message, q.role, realm, given);
    if (readable == Verdict::malformed) return refuse(q, 400, given.fault);
    if (readable == Verdict::challenge) return challenge(q, false, unix_ms, Counter::digest_challenged);

    const std::uint32_t limit = q.realm.failures_per_source;
    const wire::IpAddress& source = q.info.source.address;
    if (limit != 0 && !q.w.limits->may_fail(q.info.realm, source, q.info.received, limit)) {
        core::drop(q.w, q.packet, Drop::digest_guessing);
        return false;
    }
    digest::Hash room;
    digest::Nonce nonce;
    const digest::Hash* secret = secret_of(q, given, room);
    switch (digest::judge(digest.key, q.message.method_text(), realm, given, secret,
                          {unix_ms, digest.lifetime_ms}, nonce)) {
        case Verdict::ok:
            note(q, given, nonce);
            core::count(q.w, Counter::digest_verified);
            return true;
        case Verdict::stale:
            return challenge(q, true, unix_ms, Counter::digest_stale);
        default:
            if (limit != 0) q.w.limits->take_failure(q.info.realm, source, q.info.received, limit);
            return challenge(q, false, unix_ms, Counter::digest_wrong);
    }
}

// OPTIONS that ask what we can do are answered to anybody.
bool is_for_us(const Question& q) {
    const auto uri = wire::parse_uri(q.message.uri());
    if (!uri || !uri->is_sip() || !uri->user.empty()) return false;
    if (domain_of(q, uri->host) != kNoDomain) return true;
    const auto address = wire::parse_address(uri->host);
    return address && *address == q.info.destination.address;
}

// Of requests other than REGISTER: those that begin something.
bool needs_credentials(const Question& q) {
    switch (q.message.method()) {
        case Method::ack:
        case Method::cancel:  // RFC 3261 22.1: not to be challenged
        case Method::bye:
        case Method::prack:
        case Method::update:  // without their dialog they are answered 481
            return false;
        case Method::options:
            if (is_for_us(q)) return false;
            break;
        default:
            break;
    }
    const auto to = wire::parse_name_address(q.message.header(HeaderId::to));
    if (to && !to->tag().empty()) return false;
    return !source_of(q.w.tables->proxy, q.info).is_trunk;
}

}  // namespace

bool authenticate(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept {
    const core::PacketInfo& info = core::info_of(packet);
    const tables::Digest& digest = w.tables->digest;
    if (!message.is_request() || core::private_of(packet).authenticated || digest.credentials == nullptr ||
        index(info.realm) >= digest.realms.size() || !digest.realms[index(info.realm)].authenticates)
        return true;
    if (acknowledges_answer(w, message)) {
        if (w.limits->take_copy(info.received)) copy_for_trace(w, info, false, message.bytes());
        core::count(w, Counter::digest_acknowledged);
        core::consume(w, packet);
        return false;
    }
    Question q{.w = w,
               .packet = packet,
               .message = message,
               .info = info,
               .realm = digest.realms[index(info.realm)],
               .known = *digest.credentials};
    if (message.method() == Method::register_) return read_registration(q) && check(q);
    return !needs_credentials(q) || (read_caller(q) && check(q));
}

void remove_credentials(const core::Worker& w, core::Packet* packet, const wire::SipMessage& message,
                        RealmId out, Edits& edits) noexcept {
    const core::PacketPrivate& memory = core::private_of(packet);
    if (!memory.verified.ok) return;
    for (const auto& removed : w.tables->proxy.realms[index(out)].remove_headers)
        if (wire::same_token(removed, wire::header_name(HeaderId::proxy_authorization)))
            return;  // gone already
    const wire::SipView& view = message.view();
    for (std::size_t i = 0; i < view.header_count; ++i) {
        const wire::Slice value = view.headers[i].value;
        const std::uint16_t at = memory.verified.realm.offset;
        if (at >= value.offset && at < value.offset + value.length) return edits.remove_field(message, i);
    }
}

}  // namespace strowger::sip
