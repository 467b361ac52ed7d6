// What ring groups remember between calls: who took the last one, and since when each member is idle.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/types.hpp"
#include "strowger/time.hpp"

namespace strowger::call {

// Keyed by names, so that it outlives changes of the configuration. Starts empty with the daemon.
class GroupMemory {
  public:
    // Positions of `members` in the order to ring. `random`: of each call, evenly spread.
    [[nodiscard]] std::vector<std::size_t> order(const std::string& group, model::Strategy strategy,
                                                 const model::Members& members, std::uint64_t random) const;
    // `member` as model::write(destination) has it.
    void taken(const std::string& group, const std::string& member);
    void hung_up(const std::string& member, Nanoseconds now);

  private:
    std::unordered_map<std::string, std::string> last_taken_;  // by group
    std::unordered_map<std::string, Nanoseconds> idle_since_;  // by member; absent: always
};

}  // namespace strowger::call
