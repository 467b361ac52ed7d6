// What a transaction knows of the network: it can send bytes on a flow, and it hears of failures.
#pragma once

#include "message/outgoing.hpp"
#include "net/flow.hpp"

namespace strowger::net {

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
};

}  // namespace strowger::net
