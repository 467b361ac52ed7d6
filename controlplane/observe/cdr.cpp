#include "observe/cdr.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace strowger::observe {

namespace {

constexpr std::size_t kGroupOctets = 256 * 1024;  // in one write
constexpr auto kRetry = std::chrono::seconds(1);
constexpr auto kGather = std::chrono::milliseconds(10);
constexpr std::size_t kGroup = 64;  // lines that are worth a write at once

std::string reason() {
    return std::strerror(errno);
}

// The file's length without a last line that has no end. -1: it can't be read.
off_t whole_lines(int file, off_t size) {
    std::array<char, 65'536> block;
    off_t end = size;
    while (end > 0) {
        const off_t from =
            end > static_cast<off_t>(block.size()) ? end - static_cast<off_t>(block.size()) : 0;
        const auto length = static_cast<std::size_t>(end - from);
        if (pread(file, block.data(), length, from) != static_cast<ssize_t>(length)) return -1;
        for (std::size_t i = length; i > 0; --i)
            if (block[i - 1] == '\n') return from + static_cast<off_t>(i);
        end = from;
    }
    return 0;
}

}  // namespace

struct CdrWriter::State {
    CdrOptions options;
    int file = -1;  // the thread's, once it runs

    mutable std::mutex mutex;  // all below
    std::condition_variable work_there;
    std::condition_variable idle;
    std::deque<std::string> queue;
    bool writing = false;
    bool ending = false;
    bool reopen = false;
    bool hurry = false;  // somebody waits for `idle`
    CdrCounts counts;

    std::thread thread;

    ~State() {
        if (file >= 0) ::close(file);
    }
    bool open_file(std::string& error, std::uint64_t& repaired);
    void work();
    bool append(const std::string& text);
    void rotate(std::size_t coming);
    void follow_reopen();
    void degrade(const std::string& why);
};

bool CdrWriter::State::open_file(std::string& error, std::uint64_t& repaired) {
    const int opened = ::open(options.path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (opened < 0) {
        error = fmt::format(
            "call records can't be written to {}: {}: make its directory exist and writable for the daemon's "
            "user",
            options.path, reason());
        return false;
    }
    struct stat info {};
    off_t whole = -1;
    if (fstat(opened, &info) == 0)
        whole = S_ISREG(info.st_mode) ? whole_lines(opened, info.st_size) : info.st_size;
    if (whole < 0 || (whole < info.st_size && ftruncate(opened, whole) != 0)) {
        error = fmt::format("call records in {} can't be read back: {}: move the file away", options.path,
                            reason());
        ::close(opened);
        return false;
    }
    repaired = static_cast<std::uint64_t>(info.st_size - whole);
    if (repaired != 0)
        spdlog::warn("cdr: the last line of {} was torn by a crash: {} octets cut off", options.path,
                     repaired);
    if (file >= 0) ::close(file);
    file = opened;
    return true;
}

// One write: a crash leaves whole lines and at most one torn one, which the next start cuts off.
bool CdrWriter::State::append(const std::string& text) {
    struct stat info {};
    const bool regular = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written == static_cast<ssize_t>(text.size())) {
        if (!options.sync || !regular || fdatasync(file) == 0) return true;
        degrade(reason());
        return true;  // it is in the file; the disk may not have it
    }
    const std::string why = written < 0 ? reason() : "the disk took a part only";
    if (written > 0 && regular && ftruncate(file, info.st_size) != 0)
        spdlog::error("cdr: a torn line stays in {}: {}", options.path, reason());
    degrade(why);
    return false;
}

void CdrWriter::State::degrade(const std::string& why) {
    const std::lock_guard lock(mutex);
    ++counts.failures;
    if (!std::exchange(counts.degraded, true))
        spdlog::error(
            "cdr: {} takes no records: {}. They are kept in memory ({} at most) and written as soon as it "
            "does",
            options.path, why, options.queue_limit);
}

