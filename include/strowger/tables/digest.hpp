// What the workers need for digest authentication: the key of nonces, who is asked, and who is known. Part of
// the snapshot.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "strowger/digest/nonce.hpp"
#include "strowger/tables/credentials.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

struct DigestRealm {
    bool authenticates = false;  // callers that no trunk identifies, and whoever registers
    std::uint16_t default_domain =
        Credentials::kNoDomain;              // of requests that name an address of ours, or nobody
    std::uint32_t failures_per_source = 0;   // wrong answers a second; 0: no limit
    std::vector<wire::IpAddress> addresses;  // ours
};

struct Digest {
    digest::Key key;
    std::int64_t lifetime_ms = 300'000;  // of a nonce
    bool offer_sha256 = false;           // also to those for whom MD5 would do
    std::vector<DigestRealm> realms;     // by RealmId
    std::shared_ptr<const Credentials> credentials;
    // Time of day minus CLOCK_MONOTONIC; the control thread keeps it right. nullptr: 0.
    std::shared_ptr<const std::atomic<Nanoseconds>> clock;

    [[nodiscard]] std::int64_t unix_ms(Nanoseconds monotonic) const noexcept {
        return (monotonic + (clock == nullptr ? 0 : clock->load(std::memory_order_relaxed))) / kMillisecond;
    }
};

}  // namespace strowger::tables
