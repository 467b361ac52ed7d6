// One model, compiled for the workers' stateless proxy and for the control plane's calls, and one request
// given to both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call/calls.hpp"
#include "call/registrar_directory.hpp"
#include "fake_dataplane.hpp"
#include "model/resources.hpp"
#include "publish/ids.hpp"
#include "registrar/location_feed.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {

// What becomes of a request.
struct Outcome {
    enum class Kind : std::uint8_t { none, forwarded, answered, control_plane };
    Kind kind = Kind::none;
    std::string uri;          // forwarded: its Request-URI
    std::string destination;  // forwarded: address and port
    std::string from;         // forwarded: the listener
    int status = 0;           // answered
    friend bool operator==(const Outcome&, const Outcome&) = default;
};
std::string to_string(const Outcome& outcome);

// The control plane without ports: real registrar, trunks, transactions and calls; what it sends is kept.
class ControlPlane : transaction::Dispatcher, public net::Transport, call::RecordSink {
  public:
    ControlPlane(const model::Model& model, publish::Ids& ids);
    void enroll(const char* aor, const char* contact, ListenerId listener, const char* local,
                const char* remote, const char* path = "");
    Outcome ask(RealmId realm, const char* source, const char* local, const std::string& text);

    registrar::Location location;
    resolver::Penalties penalties;
    trunk::Trunks trunks{penalties};

    // Dispatcher
    void on_request(transaction::ServerId server, const message::Incoming& request) override {
        calls.on_request(server, request);
    }
    void on_ack(const message::Incoming& ack) override { calls.on_ack(ack); }
    void on_stray_response(const message::Incoming& response) override { calls.on_stray_response(response); }
    // Transport
    bool send(const net::Flow& flow, const message::Outgoing& message) override;
    bool flow_to(RealmId realm, net::TransportKind kind, const wire::Endpoint& remote,
                 net::Flow& out) const override;
    void on_record(const call::CallRecord&) override {}

  private:
    transaction::TimerWheel wheel{kSecond};
    FakeDataplane dataplane;
    FakeHops hops;
    media::Sessions sessions{dataplane, hops};
    registrar::Accounts accounts;
    registrar::Authenticator authenticator{accounts, registrar::NonceKey{1}};
    trunk::Logins logins;
    call::RegistrarDirectory directory{
        accounts, authenticator, location, trunks, logins, wheel, [] { return std::int64_t{1'800'000'000'000}; }};
    transaction::Layer layer{wheel, *this, *this, nullptr};
    call::Calls calls{layer, *this, wheel, sessions, directory, *this, [this] { return wheel.now(); }};
    std::vector<std::unique_ptr<std::string>> texts_;
    Outcome outcome_;
};

// The worker and the control plane side by side. Realms access (10.10.0.1, fd10:a::1) and core (10.20.0.1,
// fd10:b::1), neither asking for credentials. Tests fill `model`, then start().
class TwoWays : public WorkerTest {
  protected:
    TwoWays();
    void start();
    Outcome ask_worker(RealmId realm, const char* source, const std::string& text);
    Outcome ask_control_plane(RealmId realm, const char* source, const std::string& text);

    model::Model model;
    publish::Ids ids;
    std::unique_ptr<ControlPlane> control;
    std::optional<registrar::LocationFeed> feed;
};

}  // namespace strowger::test
