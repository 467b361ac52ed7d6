// Who may speak SIP to us, and how fast; what a message must be to be let in.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

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

  private:
    Nanoseconds last_ = 0;
    Nanoseconds credit_ = 0;
};

// The buckets of one worker: of each realm, and of recent sources in a fixed table (four-way, the least
// recently used of a set makes room). IPv6 sources are counted by /64.
class SourceLimits {
  public:
    static constexpr std::size_t kSets = 8192;
    static constexpr std::size_t kWays = 4;
    static constexpr std::size_t kRealms = 256;  // realms past that share buckets

    explicit SourceLimits(std::uint64_t hash_key);
    bool take_source(RealmId realm, const wire::IpAddress& source, Nanoseconds now, std::uint32_t rate,
                     std::uint32_t burst) noexcept;
    bool take_realm(RealmId realm, Nanoseconds now, std::uint32_t rate, std::uint32_t burst) noexcept {
        return realms_[index(realm) % kRealms].take(now, rate, burst);
    }
    // Answers to malformed or refused messages have one bucket of their own a worker.
    bool take_answer(Nanoseconds now) noexcept { return answers_.take(now, 1000, 200); }
    // And so have questions to the control plane for next hops that are not resolved.
    bool take_hop_question(Nanoseconds now) noexcept { return hop_questions_.take(now, 200, 50); }

  private:
    struct Entry {
        wire::IpAddress source;
        RealmId realm{};
        Nanoseconds used = 0;
        TokenBucket bucket;
    };
    const std::uint64_t key_;
    std::unique_ptr<std::array<Entry, kSets * kWays>> entries_;
    std::array<TokenBucket, kRealms> realms_{};
    TokenBucket answers_;
    TokenBucket hop_questions_;
};

}  // namespace strowger::sip
