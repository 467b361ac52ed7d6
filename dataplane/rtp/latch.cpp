#include "rtp/latch.hpp"

#include <cstring>

#include "rtp/link.hpp"

namespace strowger::rtp {
namespace {

// Same /24 (IPv4) or /64 (IPv6).
bool near(const wire::IpAddress& a, const wire::IpAddress& b) {
    return std::memcmp(a.bytes.data(), b.bytes.data(), a.is_v4() ? 15 : 8) == 0;
}

// The slot of this source; else one that is free, stale or worth less. Null: nobody gives way.
Candidate* slot_for(LegCold& cold, const wire::Endpoint& source, Rank rank, std::uint32_t now_ms) {
    Candidate* worst = nullptr;
    for (auto& c : cold.candidates) {
        if (c.count != 0 && c.source == source) return &c;
        if (c.count != 0 && now_ms - c.seen_ms > kCandidateAgeMs) c.count = 0;
        const auto worth = [](const Candidate& x) {
            return x.count == 0 ? 0 : static_cast<int>(x.rank) * 256 + x.count;
        };
        if (worst == nullptr || worth(c) < worth(*worst)) worst = &c;
    }
    // A source that has proved itself by two packets or by rank is not pushed out by a spray of single ones.
    if (worst->count != 0 && (worst->rank > rank || (worst->rank == rank && worst->count > 1)))
        return nullptr;
    worst->count = 0;
    return worst;
}

// Counts the packet for its source; null: there was no slot.
Candidate* consider(LegCold& cold, const Arrival& arrival, Rank rank, std::uint32_t now_ms) {
    Candidate* c = slot_for(cold, arrival.source, rank, now_ms);
    if (c == nullptr) return nullptr;
    c->seen_ms = now_ms;
    const auto step = static_cast<std::int16_t>(arrival.sequence - c->sequence);
    if (c->count != 0 && c->ssrc == arrival.ssrc && step <= 0 && step > -16) return c;  // late or twice
    const bool follows = c->count != 0 && c->ssrc == arrival.ssrc && step > 0 && step <= 16;
    if (follows) {
        if (c->count < 255) ++c->count;
    } else {
        c->source = arrival.source;
        c->ssrc = arrival.ssrc;
        c->rank = rank;
        c->count = 1;
    }
    c->sequence = arrival.sequence;
    return c;
}

// While nothing is latched, the candidate whose packets are relayed: the best, and of equals the first.
bool leads(const LegCold& cold, const Candidate& mine) {
    for (const auto& c : cold.candidates) {
        if (&c == &mine || c.count == 0) continue;
        if (c.rank > mine.rank) return false;
        if (c.rank == mine.rank && (c.count > mine.count || (c.count == mine.count && &c < &mine)))
            return false;
    }
    return true;
}

void latch(Context& context, LegRef leg, const Arrival& arrival, Rank rank) {
    LegCold& cold = *leg.cold;
    const auto adjacency =
        arrival.source.address == cold.sdp_rtp.address && cold.sdp_adjacency != kNone<AdjacencyId>
            ? cold.sdp_adjacency
            : next_hop(context, cold.self, arrival.source.address);
    set_remote(leg, arrival.source, adjacency);
    cold.latched_rank = rank;
    cold.source_mac = arrival.source_mac;
    cold.source_interface = arrival.interface;
    cold.settled = context.now + kSettleTime;
    cold.candidates = {};
    leg.hot->state = rank == Rank::exact ? LegState::locked : LegState::latched;
    remote_changed(context.legs, leg);
    count(context, Counter::rtp_latched);
    report_latched(context, leg);
}

}  // namespace

Rank rank_of(const LegCold& leg, const wire::Endpoint& source) noexcept {
    if (leg.sdp_rtp.port.wire() != 0 && source == leg.sdp_rtp) return Rank::exact;
    if (leg.nat == rings::NatMode::off) return Rank::refused;
    const bool sdp = !leg.sdp_rtp.address.is_unspecified();
    const bool signalling = !leg.signalling.is_unspecified();
    if (sdp && source.address == leg.sdp_rtp.address) return Rank::sdp_address;
    if (signalling && source.address == leg.signalling) return Rank::signalling;
    if ((sdp && near(source.address, leg.sdp_rtp.address)) ||
        (signalling && near(source.address, leg.signalling)))
        return Rank::near;
    return leg.nat == rings::NatMode::on ? Rank::any : Rank::refused;
}

bool admit(Context& context, LegRef leg, const Arrival& arrival) noexcept {
    LegCold& cold = *leg.cold;
    const Leg& hot = *leg.hot;
    const auto rank = rank_of(cold, arrival.source);
    if (rank == Rank::refused) return false;
    const auto now_ms = milliseconds(context.now);
    if (hot.state == LegState::learn) {
        const Candidate* c = consider(cold, arrival, rank, now_ms);
        if (c == nullptr) return false;
        if (rank == Rank::exact || c->count >= kLatchPackets) {
            latch(context, leg, arrival, rank);
            return true;
        }
        return leads(cold, *c);
    }
    const bool better =
        hot.state == LegState::latched && context.now < cold.settled && rank > cold.latched_rank;
    const bool same_stream = (hot.flags & kUdptl) == 0 && hot.window != 0 && arrival.ssrc == hot.ssrc &&
                             cold.nat != rings::NatMode::off &&
                             now_ms - hot.last_packet_ms >= kRelatchSilenceMs;
    if (!better && !same_stream) return false;
    const Candidate* c = consider(cold, arrival, rank, now_ms);
    if (c == nullptr || c->count < kLatchPackets) return false;
    latch(context, leg, arrival, rank);
    return true;
}

bool admit_rtcp(LegRef leg, const wire::Endpoint& source) noexcept {
    LegCold& cold = *leg.cold;
    if (cold.rtcp_learned && source == cold.remote_rtcp) return true;
    if (cold.nat == rings::NatMode::off) return source == rtcp_target(leg);
    const bool known = leg.hot->state >= LegState::latched;
    // Media proved the address; its RTCP may come from any port of it, and the first one stays.
    if (known && source.address != cold.remote.address) return false;
    if (known && cold.rtcp_learned && cold.remote_rtcp.address == cold.remote.address) return false;
    if (!known && rank_of(cold, source) == Rank::refused) return false;
    cold.remote_rtcp = source;
    cold.rtcp_learned = known;
    return true;
}

void start_latching(const Context& context, LegRef leg) noexcept {
    LegCold& cold = *leg.cold;
    auto adjacency = cold.sdp_adjacency;
    if (adjacency == kNone<AdjacencyId> && cold.sdp_rtp.port.wire() != 0)
        adjacency = next_hop(context, cold.self, cold.sdp_rtp.address);
    set_remote(leg, cold.sdp_rtp, adjacency);
    cold.candidates = {};
    cold.rtcp_learned = false;
    cold.latched_rank = Rank::refused;
    cold.pending &= static_cast<std::uint8_t>(~kPendingLatched);
    const bool certain = cold.nat == rings::NatMode::off && cold.sdp_rtp.port.wire() != 0;
    leg.hot->state = certain ? LegState::locked : LegState::learn;
}

void settle(LegRef leg, Nanoseconds now) noexcept {
    if (leg.hot->state == LegState::latched && now >= leg.cold->settled) leg.hot->state = LegState::locked;
}

bool report_latched(Context& context, LegRef leg) noexcept {
    rings::Event event;
    event.kind = rings::EventKind::latched;
    event.worker = context.legs.worker();
    event.needs_adjacency = leg.cold->adjacency == kNone<AdjacencyId>;
    event.leg = leg.cold->self;
    event.session = leg.cold->session;
    event.remote = leg.cold->remote;
    const bool sent = push(context, event);
    if (sent)
        leg.cold->pending &= static_cast<std::uint8_t>(~kPendingLatched);
    else
        leg.cold->pending |= kPendingLatched;
    return sent;
}

}  // namespace strowger::rtp
