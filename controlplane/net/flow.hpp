// Where a message came from and where one goes: the identity of a flow outlives its packets.
#pragma once

#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::net {

enum class TransportKind : std::uint8_t { udp, tcp, tls, ws, wss };

// Plain data. UDP: (listener, remote). Stream transports: `connection` names the connection as long as it
// lives.
struct Flow {
    TransportKind transport = TransportKind::udp;
    RealmId realm = kNone<RealmId>;
    ListenerId listener = kNone<ListenerId>;
    WorkerId worker{};  // that received it; a hint for sending
    wire::Endpoint local;
    wire::Endpoint remote;
    std::uint64_t connection = 0;  // 0: datagram
    std::uint32_t name =
        0;  // not 0: the remote is a host whose address is being looked up (Transport::toward)
    friend bool operator==(const Flow& a, const Flow& b) {
        return a.transport == b.transport && a.listener == b.listener && a.remote == b.remote &&
               a.connection == b.connection;
    }
};

// "UDP", "TCP", "TLS", "WS", "WSS": as Via writes it.
[[nodiscard]] const char* via_name(TransportKind kind) noexcept;
[[nodiscard]] inline bool is_reliable(TransportKind kind) {
    return kind != TransportKind::udp;
}

}  // namespace strowger::net
