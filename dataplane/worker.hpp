// The loop of a poll-mode worker.
#pragma once

#include <atomic>

#include "core/burst.hpp"
#include "core/idle.hpp"
#include "core/worker.hpp"

struct rte_rcu_qsbr;

namespace strowger {

// What a worker's loop shares with the control thread.
struct Shared {
    std::atomic<const tables::Tables*> live{nullptr};  // written by publish
    rte_rcu_qsbr* grace = nullptr;                     // a reader a worker, thread id = WorkerId
    std::atomic<bool> stop{false};
    std::atomic<bool> armed{false};  // the control thread sleeps on wake_fd
    int wake_fd = -1;
};

// One turn: everything that has come is read, run through the pipeline and sent; then commands and
// housekeeping. Returns whether there was work. Tests drive this by hand.
bool run_once(core::Worker& w, core::Burst& burst, const tables::Tables& tables, Nanoseconds now) noexcept;

// Turns until Shared::stop; sleeps when idle unless the tables ask for performance mode.
void run_worker(core::Worker& w, Shared& shared) noexcept;

}  // namespace strowger
