// What the operator wants of calls, compiled from the model: numbers for names, lists ready to use.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "call/dial_plan.hpp"
#include "call/header_edits.hpp"
#include "call/translation.hpp"
#include "media/codec_policy.hpp"
#include "model/resources.hpp"
#include "schedule/schedule.hpp"
#include "strowger/ids.hpp"
#include "strowger/time.hpp"

namespace strowger::call {

// RFC 4028 toward one side. expires_s 0: no session timer of ours.
struct SessionPolicy {
    std::uint32_t expires_s = 0;
    std::uint32_t min_se_s = 90;
};

struct RealmPolicy {
    std::string name;  // empty: the realm is gone; calls in it live on
    std::string tenant = "default";
    std::string default_domain;
    bool trusted = false;
    bool hide_user_agent = false;
    model::NatMode nat = model::NatMode::auto_;
    std::uint32_t inactivity_ms = 60'000;
    std::uint32_t hold_ms = 3'600'000;
    std::uint32_t max_calls = 0;
    std::uint32_t calls_per_second = 0;
    std::uint16_t full_code = 503;
    SessionPolicy session;
    model::Refer refer = model::Refer::consume;
    bool follow_redirects = false;
    std::vector<std::string> remove_headers;
    media::CodecPolicy codecs;
    std::vector<RealmId> direct_with;
    NumberPolicy numbers;
    HeaderPolicy headers;
};

// A login of ours at a trunk's peer.
struct AccountPolicy {
    std::string name;
    std::string user;
    std::string domain;      // empty: the trunk's
    std::string number;      // where its calls go; empty: its user
    bool from_user = false;  // our From is the account's address
};

struct TrunkPolicy {
    std::string name;  // empty: the trunk is gone
    RealmId realm = kNone<RealmId>;
    std::string tenant = "default";
    std::string domain;
    model::NatMode nat = model::NatMode::auto_;
    model::Prack prack = model::Prack::supported;
    model::CallerId caller_id = model::CallerId::from;
    model::Privacy privacy = model::Privacy::withhold;
    std::uint32_t retry_after_s = 5;
    std::vector<std::uint16_t> failover_codes;  // sorted; empty: the usual ones
    Nanoseconds failover_timeout = 0;           // 0: never
    Nanoseconds progress_timeout = 0;
    std::vector<AccountPolicy> accounts;
    SessionPolicy session;
    model::Refer refer = model::Refer::consume;
    bool follow_redirects = false;
    std::uint32_t max_call_duration_s = 0;
    std::vector<std::string> remove_headers;  // the realm's included
    media::CodecPolicy codecs;                // the realm's included
    NumberPolicy numbers;                     // the realm's where it has none
    HeaderPolicy headers;                     // the realm's included
};

// What a subscriber wants of calls to it.
struct SubscriberPolicy {
    bool do_not_disturb = false;
    bool reject_anonymous = false;
    std::uint32_t ring_ms = 20'000;
    model::Destination always, busy, no_answer, unreachable;
    std::vector<std::string> block;
};

struct GroupPolicy {
    std::string name;
    std::string tenant;
    std::string number;
    model::Strategy strategy = model::Strategy::parallel;
    model::Members members;
    std::uint32_t ring_ms = 20'000;
    std::vector<std::uint16_t> stop_codes;
    std::string alert_info;
    model::Destination busy, no_answer, unreachable, otherwise, closed;
    ScheduleIndex schedule = kAlwaysOpen;
};

// What is asked of credit_url, and what holds when it does not answer.
struct CreditPolicy {
    bool asked = false;
    bool allow = false;  // an unanswered question grants allowance_s
    std::uint32_t allowance_s = 60;
    std::uint16_t code = 402;
    Nanoseconds timeout = kSecond;
};

struct TenantPolicy {
    std::string name;
    std::uint32_t max_calls = 0;
    std::uint32_t calls_per_second = 0;
    std::uint16_t full_code = 503;
    std::string pickup_code;
    model::FeatureCodes feature_codes;  // its own, or the system's
};

struct TrunkGroupPolicy {
    struct Member {
        TrunkId trunk = kNone<TrunkId>;
        std::uint16_t priority = 1;
        std::uint32_t cost = 0;
        std::uint16_t weight = 1;
    };
    std::string name;
    std::vector<Member> members;  // by priority, then cost
};

struct ParkingPolicy {
    std::string tenant;
    model::UserRange orbits;
    std::uint32_t timeout_ms = 120'000;
    model::Destination return_to;
};

struct Policies {
    std::string server_name = "Strowger";
    std::uint32_t max_calls = 0;
    std::uint32_t calls_per_second = 0;
    Nanoseconds failover_within = 0;    // 0: no limit
    bool emergencies = false;           // some route is for emergency calls
    bool bandwidth = false;             // some limit counts it
    bool edits_in = false;              // some header rule is for messages that come in
    Nanoseconds max_call_duration = 0;  // 0: never
    std::uint32_t retry_after_s = 5;
    CreditPolicy credit;
    std::vector<RealmPolicy> realms;  // by RealmId
    std::vector<TrunkPolicy> trunks;  // by TrunkId
    std::shared_ptr<DialPlan> plan;   // null: there are no routes
    std::shared_ptr<const Expressions> expressions;
    std::vector<TenantPolicy> tenants;
    model::FeatureCodes system_feature_codes;  // of tenants that are not declared
    std::vector<TrunkGroupPolicy> trunk_groups;
    std::vector<ParkingPolicy> parking_lots;
    std::vector<schedule::Schedule> schedules;
    std::map<std::string, SubscriberPolicy, std::less<>>
        subscribers;  // those that want something, by resource
    std::map<std::string, GroupPolicy, std::less<>> groups;
    std::map<std::pair<std::string, std::string>, std::string> group_numbers;  // tenant, number -> name

