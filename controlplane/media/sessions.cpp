#include "media/sessions.hpp"

#include <algorithm>

namespace strowger::media {
namespace {

bool usable(const StreamDescription& d) {
    return d.active && d.relayable;
}

}  // namespace

std::string_view explain(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::ok:
            return "";
        case Outcome::malformed:
            return "Malformed session description";
        case Outcome::no_address:
            return "No media address of this family";
        case Outcome::no_ports:
            return "No media port is free";
        case Outcome::refused:
            return "No acceptable media";
    }
    return "";
}

Sessions::Sessions(Dataplane& dataplane, NextHops& hops, Nanoseconds quarantine)
    : dataplane_(dataplane), hops_(hops), ports_(dataplane.workers(), quarantine) {}

void Sessions::configure(RealmId realm, const RealmMedia& media) {
    if (index(realm) >= realms_.size()) realms_.resize(index(realm) + 1);
    realms_[index(realm)] = media;
    for (const auto& a : media.addresses) ports_.configure(a.id, a.low, a.high);
}

Outcome Sessions::open(Side& side, RealmId realm, const wire::IpAddress& signalling,
                       std::uint64_t session_id) {
    if (index(realm) >= realms_.size()) return Outcome::no_address;
    const auto& media = realms_[index(realm)];
    const RealmMedia::Address* chosen = nullptr;
    bool free = false;
    ++next_address_;
    for (std::size_t i = 0; i < media.addresses.size() && !free; ++i) {
        const auto& address = media.addresses[(next_address_ + i) % media.addresses.size()];
        if (address.address.is_v4() != signalling.is_v4()) continue;
        free = ports_.has_free(address.id, now_);
        if (chosen == nullptr || free) chosen = &address;
    }
    if (chosen == nullptr) return Outcome::no_address;
    side.address = chosen->id;
    side.local = chosen->address;
    side.dscp = media.dscp;
    side.signalling = signalling;
    side.origin.session_id = session_id;
    return Outcome::ok;
}

// Both legs of every stream live on one worker: the first, from the next in turn, that has a port on each
// address.
bool Sessions::place(Session& session, const Side& a, const Side& b) {
    if (session.placed) return true;
    const auto workers = ports_.workers();
    for (std::size_t tried = 0; tried < workers; ++tried) {
        const auto worker = static_cast<WorkerId>(next_worker_++ % workers);
        const auto first = ports_.take(a.address, worker, now_);
        const auto second = first == 0 ? std::uint16_t{0} : ports_.take(b.address, worker, now_);
        // Only a look: grow() takes them again in the same order they are needed.
        if (second != 0) ports_.put_back(b.address, second);
        if (first != 0) ports_.put_back(a.address, first);
        if (second == 0) continue;
        session.worker = worker;
        session.placed = true;
        return true;
    }
    return false;
}

bool Sessions::grow(Session& session, Side& from, Side& to) {
    const auto n = from.offered.size();
    if (from.streams.size() < n) from.streams.resize(n);
    if (to.streams.size() < n) to.streams.resize(n);
    if (from.direct || to.direct) return true;
    for (std::size_t i = 0; i < n; ++i) {
        if (!usable(from.offered[i])) continue;
        for (auto* side : {&from, &to}) {
            if (side->streams[i].port != 0) continue;
            if (!place(session, from, to)) return false;
            side->streams[i].port = ports_.take(side->address, session.worker, now_);
            if (side->streams[i].port == 0) return false;
            side->streams[i].agreed = false;
        }
    }
    return true;
}

// Gives up streams that were never agreed on.
void Sessions::shrink(Session& session, Side& side) {
    for (std::size_t i = 0; i < side.streams.size(); ++i)
        if (!side.streams[i].agreed) close(session, side, i);
    side.offered.clear();
}

// Gives up ports that were taken for an offer which never left.
void Sessions::drop_fresh(Side& side) {
    for (auto& stream : side.streams) {
        if (stream.port == 0 || stream.installed) continue;
        ports_.give_back(side.address, stream.port, now_);
        stream = Stream{};
    }
}

void Sessions::close(Session& session, Side& side, std::size_t i) {
    auto& stream = side.streams[i];
    if (stream.port == 0) return;
    const rings::LegId leg{side.address, stream.port};
    if (stream.installed) {
        rings::Command command;
        command.kind = rings::CommandKind::remove;
        command.leg = leg;
        command.session = session.handle;
        without_hop_.erase(static_cast<std::uint32_t>(index(leg.address)) << 16 | leg.port);
        send(command);
        ++session.closing;
        session.reports.push_back({leg, side.label, static_cast<std::uint8_t>(i), false, {}});
    } else {
        ports_.give_back(side.address, stream.port, now_);
    }
    stream = Stream{};
}

