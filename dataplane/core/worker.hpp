// One poll-mode worker: the only writer of everything in here. The verdicts are the only ways in which a
// packet leaves a stage, so the books (strowger/counters.hpp) balance.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/burst.hpp"
#include "core/kernel_limits.hpp"
#include "core/shed.hpp"
#include "strowger/counters.hpp"
#include "strowger/ids.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/rings/copy.hpp"
#include "strowger/rings/event.hpp"
#include "strowger/rings/punt.hpp"
#include "strowger/rings/send.hpp"
#include "strowger/rings/spsc.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::rtp {
class LegTable;
}
namespace strowger::classify {
class Reassembly;
}
namespace strowger::sip {
class SourceLimits;
}

namespace strowger::core {

// How packets of one port reach the wire from one worker: its own queue, or the ring to the queue's owner.
struct TxPath {
    std::uint16_t ethdev = 0;
    std::uint16_t queue = 0;
    bool own_queue = false;
    bool hw_ip_checksum = false;
    bool hw_udp_checksum = false;
    WorkerId owner{};                           // when not own_queue
    rings::Spsc<Packet*>* to_kernel = nullptr;  // ring to the tap; null: the kernel has its own path (af_xdp)
    KernelLimits kernel_limits{};
    std::uint16_t pending = 0;
    std::array<Packet*, kBurst> packets{};  // flushed at the end of the burst
};

// A queue this worker polls.
struct RxQueue {
    PortId port{};
    std::uint16_t ethdev = 0;
    std::uint16_t queue = 0;
};

struct Worker {
    WorkerId id{};
    std::uint16_t workers = 1;
    rte_mempool* pool = nullptr;        // what ports receive into and what we originate
    rte_mempool* large_pool = nullptr;  // reassembled datagrams, up to 64 KB in one piece; never transmitted
    CounterBlock books;
    const tables::Tables* tables = nullptr;  // of the present burst
    Nanoseconds now = 0;                     // of the present loop
    std::uint64_t challenges = 0;            // made so far: no two nonces are alike
    std::uint32_t identification = 0;        // of the last datagram that was sent in fragments
    bool signal = false;                     // this loop gave the control plane something to wake for

    std::vector<RxQueue> rx;
    std::vector<TxPath> tx;  // by PortId

    // Owned by the engine, which makes them before the worker starts; touched by this worker alone.
    rtp::LegTable* legs = nullptr;
    classify::Reassembly* reassembly = nullptr;
    sip::SourceLimits* limits = nullptr;

    Shed shed;

    // Rings with the control plane (this worker's end).
    rings::Spsc<rings::Punt> punts{8192};     // of what was let in already: taken first
    rings::Spsc<rings::Punt> arrivals{8192};  // what begins something
    rings::Spsc<Packet*> released{8192};
    rings::Spsc<rings::Send> sends{8192};
    rings::Spsc<void*> sent{8192};
    rings::Spsc<rings::Command> commands{16'384};
    rings::Spsc<rings::Event> events{16'384};
    rings::Spsc<rings::Copy> copies{256};
    // Rings with other workers, by WorkerId; null for itself. in: this worker pops.
    std::vector<rings::Spsc<Packet*>*> handoff_out;
    std::vector<rings::Spsc<Packet*>*> handoff_in;
    std::vector<rings::Spsc<Packet*>*> transmit_out;  // frames for ports whose queue another worker owns
    std::vector<rings::Spsc<Packet*>*> transmit_in;
    // Frames and datagrams from the control thread: of the tap (to be sent) and of the kernel's sockets (to
    // be read).
    rings::Spsc<Packet*> injected{1024};

    // The owner of a media port.
    [[nodiscard]] WorkerId owner(std::uint16_t media_port) const {
        return static_cast<WorkerId>((media_port >> 1) % workers);
    }
};

inline void count(Worker& w, Counter c, std::uint64_t n = 1) {
    auto& cell = w.books.counters[static_cast<std::size_t>(c)];
    __atomic_store_n(&cell, cell + n, __ATOMIC_RELAXED);
}

// Verdicts. Each takes the packet over.
void drop(Worker& w, Packet* packet, Drop reason) noexcept;
void transmit(Worker& w, PortId port, Packet* packet) noexcept;  // complete frame, checksums done
void consume(Worker& w, Packet* packet) noexcept;
// Fills in what the packet's info says; the caller sets kind and view. A full ring is the drop `when_full`.
void punt(Worker& w, Packet* packet, rings::Punt record, Drop when_full) noexcept;
// The same for what begins something, which waits behind all that was let in before.
void punt_arrival(Worker& w, Packet* packet, rings::Punt record, Drop when_full) noexcept;
void to_kernel(Worker& w, PortId port, Packet* packet) noexcept;
// Not a verdict: the packet goes on in the pipeline of the worker that owns the media port.
void hand_off(Worker& w, WorkerId to, Packet* packet) noexcept;

// A fresh packet of this worker (counted as originated), or null.
[[nodiscard]] Packet* originate(Worker& w) noexcept;

// Gives the frames gathered by transmit() to the queues. Called at the end of every burst.
void flush(Worker& w) noexcept;

}  // namespace strowger::core