    [[nodiscard]] const RealmPolicy& realm(RealmId id) const;
    // An empty policy for kNone.
    [[nodiscard]] const TrunkPolicy& trunk(TrunkId id) const;
    [[nodiscard]] bool direct(RealmId a, RealmId b) const;
    // By the trunk's policy, or the realm's for kNone.
    [[nodiscard]] model::Refer refer(RealmId realm, TrunkId trunk) const;
    [[nodiscard]] bool follows_redirects(RealmId realm, TrunkId trunk) const;
    // Empty: none.
    [[nodiscard]] std::string_view pickup_code(std::string_view tenant) const;
    // Empty: none.
    [[nodiscard]] const model::FeatureCodes& feature_codes(std::string_view tenant) const;
    // nullptr: the number is no orbit of the tenant's.
    [[nodiscard]] const ParkingPolicy* parking_lot(std::string_view tenant, std::string_view number) const;
    [[nodiscard]] bool open(ScheduleIndex schedule, std::int64_t unix_s) const;
    // The account that a call of, or to, `user` uses on the trunk; nullptr: the trunk has none.
    [[nodiscard]] const AccountPolicy* account(TrunkId trunk, std::string_view user) const;
    // Of the trunk, or of the realm for kNone.
    [[nodiscard]] const NumberPolicy& numbers(RealmId realm, TrunkId trunk) const;
    [[nodiscard]] const HeaderPolicy& headers(RealmId realm, TrunkId trunk) const;
    // nullptr: wants nothing.
    [[nodiscard]] const SubscriberPolicy* subscriber(std::string_view resource) const;
    // nullptr: there is none.
    [[nodiscard]] const GroupPolicy* group(std::string_view name) const;
    [[nodiscard]] const GroupPolicy* group_of_number(const std::string& tenant,
                                                     const std::string& number) const;
};

// realms[i] is the name of RealmId i, trunks[i] that of TrunkId i. `before`: what held until now, whose compiled
// expressions serve again; may be null. With `same_plan` its whole dial plan does: routes, schedules and trunk groups
// are those that it was made of.
[[nodiscard]] Policies compile(const model::Model& model, const std::vector<std::string>& realms,
                               const std::vector<std::string>& trunks, const Policies* before = nullptr,
                               bool same_plan = false);

struct RouteQuery {
    RealmId realm = kNone<RealmId>;  // kNone: led on, by a subscriber or group; then any realm of the tenant
    std::string_view tenant;
    std::string_view domain;
    std::string_view user;
    std::int64_t unix_s = 0;  // for schedules
    std::string_view caller{};
    TrunkId trunk = kNone<TrunkId>;  // that the call came from
};
// The routes that fit, best first: priority, then a whole user, an expression, the longest digits, then the name.
void find_routes(const Policies& policies, const RouteQuery& query, std::vector<const RoutePolicy*>& out);

}  // namespace strowger::call
