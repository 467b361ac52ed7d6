// Registered contacts for the workers: one contact an address of record, the best one (a stateless proxy does not
// fork, RFC 3261 16.11). Unlike the snapshot it is changed in place: the control thread writes, any worker reads at
// the same time without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/siphash.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// Where an address of record is reached.
struct Contact {
    std::string_view uri;  // Request-URI of what goes there
    std::string_view path; // Route values of RFC 3327, top first; empty: none
    ListenerId listener{}; // that its REGISTER came to
    wire::Endpoint remote; // next hop
    bool datagram = true;  // false: reached over a connection, which only the control plane has
    Nanoseconds expires = 0;  // CLOCK_MONOTONIC
};

// A fingerprint index of 64-byte buckets over records in chunks. Records and outgrown indexes are never given back
// while the table lives, so that a reader may look at any time; a record carries a sequence number by which the
// reader knows that it was not changed under its eyes.
class Locations {
  public:
    // Room for one contact's texts. Longer ones are refused by put().
    static constexpr std::size_t kMaxText = 896;
    using Text = std::array<std::uint64_t, kMaxText / 8>;

    explicit Locations(const HashKey& key, std::size_t expected = 1024);
    ~Locations();

    // Control thread. Adds or replaces; false: the texts are too long (an older contact is removed then).
    bool put(std::string_view aor, const Contact& contact);
    bool remove(std::string_view aor);
    // Removes what has expired from the next `buckets` buckets, in turn.
    void sweep(Nanoseconds now, std::size_t buckets);
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t octets() const;

    // Any thread. `room` holds the texts that `out` points to. False: not there. An expired contact is found.
    bool find(std::string_view aor, Text& room, Contact& out) const noexcept;

  private:
    struct Bucket;
    struct Index;
    struct Record;
    struct Pool;
    [[nodiscard]] std::uint64_t hash_of(std::string_view aor) const noexcept;
    [[nodiscard]] Record* at(std::uint64_t handle) const noexcept;
    // The record's address of record, in `room`; its expiry in seconds.
    std::string_view read_aor(std::uint64_t handle, Text& room, std::uint32_t& seconds) const noexcept;
    std::uint64_t find_handle(std::string_view aor, std::uint64_t hash) const noexcept;
    std::uint64_t allocate(std::size_t text);
    void release(std::uint64_t handle);
    void insert(Index& index, std::uint64_t hash, std::uint64_t handle);
    void erase(std::uint64_t hash, std::uint64_t handle);
    void grow();

    const HashKey key_;
    std::atomic<Index*> index_;
    std::vector<std::unique_ptr<Index>> indexes_;  // the live one last
    std::unique_ptr<Pool[]> pools_;                // one a size of record
    std::size_t size_ = 0;
    std::size_t swept_ = 0;
};

}  // namespace strowger::tables
