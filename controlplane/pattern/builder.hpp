// Builds databases on a thread of its own and gives them back to the control thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pattern/database.hpp"

namespace strowger::pattern {

struct Built {
    std::shared_ptr<const Database> database;  // null: `problem` says why
    std::string problem;
    std::uint64_t took_ms = 0;
};

// Control thread, but for the building.
class Builder {
  public:
    // `post` runs a function on the control thread, from any thread.
    explicit Builder(std::function<void(std::function<void()>)> post) : post_(std::move(post)) {}
    // Waits for what is being built.
    ~Builder();
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;

    // `done` hears of it, unless a later build() overtakes it.
    void build(std::vector<std::string> expressions, std::function<void(Built)> done);

  private:
    struct Job {
        std::uint64_t number = 0;
        std::vector<std::string> expressions;
        std::function<void(Built)> done;
    };
    void work();

    std::function<void(std::function<void()>)> post_;
    std::uint64_t last_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    std::mutex mutex_;  // of the rest
    std::condition_variable wake_;
    std::optional<Job> job_;
    bool stopping_ = false;
    std::thread worker_;
};

}  // namespace strowger::pattern
