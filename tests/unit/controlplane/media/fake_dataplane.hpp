// A dataplane for tests of the control plane: keeps the commands, applies them to a table of legs, and
// answers remove and query as a worker does.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "media/sessions.hpp"
#include "strowger/dataplane.hpp"

namespace strowger::test {

class FakeDataplane : public Dataplane {
  public:
    explicit FakeDataplane(std::size_t workers = 2) : workers_(workers) {}

    void publish(std::unique_ptr<const tables::Tables> next) override { live = std::move(next); }
    std::unique_ptr<const tables::Tables> live;
    [[nodiscard]] std::size_t workers() const override { return workers_; }
    bool send(const rings::Send&) override { return true; }
    bool command(const rings::Command& c) override {
        if (room == 0) return false;
        --room;
        commands.push_back(c);
        const auto key = std::pair(index(c.leg.address), c.leg.port);
        switch (c.kind) {
            case rings::CommandKind::install:
            case rings::CommandKind::modify:
                legs[key] = c;
                break;
            case rings::CommandKind::remove:
            case rings::CommandKind::query: {
                rings::Event event;
                event.kind = c.kind == rings::CommandKind::remove ? rings::EventKind::removed
                                                                  : rings::EventKind::statistics;
                event.leg = c.leg;
                event.session = c.session;
                event.statistics = statistics;
                queued.push_back(event);
                if (c.kind == rings::CommandKind::remove) legs.erase(key);
                break;
            }
        }
        return true;
    }
    [[nodiscard]] int wake_fd() const override { return -1; }
    bool arm() override { return true; }
    std::size_t punts(std::span<rings::Punt>) override { return 0; }
    void release(std::span<const rings::Punt>) override {}
    std::size_t events(std::span<rings::Event> out) override {
        const auto n = std::min(out.size(), queued.size());
        std::copy_n(queued.begin(), n, out.begin());
        queued.erase(queued.begin(), queued.begin() + static_cast<std::ptrdiff_t>(n));
        return n;
    }
    std::size_t sent(std::span<void*>) override { return 0; }
    std::size_t copies(std::span<rings::Copy>) override { return 0; }
    bool inject(const wire::Endpoint&, const wire::Endpoint&, InterfaceId, std::span<const char>) override {
        return true;
    }
    void poll_taps() override {}
    [[nodiscard]] const CounterBlock& counters(WorkerId) const override { return books; }
    [[nodiscard]] std::vector<PortState> ports() const override { return {}; }
    [[nodiscard]] std::size_t backlog() const override { return 0; }
    std::vector<Decision> explain(PortId, std::span<const char>) override { return {}; }
    void stop() override {}

    [[nodiscard]] const rings::Command* leg(MediaAddressId address, std::uint16_t port) const {
        const auto at = legs.find({index(address), port});
        return at == legs.end() ? nullptr : &at->second;
    }

    std::size_t room = 1'000'000;
    std::vector<rings::Command> commands;
    std::vector<rings::Event> queued;
    std::map<std::pair<std::size_t, std::uint16_t>, rings::Command> legs;
    rings::LegStatistics statistics;
    CounterBlock books;

  private:
    std::size_t workers_;
};

struct FakeHops final : media::NextHops {
    AdjacencyId next_hop(MediaAddressId, const wire::IpAddress&) override {
        ++asked;
        return known ? AdjacencyId{7} : kNone<AdjacencyId>;
    }
    bool known = true;
    int asked = 0;
};

}  // namespace strowger::test
