// Keeps the addresses of trunk targets that are names: looked up again as their time to live says, kept when
// no name server answers, and told of when there are none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "net/transport.hpp"
#include "resolver/resolver.hpp"
#include "transaction/timer_wheel.hpp"
#include "trunk/trunks.hpp"

namespace strowger::trunk {

class Names final : public transaction::TimerUser {
  public:
    // All outlive it. Attaches itself to the wheel as OwnerKind::trunk_name. `warn` gets a sentence when a
    // name stops resolving.
    Names(Trunks& trunks, resolver::Resolver& resolver, transaction::TimerWheel& wheel,
          const net::Transport& transport, std::function<void(const std::string&)> warn);

    // After every Trunks::configure().
    void configure();
    // One for each name that does not resolve now: "trunk carrier: target carrier.example: no name server
    // answers".
    [[nodiscard]] std::vector<std::string> warnings() const;

    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;

  private:
    struct Name {
        TrunkId trunk = kNone<TrunkId>;
        std::uint16_t declared = 0;
        std::string text;  // as it is written in the resource
        resolver::Wanted wanted;
        bool pending = false;
        transaction::TimerId timer = 0;
        std::string why;  // it does not resolve
    };
    void on_news();
    void look_up(std::size_t i);

    Trunks& trunks_;
    resolver::Resolver& resolver_;
    transaction::TimerWheel& wheel_;
    const net::Transport& transport_;
    std::function<void(const std::string&)> warn_;
    std::vector<Name> names_;
};

}  // namespace strowger::trunk
