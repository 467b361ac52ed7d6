// Server transactions: RFC 3261 17.2, with the Accepted state of RFC 6026.
#include <algorithm>

#include "strowger/wire/sip_values.hpp"
#include "transaction/state.hpp"

namespace strowger::transaction {

using ServerHandle = Slots<Server>::Handle;

void Layer::State::on_request(const message::Incoming& request) {
    const wire::Method method = request.sip().method();
    if (method == wire::Method::ack) return on_ack(request);
    const Key key = keys.server(request.sip(), method);
    if (key.empty()) return saw(request, false);  // no Via to answer along: 18.2.2
    if (const ServerHandle found = server_index.find(key); found != 0) {
        // 17.2.1, 17.2.2: a retransmission gets the last response again; while there is none it is absorbed.
        // In Accepted the owner's 2xx is repeated by its own timer (RFC 6026 7.1).
        saw(request, true);
        ++counts.retransmissions_absorbed;
        Server& server = *servers.find(found);
        if (server.response && server.state != ServerState::accepted &&
            server.state != ServerState::confirmed)
            send(server.flow, server.response, true);
        return;
    }
    saw(request, false);
    if (servers.live() >= most) {
        send(request.flow(), build_response(request, 503, {}, "full", "Retry-After: 5\r\n"), false);
        return;
    }
    if (method == wire::Method::cancel) return on_cancel(request);
    const Key merged = keys.merged(request.sip());
    const bool is_merged = !merged.empty() && merged_index.find(merged) != 0;
    const ServerHandle handle = make_server(request, key);
    if (is_merged) {  // 8.2.2.2
        Server& server = *servers.find(handle);
        respond(handle, 482, build_response(server.request, 482, {}, tag_of(server), {}));
        return;
    }
    if (!merged.empty()) {
        servers.find(handle)->merged = merged;
        merged_index.insert(handle);
    }
    dispatcher.on_request(static_cast<ServerId>(handle), request);
    Server* server = servers.find(handle);
    // 17.2.1: 100 unless the owner has answered within 200 ms; it is sent at once, which stops the caller's
    // timer.
    if (server != nullptr && server->invite && !server->answered)
        respond(handle, 100, build_response(request, 100, {}, {}, {}));
}

ServerHandle Layer::State::make_server(const message::Incoming& request, const Key& key) {
    const ServerHandle handle = servers.take();
    Server& server = *servers.find(handle);
    server.key = key;
    keys.tag(handle, server.tag.data());
    server.invite = request.sip().method() == wire::Method::invite;
    server.repeatable = request.sip().method() == wire::Method::register_;
    server.request = request;
    server.flow = request.flow();
    server_index.insert(handle);
    counts.servers = servers.live();
    return handle;
}

void Layer::State::end_server(ServerHandle handle) {
    Server* server = servers.find(handle);
    if (server == nullptr) return;
    wheel.cancel(server->retransmit);
    wheel.cancel(server->end);
    server_index.remove(handle);
    if (!server->merged.empty()) merged_index.remove(handle);
    servers.release(handle);
    counts.servers = servers.live();
}

bool Layer::State::respond(ServerHandle handle, std::uint16_t status, const message::Outgoing& response) {
    Server* server = servers.find(handle);
    if (server == nullptr || !response || server->state != ServerState::proceeding) return false;
    server->answered = true;
    server->status = status;
    server->response = response;
    const bool reliable = net::is_reliable(server->flow.transport);
    send(server->flow, response, false);
    if (status < 200) return true;

    const Nanoseconds patience = 64 * timers.t1;
    server->interval = timers.t1;
    if (server->invite && status < 300) {
        server->state = ServerState::accepted;
        // 13.3.1.4: repeated until the ACK comes, over any transport.
        server->retransmit = start(server->interval, TimerName::server_retransmit, handle);
        server->end = start(patience, TimerName::server_end, handle);  // L
        return true;
    }
    server->state = ServerState::completed;
    server->request = {};
    server->response = message::Outgoing::compact(response);
    if (server->invite && !reliable)
        server->retransmit = start(server->interval, TimerName::server_retransmit, handle);
    if (!server->invite && (reliable || server->repeatable)) {  // J is zero
        end_server(handle);
        return true;
    }
    server->end = start(patience, TimerName::server_end, handle);  // H, J
    return true;
}

void Layer::State::on_ack(const message::Incoming& ack) {
    const Key key = keys.server(ack.sip(), wire::Method::invite);
    const ServerHandle handle = key.empty() ? 0 : server_index.find(key);
    if (handle == 0) {  // of a 2xx: another branch
        saw(ack, false);
        dispatcher.on_ack(ack);
        return;
    }
    Server& server = *servers.find(handle);
    if (server.state == ServerState::completed) {
        saw(ack, false);
        server.state = ServerState::confirmed;
        wheel.cancel(server.retransmit);
        wheel.cancel(server.end);
        const Owner owner = server.owner;
        if (net::is_reliable(server.flow.transport)) {
            end_server(handle);  // I is zero
        } else {
            server.end = start(timers.t4, TimerName::server_end, handle);  // I
        }
        if (User* u = user(owner)) u->on_acknowledged(owner, static_cast<ServerId>(handle), true);
        return;
    }
    saw(ack, true);
    // An ACK of a 2xx with its INVITE's branch: some RFC 2543 clients do that.
    if (server.state == ServerState::accepted) dispatcher.on_ack(ack);
}

void Layer::State::on_cancel(const message::Incoming& cancel) {
    // 9.2: the transaction that the CANCEL itself makes is answered in any case.
    const ServerHandle handle = make_server(cancel, keys.server(cancel.sip(), wire::Method::cancel));
    const ServerHandle invite = server_index.find(keys.server(cancel.sip(), wire::Method::invite));
    if (invite == 0) {
        respond(handle, 481, build_response(cancel, 481, {}, tag_of(*servers.find(handle)), {}));
        return;
    }
    Server* server = servers.find(invite);
    // The same tag as in the INVITE's responses.
    respond(handle, 200, build_response(cancel, 200, {}, tag_of(*server), {}));
    if (server->state != ServerState::proceeding) return;  // too late: no effect
    const Owner owner = server->owner;
    if (User* u = user(owner)) return u->on_cancel(owner, static_cast<ServerId>(invite), cancel);
    respond(invite, 487, build_response(server->request, 487, {}, tag_of(*server), {}));
}

void Layer::State::on_server_timer(TimerName name, ServerHandle handle) {
    Server* server = servers.find(handle);
    if (server == nullptr) return;
    if (name == TimerName::server_retransmit) {  // G, and the 2xx
        server->retransmit = 0;
        send(server->flow, server->response, true);
        ++counts.retransmissions_sent;
        server->interval = std::min(server->interval * 2, timers.t2);
        server->retransmit = start(server->interval, TimerName::server_retransmit, handle);
        return;
    }
    server->end = 0;
    const bool lost = (server->state == ServerState::accepted && !server->acknowledged) ||
                      (server->state == ServerState::completed && server->invite);
    const Owner owner = server->owner;
    end_server(handle);
    if (!lost) return;
    ++counts.timeouts;
    if (User* u = user(owner)) u->on_acknowledged(owner, static_cast<ServerId>(handle), false);
}

}  // namespace strowger::transaction
