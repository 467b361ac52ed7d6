// What a REGISTER changes, decided before anything is (RFC 3261 10.3 items 6 and 7: all or nothing). Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "registrar/binding.hpp"
#include "registrar/register_request.hpp"
#include "store/rows.hpp"

namespace strowger::registrar {

struct PlanInput {
    const RegisterRequest& request;
    std::span<const Binding> current;  // of the AoR, unexpired
    std::string_view tenant;
    std::string_view aor;
    std::string_view realm;  // name
    net::Flow flow;          // that the request came by
    Nanoseconds now = 0;
    std::int64_t unix_now = 0;  // seconds
    std::uint16_t max_contacts = 10;
};

struct UpdatePlan {
    Refusal refusal;          // then nothing changes
    bool repetition = false;  // the very request that made the bindings as they are: answered 200 again
    store::Batch writes;      // RemoveBinding, RefreshBinding and PutBinding; empty: nothing changes
};

// `next_id` is called for each new binding. A binding whose texts or flow change gets a new id: rows never
// change but by refresh.
[[nodiscard]] UpdatePlan plan_update(const PlanInput& input, const std::function<std::int64_t()>& next_id);

// kBehindNat by comparing the contact's address with the source.
[[nodiscard]] bool behind_nat(std::string_view contact, const net::Flow& flow) noexcept;

}  // namespace strowger::registrar
