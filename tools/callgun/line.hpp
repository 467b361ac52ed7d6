// Our own addresses, and the way from them onto the wire. Poll-mode core only.
#pragma once

#include <vector>

#include "core/send.hpp"
#include "core/worker.hpp"
#include "strowger/rings/spsc.hpp"
#include "text.hpp"

namespace strowger::callgun {

// An address and port on which we speak SIP. Its index is its ListenerId.
struct LocalEndpoint {
    wire::Endpoint endpoint;
    InterfaceId interface {};
    MediaAddressId media = kNone<MediaAddressId>;
    Text<56> text;  // as SIP writes it: 10.10.0.100:5060, [fd10:a::100]:5060
    Text<48> address;
};

// A next hop that is not known yet.
struct Miss {
    InterfaceId interface {};
    wire::IpAddress destination;
};

class Line {
  public:
    Line(core::Worker& worker, std::vector<LocalEndpoint> endpoints)
        : worker_(worker), endpoints_(std::move(endpoints)) {}

    [[nodiscard]] const LocalEndpoint& endpoint(std::size_t i) const { return endpoints_[i]; }
    [[nodiscard]] std::size_t endpoints() const { return endpoints_.size(); }

    // Copies `data` into a packet that leaves with the next flush. Nobody knows the way: the datagram is
    // dropped, as the network would, and the main thread asks for the neighbour.
    void send(InterfaceId interface, const wire::Endpoint& from, const wire::Endpoint& to,
              std::string_view data, std::uint8_t dscp) noexcept {
        const AdjacencyId next = worker_.tables->routes.lookup(interface, to.address);
        if (next == kNone<AdjacencyId>) misses.push({interface, to.address});
        core::send_copy(worker_, {.source = from,
                                  .destination = to,
                                  .interface = interface,
                                  .adjacency = next,
                                  .dscp = dscp,
                                  .data = data.data(),
                                  .length = static_cast<std::uint32_t>(data.size())});
    }
    void send(const LocalEndpoint& from, const wire::Endpoint& to, std::string_view message) noexcept {
        send(from.interface, from.endpoint, to, message, kSignallingDscp);
    }

    rings::Spsc<Miss> misses{64};

  private:
    static constexpr std::uint8_t kSignallingDscp = 24;
    core::Worker& worker_;
    std::vector<LocalEndpoint> endpoints_;
};

}  // namespace strowger::callgun
