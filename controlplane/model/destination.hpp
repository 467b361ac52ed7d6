// Where a call goes on to, as a resource names it: a number, an address, or a ring group.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace strowger::model {

// "1002" (a number of the same domain, by the dial plan), "1002@example.com" (of another one), "group:sales".
struct Destination {
    std::string user;
    std::string domain;  // empty: that of who leads on
    std::string group;   // not empty: the rest is
    [[nodiscard]] bool empty() const { return user.empty() && group.empty(); }
    friend bool operator==(const Destination&, const Destination&) = default;
};

// A member of a ring group: "1002", "group:night;weight=3".
struct Member {
    Destination destination;
    std::uint16_t weight = 1;  // share of the calls with strategy weighted
    friend bool operator==(const Member&, const Member&) = default;
};
using Members = std::vector<Member>;

}  // namespace strowger::model
