// What the features of a call share: the neighbours, the calls, and the indexes that find them. No behaviour.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "call/call.hpp"
#include "call/counts.hpp"
#include "call/directory.hpp"
#include "call/group_memory.hpp"
#include "call/limits.hpp"
#include "call/policy.hpp"
#include "call/slab.hpp"
#include "credit/credit.hpp"
#include "dialog/tokens.hpp"
#include "media/sessions.hpp"
#include "net/transport.hpp"
#include "transaction/layer.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::call {

class FeatureSettings;

struct Engine {
    transaction::Layer& layer;
    net::Transport& transport;
    transaction::TimerWheel& wheel;
    media::Sessions& media;
    Directory& directory;
    RecordSink& records;
    std::function<std::int64_t()> unix_ns;  // time of day, for records

    FeatureSettings* settings = nullptr;  // null: nobody has any, and none can be made
    Policies policies{};
    Slab<Call> calls{};
    Limits limits{};
    GroupMemory groups{};
    dialog::Tokens tokens{};
    Counts counts{};
    std::unordered_map<std::uint64_t, DialogRef> dialogs{};                 // by the number in our tag
    std::map<std::pair<std::string, std::string>, std::uint64_t> orbits{};  // tenant, orbit -> call
    std::vector<std::uint64_t> lookups{};  // calls whose plan waits for name servers
    credit::Authority* authority = nullptr;  // null: nobody is asked for chargeable calls
    std::uint64_t next_ticket = 1;
    std::unordered_map<std::uint64_t, DialogRef> tickets{};  // leg kNoLeg: before the call is made
    std::vector<std::uint64_t> touched{};  // calls to look at when the event is done
    std::string description{};             // scratch: a rewritten session description
    std::string body{};                    // scratch: the body around it
};

}  // namespace strowger::call
