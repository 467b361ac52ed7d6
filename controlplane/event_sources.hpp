// What the parts of the control plane tell, as events of the stream (observe/events.def). Calls tell through
// CallRecords.
#pragma once

#include <vector>

#include "observe/events.hpp"
#include "publish/ids.hpp"
#include "registrar/location.hpp"
#include "strowger/dataplane.hpp"
#include "transaction/timer_wheel.hpp"
#include "trunk/trunks.hpp"

namespace strowger {

// Contacts that come and go. Refreshes are no event.
class RegistrationEvents final : public registrar::LocationObserver {
  public:
    // All outlive it.
    RegistrationEvents(observe::Events& events, registrar::Location& location, const publish::Ids& ids,
                       const transaction::TimerWheel& wheel)
        : events_(events), location_(location), ids_(ids), wheel_(wheel) {
        location_.observe(*this);
    }
    ~RegistrationEvents() override { location_.forget(*this); }
    RegistrationEvents(const RegistrationEvents&) = delete;
    RegistrationEvents& operator=(const RegistrationEvents&) = delete;

    void on_binding(Change change, const registrar::Binding& binding) override;

  private:
    observe::Events& events_;
    registrar::Location& location_;
    const publish::Ids& ids_;
    const transaction::TimerWheel& wheel_;
};

// Targets of trunks that went down or came back, or whose calls became poor or good, since it was last asked.
class HealthEvents {
  public:
    explicit HealthEvents(observe::Events& events) : events_(events) {}
    void look(const trunk::Trunks& trunks);

  private:
    struct Seen {
        trunk::Health health = trunk::Health::unknown;
        bool poor = false;
    };
    observe::Events& events_;
    std::vector<std::vector<Seen>> seen_;  // by TrunkId, target
};

// Whether the workers refuse new requests, and since when.
class OverloadEvents {
  public:
    explicit OverloadEvents(observe::Events& events) : events_(events) {}
    // About once a second.
    void look(const Dataplane& dataplane, Nanoseconds now);
    [[nodiscard]] bool lasts() const { return began_ != 0; }
    // Since the start of the daemon.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

  private:
    static constexpr Nanoseconds kOver = 10 * kSecond;  // without a refusal
    observe::Events& events_;
    Nanoseconds began_ = 0;  // 0: nothing is refused
    Nanoseconds last_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t refused_before_ = 0;  // when it began
    std::uint64_t dropped_before_ = 0;
};

}  // namespace strowger
