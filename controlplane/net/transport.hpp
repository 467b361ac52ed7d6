// What a transaction knows of the network: it can send bytes on a flow, and it hears of failures.
#pragma once

#include <string_view>

#include "message/outgoing.hpp"
#include "net/flow.hpp"

namespace strowger::net {

// Where a URI leads whose host is a name (RFC 3263).
struct NamedHop {
    std::string_view host;
    std::uint16_t port = 0;      // 0: none is written
    std::string_view transport;  // the parameter; empty: none
    bool secure = false;         // sips
};

class Transport {
  public:
    virtual ~Transport() = default;
    // Queues the message. UDP: the next hop is resolved first when it has to be (the message waits, bounded).
    // False: it will surely not leave (no route, connection gone, queue full): RFC 3261 18.4 transport error.
    virtual bool send(const Flow& flow, const message::Outgoing& message) = 0;
    // A flow out of `realm` toward `remote`: picks the listener of the right family and transport.
    // False: the realm has none.
    [[nodiscard]] virtual bool flow_to(RealmId realm, TransportKind kind, const wire::Endpoint& remote,
                                       Flow& out) const = 0;
    // Whether that is a listener of ours: what is sent there comes back.
    [[nodiscard]] virtual bool is_own(RealmId, const wire::Endpoint&) const { return false; }
    // A flow like that one to a host by name. While the name is being looked up the flow bears Flow::name,
    // and messages sent on it wait for the answer. `like` itself when there is no such host.
    [[nodiscard]] virtual Flow toward(const Flow& like, const NamedHop&) { return like; }
};

}  // namespace strowger::net
