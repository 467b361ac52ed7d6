// RFC 3261 17 and RFC 6026: client and server transactions. Transport-independent; the owner of a transaction
// is named by plain data (owner.hpp) and reached through its kind's User.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "message/incoming.hpp"
#include "message/outgoing.hpp"
#include "net/flow.hpp"
#include "net/transport.hpp"
#include "strowger/time.hpp"
#include "transaction/owner.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::transaction {

// Generational handles; 0 names nothing. A handle of an ended transaction is refused by every call.
enum class ServerId : std::uint64_t {};
enum class ClientId : std::uint64_t {};

// RFC 3261 table 4, in nanoseconds. From the `system` resource.
struct Timers {
    Nanoseconds t1 = 500 * kMillisecond;
    Nanoseconds t2 = 4 * kSecond;
    Nanoseconds t4 = 5 * kSecond;
    Nanoseconds timer_b = 32 * kSecond;   // INVITE client timeout (64*T1)
    Nanoseconds timer_f = 32 * kSecond;   // non-INVITE client timeout
    Nanoseconds timer_c = 180 * kSecond;  // INVITE client: no final response after a provisional one
    Nanoseconds timer_d = 32 * kSecond;
};

enum class Failure : std::uint8_t { timeout, transport };

// What happens to the transactions of one OwnerKind. Called from receive() and from timers; may call back
// into the layer.
class User {
  public:
    virtual ~User() = default;
    // A response for a client transaction: each provisional once a message, the final one once, and for
    // INVITE every further 2xx (forked or repeated: RFC 6026 7.2; the owner acknowledges each).
    virtual void on_response(const Owner& owner, ClientId client, const message::Incoming& response) = 0;
    // No final response: timer B, F or C, or the transport refused. The transaction is gone.
    virtual void on_failure(const Owner& owner, ClientId client, Failure failure) = 0;
    // CANCEL for an INVITE server transaction without final response. 200 to the CANCEL has been sent
    // already.
    virtual void on_cancel(const Owner& owner, ServerId server, const message::Incoming& cancel) = 0;
    // An INVITE server transaction was acknowledged (ACK for non-2xx absorbed), or never was (timer H).
    virtual void on_acknowledged(const Owner& owner, ServerId server, bool acknowledged) = 0;
};

// Takes messages that belong to no transaction yet.
class Dispatcher {
  public:
    virtual ~Dispatcher() = default;
    // A new request (not ACK, not CANCEL). 100 Trying has not been sent; the layer sends it for INVITE as
    // soon as this returns without a response. Call own() to receive later events.
    virtual void on_request(ServerId server, const message::Incoming& request) = 0;
    // ACK for a 2xx: matches no transaction (RFC 3261 13.3.1.4).
    virtual void on_ack(const message::Incoming& ack) = 0;
    // A 2xx to INVITE that matches no client transaction any more, or any other stray response.
    virtual void on_stray_response(const message::Incoming& response) = 0;
};

// Sees every message in and out, for ladders. Must not keep the view.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void on_message(bool outgoing, bool retransmission, const net::Flow& flow, std::string_view bytes,
                            Nanoseconds when) = 0;
};

struct Counts {
    std::uint64_t servers = 0;  // live
    std::uint64_t clients = 0;
    std::uint64_t retransmissions_sent = 0;
    std::uint64_t retransmissions_absorbed = 0;
    std::uint64_t timeouts = 0;
};

class Layer {
  public:
    Layer(TimerWheel& wheel, net::Transport& transport, Dispatcher& dispatcher, Observer* observer);
    ~Layer();
    void configure(const Timers& timers);
    // Most transactions of each kind, server and client; above it a request is answered 503 without state
    // and send_request() refuses. 2,000,000 when never said.
    void limit(std::size_t most);
    void attach(OwnerKind kind, User& user);

    // Every received SIP message enters here.
    void receive(const message::Incoming& message);

    // --- server side
    // `to_tag`, of 16 characters, is the tag of the dialog that the request makes: every response of the
    // layer itself bears it, the 200 of a CANCEL too (RFC 3261 9.2). Empty: the layer makes one.
    void own(ServerId server, const Owner& owner, std::string_view to_tag = {});
    // Sends a response that was built by respond() or by the owner; keeps it for retransmissions. A 2xx to
    // INVITE stays with the owner: the layer repeats it until acknowledge() (RFC 6026: state Accepted).
    bool respond(ServerId server, std::uint16_t status, const message::Outgoing& response);
    // Builds and sends a response without body: Via, From, To (+tag), Call-ID, CSeq from the request, `extra`
    // appended as complete header lines ("Retry-After: 5\r\n").
    bool respond(ServerId server, std::uint16_t status, std::string_view reason = {},
                 std::string_view to_tag = {}, std::string_view extra = {});
    // The ACK for the 2xx of this INVITE came (the owner matched it by dialog).
    void acknowledge(ServerId server);
    // The request; empty handle or ended: an empty Incoming.
    [[nodiscard]] message::Incoming request(ServerId server) const;

    // --- client side
    // Starts a transaction. The request's top Via must carry new_branch()'s branch. `request` is kept for
    // retransmission. 0: the transport refused at once.
    ClientId send_request(const net::Flow& flow, std::string_view branch, std::string_view method,
                          const message::Outgoing& request, const Owner& owner);
    // CANCEL for a pending INVITE: sent now, or as soon as a provisional response allows (9.1). A 2xx that
    // crosses still arrives at on_response.
    bool cancel(ClientId client, std::string_view reason_header = {});
    // Whether any response came, 100 included.
    [[nodiscard]] bool heard(ClientId client) const;
    // The INVITE is nobody's any more: it is not repeated, CANCEL goes out as soon as it may (9.1), a 2xx
    // that comes all the same is a stray response, and its owner hears nothing.
    void abandon(ClientId client, std::string_view reason_header = {});
    // Within on_response, with a final response other than 2xx to INVITE: the request that it answers.
    // Otherwise empty.
    [[nodiscard]] const message::Outgoing& answered() const;
    // Sends without a transaction: ACK for 2xx, stateless replies.
    bool send_stateless(const net::Flow& flow, const message::Outgoing& message);

    // Fills `out` (at least 32 bytes) with z9hG4bK + unguessable text; returns the length.
    std::size_t new_branch(char* out);

    [[nodiscard]] const Counts& counts() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace strowger::transaction
