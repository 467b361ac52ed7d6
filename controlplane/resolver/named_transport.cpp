#include "resolver/named_transport.hpp"

#include <algorithm>

#include "resolver/draw.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::resolver {
namespace {

constexpr Nanoseconds kPatience = 4 * kSecond;  // an INVITE has been repeated three times by then
constexpr std::size_t kMostNames = 4096;
constexpr std::size_t kMostWaiting = 4096;
constexpr std::size_t kMostWaitingOneName = 256;
constexpr Nanoseconds kKept =
    64 * kSecond;  // transactions that began with a name repeat their messages to it

std::optional<net::TransportKind> transport_of(std::string_view parameter) {
    for (const auto kind : {net::TransportKind::udp, net::TransportKind::tcp, net::TransportKind::tls,
                            net::TransportKind::ws, net::TransportKind::wss})
        if (wire::same_token(parameter, net::via_name(kind))) return kind;
    return std::nullopt;
}

}  // namespace

NamedTransport::NamedTransport(net::Transport& below, Resolver& resolver, transaction::TimerWheel& wheel)
    : below_(below), resolver_(resolver), wheel_(wheel) {
    wheel.attach(transaction::OwnerKind::named_hop, *this);
    resolver.watch([this] { on_news(); });
}

std::vector<Hop> NamedTransport::in_order(RealmId realm, std::vector<Hop> hops) {
    for (auto first = hops.begin(); first != hops.end();) {
        const auto last =
            std::find_if(first, hops.end(), [&](const Hop& h) { return h.tier != first->tier; });
        draws_ = draws_ * 6364136223846793005ULL + 1442695040888963407ULL;
        draw(first, last, draws_ >> 11, [](const Hop& h) { return std::uint64_t{h.weight}; });
        first = last;
    }
    std::stable_partition(hops.begin(), hops.end(), [&](const Hop& h) {
        return !resolver_.penalties().holds(realm, h.remote, wheel_.now());
    });
    return hops;
}

net::Flow NamedTransport::toward(const net::Flow& like, const net::NamedHop& hop) {
    // The Via that the message bears names the flow's own listener: the next hop is of its kind.
    if (like.connection != 0 || like.transport != net::TransportKind::udp) return like;
    auto host = host_name(hop.host);
    if (!host) return like;
    Wanted wanted;
    wanted.host = std::move(*host);
    wanted.port = hop.port;
    wanted.secure = false;
    if (!hop.transport.empty()) wanted.transport = transport_of(hop.transport);
    if (hop.secure || (!hop.transport.empty() && wanted.transport != net::TransportKind::udp)) return like;
    wanted.transports = bit_of(net::TransportKind::udp);
    wanted.v4 = like.local.address.is_v4();
    wanted.v6 = !wanted.v4;
    net::Flow out = like;
    out.name = 0;
    Location found = resolver_.locate(wanted);
    if (found.state == Location::State::ready) {
        for (const Hop& candidate : in_order(like.realm, std::move(found.hops)))
            if (!below_.is_own(like.realm, candidate.remote)) {
                out.remote = candidate.remote;
                break;
            }
        return out;
    }
    if (found.state == Location::State::failed) return out;
    const auto key = std::pair(like.realm, wanted);
    if (const auto known = numbers_.find(key); known != numbers_.end()) {
        out.name = known->second;
    } else {
        sweep();
        if (names_.size() >= kMostNames) return out;
        out.name = next_++;
        numbers_[key] = out.name;
        names_[out.name] = {.realm = like.realm, .wanted = std::move(wanted)};
    }
    names_[out.name].used = wheel_.now();
    return out;
}

bool NamedTransport::send_to(const std::vector<Hop>& hops, const net::Flow& flow,
                             const message::Outgoing& message) {
    net::Flow to = flow;
    to.name = 0;
    for (const Hop& hop : hops) {
        if (below_.is_own(flow.realm, hop.remote)) continue;
        to.remote = hop.remote;
        if (below_.send(to, message)) return true;
        resolver_.penalties().failed(flow.realm, hop.remote, wheel_.now());
    }
    to.remote = flow.remote;
    return below_.send(to, message);
}

bool NamedTransport::send(const net::Flow& flow, const message::Outgoing& message) {
    if (flow.name == 0) return below_.send(flow, message);
    const auto at = names_.find(flow.name);
    if (at == names_.end()) return send_to({}, flow, message);
    Name& name = at->second;
    name.used = wheel_.now();
    Location found = resolver_.locate(name.wanted);
    if (found.state != Location::State::pending)
        return send_to(in_order(name.realm, std::move(found.hops)), flow, message);
    if (waiting_ >= kMostWaiting || name.waiting.size() >= kMostWaitingOneName) return false;
    const std::uint64_t number = next_message_++;
    name.waiting.push_back({flow, message, 0, number});
    name.waiting.back().timer =
        wheel_.start(wheel_.now() + kPatience, {transaction::OwnerKind::named_hop, flow.name, number});
    ++waiting_;
    return true;
}

void NamedTransport::on_news() {
    if (waiting_ == 0) return;
    for (auto& [number, name] : names_) {
        if (name.waiting.empty()) continue;
        Location found = resolver_.locate(name.wanted);
        if (found.state == Location::State::pending) continue;
        const auto hops = in_order(name.realm, std::move(found.hops));
        auto waiting = std::move(name.waiting);
        name.waiting.clear();
        waiting_ -= waiting.size();
        // What does not leave now is repeated by its transaction.
        for (Waiting& one : waiting) {
            wheel_.cancel(one.timer);
            send_to(hops, one.flow, one.message);
        }
    }
}

void NamedTransport::on_timer(const transaction::Owner& owner, Nanoseconds) {
    const auto at = names_.find(owner.detail);
    if (at == names_.end()) return;
    auto& waiting = at->second.waiting;
    const auto one =
        std::find_if(waiting.begin(), waiting.end(), [&](const Waiting& w) { return w.number == owner.id; });
    if (one == waiting.end()) return;
    const Waiting late = std::move(*one);
    waiting.erase(one);
    --waiting_;
    send_to({}, late.flow, late.message);
}

void NamedTransport::sweep() {
    if (names_.size() < kMostNames / 4) return;
    std::erase_if(names_, [&](const auto& entry) {
        const Name& name = entry.second;
        if (!name.waiting.empty() || name.used + kKept > wheel_.now()) return false;
        numbers_.erase({name.realm, name.wanted});
        return true;
    });
}

}  // namespace strowger::resolver
