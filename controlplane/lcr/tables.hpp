// The rate tables of the configuration: read and checked on a thread of their own, taken over by exchanging a
// pointer.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lcr/csv.hpp"
#include "model/resources.hpp"
#include "strowger/ids.hpp"

namespace strowger::lcr {

struct TableState {
    std::string name;
    std::string file;
    std::shared_ptr<const Table> table;  // null: never loaded
    std::vector<TrunkId> trunks;         // by Table::names()
    bool loading = false;
    bool again = false;          // asked for while it was loading
    std::int64_t loaded_ms = 0;  // time of day
    std::uint64_t took_ms = 0;
    std::vector<std::string> problems;  // of the last load; the table before it stays
};

// Control thread, but for the loading.
class Tables {
  public:
    // `post` runs a function on the control thread, from any thread. `trunk_of`: the number of a trunk's
    // name. `loaded` hears the outcome of every load.
    Tables(std::function<void(std::function<void()>)> post, std::function<TrunkId(std::string_view)> trunk_of,
           std::function<std::int64_t()> unix_ms, std::function<void(const TableState&)> loaded);
    // Waits for the file that is being read.
    ~Tables();

    // Loads tables that are new or have another file; the others stay as they are.
    void configure(const model::Model& model);
    // Reads its file again. False: there is no such table.
    bool reload(std::string_view name);
    // Appends the trunks for a number, the cheapest first. Nothing while the table is not loaded.
    void find(std::string_view name, std::string_view number, std::vector<TrunkId>& out) const;
    [[nodiscard]] const std::vector<TableState>& all() const { return tables_; }

  private:
    struct Job {
        std::string name;
        std::string file;
        std::vector<std::string> trunks;
        std::shared_ptr<const Table> garbage;  // freed there: that takes a while, too
    };
    [[nodiscard]] TableState* state_of(std::string_view name);
    void start(TableState& state);
    void push(Job job);
    void work();
    void take(const std::string& name, const std::string& file, Parsed parsed, std::uint64_t took_ms);

    std::function<void(std::function<void()>)> post_;
    std::function<TrunkId(std::string_view)> trunk_of_;
    std::function<std::int64_t()> unix_ms_;
    std::function<void(const TableState&)> loaded_;
    std::vector<TableState> tables_;
    std::vector<std::string> trunk_names_;  // sorted
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    std::mutex mutex_;  // of the rest
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::thread worker_;
};

}  // namespace strowger::lcr
