// Value types of options: the C++ that the rows of strowger/config.def name.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/destination.hpp"
#include "net/flow.hpp"
#include "strowger/dataplane.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::model {

using Flag = bool;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using Text = std::string;
using Texts = std::vector<std::string>;
using Numbers = std::vector<std::uint16_t>;  // written 2-5,8
using Duration = std::chrono::milliseconds;  // written 500ms, 30s, 5m, 1h, 2d

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A number with at most two places, written 3.6.
struct Decimal {
    std::uint32_t hundredths = 0;
    friend bool operator==(const Decimal&, const Decimal&) = default;
};

// A text that is shown as "(hidden)" everywhere but in the store.
struct Secret {
    std::string value;
    [[nodiscard]] bool empty() const { return value.empty(); }
    friend bool operator==(const Secret&, const Secret&) = default;
};

using Addresses = std::vector<wire::IpAddress>;
using Endpoints = std::vector<wire::Endpoint>;
using Prefixes = std::vector<wire::Prefix>;

// UDP ports first..last, both included, host order.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    constexpr PortRange() = default;
    constexpr PortRange(std::uint16_t first_port, std::uint16_t last_port)
        : first(first_port), last(last_port) {}
    friend bool operator==(const PortRange&, const PortRange&) = default;
};

// Numeric users first..last, both included, written with the same number of digits; empty when digits is 0.
struct UserRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint8_t digits = 0;  // "0001-0099" has 4: leading zeros count
    [[nodiscard]] bool empty() const { return digits == 0; }
    friend bool operator==(const UserRange&, const UserRange&) = default;
};

// "udp:10.10.0.1:5060"
struct Listener {
    net::TransportKind transport = net::TransportKind::udp;
    wire::Endpoint local;
    friend bool operator==(const Listener&, const Listener&) = default;
};
using Listeners = std::vector<Listener>;

// "10.20.0.10:5060;weight=2", "tcp:[2001:db8::10]:5060": the port is 5060 when none is written.
// "carrier.example", "sip.carrier.example:5060;transport=udp": without port and transport as DNS says (RFC
// 3263).
struct Target {
    net::TransportKind transport = net::TransportKind::udp;
    wire::Endpoint remote;     // with a name: the port alone, 0 when none is written
    std::uint16_t weight = 1;  // share of the calls; 0: only when all others are down
    std::string name;          // host name in lower case; empty: remote is an address
    bool transport_given = false;
    friend bool operator==(const Target&, const Target&) = default;
};
using Targets = std::vector<Target>;

// "mon-fri 09:00-17:30": the same hours on each of some days. An end at or before the start is on the next
// day.
struct OpenHours {
    std::uint8_t first_day = 0;  // 0: Monday
    std::uint8_t last_day = 0;   // may be before first_day: "sat-mon"
    std::uint16_t start = 0;     // minutes since midnight
    std::uint16_t end = 0;       // up to 24:00
    friend bool operator==(const OpenHours&, const OpenHours&) = default;
};
using Hours = std::vector<OpenHours>;

// "2026-12-24", or "12-25" with year 0: every year.
struct Date {
    std::uint16_t year = 0;
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    friend bool operator==(const Date&, const Date&) = default;
};
using Dates = std::vector<Date>;

enum class Kind : std::uint8_t {
#define SINGLETON(kind, Type, help) kind,
#define KIND(kind, Type, plural, help) kind,
#include "strowger/config.def"
    count_
};

// The name of another resource. Loading a model checks that it exists.
template <Kind K>
struct Ref {
    static constexpr Kind kind = K;
    std::string name;
    [[nodiscard]] bool empty() const { return name.empty(); }
    friend bool operator==(const Ref&, const Ref&) = default;
};
using PortRef = Ref<Kind::port>;
using ScheduleRef = Ref<Kind::schedule>;
using TenantRef = Ref<Kind::tenant>;
using RealmRef = Ref<Kind::realm>;
using RealmRefs = std::vector<Ref<Kind::realm>>;
using ScreenRefs = std::vector<Ref<Kind::screen>>;
using TrunkRef = Ref<Kind::trunk>;
using TrunkRefs = std::vector<Ref<Kind::trunk>>;
using TrunkGroupRefs = std::vector<Ref<Kind::trunk_group>>;

// "carrier-a;priority=1;cost=12;weight=3"
struct TrunkMember {
    TrunkRef trunk;
    std::uint16_t priority = 1;  // lower first
    std::uint32_t cost = 0;      // lower first within a priority
    std::uint16_t weight = 1;    // share among equals; 0: only when they fail
    friend bool operator==(const TrunkMember&, const TrunkMember&) = default;
};
using TrunkMembers = std::vector<TrunkMember>;

// The default of a reference in a row.
struct DefaultsTo {
    const char* name;
    template <Kind K>
    operator Ref<K>() const {  // NOLINT: reads as a value in the row
        return Ref<K>{name};
    }
};
constexpr DefaultsTo defaults_to(const char* name) {
    return {name};
}

// A regular expression: of PCRE2, as far as Hyperscan has it.
struct Pattern {
    std::string text;
    friend bool operator==(const Pattern&, const Pattern&) = default;
};
using Patterns = std::vector<Pattern>;

// "00([1-9][0-9]*) => +\1"
struct Rewrite {
    Pattern pattern;
    std::string number;
    friend bool operator==(const Rewrite&, const Rewrite&) = default;
};
using Rewrites = std::vector<Rewrite>;

