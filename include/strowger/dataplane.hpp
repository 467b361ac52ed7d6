// The one link between the planes: what the control plane may ask of the dataplane. Implemented by the
// dataplane (dataplane/core/), and by a fake in the control plane's tests. All calls belong to the control
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "strowger/counters.hpp"
#include "strowger/ids.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/rings/copy.hpp"
#include "strowger/rings/event.hpp"
#include "strowger/rings/punt.hpp"
#include "strowger/rings/send.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger {

enum class PortDriver : std::uint8_t { af_xdp, pci, memif, ring, pcap };

// One port to start. Which fields matter depends on the driver.
struct PortSpec {
    std::string name;  // the operator's name
    PortDriver driver = PortDriver::af_xdp;
    std::string interface;  // af_xdp: kernel device; pci, memif: name of the tap to make
    std::string device;     // pci: address "0000:3b:00.0"; memif: socket path; pcap: "rx.pcap,tx.pcap"
    bool memif_server = false;
    std::uint16_t queues = 1;
    std::uint16_t descriptors = 2048;
    bool native_xdp_only = false;  // af_xdp: refuse a device that has only the slower generic mode
};

struct DataplaneSpec {
    std::vector<PortSpec> ports;            // PortId is the index here
    std::vector<int> worker_cpus;           // one worker a CPU; -1: not pinned
    std::uint32_t packet_buffers = 16'384;  // a port-owning worker
    std::uint32_t memory_mb = 0;            // without huge pages; 0: computed from the buffers
    bool performance_mode = false;
};

// What a started port turned out to be.
struct PortState {
    std::string name;
    std::string driver;  // "af_xdp native", "af_xdp generic", "memif" …
    wire::Mac mac{};
    std::uint16_t mtu = 1500;
    int ifindex = 0;
    int tap_fd = -1;  // dpdk-owned ports: the kernel's side, served by poll_taps()
    bool link_up = false;
    bool generic_xdp = false;  // af_xdp: the device's driver has no XDP, which makes the port slower
    std::uint64_t rx_missed = 0;
    std::uint64_t tx_invalid = 0;      // af_xdp: packets that the kernel threw away; more than 0 is a fault
    std::uint64_t taken = 0;           // af_xdp: packets that the XDP program gave to us
    std::uint64_t left_to_kernel = 0;  // af_xdp: packets that it let pass
};

// One decision on a packet's way, in words.
struct Decision {
    std::string stage;
    std::string decision;
    std::string detail;
};

class Dataplane {
  public:
    virtual ~Dataplane() = default;

    // Makes `next` what all workers read. Waits (bounded by one burst a worker) until none reads the old one.
    // Also tells the ports which UDP ports are live and gives the workers leg tables for new media addresses.
    virtual void publish(std::unique_ptr<const tables::Tables> next) = 0;

    [[nodiscard]] virtual std::size_t workers() const = 0;
    // The worker that owns a media port: a pure function of its low bits.
    [[nodiscard]] WorkerId owner(std::uint16_t media_port) const {
        return static_cast<WorkerId>((media_port >> 1) % workers());
    }

    // False: the ring is full; nothing was taken.
    virtual bool send(const rings::Send& datagram) = 0;
    virtual bool command(const rings::Command& command) = 0;

    // Readable when a ring to the control plane may hold something. Call arm() before sleeping on it; arm()
    // returns false when there is work already.
    [[nodiscard]] virtual int wake_fd() const = 0;
    virtual bool arm() = 0;

    // Each takes what all workers have, up to out.size(); returns how many.
    virtual std::size_t punts(std::span<rings::Punt> out) = 0;
    virtual void release(std::span<const rings::Punt> done) = 0;
    virtual std::size_t events(std::span<rings::Event> out) = 0;
    virtual std::size_t sent(std::span<void*> tokens) = 0;
    virtual std::size_t copies(std::span<rings::Copy> out) = 0;

    // A datagram that the kernel received for one of our listeners (fragments on af_xdp ports): enters the
    // pipeline as if a worker had received it. `data` is copied.
    virtual bool inject(const wire::Endpoint& source, const wire::Endpoint& destination,
                        InterfaceId interface, std::span<const char> data) = 0;

    // Moves packets between the tap devices and the workers; bounded work. Call when a tap fd is readable and
    // after wake_fd().
    virtual void poll_taps() = 0;

    [[nodiscard]] virtual const CounterBlock& counters(WorkerId worker) const = 0;
    [[nodiscard]] virtual std::vector<PortState> ports() const = 0;
    // Messages punted and not yet taken: what overload control looks at.
    [[nodiscard]] virtual std::size_t backlog() const = 0;

    // What the pipeline would do with this frame, had it come in on `port` now: the same code over the live
    // tables, on a scratch worker. Nothing is sent; rates and legs of the real workers are not touched.
    [[nodiscard]] virtual std::vector<Decision> explain(PortId port, std::span<const char> frame) = 0;

    // Stops the workers and gives the ports back to the kernel.
    virtual void stop() = 0;
};

// Starts ports and workers. nullptr and `error` (a sentence that says which object and what to do) on
// failure.
[[nodiscard]] std::unique_ptr<Dataplane> start_dataplane(const DataplaneSpec& spec, std::string& error);

}  // namespace strowger
