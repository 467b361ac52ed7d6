// Who may speak SIP to us, and how fast; what a message must be to be let in.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/worker.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::sip {

// The realm's access list and the token buckets. False: the packet is settled.
bool admit(core::Worker& w, core::Packet* packet) noexcept;

// The drop reason of a message that is none.
[[nodiscard]] Drop reason_of(wire::TokeniseStatus status) noexcept;

// A token bucket in nanoseconds: `credit` time units are spent by messages and earned by time.
class TokenBucket {
  public:
    // Takes one token at `now`. `rate` tokens a second (not 0), at most `burst` (at least 1) saved.
    bool take(Nanoseconds now, std::uint32_t rate, std::uint32_t burst) noexcept {
        const Nanoseconds cost = kSecond / rate;
        const Nanoseconds full = cost * (burst == 0 ? 1 : burst);
        Nanoseconds credit = credit_ + (now - last_);
        if (credit > full || last_ == 0) credit = full;
        last_ = now;
        credit_ = credit < cost ? credit : credit - cost;
        return credit >= cost;
    }

    // Whether take() would find a token.
    [[nodiscard]] bool has(Nanoseconds now, std::uint32_t rate) const noexcept {
        return last_ == 0 || credit_ + (now - last_) >= kSecond / rate;
    }

  private:
    Nanoseconds last_ = 0;
    Nanoseconds credit_ = 0;
};

// A bucket for each recent source, in a fixed table (four-way, the least recently used of a set makes room).
// IPv6 sources are counted by /64.
class SourceBuckets {
  public:
    static constexpr std::size_t kWays = 4;
    SourceBuckets(std::uint64_t hash_key, std::size_t sets);
    bool take(RealmId realm, const wire::IpAddress& source, Nanoseconds now, std::uint32_t rate,
              std::uint32_t burst) noexcept;
    // Whether take() would find a token; remembers nothing.
    [[nodiscard]] bool has(RealmId realm, const wire::IpAddress& source, Nanoseconds now,
                           std::uint32_t rate) const noexcept;

  private:
    struct Entry {
        wire::IpAddress source;
        RealmId realm{};
        Nanoseconds used = 0;
        TokenBucket bucket;
    };
    [[nodiscard]] std::size_t set_of(RealmId realm, const wire::IpAddress& who) const noexcept;
    const std::uint64_t key_;
    std::vector<Entry> entries_;
};

// The buckets of one worker: of each realm, and of recent sources.
class SourceLimits {
  public:
    static constexpr std::size_t kRealms = 256;  // realms past that share buckets

    explicit SourceLimits(std::uint64_t hash_key) : sources_(hash_key, 8192), failures_(hash_key + 1, 1024) {}
    bool take_source(RealmId realm, const wire::IpAddress& source, Nanoseconds now, std::uint32_t rate,
                     std::uint32_t burst) noexcept {
        return sources_.take(realm, source, now, rate, burst);
    }
    // Wrong credentials of a source: at most `rate` a second, ten seconds' worth at once.
    void take_failure(RealmId realm, const wire::IpAddress& source, Nanoseconds now,
                      std::uint32_t rate) noexcept {
        failures_.take(realm, source, now, rate, 10 * rate);
    }
    [[nodiscard]] bool may_fail(RealmId realm, const wire::IpAddress& source, Nanoseconds now,
                                std::uint32_t rate) const noexcept {
        return failures_.has(realm, source, now, rate);
    }
    bool take_realm(RealmId realm, Nanoseconds now, std::uint32_t rate, std::uint32_t burst) noexcept {
        return realms_[index(realm) % kRealms].take(now, rate, burst);
    }
    // Answers to malformed or refused messages have one bucket of their own a worker.
    bool take_answer(Nanoseconds now) noexcept { return answers_.take(now, 1000, 200); }
    // And so have questions to the control plane for next hops that are not resolved.
    bool take_hop_question(Nanoseconds now) noexcept { return hop_questions_.take(now, 200, 50); }
    // And copies for the trace; each is an exchange of two messages.
    bool take_copy(Nanoseconds now) noexcept { return copies_.take(now, 100, 100); }

  private:
    SourceBuckets sources_;
    SourceBuckets failures_;
    std::array<TokenBucket, kRealms> realms_{};
    TokenBucket answers_;
    TokenBucket hop_questions_;
    TokenBucket copies_;
};

}  // namespace strowger::sip