enum class Feature : std::uint8_t {
    forward_always,
    forward_busy,
    forward_no_answer,
    forward_unreachable,
    do_not_disturb,
    reject_anonymous,
};
// "forward_always=21"
struct FeatureCode {
    Feature feature{};
    std::string code;  // digits
    friend bool operator==(const FeatureCode&, const FeatureCode&) = default;
};
using FeatureCodes = std::vector<FeatureCode>;

enum class IdleMode : std::uint8_t { adaptive, performance };
enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };
enum class Policy : std::uint8_t { b2bua, proxy, stateless };
enum class Prack : std::uint8_t { supported, required, off };
enum class CallerId : std::uint8_t { from, p_asserted_identity, remote_party_id };
enum class Refer : std::uint8_t { consume, pass, refuse };
enum class Privacy : std::uint8_t { withhold, pass };
enum class Strategy : std::uint8_t { parallel, sequential, round_robin, longest_idle, random, weighted };
enum class Override : std::uint8_t { none, open, closed };
enum class RouteAction : std::uint8_t { trunk, subscriber, reject, lcr, enum_ };
enum class Direction : std::uint8_t { in, out };
enum class Messages : std::uint8_t { requests, responses, both };
enum class HeaderAction : std::uint8_t { add, remove, replace, copy };
enum class Quality : std::uint8_t { off, lower, leave };
enum class Unanswered : std::uint8_t { refuse, allow };
using rings::NatMode;
using strowger::PortDriver;

// Unset options that fall back to another object's: see model/effective.hpp.
using MaybeFlag = std::optional<bool>;
using MaybeDuration = std::optional<Duration>;
using MaybeNatMode = std::optional<NatMode>;
using MaybeRefer = std::optional<Refer>;
using MaybePolicy = std::optional<Policy>;
using MaybeTenantRef = std::optional<TenantRef>;
using MaybeRealmRef = std::optional<RealmRef>;
using MaybeLcrTableRef = std::optional<Ref<Kind::lcr_table>>;
using MaybeScheduleRef = std::optional<ScheduleRef>;
using MaybeTranslationRef = std::optional<Ref<Kind::translation>>;
using MaybePattern = std::optional<Pattern>;

// What each enumerator is called in a file; values<E>[i] names static_cast<E>(i).
template <typename E>
struct EnumNames;
template <>
struct EnumNames<IdleMode> {
    static constexpr std::array<std::string_view, 2> values{"adaptive", "performance"};
};
template <>
struct EnumNames<LogLevel> {
    static constexpr std::array<std::string_view, 5> values{"trace", "debug", "info", "warning", "error"};
};
template <>
struct EnumNames<Policy> {
    static constexpr std::array<std::string_view, 3> values{"b2bua", "proxy", "stateless"};
};
template <>
struct EnumNames<Prack> {
    static constexpr std::array<std::string_view, 3> values{"supported", "required", "off"};
};
template <>
struct EnumNames<CallerId> {
    static constexpr std::array<std::string_view, 3> values{"from", "p_asserted_identity", "remote_party_id"};
};
template <>
struct EnumNames<Refer> {
    static constexpr std::array<std::string_view, 3> values{"consume", "pass", "refuse"};
};
template <>
struct EnumNames<Privacy> {
    static constexpr std::array<std::string_view, 2> values{"withhold", "pass"};
};
template <>
struct EnumNames<Strategy> {
    static constexpr std::array<std::string_view, 6> values{"parallel",     "sequential", "round_robin",
                                                            "longest_idle", "random",     "weighted"};
};
template <>
struct EnumNames<Override> {
    static constexpr std::array<std::string_view, 3> values{"none", "open", "closed"};
};
template <>
struct EnumNames<RouteAction> {
    static constexpr std::array<std::string_view, 5> values{"trunk", "subscriber", "reject", "lcr", "enum"};
};
template <>
struct EnumNames<Quality> {
    static constexpr std::array<std::string_view, 3> values{"off", "lower", "leave"};
};
template <>
struct EnumNames<Unanswered> {
    static constexpr std::array<std::string_view, 2> values{"refuse", "allow"};
};
template <>
struct EnumNames<Direction> {
    static constexpr std::array<std::string_view, 2> values{"in", "out"};
};
template <>
struct EnumNames<Messages> {
    static constexpr std::array<std::string_view, 3> values{"requests", "responses", "both"};
};
template <>
struct EnumNames<HeaderAction> {
    static constexpr std::array<std::string_view, 4> values{"add", "remove", "replace", "copy"};
};
template <>
struct EnumNames<Feature> {
    static constexpr std::array<std::string_view, 6> values{"forward_always",      "forward_busy",
                                                            "forward_no_answer",   "forward_unreachable",
                                                            "do_not_disturb",      "reject_anonymous"};
};
template <>
struct EnumNames<PortDriver> {
    static constexpr std::array<std::string_view, 5> values{"af_xdp", "pci", "memif", "ring", "pcap"};
};
template <>
struct EnumNames<NatMode> {
    static constexpr std::array<std::string_view, 3> values{"off", "on", "auto"};
};
template <>
struct EnumNames<Kind> {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Kind::count_)> values{
#define SINGLETON(kind, Type, help) #kind,
#define KIND(kind, Type, plural, help) #kind,
#include "strowger/config.def"
    };
};

template <typename E>
constexpr std::string_view name_of(E value) {
    return EnumNames<E>::values[static_cast<std::size_t>(value)];
}

}  // namespace strowger::model
