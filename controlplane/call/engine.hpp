// What the features of a call share: the neighbours, the calls, and the indexes that find them. No behaviour.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "call/call.hpp"
#include "call/directory.hpp"
#include "call/limits.hpp"
#include "call/policy.hpp"
#include "call/slab.hpp"
#include "dialog/tokens.hpp"
#include "media/sessions.hpp"
#include "net/transport.hpp"
#include "transaction/layer.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::call {

struct Counts {
    std::uint64_t calls = 0;       // now, ending ones included
    std::uint64_t answered = 0;    // now
    std::uint64_t attempts = 0;    // since start
    std::uint64_t completed = 0;   // were answered and are over
    std::uint64_t failed = 0;      // were not answered
    std::uint64_t challenged = 0;
    std::uint64_t refused_limit = 0;
    std::uint64_t no_ports = 0;
    std::uint64_t inactive = 0;    // ended for want of media
    std::uint64_t unknown_dialog = 0;  // 481
};

struct DialogRef {
    std::uint64_t call = 0;
    LegIndex leg = 0;
};

struct Engine {
    transaction::Layer& layer;
    net::Transport& transport;
    transaction::TimerWheel& wheel;
    media::Sessions& media;
    Directory& directory;
    RecordSink& records;
    std::function<std::int64_t()> unix_ns;  // time of day, for records

    Policies policies{};
    Slab<Call> calls{};
    Limits limits{};
    dialog::Tokens tokens{};
    Counts counts{};
    std::unordered_map<std::uint64_t, DialogRef> dialogs{};      // by the number in our tag
    std::unordered_set<std::uint64_t> invites{};                 // INVITEs not finally answered: merged requests (482)
    std::vector<std::uint64_t> touched{};                        // calls to look at when the event is done
    std::string description{};                                   // scratch: a rewritten session description
    std::string body{};                                          // scratch: the body around it
};

}  // namespace strowger::call
