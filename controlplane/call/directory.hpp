// Whom calls know: callers, subscribers, contacts, trunks. Implemented over registrar and trunks in the
// daemon, by a fake in tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "message/incoming.hpp"
#include "registrar/binding.hpp"
#include "strowger/ids.hpp"

namespace strowger::call {

// Who sent a request. status 0: admitted.
struct Caller {
    std::uint16_t status = 0;  // otherwise what to answer: 400, 403, 407
    std::string reason;        // phrase; empty: the registered one
    std::string headers;       // complete header lines of the answer (challenges)
    TrunkId trunk = kNone<TrunkId>;
    std::string tenant = "default";
    std::string user;  // of a subscriber; empty: the caller is none that we know
    std::string domain;
    std::string aor;              // "user@domain"
    std::string display_name;     // empty: as the caller sends it
    std::uint32_t max_calls = 0;  // 0: no limit
    std::string digest_realm;     // credentials for it were checked here and go no further
    bool behind_nat = false;      // its Contact is not where it can be reached
};

// A subscriber that is called.
struct Callee {
    std::string tenant;
    std::string user;
    std::string domain;
    std::string aor;
    std::uint32_t max_calls = 0;
    std::string resource;  // that declares it
};

// A place that a trunk's calls are sent to now.
struct TrunkTarget {
    std::uint16_t position = 0;  // for target_result()
    net::TransportKind transport = net::TransportKind::udp;
    wire::Endpoint remote;
    std::string_view name;  // of the host; empty: it has none
};

class Directory {
  public:
    virtual ~Directory() = default;
    // `register_`-less requests only. Challenges when the realm asks for it.
    virtual Caller identify(const message::Incoming& request) = 0;
    // The subscriber that `user` at `host` is, as a caller in `realm` reaching us at `local` means it. False:
    // none.
    virtual bool find_subscriber(RealmId realm, std::string_view host, std::string_view user,
                                 const wire::Endpoint& local, Callee& out) = 0;
    // Appends the contacts, best first.
    virtual std::size_t contacts(const Callee& callee, Nanoseconds now,
                                 std::vector<registrar::Binding>& out) = 0;
    // The domain that `host` means there, and its tenant. False: not ours.
    virtual bool find_domain(RealmId realm, std::string_view host, const wire::Endpoint& local,
                             std::string& domain, std::string& tenant) = 0;
    // True when `host` (or an address of ours) is a domain that we serve.
    virtual bool is_ours(RealmId realm, std::string_view host, const wire::Endpoint& local) = 0;

    // Appends the targets in the order to try; those that are down are left out. Views are valid until
    // control returns to the event loop.
    virtual void order_targets(TrunkId trunk, std::uint64_t random, std::vector<TrunkTarget>& out) = 0;
    virtual bool take_trunk(TrunkId trunk, bool inbound) = 0;  // false: full
    virtual void release_trunk(TrunkId trunk) = 0;
    // What a call learned of a target: it answered anything, or nothing at all.
    virtual void target_result(TrunkId trunk, std::uint16_t target, bool alive, std::uint16_t status) = 0;
};

}  // namespace strowger::call
