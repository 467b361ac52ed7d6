// What would become of a call, by the same code that plans calls. Nothing is sent and nothing is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::call {

struct Question {
    RealmId realm = kNone<RealmId>;  // that the caller is in
    TrunkId trunk = kNone<TrunkId>;  // that it comes from
    std::string tenant;              // of the caller
    std::string caller;              // its number
    std::string domain;              // of the Request-URI
    wire::Endpoint local;            // where the caller reaches us
    std::string called;
    std::int64_t unix_ns = 0;  // when; schedules are asked for that time
};

struct Explanation {
    std::string stage;  // "numbers", "route", "plan"
    std::string decision;
    std::string detail;
};

}  // namespace strowger::call
