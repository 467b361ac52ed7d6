// What name servers answered, for as long as they said (RFC 1035 3.2.1, RFC 2308), and for a bounded time
// longer when none of them answers any more (RFC 8767). One question under way is one query, whoever waits
// for it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "resolver/backend.hpp"
#include "strowger/time.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::resolver {

struct CacheLimits {
    Nanoseconds timeout = 2 * kSecond;        // whoever waits longer takes what is there
    Nanoseconds stale = 24 * 3600 * kSecond;  // how long past its time a good answer is still used
    std::size_t entries = 10'000;
};

struct CacheCounts {
    std::uint64_t entries = 0;  // now
    std::uint64_t asked = 0;
    std::uint64_t failed = 0;   // no name server answered
    std::uint64_t stale = 0;    // readings of an answer past its time
    std::uint64_t refused = 0;  // the cache was full
};

// What reading a question found.
struct Reading {
    enum class State : std::uint8_t { found, nothing, pending, failed };
    State state = State::failed;
    bool stale = false;
    Nanoseconds until = 0;                              // when it is worth reading again
    const std::vector<std::string>* records = nullptr;  // found: until control returns to the event loop
};

class Cache final : public transaction::TimerUser {
  public:
    // Both outlive the cache; it attaches itself to the wheel as OwnerKind::resolver. `changed` is called
    // after answers and time-outs, when whoever waits should read again; never from within read().
    Cache(Backend& backend, transaction::TimerWheel& wheel, std::function<void()> changed);
    void configure(const CacheLimits& limits) { limits_ = limits; }

    // Asks when nothing is known, or not any more. A failure is not asked again for five seconds.
    Reading read(const Question& question);

    [[nodiscard]] const CacheCounts& counts() const;
    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;

  private:
    struct Entry {
        Answered answered = Answered::failed;  // `records` are of the last good answer, whatever this says
        std::vector<std::string> records;
        bool good = false;  // there was one
        bool asking = false;
        bool late = false;      // asking for longer than the timeout
        Nanoseconds until = 0;  // of `answered`
        Nanoseconds stale_until = 0;
        std::uint64_t number = 0;  // names it for its timer
        transaction::TimerId timer = 0;
    };
    using Entries = std::map<Question, Entry>;
    void on_answer(const Question& question, Answer answer);
    [[nodiscard]] Reading reading_of(const Entry& entry);
    bool make_room();
    void ask(const Question& question, Entry& entry);

    Backend& backend_;
    transaction::TimerWheel& wheel_;
    std::function<void()> changed_;
    CacheLimits limits_;
    Entries entries_;
    std::map<std::uint64_t, Entries::iterator> asking_;  // by number
    std::uint64_t next_number_ = 1;
    mutable CacheCounts counts_;
};

}  // namespace strowger::resolver
