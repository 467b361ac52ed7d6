#include "pattern/builder.hpp"

#include <chrono>

namespace strowger::pattern {

Builder::~Builder() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (worker_.joinable()) worker_.join();
}

void Builder::build(std::vector<std::string> expressions, std::function<void(Built)> done) {
    {
        const std::lock_guard lock(mutex_);
        job_ = Job{++last_, std::move(expressions), std::move(done)};
    }
    if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
    wake_.notify_one();
}

void Builder::work() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || job_; });
            if (stopping_) return;
            job = std::move(*job_);
            job_.reset();
        }
        const auto begun = std::chrono::steady_clock::now();
        Built built;
        built.database = Database::build(job.expressions, built.problem);
        const auto took = std::chrono::steady_clock::now() - begun;
        built.took_ms =
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
        post_([this, alive = std::weak_ptr<bool>(alive_), number = job.number, done = std::move(job.done),
               built = std::move(built)]() mutable {
            if (!alive.expired() && number == last_) done(std::move(built));
        });
    }
}

}  // namespace strowger::pattern