void CdrWriter::State::rotate(std::size_t coming) {
    struct stat info {};
    if (options.rotate_octets == 0 || fstat(file, &info) != 0 || info.st_size == 0 ||
        static_cast<std::uint64_t>(info.st_size) + coming <= options.rotate_octets)
        return;
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char stamp[32];
    std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    std::string target = fmt::format("{}.{}", options.path, stamp);
    for (int i = 1; ::access(target.c_str(), F_OK) == 0; ++i)
        target = fmt::format("{}.{}-{}", options.path, stamp, i);
    std::string error;
    std::uint64_t repaired = 0;
    if (::rename(options.path.c_str(), target.c_str()) != 0)
        spdlog::error("cdr: {} can't be moved to {}: {}; it grows on", options.path, target, reason());
    else if (!open_file(error, repaired))
        spdlog::error("cdr: {}; records go on to {}", error, target);
}

void CdrWriter::State::follow_reopen() {
    std::string error;
    std::uint64_t repaired = 0;
    if (!open_file(error, repaired)) spdlog::error("cdr: {}; records go on to the old file", error);
    const std::lock_guard lock(mutex);
    counts.repaired += repaired;
}

void CdrWriter::State::work() {
    std::unique_lock lock(mutex);
    std::string group;
    while (true) {
        work_there.wait(lock, [this] { return ending || reopen || !queue.empty(); });
        if (std::exchange(reopen, false)) {
            lock.unlock();
            follow_reopen();
            lock.lock();
        }
        if (queue.empty()) {
            if (ending) return;
            continue;
        }
        // We are told of the first alone: to be woken for each would cost the control thread more than the
        // record does.
        if (queue.size() < kGroup)
            work_there.wait_for(lock, kGather, [this] { return ending || reopen || hurry; });
        group.clear();
        std::size_t lines = 0;
        while (lines < queue.size() && (lines == 0 || group.size() + queue[lines].size() < kGroupOctets)) {
            group += queue[lines++];
            group += '\n';
        }
        writing = true;
        lock.unlock();
        rotate(group.size());
        const bool written = append(group);
        lock.lock();
        writing = false;
        if (written) {
            queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(lines));
            counts.written += lines;
            if (std::exchange(counts.degraded, false))
                spdlog::info("cdr: {} takes records again", options.path);
            if (queue.empty()) idle.notify_all();
            continue;
        }
        if (ending) {
            for (const std::string& line : queue) spdlog::error("cdr: lost at the end: {}", line);
            counts.lost += queue.size();
            queue.clear();
            idle.notify_all();
            return;
        }
        work_there.wait_for(lock, kRetry, [this] { return ending || reopen; });
    }
}

CdrWriter::CdrWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::unique_ptr<CdrWriter> CdrWriter::open(const CdrOptions& options, std::string& error) {
    auto state = std::make_unique<State>();
    state->options = options;
    if (!state->open_file(error, state->counts.repaired)) return nullptr;
    state->thread = std::thread([s = state.get()] { s->work(); });
    return std::unique_ptr<CdrWriter>(new CdrWriter(std::move(state)));
}

CdrWriter::~CdrWriter() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->ending = true;
    }
    state_->work_there.notify_all();
    state_->thread.join();
}

bool CdrWriter::write(std::string json) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->queue.size() >= state_->options.queue_limit) {
            ++state_->counts.lost;
            spdlog::error("cdr: lost, too many wait: {}", json);
            return false;
        }
        state_->queue.push_back(std::move(json));
        if (state_->queue.size() != 1) return true;
    }
    state_->work_there.notify_one();
    return true;
}

void CdrWriter::flush() {
    std::unique_lock lock(state_->mutex);
    state_->hurry = true;
    state_->work_there.notify_one();
    state_->idle.wait(lock, [this] { return state_->queue.empty() && !state_->writing; });
    state_->hurry = false;
}

void CdrWriter::reopen() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->reopen = true;
    }
    state_->work_there.notify_one();
}

CdrCounts CdrWriter::counts() const {
    const std::lock_guard lock(state_->mutex);
    return state_->counts;
}

}  // namespace strowger::observe
