// Registers our accounts at the peers of trunks (RFC 3261 10.2): refreshed before they end, answered when
// challenged, from one target to the next when one does not answer, and taken back when the account goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/transport.hpp"
#include "transaction/layer.hpp"
#include "transaction/timer_wheel.hpp"
#include "trunk/logins.hpp"
#include "trunk/trunks.hpp"

namespace strowger::trunk {

enum class RegistrationState : std::uint8_t { registering, registered, refused, silent };

struct Registration {
    std::string name;
    model::Account options;
    TrunkId trunk = kNone<TrunkId>;
    RegistrationState state = RegistrationState::registering;
    bool leaving = false;  // the account is gone: Expires 0 was sent
    bool waiting = false;  // for a response
    std::string call_id;
    std::string tag;
    std::string credentials;  // lines of the request under way
    std::uint32_t cseq = 0;
    std::uint32_t asked_s = 0;    // expiry that we ask for: the option, or what 423 made of it
    std::uint8_t challenges = 0;  // of the request under way
    std::uint16_t tried = 0;      // targets, since one answered
    std::uint16_t failures = 0;   // rounds in a row
    std::uint16_t status = 0;     // last final response; 0: none
    std::uint16_t target = 0;
    net::Flow flow;
    Nanoseconds expires = 0;  // of the registration; 0: there is none
    transaction::TimerId timer = 0;
};

class Registrations final : public transaction::User, public transaction::TimerUser {
  public:
    // All outlive it. Attaches itself to both as OwnerKind::account.
    Registrations(Trunks& trunks, Logins& logins, transaction::Layer& layer, transaction::TimerWheel& wheel,
                  const net::Transport& transport);

    // After every Trunks::configure() and Logins::configure().
    void configure(const model::Model& model);
    // Takes every registration back, at the end of the daemon; nothing is waited for.
    void leave();
    [[nodiscard]] const std::vector<Registration>& all() const { return registrations_; }

    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;
    void on_response(const transaction::Owner& owner, transaction::ClientId client,
                     const message::Incoming& response) override;
    void on_failure(const transaction::Owner& owner, transaction::ClientId client,
                    transaction::Failure failure) override;
    void on_cancel(const transaction::Owner&, transaction::ServerId, const message::Incoming&) override {}
    void on_acknowledged(const transaction::Owner&, transaction::ServerId, bool) override {}

  private:
    [[nodiscard]] Registration* find(const transaction::Owner& owner);
    void send(std::size_t i, std::uint32_t expires_s);
    void again_in(std::size_t i, Nanoseconds time);
    void next_target(std::size_t i, RegistrationState state);
    void registered(std::size_t i, const message::Incoming& response);

    Trunks& trunks_;
    Logins& logins_;
    transaction::Layer& layer_;
    transaction::TimerWheel& wheel_;
    const net::Transport& transport_;
    std::vector<Registration> registrations_;
    std::uint32_t generation_ = 0;  // of the list: what was sent for another one is of no interest
};

}  // namespace strowger::trunk