void Sessions::plan_lines(const Side& offerer, const Side& receiver, bool direct) {
    lines_.clear();
    for (std::size_t i = 0; i < described_.size(); ++i) {
        const bool offered = i < offerer.offered.size() && offerer.offered[i].active;
        const auto port = i < receiver.streams.size() ? receiver.streams[i].port : std::uint16_t{0};
        lines_.push_back({!offered || (!direct && port == 0), port});
    }
}

Outcome Sessions::offer(Session& session, Side& from, Side& to, std::string_view text,
                        const Directions& directions, std::string& out) {
    ++counts_.offers;
    if (wire::parse_sdp(text, view_) != wire::SdpError::none) return Outcome::malformed;
    const wire::Sdp sdp(text, &view_);
    describe(sdp, described_);
    from.offered = described_;
    if (!grow(session, from, to)) {
        ++counts_.no_ports;
        drop_fresh(from);
        drop_fresh(to);
        return Outcome::no_ports;
    }
    plan_lines(from, to, from.direct || to.direct);
    const RewritePlan plan{.address = to.local,
                           .lines = lines_,
                           .codecs = directions.codecs,
                           .direct = from.direct || to.direct,
                           .least_lines = to.lines,
                           .hide_names = directions.hide_names};
    const bool wanted =
        std::any_of(described_.begin(), described_.end(), [](const auto& d) { return d.active; });
    if (rewrite(sdp, plan, to.origin, out) == 0 && wanted) {
        drop_fresh(from);
        drop_fresh(to);
        return Outcome::refused;
    }
    for (std::size_t i = 0; i < described_.size(); ++i)
        if (!from.streams[i].agreed) from.streams[i].now = described_[i];
    from.lines = std::max(from.lines, described_.size());
    to.lines = std::max(to.lines, described_.size());
    sync(session, from, to);
    return Outcome::ok;
}

Outcome Sessions::hold(Side& side, std::string_view text, std::string& out) {
    if (wire::parse_sdp(text, view_) != wire::SdpError::none) return Outcome::malformed;
    const wire::Sdp sdp(text, &view_);
    side.lines = std::max(side.lines, sdp.media().size());
    answer_on_hold(sdp, side.local, side.origin, out);
    return Outcome::ok;
}

Outcome Sessions::answer(Session& session, Side& from, Side& to, std::string_view text, bool final,
                         const Directions& directions, std::string& out) {
    ++counts_.answers;
    if (wire::parse_sdp(text, view_) != wire::SdpError::none) return Outcome::malformed;
    const wire::Sdp sdp(text, &view_);
    describe(sdp, described_);
    plan_lines(to, to, from.direct || to.direct);
    // An offer that had to be longer is answered at greater length than it was made.
    const RewritePlan plan{.address = to.local,
                           .lines = lines_,
                           .direct = from.direct || to.direct,
                           .most_lines = to.offered.empty() ? wire::kMaxSdpMedia : to.offered.size(),
                           .hide_names = directions.hide_names};
    rewrite(sdp, plan, to.origin, out);
    const auto n = std::min({to.offered.size(), to.streams.size(), from.streams.size()});
    for (std::size_t i = 0; i < n; ++i) {
        const bool agreed = usable(to.offered[i]) && i < described_.size() && usable(described_[i]);
        if (agreed) {
            to.streams[i].now = to.offered[i];
            from.streams[i].now = described_[i];
            to.streams[i].agreed = from.streams[i].agreed = true;
        } else if (final) {
            close(session, from, i);
            close(session, to, i);
        }
    }
    sync(session, to, from);
    return Outcome::ok;
}

void Sessions::rollback(Session& session, Side& a, Side& b) {
    shrink(session, a);
    shrink(session, b);
}

void Sessions::start(Session& session, Side& a, Side& b) {
    session.answered = true;
    sync(session, a, b);
}

void Sessions::release(Session& session, Side& side) {
    for (std::size_t i = 0; i < side.streams.size(); ++i) close(session, side, i);
    side.offered.clear();
}

bool on_hold(const Side& a, const Side& b) {
    const auto held = [](const Stream& s) { return s.agreed && s.now.held(); };
    return std::any_of(a.streams.begin(), a.streams.end(), held) ||
           std::any_of(b.streams.begin(), b.streams.end(), held);
}

}  // namespace strowger::media
