// Peer systems as they are right now: which targets live, how many calls each trunk carries. Control thread
// only.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/resources.hpp"
#include "net/flow.hpp"
#include "publish/ids.hpp"
#include "strowger/ids.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::trunk {

enum class Health : std::uint8_t { unknown, up, down };

// One target of a trunk. `unknown` (not probed yet, or probing is off) is tried like `up`.
struct Target {
    model::Target options;
    Health health = Health::unknown;
    std::uint16_t failures = 0;     // in a row
    Nanoseconds changed = 0;        // when health last changed
    Nanoseconds round_trip = 0;     // of the last probe that was answered
    std::uint16_t last_status = 0;  // of the last probe; 0: no answer
};

struct Trunk {
    model::Trunk options;
    RealmId realm = kNone<RealmId>;
    bool deleted = false;  // keeps its id; carries calls to their end, gets no new ones
    std::vector<Target> targets;
    std::vector<wire::Prefix> sources;
    std::uint32_t calls = 0;
    std::uint64_t calls_in = 0;  // since start
    std::uint64_t calls_out = 0;
    std::uint64_t refused_full = 0;
};

enum class Direction : std::uint8_t { in, out };

class Trunks {
  public:
    // Takes over a model. Targets that stay keep their health, trunks that stay their counts.
    void configure(const model::Model& model, publish::Ids& ids);

    // Whose call it is that comes from `source`: the longest of the trunks' `identify` prefixes in that
    // realm. kNone: no trunk's.
    [[nodiscard]] TrunkId identify(RealmId realm, const wire::IpAddress& source) const;
    [[nodiscard]] const Trunk* find(TrunkId id) const;
    [[nodiscard]] TrunkId find(std::string_view name) const;
    [[nodiscard]] const std::vector<Trunk>& all() const { return trunks_; }

    // Appends the targets' positions in the order in which a new call should try them: by weighted chance, then
    // those of weight 0. Targets that are down are left out: their probes bring them back, a caller need not wait.
    // `random` decides.
    void order(TrunkId id, std::uint64_t random, std::vector<std::uint16_t>& out) const;

    // Counts a call in; false: max_calls is reached, or the trunk is deleted.
    bool take_call(TrunkId id, Direction direction);
    void release_call(TrunkId id);

    // What probes and calls learned. A call's failure counts like a probe's.
    void mark_success(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds round_trip,
                      Nanoseconds now);
    void mark_failure(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds now);

    // Grows with every target that goes down or comes back.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

  private:
    std::vector<Trunk> trunks_;  // by TrunkId
    std::uint64_t changes_ = 0;
};

}  // namespace strowger::trunk
