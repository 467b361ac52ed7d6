// What the parts of the control plane tell, as events of the stream (observe/events.def). Calls tell through
// CallRecords.
#pragma once

#include <vector>

#include "observe/events.hpp"
#include "publish/ids.hpp"
#include "registrar/location.hpp"
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

}  // namespace strowger
