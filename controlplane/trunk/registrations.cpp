#include "trunk/registrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::trunk {
namespace {

constexpr Nanoseconds kFirstPause = 5 * kSecond;  // doubled with every round that failed
constexpr Nanoseconds kLongestPause = 300 * kSecond;
constexpr Nanoseconds kPauseOfRefused = 60 * kSecond;  // a wrong password does not mend by itself
constexpr std::uint32_t kLongestExpiry = 7 * 24 * 3600;
constexpr std::uint8_t kMostChallenges = 2;

std::string domain_of(const Trunk& trunk, const model::Account& account, const model::Target& target) {
    if (!account.domain.empty()) return account.domain;
    if (!trunk.options.domain.empty()) return trunk.options.domain;
    return target.name.empty() ? wire::to_string(target.remote) : target.name;
}

// What the registrar granted for our own Contact (RFC 3261 10.2.4); 0: it keeps none.
std::uint32_t granted(const wire::SipMessage& response, std::string_view user, const wire::Endpoint& local,
                      std::uint32_t asked) {
    std::uint32_t general = asked;
    if (const auto n = wire::parse_number(response.header(wire::HeaderId::expires))) general = *n;
    std::uint32_t found = 0;
    bool any = false;
    bool ours = false;
    response.each(wire::HeaderId::contact, [&](std::string_view list) {
        std::string_view element;
        while (wire::next_in_list(list, element)) {
            any = true;
            const auto contact = wire::parse_name_address(element);
            const auto uri = contact ? wire::parse_uri(contact->uri) : std::nullopt;
            if (!uri || uri->user != user || wire::parse_address(uri->host) != local.address) continue;
            ours = true;
            const auto text = contact->parameters.find("expires");
            const auto own = text ? wire::parse_number(*text) : std::nullopt;
            found = std::max(found, own.value_or(general));
        }
    });
    // A registrar that lists no Contact, or ours as it sees it behind a NAT, says how long in Expires.
    return any && ours ? found : general;
}

}  // namespace

Registrations::Registrations(Trunks& trunks, Logins& logins, transaction::Layer& layer,
                             transaction::TimerWheel& wheel, const net::Transport& transport)
    : trunks_(trunks), logins_(logins), layer_(layer), wheel_(wheel), transport_(transport) {
    layer.attach(transaction::OwnerKind::account, *this);
    wheel.attach(transaction::OwnerKind::account, *this);
}

Registration* Registrations::find(const transaction::Owner& owner) {
    return owner.detail == generation_ && owner.id < registrations_.size() ? &registrations_[owner.id]
                                                                           : nullptr;
}

void Registrations::configure(const model::Model& model) {
    std::vector<Registration> next;
    for (const auto& [name, options] : model.accounts) {
        if (!options.registers) continue;
        Registration made{.name = name, .options = options};
        made.trunk = trunks_.find(options.trunk.name);
        for (Registration& old : registrations_)
            if (old.name == name && old.options == options && old.trunk == made.trunk) {
                made = old;
                old.timer = 0;
                old.expires = 0;
            }
        next.push_back(std::move(made));
    }
    for (std::size_t i = 0; i < registrations_.size(); ++i) {
        wheel_.cancel(registrations_[i].timer);
        if (registrations_[i].expires != 0) {
            registrations_[i].leaving = true;
            send(i, 0);
        }
    }
    registrations_ = std::move(next);
    ++generation_;
    std::size_t fresh = 0;
    for (std::size_t i = 0; i < registrations_.size(); ++i) {
        Registration& r = registrations_[i];
        wheel_.cancel(r.timer);
        r.waiting = false;
        r.tried = 0;
        r.challenges = 0;
        // New ones at once, a few at a time; what is registered when it is due.
        const Nanoseconds due =
            r.expires == 0 ? wheel_.now() + static_cast<Nanoseconds>(fresh++) * 5 * kMillisecond
                           : wheel_.now() + std::max<Nanoseconds>(kSecond, (r.expires - wheel_.now()) / 2);
        r.timer = wheel_.start(due, {transaction::OwnerKind::account, generation_, i});
    }
}

void Registrations::again_in(std::size_t i, Nanoseconds time) {
    Registration& r = registrations_[i];
    wheel_.cancel(r.timer);
    r.timer = wheel_.start(wheel_.now() + time, {transaction::OwnerKind::account, generation_, i});
}

void Registrations::on_timer(const transaction::Owner& owner, Nanoseconds now) {
    Registration* r = find(owner);
    if (r == nullptr) return;
    r->timer = 0;
    if (r->expires != 0 && r->expires <= now) r->expires = 0;
    if (r->waiting) return again_in(owner.id, kSecond);
    r->tried = 0;
    r->challenges = 0;
    send(owner.id,
         r->asked_s != 0 ? r->asked_s : static_cast<std::uint32_t>(r->options.expires.count() / 1000));
}

