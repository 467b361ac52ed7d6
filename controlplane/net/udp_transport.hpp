// SIP over UDP through the workers: picks the listener, finds the next hop, and keeps a message while the
// kernel resolves it, so that the first call to a new neighbour is not lost.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "net/mirror.hpp"
#include "net/transport.hpp"
#include "strowger/dataplane.hpp"

namespace strowger::net {

struct UdpCounts {
    std::uint64_t sent = 0;
    std::uint64_t waited = 0;       // for a next hop or for room in a worker's ring
    std::uint64_t unreachable = 0;  // no route, or the neighbour did not answer in time
    std::uint64_t queue_full = 0;
    std::uint64_t waiting = 0;  // now
};

class UdpTransport final : public Transport {
  public:
    UdpTransport(Dataplane& dataplane, Mirror& mirror) : dataplane_(dataplane), mirror_(mirror) {}

    // After every publish: what listeners and realms there are. `tables` is read now and not kept.
    void configure(const tables::Tables& tables);
    // Once a loop, before anything is sent.
    void set_now(Nanoseconds now) { now_ = now; }

    bool send(const Flow& flow, const message::Outgoing& message) override;
    [[nodiscard]] bool flow_to(RealmId realm, TransportKind kind, const wire::Endpoint& remote,
                               Flow& out) const override;

    [[nodiscard]] bool is_own(RealmId realm, const wire::Endpoint& local) const override {
        return listener_of(realm, local) != kNone<ListenerId>;
    }

    // Sends what waited and can go now; gives up what waited too long. After every publish and at least every
    // 100 ms while counts().waiting is not 0.
    void retry();
    // Frees what the workers have sent.
    void reap();
    // The listener that has `local`; kNone: none.
    [[nodiscard]] ListenerId listener_of(RealmId realm, const wire::Endpoint& local) const;
    [[nodiscard]] const UdpCounts& counts() const { return counts_; }

  private:
    enum class Sent : std::uint8_t { yes, wait, no };
    struct Waiting {
        Flow flow;
        message::Outgoing message;
        Nanoseconds deadline;
    };
    Sent try_send(const Flow& flow, const message::Outgoing& message);

    Dataplane& dataplane_;
    Mirror& mirror_;
    Nanoseconds now_ = 0;
    std::vector<tables::Listener> listeners_;    // by ListenerId
    std::vector<std::uint8_t> signalling_dscp_;  // by RealmId
    std::deque<Waiting> waiting_;
    UdpCounts counts_;
};

}  // namespace strowger::net
