#include "trunk/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/values.hpp"

namespace strowger::trunk {
namespace {

std::string sentence(const Trunks& trunks, TrunkId trunk, const std::string& text, const std::string& why) {
    return fmt::format("trunk {}: target {}: {}", trunks.find(trunk)->options.name, text, why);
}

// What the realm can send to: RFC 3263 asks for nothing else.
resolver::Wanted wanted_of(const Trunk& trunk, const model::Target& target, const net::Transport& transport) {
    resolver::Wanted out;
    out.host = target.name;
    out.port = target.remote.port.host();
    if (target.transport_given) out.transport = target.transport;
    out.secure = false;
    out.transports = 0;
    const wire::Endpoint v4{.address = *wire::parse_address("192.0.2.1"),
                            .port = wire::be16::from_host(5060)};
    const wire::Endpoint v6{.address = *wire::parse_address("2001:db8::1"),
                            .port = wire::be16::from_host(5060)};
    out.v4 = out.v6 = false;
    for (const auto kind : {net::TransportKind::udp, net::TransportKind::tcp, net::TransportKind::tls}) {
        net::Flow flow;
        const bool over_v4 = transport.flow_to(trunk.realm, kind, v4, flow);
        const bool over_v6 = transport.flow_to(trunk.realm, kind, v6, flow);
        out.v4 = out.v4 || over_v4;
        out.v6 = out.v6 || over_v6;
        if (over_v4 || over_v6) out.transports |= resolver::bit_of(kind);
    }
    return out;
}

}  // namespace

Names::Names(Trunks& trunks, resolver::Resolver& resolver, transaction::TimerWheel& wheel,
             const net::Transport& transport, std::function<void(const std::string&)> warn)
    : trunks_(trunks), resolver_(resolver), wheel_(wheel), transport_(transport), warn_(std::move(warn)) {
    wheel.attach(transaction::OwnerKind::trunk_name, *this);
    resolver.watch([this] { on_news(); });
}

void Names::configure() {
    for (Name& name : names_) wheel_.cancel(name.timer);
    std::vector<Name> old;
    old.swap(names_);
    for (std::size_t i = 0; i < trunks_.all().size(); ++i) {
        const Trunk& trunk = trunks_.all()[i];
        if (trunk.deleted) continue;
        for (std::size_t t = 0; t < trunk.options.targets.size(); ++t) {
            const model::Target& target = trunk.options.targets[t];
            if (target.name.empty()) continue;
            Name name{.trunk = static_cast<TrunkId>(i),
                      .declared = static_cast<std::uint16_t>(t),
                      .text = model::write(target),
                      .wanted = wanted_of(trunk, target, transport_)};
            for (const Name& known : old)
                if (known.trunk == name.trunk && known.text == name.text) name.why = known.why;
            names_.push_back(std::move(name));
        }
    }
    for (std::size_t i = 0; i < names_.size(); ++i) look_up(i);
}

void Names::look_up(std::size_t i) {
    Name& name = names_[i];
    const resolver::Location found = resolver_.locate(name.wanted);
    name.pending = found.state == resolver::Location::State::pending;
    if (name.pending) return;
    trunks_.resolved(name.trunk, name.declared, found.hops, wheel_.now());
    std::string why = found.why;
    if (found.stale) why = "no name server answers; the last known addresses are used";
    if (!why.empty() && why != name.why) warn_(sentence(trunks_, name.trunk, name.text, why));
    name.why = std::move(why);
    wheel_.cancel(name.timer);
    name.timer = wheel_.start(std::max(found.until, wheel_.now() + kSecond),
                              {transaction::OwnerKind::trunk_name, 0, i});
}

void Names::on_timer(const transaction::Owner& owner, Nanoseconds) {
    if (owner.id >= names_.size()) return;
    names_[owner.id].timer = 0;
    look_up(owner.id);
}

void Names::on_news() {
    for (std::size_t i = 0; i < names_.size(); ++i)
        if (names_[i].pending) look_up(i);
}

std::vector<std::string> Names::warnings() const {
    std::vector<std::string> out;
    for (const Name& name : names_)
        if (!name.why.empty()) out.push_back(sentence(trunks_, name.trunk, name.text, name.why));
    return out;
}

}  // namespace strowger::trunk
