// The running configuration: what may change it, what it was before, and where that is recorded. Control
// thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "model/diff.hpp"
#include "model/resources.hpp"
#include "store/store.hpp"

namespace strowger::config {

// The answer to every change.
struct Outcome {
    std::vector<Problem> problems;       // not empty: nothing has changed
    std::vector<model::Change> changes;  // made, or with dry_run: that would be made
    std::uint64_t version = 0;           // of the configuration that now runs
    bool applied = false;
    std::string warning;  // live, but something is not as it should be (not recorded): what to do
};
using Done = std::function<void(const Outcome&)>;

// Who asks, and whether it is only a question.
struct Request {
    std::string author;  // "root (uid 0)", "api 127.0.0.1"
    bool dry_run = false;
};

struct Settings {
    // Makes a checked model live. Empty: done. Otherwise why it can't be, as a sentence; then nothing has
    // changed.
    std::function<std::string(const model::Model& next, const std::vector<model::Change>& changes)> publish;
    // Hears of each change that was made live, after the start; may be empty.
    std::function<void(const Outcome& outcome, const std::string& author)> applied;
    std::function<std::int64_t()> unix_ms;  // wall clock for the history
    // nullptr: nothing is recorded. Outlives the Configuration, and is drained before that ends.
    store::Store* store = nullptr;
};

class Configuration {
  public:
    explicit Configuration(Settings settings) : settings_(std::move(settings)) {}
    Configuration(const Configuration&) = delete;
    Configuration& operator=(const Configuration&) = delete;

    // At the daemon's start, before anything is published: the recorded resources, and onto them what changed
    // in the file since it was last read (resources that it lost are removed, others that were applied stay).
    // Blocks. With problems the model stays empty.
    [[nodiscard]] Outcome start(std::string_view text, const std::string& file);

    // kubectl's apply: each resource of the text takes the place of the one with its name.
    void apply(std::string_view text, const std::string& file, const Request& request, const Done& done);
    // `name` empty for a singleton, which goes back to its defaults.
    void remove(std::string_view kind, std::string_view name, const Request& request, const Done& done);
    // The resources become what they were after that version; this is a new version.
    void rollback(std::uint64_t version, const Request& request, const Done& done);

    using HistoryDone = std::function<void(const std::string& error, std::vector<store::RevisionRow>)>;
    // Newest first, with the names of what changed.
    void history(std::uint32_t limit, HistoryDone done);
    // The whole configuration as it was after a version, as YAML with hidden secrets.
    void at_version(std::uint64_t version,
                    std::function<void(const std::string& error, std::string yaml)> done);

    [[nodiscard]] const model::Model& model() const { return model_; }

  private:
    // Checks are done: publish, record, answer.
    void commit(model::Model next, const Request& request, std::string comment, const Done& done);
    void record(const model::Model& before, const Request& request, std::string comment, Outcome outcome,
                const Done& done);

    Settings settings_;
    model::Model model_;
    model::Model recorded_;  // what the store has, or will have when its queue is done
};

}  // namespace strowger::config