void Registrations::send(std::size_t i, std::uint32_t expires_s) {
    Registration& r = registrations_[i];
    const Trunk* trunk = trunks_.find(r.trunk);
    std::vector<std::uint16_t> order;
    if (trunk != nullptr) trunks_.order(r.trunk, 0, wheel_.now(), order);
    // What serves already is asked first, unless it has just failed.
    const auto current = std::find(order.begin(), order.end(), r.target);
    if (r.cseq != 0 && current != order.end()) std::rotate(order.begin(), current, std::next(current));
    net::Flow flow;
    while (r.tried < order.size()) {
        const model::Target& options = trunk->targets[order[r.tried]].options;
        if (transport_.flow_to(trunk->realm, options.transport, options.remote, flow)) break;
        ++r.tried;
    }
    if (r.tried >= order.size()) {
        r.state = r.status == 0 ? RegistrationState::silent : RegistrationState::refused;
        const auto pause = std::min(kLongestPause, kFirstPause << std::min<std::uint16_t>(r.failures, 6));
        if (r.failures < 100) ++r.failures;
        if (!r.leaving) again_in(i, pause);
        return;
    }
    const std::uint16_t position = order[r.tried];
    const model::Target& options = trunk->targets[position].options;
    std::array<char, 64> branch_buffer;
    const std::string_view branch(branch_buffer.data(), layer_.new_branch(branch_buffer.data()));
    if (r.call_id.empty()) {
        r.call_id = branch.substr(std::min<std::size_t>(7, branch.size()));
        r.tag = r.call_id;
    }
    const std::string domain = domain_of(*trunk, r.options, options);
    const std::string local = wire::to_string(flow.local);
    const std::string uri = "sip:" + domain;
    r.asked_s = expires_s == 0 ? r.asked_s : expires_s;
    r.credentials = logins_.lines(r.name, "REGISTER", uri);
    auto request = message::Outgoing::allocate(2048 + r.credentials.size());
    wire::SipWriter out(request.room());
    using wire::HeaderId;
    out.request_line("REGISTER", uri);
    out.header(HeaderId::via,
               fmt::format("SIP/2.0/{} {};branch={};rport", net::via_name(flow.transport), local, branch));
    out.header(HeaderId::max_forwards, 70u);
    out.header(HeaderId::from, fmt::format("<sip:{}@{}>;tag={}", r.options.user, domain, r.tag));
    out.header(HeaderId::to, fmt::format("<sip:{}@{}>", r.options.user, domain));
    out.header(HeaderId::call_id, r.call_id);
    out.header(HeaderId::cseq, fmt::format("{} REGISTER", ++r.cseq));
    out.header(HeaderId::contact, fmt::format("<sip:{}@{}>;expires={}", r.options.user, local, expires_s));
    out.header(HeaderId::expires, expires_s);
    for (std::string_view lines = r.credentials; !lines.empty();) {
        const auto line = lines.substr(0, lines.find("\r\n"));
        const auto colon = line.find(": ");
        out.header(line.substr(0, colon), line.substr(colon + 2));
        lines.remove_prefix(line.size() + 2);
    }
    out.finish();
    if (!out.ok()) return;
    request.set_length(out.size());
    r.flow = flow;
    r.target = position;
    r.waiting = true;
    if (layer_.send_request(flow, branch, "REGISTER", request,
                            {transaction::OwnerKind::account, generation_, i}) == transaction::ClientId{})
        next_target(i, RegistrationState::silent);
}

// The target has failed: the next one takes over at once, a round that failed as a whole is repeated later.
void Registrations::next_target(std::size_t i, RegistrationState state) {
    Registration& r = registrations_[i];
    r.waiting = false;
    r.state = state;
    r.challenges = 0;
    if (state == RegistrationState::silent) trunks_.mark_failure(r.trunk, r.target, 0, wheel_.now());
    ++r.tried;
    if (!r.leaving) send(i, r.asked_s);
}

void Registrations::registered(std::size_t i, const message::Incoming& response) {
    Registration& r = registrations_[i];
    const auto seconds =
        std::min(granted(response.sip(), r.options.user, r.flow.local, r.asked_s), kLongestExpiry);
    r.tried = r.failures = 0;
    r.challenges = 0;
    if (seconds == 0) {
        r.state = RegistrationState::refused;
        r.expires = 0;
        return again_in(i, kPauseOfRefused);
    }
    r.state = RegistrationState::registered;
    r.expires = wheel_.now() + seconds * kSecond;
    // Early enough for a round of retransmissions over two targets; a short one at half its time.
    const Nanoseconds lead = std::min<Nanoseconds>(seconds * kSecond / 2, 70 * kSecond);
    again_in(i, std::max<Nanoseconds>(kSecond, seconds * kSecond - lead));
}

void Registrations::on_response(const transaction::Owner& owner, transaction::ClientId,
                                const message::Incoming& response) {
    const std::uint16_t status = response.sip().status();
    Registration* r = find(owner);
    if (r == nullptr || status < 200) return;
    r->waiting = false;
    r->status = status;
    trunks_.mark_success(r->trunk, r->target, status, 0, wheel_.now());
    if (r->leaving) return;
    if (status < 300) return registered(owner.id, response);
    if (status == 401 || status == 407) {
        if (r->challenges < kMostChallenges && logins_.learn(r->name, response.sip(), r->challenges != 0)) {
            ++r->challenges;
            return send(owner.id, r->asked_s);
        }
        r->state = RegistrationState::refused;
        r->expires = 0;
        return again_in(owner.id, kPauseOfRefused);
    }
    const auto least = wire::parse_number(response.sip().header(wire::HeaderId::min_expires));
    if (status == 423 && least && *least > r->asked_s && *least <= kLongestExpiry)
        return send(owner.id, *least);  // 10.2.8
    if (status == 408 || status >= 500) return next_target(owner.id, RegistrationState::refused);
    r->state = RegistrationState::refused;
    r->expires = 0;
    again_in(owner.id, kPauseOfRefused);
}

void Registrations::on_failure(const transaction::Owner& owner, transaction::ClientId, transaction::Failure) {
    if (Registration* r = find(owner)) {
        r->status = 0;
        next_target(owner.id, RegistrationState::silent);
    }
}

void Registrations::leave() {
    for (std::size_t i = 0; i < registrations_.size(); ++i) {
        Registration& r = registrations_[i];
        wheel_.cancel(r.timer);
        if (r.expires == 0) continue;
        r.leaving = true;
        r.tried = 0;
        send(i, 0);
    }
}

}  // namespace strowger::trunk
