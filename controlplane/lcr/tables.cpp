#include "lcr/tables.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

namespace strowger::lcr {
namespace {

constexpr std::streamoff kLongestFile = std::streamoff{2} << 30;

// False: `problem` says why.
bool read_file(const std::string& file, std::string& out, std::string& problem) {
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    const auto size = in ? static_cast<std::streamoff>(in.tellg()) : std::streamoff{-1};
    if (size < 0 || size > kLongestFile) {
        problem =
            fmt::format("{}: {}", file, size < 0 ? std::strerror(errno) : "the file is larger than 2 GB");
        return false;
    }
    out.resize(static_cast<std::size_t>(size));
    in.seekg(0);
    if (in.read(out.data(), size)) return true;
    problem = fmt::format("{}: cannot be read", file);
    return false;
}

}  // namespace

Tables::Tables(std::function<void(std::function<void()>)> post,
               std::function<TrunkId(std::string_view)> trunk_of, std::function<std::int64_t()> unix_ms,
               std::function<void(const TableState&)> loaded)
    : post_(std::move(post)),
      trunk_of_(std::move(trunk_of)),
      unix_ms_(std::move(unix_ms)),
      loaded_(std::move(loaded)) {}

Tables::~Tables() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (worker_.joinable()) worker_.join();
}

TableState* Tables::state_of(std::string_view name) {
    for (TableState& state : tables_)
        if (state.name == name) return &state;
    return nullptr;
}

void Tables::configure(const model::Model& model) {
    trunk_names_.clear();
    for (const auto& [name, trunk] : model.trunks) trunk_names_.push_back(name);
    std::vector<TableState> next;
    for (const auto& [name, options] : model.lcr_tables) {
        TableState* old = state_of(name);
        if (old != nullptr && old->file == options.file) {
            next.push_back(std::move(*old));
            continue;
        }
        next.push_back({.name = name, .file = options.file});
        // The table of the old file serves until the new one is read.
        if (old != nullptr) next.back().table = std::move(old->table);
    }
    for (TableState& gone : tables_)
        if (gone.table != nullptr) push({.garbage = std::move(gone.table)});
    tables_ = std::move(next);
    for (TableState& state : tables_) {
        if (state.table != nullptr) {
            state.trunks.clear();
            for (const std::string& name : state.table->names()) state.trunks.push_back(trunk_of_(name));
        }
        if (!state.loading && state.loaded_ms == 0 && state.problems.empty()) start(state);
    }
}

bool Tables::reload(std::string_view name) {
    TableState* state = state_of(name);
    if (state == nullptr) return false;
    if (state->loading)
        state->again = true;
    else
        start(*state);
    return true;
}

void Tables::start(TableState& state) {
    state.loading = true;
    state.again = false;
    push({.name = state.name, .file = state.file, .trunks = trunk_names_});
}

void Tables::push(Job job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
    wake_.notify_one();
}

void Tables::work() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (stopping_) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        if (job.garbage != nullptr) continue;
        const auto begun = std::chrono::steady_clock::now();
        Parsed parsed;
        std::string text;
        std::string problem;
        if (read_file(job.file, text, problem))
            parsed = parse(text, job.trunks);
        else
            parsed.problems.push_back(problem);
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
        post_([this, alive = std::weak_ptr<bool>(alive_), name = job.name, file = job.file,
               parsed = std::move(parsed), ms = static_cast<std::uint64_t>(took.count())]() mutable {
            if (!alive.expired()) take(name, file, std::move(parsed), ms);
        });
    }
}

void Tables::take(const std::string& name, const std::string& file, Parsed parsed, std::uint64_t took_ms) {
    TableState* state = state_of(name);
    if (state == nullptr || state->file != file) return;
    state->loading = false;
    state->took_ms = took_ms;
    state->problems = std::move(parsed.problems);
    if (parsed.table != nullptr) {
        if (state->table != nullptr) push({.garbage = std::move(state->table)});
        state->table = std::move(parsed.table);
        state->loaded_ms = unix_ms_();
        state->trunks.clear();
        for (const std::string& trunk : state->table->names()) state->trunks.push_back(trunk_of_(trunk));
    }
    loaded_(*state);
    if (state->again) start(*state);
}

void Tables::find(std::string_view name, std::string_view number, std::vector<TrunkId>& out) const {
    for (const TableState& state : tables_) {
        if (state.name != name || state.table == nullptr) continue;
        std::vector<Offer> offers;
        state.table->find(number, offers);
        for (const Offer& offer : offers)
            if (offer.trunk < state.trunks.size() && state.trunks[offer.trunk] != kNone<TrunkId>)
                out.push_back(state.trunks[offer.trunk]);
    }
}

}  // namespace strowger::lcr
