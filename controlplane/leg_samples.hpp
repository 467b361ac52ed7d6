// The statistics of live legs, asked for once a second, for those who look at them. Control thread only.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "call/calls.hpp"
#include "strowger/dataplane.hpp"

namespace strowger {

class LegSamples {
  public:
    // Asks the workers, at most kLegsASample legs; forgets legs that are gone. Call once a second.
    void ask(const call::Calls& calls, Dataplane& dataplane);
    // True: the event was an answer to ask() and belongs to nobody else.
    bool take(const rings::Event& event);
    // The last sample; nullptr: none yet.
    [[nodiscard]] const rings::Event* find(rings::LegId leg) const;

  private:
    static constexpr std::uint64_t kAsker = ~std::uint64_t{0};  // no call has this handle
    static constexpr std::size_t kLegsASample = 2000;
    static std::uint32_t key_of(rings::LegId leg) {
        return static_cast<std::uint32_t>(index(leg.address)) << 16 | leg.port;
    }
    struct Sample {
        rings::Event event;
        std::uint32_t round = 0;  // of the last ask() that saw the leg
    };
    std::unordered_map<std::uint32_t, Sample> samples_;
    std::uint32_t round_ = 0;
};

}  // namespace strowger
