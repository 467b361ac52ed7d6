// A real worker, driven by hand: frames in, frames and punts out, books checked. No ports, no threads.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "classify/reassembly.hpp"
#include "core/worker.hpp"
#include "packet.hpp"
#include "rtp/leg_table.hpp"
#include "sip/screen.hpp"

namespace strowger::test {

// Ports 0 (access) and 1 (core), a realm on each: 10.10.0.1 and fd10:a::1 untrusted, 10.20.0.1 and fd10:b::1
// trusted; SIP on 5060, media on 16384-32767. Neighbours .10 and .99 of both are known. Tests may change
// `tables` before the first run().
class WorkerTest : public ::testing::Test {
  protected:
    WorkerTest();
    ~WorkerTest() override;

    // Runs frames that came in on a port through the pipeline as one burst.
    void run(PortId port, const std::vector<Frame>& frames);
    void run(PortId port, const Frame& frame) { run(port, std::vector<Frame>{frame}); }
    void run_raw(PortId port, const std::vector<std::string>& frames);
    // Housekeeping: commands, datagrams of the control plane, sweeps.
    void turn();

    // Frames that left through a port since the last call.
    std::vector<std::string> sent(PortId port);
    // Punts since the last call; their text is copied.
    struct Punted {
        rings::Punt record;
        std::string text;
    };
    std::vector<Punted> punted();
    std::vector<rings::Event> events();
    // How much a counter or drop reason grew since the last look at it.
    std::uint64_t moved(Counter counter);
    std::uint64_t dropped(Drop reason);
    // rx + originated = tx + consumed + punted + to kernel + drops. Also checked at the end of every test.
    void expect_balanced_books();

    [[nodiscard]] static wire::IpAddress ip(const char* text) { return *wire::parse_address(text); }
    [[nodiscard]] static wire::Endpoint endpoint(const char* text) { return *wire::parse_endpoint(text); }

    tables::Tables tables;
    Nanoseconds now = kSecond;
    core::Worker worker;
    static constexpr PortId kAccessPort{0};
    static constexpr PortId kCorePort{1};
    static constexpr RealmId kAccess{0};
    static constexpr RealmId kCore{1};
    static constexpr MediaAddressId kAccessMedia{0};  // 10.10.0.1; 1: fd10:a::1
    static constexpr MediaAddressId kCoreMedia{2};    // 10.20.0.1; 3: fd10:b::1

  private:
    void seal();
    bool sealed_ = false;
    std::vector<std::string> held_[2];
    std::map<Counter, std::uint64_t> seen_counters_;
    std::map<Drop, std::uint64_t> seen_drops_;
    std::unique_ptr<rtp::LegTable> legs_;
    std::unique_ptr<classify::Reassembly> reassembly_;
    std::unique_ptr<sip::SourceLimits> limits_;
    rings::Spsc<core::Packet*> wire_{4096};
};

}  // namespace strowger::test
