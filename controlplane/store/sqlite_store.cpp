#include "store/sqlite_store.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "store/sqlite_database.hpp"

namespace strowger::store {

namespace {

// What the operator can do about an error of SQLite.
std::string advice(const std::string& path, const DatabaseError& error) {
    std::string_view what_to_do = "see the file system's log";
    switch (error.code() & 0xff) {
        case SQLITE_FULL:
            what_to_do = "free space on its file system";
            break;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            what_to_do = "another program holds it locked: end that program";
            break;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
            what_to_do = "let the daemon's user write to the file and its directory";
            break;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            what_to_do =
                "the file is damaged: stop the daemon, move the file away, and restore a copy or start empty";
            break;
        default:
            break;
    }
    return fmt::format("database {}: {}: {}", path.empty() ? "in memory" : path, error.what(), what_to_do);
}

struct WriteJob {
    Batch batch;
    WriteDone done;
};
struct ReadJob {
    Query query;
    ReadDone done;
};
using Job = std::variant<WriteJob, ReadJob>;

struct WriteResult {
    WriteDone done;
    Outcome outcome;
};
struct ReadResult {
    ReadDone done;
    Outcome outcome;
    Answer answer;
};
using Result = std::variant<WriteResult, ReadResult>;

// Group commit: while one transaction is being written, the next group gathers in the queue.
class SqliteStore final : public Store {
  public:
    SqliteStore(const SqliteOptions& options, std::function<void()> wake)
        : options_(options), wake_(std::move(wake)), database_(options), thread_([this] { work(); }) {}

    ~SqliteStore() override {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        work_there_.notify_one();
        thread_.join();
    }

    bool submit(Batch batch, WriteDone done) override {
        return queue(WriteJob{std::move(batch), std::move(done)});
    }
    bool read(Query query, ReadDone done) override {
        return queue(ReadJob{std::move(query), std::move(done)});
    }

    std::size_t poll() override {
        std::vector<Result> due;
        {
            const std::lock_guard lock(mutex_);
            due.swap(results_);
        }
        for (Result& result : due) {
            if (auto* write = std::get_if<WriteResult>(&result))
                write->done(write->outcome);
            else if (auto* read = std::get_if<ReadResult>(&result))
                read->done(read->outcome, std::move(read->answer));
        }
        return due.size();
    }

    void drain() override {
        do wait_idle();
        while (poll() != 0);
    }

    std::size_t load_bindings(const std::function<void(const BindingRow&)>& visit) override {
        wait_idle();
        const std::lock_guard lock(database_mutex_);
        try {
            return database_.each_binding(visit);
        } catch (const DatabaseError& error) {
            spdlog::error("store: registrations could not be loaded: {}", advice(options_.path, error));
            return 0;
        }
    }

    Answer read_now(const Query& query, Outcome& outcome) override {
        wait_idle();
        Answer answer;
        outcome = answer_query(query, answer);
        return answer;
    }

    Health health() const override {
        const std::lock_guard lock(mutex_);
        Health out = health_;
        out.queued = queue_.size() + in_work_;
        return out;
    }

  private:
    bool queue(Job job) {
        {
            const std::lock_guard lock(mutex_);
            if (queue_.size() >= options_.queue_limit) {
                ++health_.refused;
                return false;
            }
            queue_.push_back(std::move(job));
            if (queue_.size() != 1) return true;  // it was woken for the first
        }
        work_there_.notify_one();
        return true;
    }

    void wait_idle() {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [this] { return queue_.empty() && in_work_ == 0; });
    }

    Outcome answer_query(const Query& query, Answer& answer) {
        const std::lock_guard lock(database_mutex_);
        try {
            answer = database_.answer(query);
            return {};
        } catch (const DatabaseError& error) {
            return {Status::unavailable, advice(options_.path, error)};
        }
    }

