#include "net/flow.hpp"

namespace strowger::net {

const char* via_name(TransportKind kind) noexcept {
    switch (kind) {
        case TransportKind::udp:
            return "UDP";
        case TransportKind::tcp:
            return "TCP";
        case TransportKind::tls:
            return "TLS";
        case TransportKind::ws:
            return "WS";
        case TransportKind::wss:
            return "WSS";
    }
    return "UDP";
}

}  // namespace strowger::net
