// Who a transaction or a timer belongs to, as plain data: no pointer, so that state can be written down and
// moved.
#pragma once

#include <cstdint>

namespace strowger::transaction {

enum class OwnerKind : std::uint8_t {
    none,
    transaction,
    call,
    registrar,
    trunk_probe,
    core,
    resolver,
    trunk_name,
    named_hop,
    account,
    count_
};

// `id` is the owner's own handle (with its generation); `detail` is the owner's to use (which leg, which
// timer).
struct Owner {
    OwnerKind kind = OwnerKind::none;
    std::uint32_t detail = 0;
    std::uint64_t id = 0;
};

}  // namespace strowger::transaction