    // The thread.
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            work_there_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (queue_.empty()) return;
            std::vector<Job> group;
            while (!queue_.empty() && group.size() < options_.group_limit) {
                group.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
            in_work_ = group.size();
            lock.unlock();
            std::vector<Result> done;
            done.reserve(group.size());
            run(group, done);
            lock.lock();
            in_work_ = 0;
            const bool was_empty = results_.empty();
            if (was_empty)
                results_.swap(done);
            else
                results_.insert(results_.end(), std::make_move_iterator(done.begin()),
                                std::make_move_iterator(done.end()));
            if (queue_.empty()) idle_.notify_all();
            const bool wake = was_empty && !results_.empty() && wake_;
            if (wake) {
                lock.unlock();
                wake_();
                lock.lock();
            }
        }
    }

    // Writes up to the next read are one transaction; a read sees them committed.
    void run(std::vector<Job>& group, std::vector<Result>& done) {
        for (std::size_t i = 0; i < group.size();) {
            if (auto* read = std::get_if<ReadJob>(&group[i])) {
                ReadResult result{std::move(read->done), {}, {}};
                result.outcome = answer_query(read->query, result.answer);
                done.emplace_back(std::move(result));
                ++i;
                continue;
            }
            std::size_t end = i;
            while (end < group.size() && std::holds_alternative<WriteJob>(group[end])) ++end;
            write(std::span(group).subspan(i, end - i), done);
            i = end;
        }
    }

    void write(std::span<Job> jobs, std::vector<Result>& done) {
        const std::size_t first = done.size();
        std::uint64_t rows = 0;
        std::uint64_t refused = 0;
        std::string failure;
        try {
            const std::lock_guard lock(database_mutex_);
            try {
                database_.begin();
                for (Job& job : jobs) {
                    auto& write = std::get<WriteJob>(job);
                    auto& outcome =
                        std::get<WriteResult>(done.emplace_back(WriteResult{std::move(write.done), {}}))
                            .outcome;
                    if (database_.put(write.batch, outcome.reason)) {
                        rows += write.batch.size();
                    } else {
                        outcome.status = Status::refused;
                        ++refused;
                    }
                }
                database_.commit();
            } catch (const DatabaseError&) {
                database_.rollback();
                throw;
            }
        } catch (const DatabaseError& error) {
            failure = advice(options_.path, error);
            for (std::size_t i = 0; i < jobs.size(); ++i) {
                const Outcome outcome{Status::unavailable, failure};
                if (first + i < done.size())
                    std::get<WriteResult>(done[first + i]).outcome = outcome;
                else
                    done.emplace_back(WriteResult{std::move(std::get<WriteJob>(jobs[i]).done), outcome});
            }
        }
        note(jobs.size(), rows, refused, failure);
    }

    void note(std::size_t batches, std::uint64_t rows, std::uint64_t refused, const std::string& failure) {
        bool recovered = false;
        bool degraded = false;
        {
            const std::lock_guard lock(mutex_);
            if (failure.empty()) {
                ++health_.commits;
                health_.batches += batches - refused;
                health_.rows += rows;
                health_.failures += refused;
                recovered = std::exchange(health_.degraded, false);
                health_.reason.clear();
            } else {
                health_.failures += batches;
                degraded = !std::exchange(health_.degraded, true) || health_.reason != failure;
                health_.reason = failure;
            }
        }
        if (degraded)
            spdlog::error("store: {}. Until then registrations are answered 500 and changes are refused",
                          failure);
        if (recovered) spdlog::info("store: writing again");
    }

    const SqliteOptions options_;
    const std::function<void()> wake_;
    std::mutex database_mutex_;  // the thread, or a caller of the blocking reads
    Database database_;

    mutable std::mutex mutex_;  // all below
    std::condition_variable work_there_;
    std::condition_variable idle_;
    std::deque<Job> queue_;
    std::vector<Result> results_;
    std::size_t in_work_ = 0;
    bool ending_ = false;
    Health health_;

    std::thread thread_;
};

}  // namespace

std::unique_ptr<Store> open_sqlite(const SqliteOptions& options, std::function<void()> wake,
                                   std::string& error) {
    try {
        return std::make_unique<SqliteStore>(options, std::move(wake));
    } catch (const DatabaseError& failure) {
        error = advice(options.path, failure);
        if (std::string_view(failure.what()).find(": ") !=
            std::string_view::npos)  // it says what to do itself
            error = fmt::format("database {}: {}", options.path, failure.what());
        return nullptr;
    }
}

}  // namespace strowger::store
