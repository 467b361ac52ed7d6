// The registrar (RFC 3261 10.3, RFC 3327): REGISTER in, bindings changed, committed, answered.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "message/incoming.hpp"
#include "registrar/accounts.hpp"
#include "registrar/authenticator.hpp"
#include "registrar/location.hpp"
#include "store/store.hpp"
#include "transaction/layer.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::registrar {

// How answers leave: transaction::Layer in the daemon.
class Responder {
  public:
    virtual ~Responder() = default;
    // As transaction::Layer::respond: `extra` are complete header lines.
    virtual bool respond(transaction::ServerId server, std::uint16_t status, std::string_view reason,
                         std::string_view extra) = 0;
};

struct RegistrarCounts {
    std::uint64_t requests = 0;
    std::uint64_t accepted = 0;    // 200 sent
    std::uint64_t challenged = 0;  // 401
    std::uint64_t refused = 0;     // any other 4xx
    std::uint64_t failed = 0;      // 5xx: the store was not available, or too many waited
    std::uint64_t added = 0;       // bindings
    std::uint64_t refreshed = 0;
    std::uint64_t removed = 0;
    std::uint64_t expired = 0;
    std::uint64_t pending = 0;  // REGISTERs that wait for the store now
};

// A 200 leaves only after the change is committed (docs/decisions/0010-acknowledged-is-committed.md): what
// was acknowledged outlives a crash.
class Registrar final : public transaction::TimerUser {
  public:
    // `store` may be nullptr: bindings then live in memory alone. `unix_ms`: the time of day in milliseconds.
    // All references outlive the registrar. Attaches itself to the wheel as OwnerKind::registrar.
    Registrar(Responder& responder, transaction::TimerWheel& wheel, Location& location,
              const Accounts& accounts, Authenticator& authenticator, store::Store* store,
              std::function<std::int64_t()> unix_ms);
    // Waits for what the store has of it.
    ~Registrar() override;

    // Loads the bindings of the store; blocks. `flow_of` completes a flow whose realm, transport, local and
    // remote are set (listener, worker); false: there is no such listener any more, and the binding keeps its
    // realm only. Bindings of unknown realms stay in the store, untouched. Returns how many are live.
    std::size_t restore(const std::function<bool(net::Flow&)>& flow_of);

    // A REGISTER. Answers now or when the store has committed.
    void on_request(transaction::ServerId server, const message::Incoming& request);
    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;

    // Removes bindings by the operator's will: one contact, or all of the AoR when `contact` is empty.
    // Returns how many.
    std::size_t unregister(std::string_view tenant, std::string_view aor, std::string_view contact);

    [[nodiscard]] const RegistrarCounts& counts() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace strowger::registrar
