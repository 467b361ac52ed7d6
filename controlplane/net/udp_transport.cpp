#include "net/udp_transport.hpp"

#include <algorithm>
#include <array>

namespace strowger::net {
namespace {

constexpr Nanoseconds kPatience = 3 * kSecond;  // ARP and ND give up after about three seconds
constexpr std::size_t kMaxWaiting = 8192;
constexpr std::size_t kMaxWaitingOneRemote = 64;

}  // namespace

void UdpTransport::configure(const tables::Tables& tables) {
    listeners_ = tables.listeners;
    signalling_dscp_.clear();
    for (const tables::Realm& realm : tables.realms) signalling_dscp_.push_back(realm.signalling_dscp);
}

bool UdpTransport::flow_to(RealmId realm, TransportKind kind, const wire::Endpoint& remote, Flow& out) const {
    if (kind != TransportKind::udp) return false;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const tables::Listener& listener = listeners_[i];
        if (listener.realm != realm || listener.interface == kNone<InterfaceId>) continue;
        if (listener.local.address.is_v4() != remote.address.is_v4()) continue;
        out = {.transport = kind,
               .realm = realm,
               .listener = static_cast<ListenerId>(i),
               .local = listener.local,
               .remote = remote};
        return true;
    }
    return false;
}

ListenerId UdpTransport::listener_of(RealmId realm, const wire::Endpoint& local) const {
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        if (listeners_[i].realm == realm && listeners_[i].local == local &&
            listeners_[i].interface != kNone<InterfaceId>)
            return static_cast<ListenerId>(i);
    return kNone<ListenerId>;
}

UdpTransport::Sent UdpTransport::try_send(const Flow& flow, const message::Outgoing& message) {
    if (index(flow.listener) >= listeners_.size()) return Sent::no;
    const tables::Listener& listener = listeners_[index(flow.listener)];
    if (listener.interface == kNone<InterfaceId>) return Sent::no;  // deleted under the flow
    const Resolution next = mirror_.resolve(listener.interface, flow.remote.address, now_);
    if (next.reach == Reach::unreachable) return Sent::no;
    if (next.reach == Reach::pending) return Sent::wait;
    message::Outgoing reference = message;
    const std::string_view bytes = reference.text();
    const rings::Send datagram{.source = listener.local,
                               .destination = flow.remote,
                               .interface = listener.interface,
                               .adjacency = next.adjacency,
                               .dscp = signalling_dscp_[index(listener.realm)],
                               .data = bytes.data(),
                               .length = static_cast<std::uint32_t>(bytes.size()),
                               .token = reference.leak()};
    if (!dataplane_.send(datagram)) {
        static_cast<void>(message::Outgoing::adopt(datagram.token));
        return Sent::wait;
    }
    ++counts_.sent;
    return Sent::yes;
}

bool UdpTransport::send(const Flow& flow, const message::Outgoing& message) {
    const Sent sent = try_send(flow, message);
    if (sent == Sent::yes) return true;
    if (sent == Sent::no) {
        ++counts_.unreachable;
        return false;
    }
    const auto same = std::count_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& w) { return w.flow.remote == flow.remote; });
    if (waiting_.size() >= kMaxWaiting || static_cast<std::size_t>(same) >= kMaxWaitingOneRemote) {
        ++counts_.queue_full;
        return false;
    }
    waiting_.push_back({flow, message, now_ + kPatience});
    ++counts_.waited;
    counts_.waiting = waiting_.size();
    return true;
}

void UdpTransport::retry() {
    for (std::size_t n = waiting_.size(); n != 0; --n) {
        Waiting first = std::move(waiting_.front());
        waiting_.pop_front();
        const Sent sent = try_send(first.flow, first.message);
        if (sent == Sent::wait && first.deadline > now_) {
            waiting_.push_back(std::move(first));
        } else if (sent != Sent::yes) {
            ++counts_.unreachable;  // the transaction's own timers tell its owner
        }
    }
    counts_.waiting = waiting_.size();
}

void UdpTransport::reap() {
    std::array<void*, 256> tokens;
    while (const std::size_t n = dataplane_.sent(tokens))
        for (std::size_t i = 0; i < n; ++i) static_cast<void>(message::Outgoing::adopt(tokens[i]));
}

}  // namespace strowger::net
