// Who is registered where: the bindings of every address of record, in memory. Written by the registrar, read
// by calls. Keyed by tenant; plain records in slabs, about 250 bytes a binding.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "registrar/binding.hpp"
#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::registrar {

// Hears of changes; for publishing to the workers, for presence, for event streams. Must not change the
// table.
class LocationObserver {
  public:
    enum class Change : std::uint8_t { added, refreshed, removed, expired };
    virtual ~LocationObserver() = default;
    virtual void on_binding(Change change, const Binding& binding) = 0;
};

struct LocationCounts {
    std::uint64_t addresses = 0;  // AoRs with at least one binding
    std::uint64_t bindings = 0;
    std::uint64_t octets = 0;  // of memory in the tables
};

class Location {
  public:
    Location();
    ~Location();
    // Each hears of every change, in the order in which they came, until it is forgotten.
    void observe(LocationObserver& observer);
    void forget(LocationObserver& observer);

    // Appends the unexpired bindings of an AoR to `out`: highest q first, among equals the latest registered
    // first (RFC 3261 16.6). `aor` as Binding::aor. Returns how many.
    std::size_t lookup(std::string_view tenant, std::string_view aor, Nanoseconds now,
                       std::vector<Binding>& out) const;
    // The binding whose registered flow has this source: identifies a caller that has registered. With
    // several (phones behind one proxy) the AoR `aor` is preferred when it is not empty, and no other is
    // given. False: none, or several without an `aor` to choose by.
    bool find_by_source(RealmId realm, const wire::Endpoint& source, Nanoseconds now, Binding& out,
                        std::string_view aor = {}) const;
    bool find(std::int64_t id, Binding& out) const;

    // Adds, or replaces the one with the same id. Texts above 64 KB in all are refused (false).
    bool put(const Binding& binding);
    // What a refresh changes.
    bool refresh(std::int64_t id, std::uint32_t cseq, std::uint32_t branch, Nanoseconds expires,
                 std::int64_t updated);
    bool remove(std::int64_t id);
    // Removes what has expired, at most `limit` of them; calls visit(id) for each after the observer.
    // Cost: proportional to what expires, plus 1/4096 of all bindings a second.
    std::size_t expire(Nanoseconds now, std::size_t limit, const std::function<void(std::int64_t)>& visit);

    // Walks all bindings from `position` (0: the start) until visit returns false; returns where to go on, 0
    // at the end. For listings in slices: what is added meanwhile may be missed.
    std::uint64_t walk(std::uint64_t position, const std::function<bool(const Binding&)>& visit) const;
    // Gives every flow to `change` after realms or listeners were numbered anew. False removes the binding
    // from memory (its realm is gone); the ids of those are returned.
    std::vector<std::int64_t> rebind(const std::function<bool(net::Flow&)>& change);

    [[nodiscard]] LocationCounts counts() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace strowger::registrar
