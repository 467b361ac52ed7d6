// What must survive a crash, behind an asynchronous interface: the control thread hands over rows and goes
// on; a completion comes back when they are committed. Embedded (SQLite) or shared: callers can't tell.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "store/rows.hpp"

namespace strowger::store {

enum class Status : std::uint8_t {
    committed,
    unavailable,  // locked, disk full, input/output error: the same write may succeed later
    refused,      // the rows contradict what is stored (a revision number that exists)
};

// Outcome of a write or a read. `reason` is a sentence for the operator; empty when committed.
struct Outcome {
    Status status = Status::committed;
    std::string reason;
    [[nodiscard]] bool ok() const { return status == Status::committed; }
};

using WriteDone = std::function<void(const Outcome&)>;
using ReadDone = std::function<void(const Outcome&, Answer)>;

// What an operator is told of the store. Written by the store's thread, read as a copy.
struct Health {
    bool degraded = false;       // the last commit failed
    std::string reason;          // of the last failure; kept until a commit succeeds
    std::uint64_t batches = 0;   // committed
    std::uint64_t rows = 0;      // committed
    std::uint64_t commits = 0;   // transactions: batches / commits is the size of a group
    std::uint64_t failures = 0;  // batches that were not committed
    std::uint64_t refused = 0;   // submissions that found the queue full
    std::uint64_t queued = 0;    // batches that wait now
};

// One thread (the control thread) calls everything but what is marked otherwise.
class Store {
  public:
    virtual ~Store() = default;

    // Queues a batch. `done` is called from poll(), once, in the order of submission. False: the queue is
    // full, and `done` is not called. Never blocks.
    virtual bool submit(Batch batch, WriteDone done) = 0;
    // Queues a read; it sees every batch that was submitted before it. False: the queue is full.
    virtual bool read(Query query, ReadDone done) = 0;
    // Calls the completions that are due; returns how many. To be called when the wake-up function was.
    virtual std::size_t poll() = 0;
    // Waits until all that was queued is done, and calls the completions. For start and orderly end only: it
    // blocks.
    virtual void drain() = 0;

    // Visits every binding; what is broken or of an unknown version is left out and logged. Blocks: for the
    // start, before traffic is taken. Returns how many were visited.
    virtual std::size_t load_bindings(const std::function<void(const BindingRow&)>& visit) = 0;
    // A read that is waited for: for the start only.
    [[nodiscard]] virtual Answer read_now(const Query& query, Outcome& outcome) = 0;

    [[nodiscard]] virtual Health health() const = 0;
};

}  // namespace strowger::store
