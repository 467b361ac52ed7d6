// Keeps the workers' tables of contacts and callers in step with the registrations: each change costs one record, the tables are
// not built anew. Control thread.
#pragma once

#include <memory>

#include "net/transport.hpp"
#include "registrar/location.hpp"
#include "strowger/tables/locations.hpp"

namespace strowger::registrar {

class LocationFeed final : public LocationObserver {
  public:
    // Both outlive the feed. Until enable() it does nothing.
    LocationFeed(Location& location, const net::Transport& transport);
    ~LocationFeed() override;

    // Some realm is stateless: all registrations are published, and every change from now on.
    void enable();
    // Once a second or so: callers that registered from elsewhere since are forgotten when they expire.
    void sweep(Nanoseconds now);
    // What workers read: the best contact of an address of record, and who registered from where.
    [[nodiscard]] const std::shared_ptr<tables::Locations>& contacts() const { return contacts_; }
    [[nodiscard]] const std::shared_ptr<tables::Locations>& callers() const { return callers_; }

    void on_binding(Change change, const Binding& binding) override;

  private:
    void publish(const Binding& changed, bool gone);
    void publish_contact(const Binding& best);
    Location& location_;
    const net::Transport& transport_;
    std::shared_ptr<tables::Locations> contacts_;
    std::shared_ptr<tables::Locations> callers_;
    std::vector<Binding> found_;
    bool enabled_ = false;
};

}  // namespace strowger::registrar
