// Whom a call rings, in which order, and where it goes when nobody takes it: plain data in Call, made by
// routing.cpp, carried out by plan.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/destination.hpp"
#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::call {

// What ringing came to. Of several the greatest tells of all: "busy" means that nobody was free and none rang
// in vain.
enum class Outcome : std::uint8_t { none, failed, unreachable, busy, rejected, no_answer };
[[nodiscard]] constexpr std::uint8_t bit(Outcome o) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(o));
}
inline constexpr std::uint8_t kAnyOutcome = 0xff;

// Of a refusal with `status`; `answered`: the target sent it, otherwise 408 or 503 say why nothing came.
// `rang`: it had sent a provisional response with a tag.
[[nodiscard]] Outcome outcome_of(std::uint16_t status, bool answered, bool rang);

// On whose behalf a destination is looked up.
struct Origin {
    RealmId realm = kNone<RealmId>;  // kNone: of who leads on
    std::string tenant;
    std::string domain;
    wire::Endpoint local;  // where the caller reached us
    std::string parameters;
    TrunkId trunk = kNone<TrunkId>;  // that the call came from
};

// Rings some targets at once, or leads the call on.
struct Step {
    std::uint8_t after = kAnyOutcome;    // taken when the outcome so far is one of these bits
    std::uint32_t ring_ms = 0;           // 0: as long as the caller waits
    std::vector<std::uint16_t> targets;  // indexes in Call::targets
    model::Destination destination;      // not empty: the call goes on there, and the plan ends here
};

// One leading on, for Diversion (RFC 5806) and History-Info (RFC 7044).
struct Diversion {
    std::string uri;  // who led on
    Outcome outcome = Outcome::none;
};

struct Plan {
    std::vector<Step> steps;
    std::size_t next = 0;
    Outcome outcome = Outcome::none;
    bool final = false;    // somebody answered for all (6xx, a stop code): only leading on is left
    bool hunting = false;  // a ring group's: a member's 6xx speaks for that member alone
    std::string group;     // the ring group; empty: none
    std::string owner;     // URI of the subscriber or group that may lead on
    std::string tenant;    // of the owner
    std::string domain;
    std::vector<std::uint16_t> stop_codes;
    std::string alert_info;            // of the INVITEs; empty: as the caller sends it
    std::uint32_t max_duration_s = 0;  // 0: the plan sets no limit
};

// The next step that the outcome allows; nullptr: none is left. Moves on.
[[nodiscard]] const Step* take_step(Plan& plan);
void note_outcome(Plan& plan, Outcome outcome);
// RFC 5806 4
[[nodiscard]] const char* diversion_reason(Outcome outcome);
// RFC 4458 2
[[nodiscard]] std::uint16_t diversion_cause(Outcome outcome);

}  // namespace strowger::call
