// A registered contact, as users of the location table see it.
#pragma once

#include <cstdint>
#include <string_view>

#include "net/flow.hpp"
#include "store/rows.hpp"
#include "strowger/time.hpp"

namespace strowger::registrar {

enum BindingFlags : std::uint16_t {
    kBehindNat = 1,  // the contact's address is not where the REGISTER came from
    kViaProxy = 2,   // the REGISTER had passed another proxy: `flow` leads there
    kOutbound = 4,   // RFC 5626: keyed by instance and reg-id
    kFlowLost = 8,   // a stream connection that is gone (or was, before a restart): use the contact's URI
};

// Views into the location table: valid until control returns to the event loop. Copy what is kept longer, or
// take to_row() of it.
//
// Where to send: `path` if there is one (as Route, RFC 3327 5.1); otherwise along `flow`, which passes NAT;
// with kFlowLost, or with kViaProxy and no path, to the contact's URI. The Request-URI is always `contact`.
struct Binding {
    std::int64_t id = 0;
    std::string_view tenant;
    std::string_view aor;         // "user@domain"
    std::string_view contact;     // URI without angle brackets
    std::string_view parameters;  // of the Contact header, without q and expires
    std::string_view instance;    // +sip.instance without quotes and angle brackets; empty: none
    std::string_view call_id;
    std::string_view path;  // values, top first, separated by ", "
    std::string_view user_agent;
    std::uint32_t reg_id = 0;  // 0: none
    std::uint32_t cseq = 0;
    std::uint32_t branch = 0;  // hash of the last REGISTER's branch
    std::uint16_t q = 1000;    // thousandths
    std::uint16_t flags = 0;
    net::Flow flow;            // that the REGISTER came by; flow.remote is its source
    Nanoseconds expires = 0;   // monotonic
    std::int64_t updated = 0;  // unix time, seconds
};

// +sip.instance (without quotes and angle brackets) and reg-id of Contact parameters (RFC 5626 4.1); empty
// and 0 when absent.
void read_instance(std::string_view parameters, std::string_view& instance, std::uint32_t& reg_id) noexcept;

// As the store keeps it. `realm`: the realm's name. `unix_expires`: seconds.
[[nodiscard]] store::BindingRow to_row(const Binding& binding, std::string_view realm,
                                       std::int64_t unix_expires);
// Views into `row`. `expires` and the flow's ids are the caller's to fill.
[[nodiscard]] Binding from_row(const store::BindingRow& row);

}  // namespace strowger::registrar
