// Whom calls know: callers, subscribers, contacts, trunks. Implemented over registrar and trunks in the
// daemon, by a fake in tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "message/incoming.hpp"
#include "registrar/binding.hpp"
#include "resolver/enum.hpp"
#include "strowger/ids.hpp"
#include "trunk/allowance.hpp"
#include "trunk/quality.hpp"

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
    std::uint32_t calls_per_second = 0;
    std::uint16_t full_code = 486;
    std::string digest_realm;  // credentials for it were checked here and go no further
    bool behind_nat = false;   // its Contact is not where it can be reached
};

// A subscriber that is called.
struct Callee {
    std::string tenant;
    std::string user;
    std::string domain;
    std::string aor;
    std::uint32_t max_calls = 0;
    std::string resource;  // that declares it
    std::uint16_t full_code = 486;
};

// A place that a trunk's calls are sent to now.
struct TrunkTarget {
    std::uint16_t position = 0;  // for target_result()
    net::TransportKind transport = net::TransportKind::udp;
    wire::Endpoint remote;
    std::string_view name;  // of the host; empty: it has none
    bool last_resort = false;
    std::string_view missed;  // the bar of its quality that it misses
};

class Directory {
  public:
    virtual ~Directory() = default;
    // `register_`-less requests only. Challenges when the realm asks for it.
    virtual Caller identify(const message::Incoming& request) = 0;
    // Whose messages come from there; kNone: no trunk's.
    virtual TrunkId trunk_of(const net::Flow& flow) = 0;
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
    // Appends the trunks that a rate table has for a number, the cheapest first.
    virtual void least_cost(std::string_view table, std::string_view number, std::vector<TrunkId>& out) = 0;
    // 0: the call is counted in; otherwise what to answer, because something is full.
    virtual std::uint16_t take_trunk(TrunkId trunk, const trunk::Load& load) = 0;
    virtual void release_trunk(TrunkId trunk, const trunk::Load& load) = 0;
    // A call is about to be sent to the target. False: it gets none at present.
    virtual bool target_begins(TrunkId trunk, std::uint16_t target) = 0;
    // What a call learned of a target: it answered anything, or nothing at all.
    virtual void target_result(TrunkId trunk, std::uint16_t target, bool alive, std::uint16_t status) = 0;

    // How a call to the target was set up, and what it sent.
    virtual void target_setup(TrunkId trunk, std::uint16_t target, const trunk::Setup& setup) = 0;
    virtual void target_media(TrunkId trunk, std::uint16_t target, const trunk::Media& media) = 0;

    // The SIP address that DNS has for a number.
    virtual resolver::Enumerated enumerate(std::string_view number, std::string_view suffix) = 0;

    // Header lines of credentials for a request on one of our accounts; empty: none are known to be asked
    // for.
    virtual std::string credentials(std::string_view account, std::string_view method,
                                    std::string_view uri) = 0;
    // Takes the challenges of a 401 or 407; `answered`: the request bore an answer to one of them. False:
    // there is nothing to answer with.
    virtual bool challenged(std::string_view account, const wire::SipMessage& response, bool answered) = 0;
};

}  // namespace strowger::call
