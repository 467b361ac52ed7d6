// Names of SIP hosts to addresses, without ever waiting: what is not known yet is asked, and whoever watches
// is told when there is news. Control thread only.
#pragma once

#include <functional>
#include <vector>

#include "resolver/cache.hpp"
#include "resolver/enum.hpp"
#include "resolver/locate.hpp"
#include "resolver/penalties.hpp"

namespace strowger::resolver {

class Resolver {
  public:
    // All outlive the resolver.
    Resolver(Backend& backend, Penalties& penalties, transaction::TimerWheel& wheel)
        : cache_(backend, wheel, [this] { news_ = true; }), penalties_(penalties) {}

    void configure(const CacheLimits& limits) { cache_.configure(limits); }
    [[nodiscard]] Location locate(const Wanted& wanted) {
        return resolver::locate(wanted, [this](const Question& question) { return cache_.read(question); });
    }
    [[nodiscard]] Enumerated enumerate(std::string_view number, std::string_view suffix) {
        return resolver::enumerate(number, suffix,
                                   [this](const Question& question) { return cache_.read(question); });
    }
    // `told` is called from tell() after answers came or a wait was over; it outlives the resolver.
    void watch(std::function<void()> told) { watchers_.push_back(std::move(told)); }
    // Once a loop.
    void tell() {
        for (int rounds = 0; news_ && rounds < 8; ++rounds) {
            news_ = false;
            for (const auto& told : watchers_) told();
        }
    }
    [[nodiscard]] Penalties& penalties() { return penalties_; }
    [[nodiscard]] const CacheCounts& counts() const { return cache_.counts(); }

  private:
    bool news_ = false;
    Cache cache_;
    Penalties& penalties_;
    std::vector<std::function<void()>> watchers_;
};

}  // namespace strowger::resolver
