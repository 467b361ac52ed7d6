#include "net/netlink.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/netlink_apply.hpp"

namespace strowger::net {
namespace {

constexpr int kReceiveBuffer = 8 << 20;

struct Target {
    KernelState* state;
    std::uint64_t generation;
};

int on_message(nl_msg* message, void* argument) {
    auto& target = *static_cast<Target*>(argument);
    apply(message, *target.state, target.generation);
    return NL_OK;
}

std::string sentence(const char* what, int error) {
    return std::string("the kernel's network state cannot be read: ") + what + ": " + nl_geterror(error);
}

}  // namespace

struct Netlink::Sockets {
    nl_sock* events = nl_socket_alloc();
    nl_sock* requests = nl_socket_alloc();
    nl_sock* asks = nl_socket_alloc();  // its own, so that a refused ask cannot be taken for a dump's failure
    Target event_target{};
    Target dump_target{};
    ~Sockets() {
        nl_socket_free(events);
        nl_socket_free(requests);
        nl_socket_free(asks);
    }
};

Netlink::Netlink() : sockets_(std::make_unique<Sockets>()) {}
Netlink::~Netlink() = default;

bool Netlink::open(std::string& error) {
    nl_sock* events = sockets_->events;
    nl_sock* requests = sockets_->requests;
    if (events == nullptr || requests == nullptr || sockets_->asks == nullptr) {
        error = "the kernel's network state cannot be read: no memory for a netlink socket";
        return false;
    }
    nl_socket_disable_seq_check(events);
    for (nl_sock* socket : {events, requests, sockets_->asks}) {
        if (const int failed = nl_connect(socket, NETLINK_ROUTE); failed < 0) {
            error = sentence("socket", failed);
            return false;
        }
    }
    const int joined =
        nl_socket_add_memberships(events, RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR,
                                  RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, 0);
    if (joined < 0) {
        error = sentence("subscription", joined);
        return false;
    }
    set_receive_buffer(kReceiveBuffer);
    nl_socket_set_nonblocking(events);
    sockets_->event_target = {&state_, 0};
    sockets_->dump_target = {&state_, 0};
    nl_socket_modify_cb(events, NL_CB_VALID, NL_CB_CUSTOM, on_message, &sockets_->event_target);
    nl_socket_modify_cb(requests, NL_CB_VALID, NL_CB_CUSTOM, on_message, &sockets_->dump_target);
    if (!resynchronise()) {
        error =
            "the kernel's network state cannot be read: a dump of links, addresses, routes or neighbours "
            "failed";
        return false;
    }
    return true;
}

int Netlink::fd() const {
    return nl_socket_get_fd(sockets_->events);
}

void Netlink::set_receive_buffer(int bytes) {
    // SO_RCVBUFFORCE passes the system's limit, for those with CAP_NET_ADMIN.
    if (::setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void Netlink::on_readable() {
    sockets_->event_target.generation = generation_;
    for (;;) {
        const int result = nl_recvmsgs_default(sockets_->events);
        if (result == -NLE_AGAIN) break;
        // ENOBUFS: the kernel had more news than the buffer holds, and threw some away.
        if (result == -NLE_NOMEM) {
            ++overruns_;
            resynchronise();
            continue;
        }
        if (result < 0 && result != -NLE_INTR) break;
    }
    if (state_.stale) resynchronise();
}

bool Netlink::resynchronise() {
    ++generation_;
    state_.stale = false;
    sockets_->dump_target.generation = generation_;
    sockets_->event_target.generation = generation_;
    bool complete = true;
    for (const int kind : {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH}) {
        for (int attempt = 0;; ++attempt) {
            rtgenmsg request{};
            request.rtgen_family = AF_UNSPEC;
            int result = nl_send_simple(sockets_->requests, kind, NLM_F_DUMP, &request, sizeof request);
            if (result >= 0) result = nl_recvmsgs_default(sockets_->requests);
            if (result >= 0) break;
            // A table that changed under the dump: once more, the marks make it idempotent.
            if (result == -NLE_DUMP_INTR && attempt < 5) continue;
            complete = false;
            break;
        }
    }
    if (complete) sweep(state_, generation_);
    state_.stale = !complete;
    return complete;
}

void Netlink::ask(int ifindex, const wire::IpAddress& neighbour, bool managed) {
    nl_msg* message = nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_CREATE);
    if (message == nullptr) return;
    ndmsg header{};
    header.ndm_family = neighbour.is_v4() ? AF_INET : AF_INET6;
    header.ndm_ifindex = ifindex;
    header.ndm_flags = NTF_USE;
    nlmsg_append(message, &header, sizeof header, NLMSG_ALIGNTO);
    if (neighbour.is_v4()) {
        const std::uint32_t raw = neighbour.v4().wire();
        nla_put(message, NDA_DST, sizeof raw, &raw);
    } else {
        nla_put(message, NDA_DST, static_cast<int>(neighbour.bytes.size()), neighbour.bytes.data());
    }
    if (managed) {
        const std::uint32_t extended = NTF_EXT_MANAGED;
        nla_put(message, NDA_FLAGS_EXT, sizeof extended, &extended);
    }
    // No acknowledgement is asked for: the answer is the neighbour's own event.
    nlmsg_hdr(message)->nlmsg_flags |= NLM_F_REQUEST;
    nl_socket_disable_auto_ack(sockets_->asks);
    char refusals[4096];
    while (::recv(nl_socket_get_fd(sockets_->asks), refusals, sizeof refusals, MSG_DONTWAIT) > 0) {
    }
    nl_send_auto(sockets_->asks, message);
    nlmsg_free(message);
}

}  // namespace strowger::net
