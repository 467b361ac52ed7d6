#include "resolver/cache.hpp"

#include <algorithm>

namespace strowger::resolver {
namespace {

constexpr Nanoseconds kShortest = kSecond;             // a TTL of 0 is taken for this
constexpr Nanoseconds kLongest = 24 * 3600 * kSecond;  // no TTL is believed beyond
constexpr Nanoseconds kNegativeLongest = 300 * kSecond;
constexpr Nanoseconds kRecheck = 5 * kSecond;  // after a failure
constexpr std::size_t kMostRecords = 64;       // of one answer
constexpr std::size_t kMostAsking = 512;

}  // namespace

Cache::Cache(Backend& backend, transaction::TimerWheel& wheel, std::function<void()> changed)
    : backend_(backend), wheel_(wheel), changed_(std::move(changed)) {
    wheel.attach(transaction::OwnerKind::resolver, *this);
    backend.tell([this](const Question& question, Answer answer) { on_answer(question, std::move(answer)); });
}

const CacheCounts& Cache::counts() const {
    counts_.entries = entries_.size();
    return counts_;
}

// Drops what nobody can use any more. False: all of it is of use.
bool Cache::make_room() {
    if (entries_.size() < limits_.entries) return true;
    std::erase_if(entries_, [&](const auto& entry) {
        const Entry& e = entry.second;
        return !e.asking && e.until <= wheel_.now() && (!e.good || e.stale_until <= wheel_.now());
    });
    if (entries_.size() < limits_.entries) return true;
    // Then the answers that are only kept in case their server dies.
    std::erase_if(entries_, [&](const auto& entry) {
        return !entry.second.asking && entry.second.until <= wheel_.now();
    });
    return entries_.size() < limits_.entries;
}

void Cache::ask(const Question& question, Entry& entry) {
    if (asking_.size() >= kMostAsking || !backend_.ask(question)) {
        ++counts_.failed;
        entry.answered = Answered::failed;
        entry.until = wheel_.now() + kRecheck;
        return;
    }
    ++counts_.asked;
    entry.asking = true;
    entry.late = false;
    entry.number = next_number_++;
    entry.timer =
        wheel_.start(wheel_.now() + limits_.timeout, {transaction::OwnerKind::resolver, 0, entry.number});
    asking_[entry.number] = entries_.find(question);
}

Reading Cache::read(const Question& question) {
    auto at = entries_.find(question);
    if (at == entries_.end()) {
        if (!make_room()) {
            ++counts_.refused;
            return {.until = wheel_.now() + kRecheck};
        }
        at = entries_.try_emplace(question).first;
    }
    Entry& entry = at->second;
    if (!entry.asking && entry.until <= wheel_.now()) ask(question, entry);
    return reading_of(entry);
}

Reading Cache::reading_of(const Entry& entry) {
    const bool fresh = entry.until > wheel_.now();
    if (entry.asking && !entry.late && !fresh) return {.state = Reading::State::pending};
    if (fresh && entry.answered == Answered::found)
        return {.state = Reading::State::found, .until = entry.until, .records = &entry.records};
    if (fresh && entry.answered == Answered::nothing)
        return {.state = Reading::State::nothing, .until = entry.until};
    const Nanoseconds again = fresh ? entry.until : wheel_.now() + kRecheck;
    if (entry.good && entry.stale_until > wheel_.now()) {
        ++counts_.stale;
        return {.state = Reading::State::found, .stale = true, .until = again, .records = &entry.records};
    }
    return {.state = Reading::State::failed, .until = again};
}

void Cache::on_answer(const Question& question, Answer answer) {
    const auto at = entries_.find(question);
    if (at == entries_.end() || !at->second.asking) return;
    Entry& entry = at->second;
    entry.asking = false;
    wheel_.cancel(entry.timer);
    asking_.erase(entry.number);
    entry.answered = answer.answered;
    const Nanoseconds now = wheel_.now();
    const Nanoseconds ttl = std::clamp<Nanoseconds>(answer.ttl_s * kSecond, kShortest, kLongest);
    switch (answer.answered) {
        case Answered::found:
            if (answer.records.size() > kMostRecords) answer.records.resize(kMostRecords);
            entry.records = std::move(answer.records);
            entry.good = true;
            entry.until = now + ttl;
            entry.stale_until = entry.until + limits_.stale;
            break;
        case Answered::nothing:
            // The name server lives and says so: what it said before holds no longer.
            entry.records.clear();
            entry.good = false;
            entry.until = now + std::clamp(ttl, kRecheck, kNegativeLongest);
            break;
        case Answered::failed:
            ++counts_.failed;
            entry.until = now + kRecheck;
            break;
    }
    changed_();
}

void Cache::on_timer(const transaction::Owner& owner, Nanoseconds) {
    const auto at = asking_.find(owner.id);
    if (at == asking_.end()) return;
    at->second->second.timer = 0;
    at->second->second.late = true;
    changed_();
}

}  // namespace strowger::resolver
