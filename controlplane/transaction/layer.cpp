#include "transaction/layer.hpp"

#include <algorithm>

#include "transaction/state.hpp"

namespace strowger::transaction {

Layer::Layer(TimerWheel& wheel, net::Transport& transport, Dispatcher& dispatcher, Observer* observer)
    : state_(std::make_unique<State>(wheel, transport, dispatcher, observer)) {}
Layer::~Layer() = default;

void Layer::configure(const Timers& timers) {
    state_->timers = timers;
}
void Layer::limit(std::size_t most) {
    state_->most = most;
}
void Layer::attach(OwnerKind kind, User& user) {
    state_->users[static_cast<std::size_t>(kind)] = &user;
}

bool Layer::State::send(const net::Flow& flow, const message::Outgoing& message, bool again) {
    if (!message) return false;
    if (observer != nullptr) observer->on_message(true, again, flow, message.text(), wheel.now());
    return transport.send(flow, message);
}

void Layer::State::saw(const message::Incoming& message, bool again) {
    if (observer != nullptr)
        observer->on_message(false, again, message.flow(), message.sip().bytes(), message.received());
}

void Layer::State::on_timer(const Owner& owner, Nanoseconds) {
    const auto name = static_cast<TimerName>(owner.detail);
    if (name == TimerName::server_retransmit || name == TimerName::server_end)
        return on_server_timer(name, owner.id);
    on_client_timer(name, owner.id);
}

void Layer::receive(const message::Incoming& message) {
    if (message.sip().is_request()) return state_->on_request(message);
    state_->on_response(message);
}

void Layer::own(ServerId server, const Owner& owner, std::string_view to_tag) {
    Server* s = state_->servers.find(static_cast<std::uint64_t>(server));
    if (s == nullptr) return;
    s->owner = owner;
    if (to_tag.size() == s->tag.size()) std::copy(to_tag.begin(), to_tag.end(), s->tag.begin());
}

bool Layer::respond(ServerId server, std::uint16_t status, const message::Outgoing& response) {
    return state_->respond(static_cast<std::uint64_t>(server), status, response);
}

bool Layer::respond(ServerId server, std::uint16_t status, std::string_view reason, std::string_view to_tag,
                    std::string_view extra) {
    const auto handle = static_cast<std::uint64_t>(server);
    const Server* s = state_->servers.find(handle);
    if (s == nullptr || !s->request) return false;
    if (to_tag.empty()) to_tag = State::tag_of(*s);
    return state_->respond(handle, status, build_response(s->request, status, reason, to_tag, extra));
}

void Layer::acknowledge(ServerId server) {
    Server* s = state_->servers.find(static_cast<std::uint64_t>(server));
    if (s == nullptr || s->state != ServerState::accepted) return;
    s->acknowledged = true;
    s->response = {};
    s->request = {};
    state_->wheel.cancel(s->retransmit);
}

message::Incoming Layer::request(ServerId server) const {
    Server* s = state_->servers.find(static_cast<std::uint64_t>(server));
    return s == nullptr ? message::Incoming{} : s->request;
}

ClientId Layer::send_request(const net::Flow& flow, std::string_view branch, std::string_view method,
                             const message::Outgoing& request, const Owner& owner) {
    if (state_->clients.live() >= state_->most) return {};
    return static_cast<ClientId>(
        state_->make_client(flow, state_->keys.client(branch, method), method == "INVITE", request, owner));
}

bool Layer::cancel(ClientId client, std::string_view reason_header) {
    const auto handle = static_cast<std::uint64_t>(client);
    Client* c = state_->clients.find(handle);
    if (c == nullptr || !c->invite || c->cancel_wanted) return false;
    if (c->state != ClientState::calling && c->state != ClientState::proceeding) return false;
    c->cancel_wanted = true;
    c->cancel = build_cancel(c->request, reason_header);
    if (c->state == ClientState::proceeding) state_->send_cancel(handle);
    return true;
}

bool Layer::heard(ClientId client) const {
    const Client* c = state_->clients.find(static_cast<std::uint64_t>(client));
    return c != nullptr && c->state != ClientState::calling;
}

void Layer::abandon(ClientId client, std::string_view reason_header) {
    const auto handle = static_cast<std::uint64_t>(client);
    Client* c = state_->clients.find(handle);
    if (c == nullptr || !c->invite) return;
    state_->wheel.cancel(c->retransmit);
    c->owner = {};
    c->abandoned = true;
    cancel(client, reason_header);
}

const message::Outgoing& Layer::answered() const {
    return state_->answered;
}

bool Layer::send_stateless(const net::Flow& flow, const message::Outgoing& message) {
    return state_->send(flow, message, false);
}

std::size_t Layer::new_branch(char* out) {
    return state_->keys.branch(out);
}
const Counts& Layer::counts() const {
    return state_->counts;
}

}  // namespace strowger::transaction
