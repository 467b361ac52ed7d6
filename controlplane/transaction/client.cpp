// Client transactions: RFC 3261 17.1, with the Accepted state of RFC 6026.
#include <algorithm>
#include <utility>

#include "strowger/wire/sip_values.hpp"
#include "transaction/state.hpp"

namespace strowger::transaction {

using ClientHandle = Slots<Client>::Handle;

namespace {

// Of a CANCEL that build_cancel() wrote: its Via follows the request line. The Request-URI is the peer's, and
// may say "branch=" as well.
std::string_view branch_of(const message::Outgoing& cancel) {
    constexpr std::string_view kVia = "\r\nVia: ";
    const std::string_view text = cancel.text();
    const auto at = text.find(kVia);
    if (at == std::string_view::npos) return {};
    const std::string_view line = text.substr(at + kVia.size());
    const auto via = wire::parse_via(line.substr(0, line.find("\r\n")));
    return via ? via->branch() : std::string_view{};
}

}  // namespace

ClientHandle Layer::State::make_client(const net::Flow& flow, const Key& key, bool invite,
                                       const message::Outgoing& request, const Owner& owner) {
    const ClientHandle handle = clients.take();
    Client& client = *clients.find(handle);
    client.key = key;
    client.invite = invite;
    client.request = request;
    client.flow = flow;
    client.owner = owner;
    client.interval = timers.t1;
    client_index.insert(handle);
    counts.clients = clients.live();
    if (!send(flow, request, false)) {
        end_client(handle);
        return 0;
    }
    if (!net::is_reliable(flow.transport))
        client.retransmit = start(client.interval, TimerName::client_retransmit, handle);  // A, E
    client.end = start(invite ? timers.timer_b : timers.timer_f, TimerName::client_end, handle);
    return handle;
}

void Layer::State::end_client(ClientHandle handle) {
    Client* client = clients.find(handle);
    if (client == nullptr) return;
    wheel.cancel(client->retransmit);
    wheel.cancel(client->end);
    client_index.remove(handle);
    clients.release(handle);
    counts.clients = clients.live();
}

void Layer::State::fail_client(ClientHandle handle, Failure failure) {
    const Client& client = *clients.find(handle);
    const Owner owner = client.owner;
    const bool silent = client.is_cancel || client.abandoned;
    end_client(handle);
    if (silent) return;
    if (failure == Failure::timeout) ++counts.timeouts;
    if (User* u = user(owner)) u->on_failure(owner, static_cast<ClientId>(handle), failure);
}

// Timer C: the owner hears of the end now; the transaction stays without owner to acknowledge the 487 that
// its CANCEL brings. A 2xx that crosses is nobody's: stray.
void Layer::State::abandon_client(ClientHandle handle) {
    Client& client = *clients.find(handle);
    const Owner owner = client.owner;
    client.owner = {};
    client.abandoned = client.cancel_wanted = true;
    client.cancel = build_cancel(client.request, {});
    if (!client.cancel) return fail_client(handle, Failure::timeout);
    send_cancel(handle);
    ++counts.timeouts;
    if (User* u = user(owner)) u->on_failure(owner, static_cast<ClientId>(handle), Failure::timeout);
}

void Layer::State::on_response(const message::Incoming& response) {
    const wire::SipMessage& sip = response.sip();
    std::string_view rest = sip.header(wire::HeaderId::via);
    std::string_view element;
    const auto via = wire::next_in_list(rest, element) ? wire::parse_via(element) : std::nullopt;
    const auto cseq = wire::parse_cseq(sip.header(wire::HeaderId::cseq));
    const ClientHandle found = via && cseq ? client_index.find(keys.client(via->branch(), cseq->method)) : 0;
    if (found == 0) {
        saw(response, false);
        dispatcher.on_stray_response(response);
        return;
    }
    if (clients.find(found)->invite) return on_invite_response(found, response);
    on_other_response(found, response);
}

void Layer::State::on_invite_response(ClientHandle handle, const message::Incoming& response) {
    Client& client = *clients.find(handle);
    const std::uint16_t status = response.sip().status();
    const Owner owner = client.owner;
    User* u = user(owner);
    if (status < 200) {
        const bool late = client.state != ClientState::calling && client.state != ClientState::proceeding;
        saw(response, late);
        if (late) return;
        if (client.state == ClientState::calling) {
            client.state = ClientState::proceeding;
            wheel.cancel(client.retransmit);
            wheel.cancel(client.end);
            client.end = start(timers.timer_c, TimerName::client_end, handle);
        } else if (status > 100 && !client.cancel_sent) {  // 16.7 item 2: C starts anew
            wheel.cancel(client.end);
            client.end = start(timers.timer_c, TimerName::client_end, handle);
        }
        if (client.cancel_wanted && !client.cancel_sent) send_cancel(handle);
        if (u != nullptr && status > 100) u->on_response(owner, static_cast<ClientId>(handle), response);
        return;
    }
    if (status < 300) {  // every 2xx is the owner's: its own, a forked one, a repeated one (RFC 6026 7.2)
        const bool first = client.state != ClientState::accepted;
        saw(response, !first);
        if (client.state == ClientState::completed) return;
        if (first) {
            client.state = ClientState::accepted;
            client.request = {};
            wheel.cancel(client.retransmit);
            wheel.cancel(client.end);
            client.end = start(64 * timers.t1, TimerName::client_end, handle);  // M
        }
        if (client.abandoned) return dispatcher.on_stray_response(response);
        if (u != nullptr) u->on_response(owner, static_cast<ClientId>(handle), response);
        return;
    }
    if (client.state == ClientState::accepted) return saw(response, true);
    const bool again = client.state == ClientState::completed;
    saw(response, again);
    if (again) {
        ++counts.retransmissions_absorbed;
        if (client.ack) send(client.flow, client.ack, true);
        return;
    }
    client.state = ClientState::completed;
    client.ack = build_ack(client.request, response.sip());
    answered = std::exchange(client.request, {});
    wheel.cancel(client.retransmit);
    wheel.cancel(client.end);
    if (client.ack) send(client.flow, client.ack, false);
    if (net::is_reliable(client.flow.transport)) {
        end_client(handle);  // D is zero
    } else {
        client.end = start(timers.timer_d, TimerName::client_end, handle);
    }
    if (u != nullptr) u->on_response(owner, static_cast<ClientId>(handle), response);
    answered = {};
}

void Layer::State::on_other_response(ClientHandle handle, const message::Incoming& response) {
    Client& client = *clients.find(handle);
    const std::uint16_t status = response.sip().status();
    const bool again = client.state == ClientState::completed;
    saw(response, again);
    if (again) {
        ++counts.retransmissions_absorbed;
        return;
    }
    const Owner owner = client.owner;
    User* u = client.is_cancel ? nullptr : user(owner);
    if (status < 200) {
        client.state = ClientState::proceeding;
        client.interval = timers.t2;  // 17.1.2.2: E fires at T2 from now on
        if (u != nullptr && status > 100) u->on_response(owner, static_cast<ClientId>(handle), response);
        return;
    }
    client.state = ClientState::completed;
    answered = std::exchange(client.request, {});
    wheel.cancel(client.retransmit);
    wheel.cancel(client.end);
    if (net::is_reliable(client.flow.transport)) {
        end_client(handle);  // K is zero
    } else {
        client.end = start(timers.t4, TimerName::client_end, handle);
    }
    if (u != nullptr) u->on_response(owner, static_cast<ClientId>(handle), response);
    answered = {};
}

void Layer::State::send_cancel(ClientHandle handle) {
    Client& client = *clients.find(handle);
    const message::Outgoing cancel = client.cancel;
    client.cancel = {};
    client.cancel_sent = true;
    // 9.1: without a final response within 64*T1 the INVITE is given up.
    wheel.cancel(client.end);
    client.end = start(64 * timers.t1, TimerName::client_end, handle);
    // The CANCEL carries its INVITE's branch; the method makes another transaction of it.
    const Key key = keys.client(branch_of(cancel), "CANCEL");
    const net::Flow flow = client.flow;
    const ClientHandle sent = make_client(flow, key, false, cancel, {});
    if (Client* c = clients.find(sent)) c->is_cancel = true;
}

void Layer::State::on_client_timer(TimerName name, ClientHandle handle) {
    Client* client = clients.find(handle);
    if (client == nullptr) return;
    if (name == TimerName::client_end) {
        client->end = 0;
        const bool waited = client->state == ClientState::calling || client->state == ClientState::proceeding;
        if (waited) {  // B, F, C
            // 16.8: whom timer C gives up on still rings.
            if (client->invite && client->state == ClientState::proceeding && !client->cancel_sent)
                return abandon_client(handle);
            return fail_client(handle, Failure::timeout);
        }
        return end_client(handle);  // D, K, M
    }
    client->retransmit = 0;
    if (!send(client->flow, client->request, true)) return fail_client(handle, Failure::transport);
    ++counts.retransmissions_sent;
    // A doubles without limit (17.1.1.2); E doubles up to T2, and stays there when proceeding (17.1.2.2).
    client->interval *= 2;
    if (!client->invite) client->interval = std::min(client->interval, timers.t2);
    client->retransmit = start(client->interval, TimerName::client_retransmit, handle);
}

}  // namespace strowger::transaction
