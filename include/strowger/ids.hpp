// Small typed numbers that name things in the tables. Both planes use them; the control plane gives them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace strowger {

// Each id is an index into the array of the same noun in tables::Tables. kNone<Id> names nothing.
enum class PortId : std::uint16_t {};          // a network port (NIC, veth, memif)
enum class InterfaceId : std::uint16_t {};     // (port, VLAN)
enum class RealmId : std::uint16_t {};         // a side of the network with one policy
enum class ListenerId : std::uint16_t {};      // (realm, local address, SIP port)
enum class MediaAddressId : std::uint16_t {};  // (realm, local address) that media ports live on
enum class TrunkId : std::uint16_t {};
enum class WorkerId : std::uint8_t {};
enum class AdjacencyId : std::uint32_t {};  // a next hop's L2 rewrite

template <typename Id>
inline constexpr Id kNone = static_cast<Id>(std::numeric_limits<std::underlying_type_t<Id>>::max());

template <typename Id>
    requires std::is_enum_v<Id>
constexpr std::size_t index(Id id) {
    return static_cast<std::size_t>(id);
}

}  // namespace strowger
