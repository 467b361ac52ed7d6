// What the layer is made of. Private to transaction/.
#pragma once

#include <array>

#include "transaction/key_index.hpp"
#include "transaction/layer.hpp"

namespace strowger::transaction {

enum class ServerState : std::uint8_t {
    proceeding,  // no final response yet (17.2.1, 17.2.2 Trying and Proceeding)
    accepted,    // INVITE: a 2xx was sent (RFC 6026)
    completed,   // another final response was sent
    confirmed,   // INVITE: its ACK came
};

// Plain data but for the two counted references.
struct Server {
    ServerState state = ServerState::proceeding;
    bool invite = false;
    bool repeatable = false;    // REGISTER: the registrar knows a repetition by itself, so J is zero
    bool answered = false;      // any response was sent
    bool acknowledged = false;  // accepted: the 2xx need not be repeated any more
    std::uint16_t status = 0;   // of the last response
    std::uint32_t next_by_key = 0;
    std::uint32_t next_by_merged = 0;
    std::array<char, 16> tag{};  // of the To of our responses; the owner's, once it has said one
    Key key;
    Key merged;
    Owner owner;
    message::Incoming request;   // until a final response was sent and, of a 2xx to INVITE, acknowledged
    message::Outgoing response;  // the last one
    net::Flow flow;
    TimerId retransmit = 0;  // G, or the 2xx's repetition
    TimerId end = 0;         // H, I, J, L
    Nanoseconds interval = 0;
};

enum class ClientState : std::uint8_t { calling, proceeding, accepted, completed };

struct Client {
    ClientState state = ClientState::calling;  // non-INVITE: Trying
    bool invite = false;
    bool cancel_wanted = false;  // before a provisional response: waits for it (9.1)
    bool cancel_sent = false;
    bool is_cancel = false;  // a CANCEL of our own; nobody hears of it
    bool abandoned = false;  // by timer C: the owner has been told
    std::uint32_t next_by_key = 0;
    Key key;
    Owner owner;
    message::Outgoing request;  // until a final response came
    message::Outgoing cancel;   // built, waiting
    message::Outgoing ack;      // for repeated non-2xx
    net::Flow flow;
    TimerId retransmit = 0;  // A, E
    TimerId end = 0;         // B, F, C, D, K, M
    Nanoseconds interval = 0;
};

// Owner::detail of the layer's own timers.
enum class TimerName : std::uint32_t { server_retransmit, server_end, client_retransmit, client_end };

struct Layer::State final : TimerUser {
    State(TimerWheel& timer_wheel, net::Transport& net, Dispatcher& up, Observer* eye)
        : wheel(timer_wheel), transport(net), dispatcher(up), observer(eye) {
        wheel.attach(OwnerKind::transaction, *this);
    }

    TimerWheel& wheel;
    net::Transport& transport;
    Dispatcher& dispatcher;
    Observer* observer;
    Timers timers;
    KeyMaker keys;
    Slots<Server> servers;
    Slots<Client> clients;
    KeyIndex<Server, &Server::key, &Server::next_by_key> server_index{servers};
    KeyIndex<Server, &Server::merged, &Server::next_by_merged> merged_index{servers};
    KeyIndex<Client, &Client::key, &Client::next_by_key> client_index{clients};
    std::array<User*, static_cast<std::size_t>(OwnerKind::count_)> users{};
    mutable Counts counts;

    message::Outgoing answered;    // by the response that the owner is being told of
    std::size_t most = 2'000'000;  // transactions of each kind; above it requests get 503

    [[nodiscard]] User* user(const Owner& owner) const { return users[static_cast<std::size_t>(owner.kind)]; }
    bool send(const net::Flow& flow, const message::Outgoing& message, bool again);
    void saw(const message::Incoming& message, bool again);
    TimerId start(Nanoseconds after, TimerName name, std::uint64_t handle) {
        return wheel.start(wheel.now() + after,
                           {OwnerKind::transaction, static_cast<std::uint32_t>(name), handle});
    }
    void on_timer(const Owner& owner, Nanoseconds now) override;

    // server.cpp
    void on_request(const message::Incoming& request);
    void on_ack(const message::Incoming& ack);
    void on_cancel(const message::Incoming& cancel);
    static std::string_view tag_of(const Server& server) { return {server.tag.data(), server.tag.size()}; }
    Slots<Server>::Handle make_server(const message::Incoming& request, const Key& key);
    bool respond(Slots<Server>::Handle handle, std::uint16_t status, const message::Outgoing& response);
    void end_server(Slots<Server>::Handle handle);
    void on_server_timer(TimerName name, Slots<Server>::Handle handle);

    // client.cpp
    void on_response(const message::Incoming& response);
    Slots<Client>::Handle make_client(const net::Flow& flow, const Key& key, bool invite,
                                      const message::Outgoing& request, const Owner& owner);
    void on_invite_response(Slots<Client>::Handle handle, const message::Incoming& response);
    void on_other_response(Slots<Client>::Handle handle, const message::Incoming& response);
    void send_cancel(Slots<Client>::Handle handle);
    void end_client(Slots<Client>::Handle handle);
    void fail_client(Slots<Client>::Handle handle, Failure failure);
    void abandon_client(Slots<Client>::Handle handle);
    void on_client_timer(TimerName name, Slots<Client>::Handle handle);
};

// messages.cpp

// A response without body: Via, From, To, Call-ID and CSeq of the request (RFC 3261 8.2.6). `to_tag` is added
// when the request has none and the status is not 100.
[[nodiscard]] message::Outgoing build_response(const message::Incoming& request, std::uint16_t status,
                                               std::string_view reason, std::string_view to_tag,
                                               std::string_view extra);
// The ACK of a non-2xx final response (17.1.1.3). Empty: our own request does not parse.
[[nodiscard]] message::Outgoing build_ack(const message::Outgoing& request, const wire::SipMessage& response);
// The CANCEL of an INVITE (9.1). `reason` is a complete Reason header line or empty.
[[nodiscard]] message::Outgoing build_cancel(const message::Outgoing& request, std::string_view reason);

}  // namespace strowger::transaction
