#include "trunk/prober.hpp"

#include <fmt/format.h>

#include <array>

#include "strowger/wire/sip_writer.hpp"

namespace strowger::trunk {
namespace {

transaction::Owner owner_of(TrunkId id, std::size_t target) {
    return {transaction::OwnerKind::trunk_probe, static_cast<std::uint32_t>(target), index(id)};
}

Nanoseconds interval_of(const Trunk& trunk) {
    return trunk.options.probe_interval.count() * kMillisecond;
}

// Whether an answer means that the peer would take a call: all but "timeout" and "unavailable" do, a 405 too.
bool means_alive(std::uint16_t status) {
    return status != 408 && status != 503;
}

}  // namespace

Prober::Prober(Trunks& trunks, transaction::Layer& layer, transaction::TimerWheel& wheel,
               net::Transport& transport)
    : trunks_(trunks), layer_(layer), wheel_(wheel), transport_(transport) {
    layer.attach(transaction::OwnerKind::trunk_probe, *this);
    wheel.attach(transaction::OwnerKind::trunk_probe, *this);
}

void Prober::configure() {
    probes_.resize(trunks_.all().size());
    for (std::size_t i = 0; i < probes_.size(); ++i) {
        const Trunk& trunk = trunks_.all()[i];
        std::vector<Probe>& probes = probes_[i];
        const bool probing = !trunk.deleted && trunk.options.probe_interval.count() != 0;
        for (std::size_t t = 0; t < probes.size(); ++t)
            if (!probing || t >= trunk.targets.size() || trunk.targets[t].gone ||
                trunk.targets[t].options.remote != probes[t].remote)
                wheel_.cancel(probes[t].timer);
        probes.resize(probing ? trunk.targets.size() : 0);
        for (std::size_t t = 0; t < probes.size(); ++t) {
            if (probes[t].timer != 0 || trunk.targets[t].gone) continue;
            probes[t] = {.remote = trunk.targets[t].options.remote};
            const Nanoseconds spread = interval_of(trunk) / 10 * static_cast<Nanoseconds>(t) /
                                       static_cast<Nanoseconds>(probes.size());
            probes[t].timer = wheel_.start(wheel_.now() + spread, owner_of(static_cast<TrunkId>(i), t));
        }
    }
}

Prober::Probe* Prober::probe_of(const transaction::Owner& owner) {
    if (owner.id >= probes_.size() || owner.detail >= probes_[owner.id].size()) return nullptr;
    return &probes_[owner.id][owner.detail];
}

void Prober::on_timer(const transaction::Owner& owner, Nanoseconds now) {
    Probe* probe = probe_of(owner);
    if (probe == nullptr) return;
    const auto id = static_cast<TrunkId>(owner.id);
    probe->timer = wheel_.start(now + interval_of(*trunks_.find(id)), owner);
    if (probe->sent == 0) send(id, static_cast<std::uint16_t>(owner.detail), *probe);
}

void Prober::send(TrunkId id, std::uint16_t target, Probe& probe) {
    const Trunk& trunk = *trunks_.find(id);
    const model::Target& options = trunk.targets[target].options;
    net::Flow flow;
    if (!transport_.flow_to(trunk.realm, options.transport, options.remote, flow))
        return trunks_.mark_failure(id, target, 0, wheel_.now());

    std::array<char, 64> branch_buffer;
    const std::string_view branch(branch_buffer.data(), layer_.new_branch(branch_buffer.data()));
    const std::string local = wire::to_string(flow.local);
    const std::string uri = fmt::format("sip:{}", !trunk.options.domain.empty() ? trunk.options.domain
                                                  : !options.name.empty()       ? options.name
                                                                          : wire::to_string(options.remote));
    auto request = message::Outgoing::allocate(1024);
    wire::SipWriter out(request.room());
    using wire::HeaderId;
    out.request_line("OPTIONS", uri);
    out.header(HeaderId::via,
               fmt::format("SIP/2.0/{} {};branch={};rport", net::via_name(flow.transport), local, branch));
    out.header(HeaderId::max_forwards, 70u);
    // The branch is unguessable and new: tag and Call-ID are made of it.
    const std::string_view unique = branch.substr(std::min<std::size_t>(7, branch.size()));
    out.header(HeaderId::from, fmt::format("<sip:probe@{}>;tag={}", local, unique));
    out.header(HeaderId::to, fmt::format("<{}>", uri));
    out.header(HeaderId::call_id, fmt::format("probe-{}", unique));
    out.header(HeaderId::cseq, fmt::format("{} OPTIONS", cseq_++ & 0x7fffffffu));
    out.header(HeaderId::contact, fmt::format("<sip:{}>", local));
    out.header("Accept", "application/sdp");
    out.finish();
    if (!out.ok()) return;
    request.set_length(out.size());
    probe.sent = wheel_.now();
    if (layer_.send_request(flow, branch, "OPTIONS", request, owner_of(id, target)) ==
        transaction::ClientId{})
        settle(owner_of(id, target), 0, false);
}

void Prober::settle(const transaction::Owner& owner, std::uint16_t status, bool alive) {
    Probe* probe = probe_of(owner);
    const auto id = static_cast<TrunkId>(owner.id);
    const Trunk* trunk = trunks_.find(id);
    if (probe == nullptr || probe->sent == 0 || owner.detail >= trunk->targets.size()) return;
    const Nanoseconds round_trip = wheel_.now() - probe->sent;
    probe->sent = 0;
    const auto target = static_cast<std::uint16_t>(owner.detail);
    if (alive) {
        trunks_.mark_success(id, target, status, round_trip, wheel_.now());
    } else {
        trunks_.mark_failure(id, target, status, wheel_.now());
    }
}

void Prober::on_response(const transaction::Owner& owner, transaction::ClientId,
                         const message::Incoming& response) {
    const std::uint16_t status = response.sip().status();
    if (status >= 200) settle(owner, status, means_alive(status));
}

void Prober::on_failure(const transaction::Owner& owner, transaction::ClientId, transaction::Failure) {
    settle(owner, 0, false);
}

}  // namespace strowger::trunk
