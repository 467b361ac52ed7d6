// The embedded store: one SQLite file in WAL mode, written by a thread of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "store/store.hpp"

namespace strowger::store {

// What a commit outlives. Both outlive the death of the process (kill -9); see
// docs/decisions/0010-acknowledged-is-committed.md.
enum class Durability : std::uint8_t {
    process,  // synchronous=NORMAL: a power cut may take the last moments
    power,    // synchronous=FULL: the disk has it; costs one fsync a commit
};

struct SqliteOptions {
    std::string path;  // the file; "" keeps everything in memory, for tests
    Durability durability = Durability::process;
    std::size_t queue_limit = 65'536;    // batches and reads that may wait
    std::size_t group_limit = 8'192;     // batches in one commit
    std::uint32_t lock_wait_ms = 2'000;  // how long a commit waits for another program that holds the file
    std::uint64_t max_octets = 0;        // the file may not grow beyond this; 0: no limit
};

// Opens, and creates or upgrades, the file. `wake` is called from the store's thread when completions are
// due; it must only pass that on (asio::post) to have poll() called. nullptr: `error` says what is wrong and
// what to do.
[[nodiscard]] std::unique_ptr<Store> open_sqlite(const SqliteOptions& options, std::function<void()> wake,
                                                 std::string& error);

}  // namespace strowger::store
