// Peer systems as they are right now: which targets live, how many calls each trunk carries. Control thread
// only.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/resources.hpp"
#include "net/flow.hpp"
#include "publish/ids.hpp"
#include "resolver/locate.hpp"
#include "resolver/penalties.hpp"
#include "strowger/ids.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"
#include "trunk/allowance.hpp"
#include "trunk/quality.hpp"

namespace strowger::trunk {

enum class Health : std::uint8_t { unknown, up, down };
// By calls alone. Open: none is sent. Half-open: one is, and decides.
enum class Circuit : std::uint8_t { closed, open, half_open };

// One address of a trunk: a target of the resource, or what a target's name resolves to. `unknown` (not
// probed yet, or probing is off) is tried like `up`. Between two configure() it keeps its position whatever
// DNS says.
struct Target {
    model::Target options;       // with the address, also when it has a name
    std::uint16_t declared = 0;  // position in Trunk::options.targets
    std::uint16_t tier = 0;      // of a name: lower ones are tried first (SRV priority)
    std::uint32_t share = 1;     // within its tier
    bool gone = false;           // the name has it no more; calls in progress go on
    Nanoseconds gone_since = 0;
    Health health = Health::unknown;
    std::uint16_t failures = 0;     // in a row
    Nanoseconds changed = 0;        // when health last changed
    Nanoseconds round_trip = 0;     // of the last probe that was answered
    std::uint16_t last_status = 0;  // of the last probe; 0: no answer
    Circuit circuit = Circuit::closed;
    std::uint16_t failed_calls = 0;  // in a row
    Nanoseconds open_for = 0;        // the last time
    Nanoseconds open_until = 0;      // half-open: when the trial counts as failed to tell
    Standing standing;
};

struct Trunk {
    model::Trunk options;
    RealmId realm = kNone<RealmId>;
    bool deleted = false;  // keeps its id; carries calls to their end, gets no new ones
    std::vector<Target> targets;
    std::vector<wire::Prefix> sources;
    std::vector<std::vector<resolver::Hop>> resolved;  // by declared target: what its name was found to be
    Usage usage;                                       // now
    Rate rate;
    std::vector<std::uint16_t> groups;  // that it is in
    std::uint64_t calls_in = 0;         // since start
    std::uint64_t calls_out = 0;
    std::uint64_t refused_full = 0;
};

// Limits over several trunks.
struct Group {
    std::string name;
    Allowance allowance;
    std::vector<TrunkId> trunks;
    Rate rate;
    std::uint64_t refused_full = 0;
    bool deleted = false;
};

class Trunks {
  public:
    explicit Trunks(resolver::Penalties& penalties) : penalties_(penalties) {}

    // Takes over a model. Targets that stay keep their health, trunks that stay their counts.
    void configure(const model::Model& model, publish::Ids& ids);
    // What the name of a declared target is now. Addresses that stay keep position and health.
    void resolved(TrunkId id, std::uint16_t declared, std::vector<resolver::Hop> hops, Nanoseconds now);
    // Grows when addresses of names come or go.
    [[nodiscard]] std::uint64_t resolutions() const { return resolutions_; }
    // Some target is a name.
    [[nodiscard]] bool named() const;

    // Whose call it is that comes from `source`: the longest of the trunks' `identify` prefixes in that
    // realm. kNone: no trunk's.
    [[nodiscard]] TrunkId identify(RealmId realm, const wire::IpAddress& source) const;
    [[nodiscard]] const Trunk* find(TrunkId id) const;
    [[nodiscard]] TrunkId find(std::string_view name) const;
    [[nodiscard]] const std::vector<Trunk>& all() const { return trunks_; }

    // Appends the targets' positions in the order in which a new call should try them: by weighted chance,
    // then those of weight 0; the addresses of a name by SRV priority, then by weighted chance; last what
    // failed lately. Targets that are down are left out: their probes bring them back, a caller need not
    // wait. `random` decides. Returns how many at the end were left for their quality: last resorts.
    std::size_t order(TrunkId id, std::uint64_t random, Nanoseconds now, std::vector<std::uint16_t>& out) const;

    // Counts a call in on the trunk and all its groups. Otherwise what to answer: the full_code of what is
    // full, or 503 when the trunk is deleted.
    std::uint16_t take_call(TrunkId id, const Load& load, Nanoseconds now);
    void release_call(TrunkId id, const Load& load);
    [[nodiscard]] Usage usage_of(const Group& group) const;
    [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }

    // A call is about to be sent there. False: its circuit is open, or half-open with another call deciding.
    bool begin_call(TrunkId id, std::uint16_t target, Nanoseconds now);
    // How it went: `failed` moves the circuit towards open, otherwise it closes. A call that the caller gave
    // up is not told.
    void end_call(TrunkId id, std::uint16_t target, bool failed, Nanoseconds now);

    // How a call to the target was set up, or what it sent.
    void note(TrunkId id, std::uint16_t target, const Setup& setup, Nanoseconds now);
    void note(TrunkId id, std::uint16_t target, const Media& media, Nanoseconds now);

    // What probes and calls learned. A call's failure counts like a probe's.
    void mark_success(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds round_trip,
                      Nanoseconds now);
    void mark_failure(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds now);

    // Grows with every target that goes down, is left, or comes back.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

  private:
    void configure_groups(const model::Model& model);
    [[nodiscard]] Target* find(TrunkId id, std::uint16_t target);
    template <typename Sample>
    void take_sample(TrunkId id, std::uint16_t target, const Sample& sample, Nanoseconds now);
    [[nodiscard]] static bool adopt(Trunk& trunk, const std::vector<Target>& wanted, Nanoseconds now);

    resolver::Penalties& penalties_;
    std::vector<Trunk> trunks_;  // by TrunkId
    std::vector<Group> groups_;  // deleted ones keep their place
    std::uint64_t changes_ = 0;
    std::uint64_t resolutions_ = 0;
};

}  // namespace strowger::trunk
