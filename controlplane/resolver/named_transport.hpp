// Sends to hosts that are names: a message waits for the name server's answer, the control thread does not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "net/transport.hpp"
#include "resolver/resolver.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::resolver {

class NamedTransport final : public net::Transport, public transaction::TimerUser {
  public:
    // All outlive it. Attaches itself as OwnerKind::named_hop.
    NamedTransport(net::Transport& below, Resolver& resolver, transaction::TimerWheel& wheel);

    // A flow with a name: the message waits, bounded in time and number, then goes to the first address that
    // takes it. A name that does not resolve in time: to the flow's own remote.
    bool send(const net::Flow& flow, const message::Outgoing& message) override;
    [[nodiscard]] bool flow_to(RealmId realm, net::TransportKind kind, const wire::Endpoint& remote,
                               net::Flow& out) const override {
        return below_.flow_to(realm, kind, remote, out);
    }
    [[nodiscard]] bool is_own(RealmId realm, const wire::Endpoint& local) const override {
        return below_.is_own(realm, local);
    }
    [[nodiscard]] net::Flow toward(const net::Flow& like, const net::NamedHop& hop) override;
    [[nodiscard]] std::size_t waiting() const { return waiting_; }
    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;

  private:
    struct Waiting {
        net::Flow flow;
        message::Outgoing message;
        transaction::TimerId timer = 0;
        std::uint64_t number = 0;
    };
    struct Name {
        RealmId realm = kNone<RealmId>;
        Wanted wanted;
        Nanoseconds used = 0;
        std::vector<Waiting> waiting;
    };
    void on_news();
    bool send_to(const std::vector<Hop>& hops, const net::Flow& flow, const message::Outgoing& message);
    [[nodiscard]] std::vector<Hop> in_order(RealmId realm, std::vector<Hop> hops);
    void sweep();

    net::Transport& below_;
    Resolver& resolver_;
    transaction::TimerWheel& wheel_;
    std::map<std::uint32_t, Name> names_;
    std::map<std::pair<RealmId, Wanted>, std::uint32_t> numbers_;
    std::uint32_t next_ = 1;
    std::uint64_t next_message_ = 1;
    std::uint64_t draws_ = 0x9E3779B97F4A7C15ULL;
    std::size_t waiting_ = 0;
};

}  // namespace strowger::resolver
