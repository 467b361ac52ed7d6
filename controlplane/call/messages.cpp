// The bytes of what a call sends.
#include <fmt/format.h>

#include "call/features.hpp"
#include "call/session_timer.hpp"
#include "dialog/write.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;
using wire::Method;

constexpr std::size_t kHeadRoom = 1024;  // of headers that are ours

std::size_t size_of(const dialog::Dialog& d) {
    auto n = d.call_id.size() + d.local.size() + d.remote.size() + d.remote_target.size() + d.contact.size() +
             d.local_tag.size() + d.remote_tag.size();
    for (const auto& route : d.route_set) n += route.size() + 16;
    return n;
}

// Complete header lines, each with CRLF.
void write_lines(wire::SipWriter& w, std::string_view lines) {
    while (!lines.empty()) {
        const auto end = std::min(lines.find("\r\n"), lines.size());
        const auto line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 2, lines.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        auto value = line.substr(colon + 1);
        while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        w.header(line.substr(0, colon), value);
    }
}

// RFC 3261 table 2 and its extensions: requests that (re)direct the peer to us.
bool carries_contact(std::string_view method) {
    switch (wire::method_of(method)) {
        case Method::ack:
        case Method::bye:
        case Method::cancel:
        case Method::prack:
        case Method::info:
        case Method::message:
        case Method::publish:
            return false;
        default:
            return true;
    }
}

// A redirect toward the caller names numbers here, not hosts of the other side.
void write_redirects(wire::SipWriter& w, const wire::SipMessage& source, std::string_view host) {
    source.each(HeaderId::contact, [&](std::string_view list) {
        std::string_view element;
        while (wire::next_in_list(list, element)) {
            const auto contact = wire::parse_name_address(element);
            const auto uri = contact ? wire::parse_uri(contact->uri) : std::nullopt;
            if (!uri || !uri->is_sip() || uri->user.empty()) continue;
            w.begin(HeaderId::contact);
            w.append("<sip:");
            w.append(uri->user);
            w.append("@");
            w.append(host);
            w.append(">");
            if (const auto q = contact->parameters.find("q")) {
                w.append(";q=");
                w.append(*q);
            }
            w.end();
        }
    });
}

std::uint32_t forwards_left(const message::Incoming& source) {
    if (!source) return 70;
    const auto n = wire::parse_number(source.sip().header(HeaderId::max_forwards));
    return n && *n > 0 ? std::min(*n, 255u) - 1 : 69;
}

// As the header rules of where it goes leave it.
message::Outgoing edited(const Engine& e, const Leg& leg, message::Outgoing message) {
    const auto& edits = e.policies.headers(leg.realm, leg.trunk).out;
    if (edits.empty() || message.text().empty()) return message;
    wire::TokeniseStatus status;
    const auto parsed = message::Incoming::parse({}, message.text(), 0, status);
    std::string text;
    if (!parsed || !edit(edits, parsed.sip(), text)) return message;
    return message::Outgoing::copy(text);
}

net::Flow named_flow(Engine& e, Leg& leg) {
    auto& d = leg.dialog;
    net::NamedHop hop;
    if (!dialog::named_next_hop(d, hop)) return d.flow;
    // A trunk's domain is a name of our making, or of the peer's that means itself.
    if (wire::same_token(hop.host, e.policies.trunk(leg.trunk).domain)) return d.flow;
    auto name = fmt::format("{}:{}", hop.host, hop.port);
    if (d.settled_for != name) {
        const auto found = e.transport.toward(d.flow, hop);
        if (found.name != 0) return found;
        d.settled_for = std::move(name);
        d.settled = found.remote;
    }
    net::Flow flow = d.flow;
    flow.remote = d.settled;
    return flow;
}

}  // namespace

transaction::Owner owner_of(const Call& call, Role role, std::uint32_t number) {
    return {transaction::OwnerKind::call, detail_of(role, number), call.handle};
}

std::string retry_after(std::uint32_t seconds) {
    return seconds == 0 ? std::string{} : fmt::format("Retry-After: {}\r\n", seconds);
}

net::Flow flow_of(Engine& e, Leg& leg) {
    const auto& d = leg.dialog;
    wire::Endpoint hop;
    if (!dialog::next_hop(d, hop)) return named_flow(e, leg);
    if (hop == d.flow.remote) return d.flow;
    // The listener that the peer knows us by, when it speaks the hop's family.
    net::Flow flow = d.flow;
    flow.remote = hop;
    flow.connection = 0;
    if (hop.address.is_v4() == d.flow.local.address.is_v4() && d.flow.transport == net::TransportKind::udp)
        return flow;
    return e.transport.flow_to(leg.realm, d.flow.transport, hop, flow) ? flow : d.flow;
}

std::string reason_line(std::string_view value) {
    return value.empty() ? std::string{} : fmt::format("Reason: {}\r\n", value);
}

HeaderRules rules_between(const Engine& e, const Call& call, const Leg& from, const Leg& to) {
    const auto& realm = e.policies.realm(to.realm);
    const auto& trunk = e.policies.trunk(to.trunk);
    HeaderRules rules;
    rules.remove = to.trunk != kNone<TrunkId> ? trunk.remove_headers : realm.remove_headers;
    rules.server_name = e.policies.server_name;
    rules.hide_user_agent = realm.hide_user_agent;
    rules.digest_realm = call.digest_realm;
    rules.our_host = dialog::host_of(to.dialog.flow.local);
    rules.new_host = rules.our_host;
    const wire::Endpoint theirs{from.dialog.flow.remote.address, wire::be16::from_host(5060)};
    rules.their_host = dialog::host_of(theirs);
    rules.identity = e.policies.realm(from.realm).trusted && realm.trusted;
    rules.own_identity = trunk.caller_id != model::CallerId::from;
    rules.no_timer = keeps_session_timers(e, from, to);
    rules.replaces_done = true;
    rules.no_100rel =
        trunk.prack == model::Prack::off || e.policies.trunk(from.trunk).prack == model::Prack::off;
    if (call.privacy && !from.outbound && trunk.privacy == model::Privacy::withhold) rules.identity = false;
    return rules;
}

message::Outgoing build_request(Engine& e, const Leg& leg, const net::Flow& flow, std::string_view method,
                                std::uint32_t cseq, std::string_view branch, std::string_view remote_tag,
                                const message::Incoming& source, const HeaderRules& rules,
                                std::string_view extra, std::string_view body) {
    const auto source_size = source ? source.sip().view().head_length : std::size_t{0};
    auto out = message::Outgoing::allocate(2 * source_size + body.size() + size_of(leg.dialog) +
                                           extra.size() + kHeadRoom);
    wire::SipWriter w(out.room());
    dialog::write_request(w, leg.dialog, flow, method, cseq, branch, forwards_left(source), remote_tag);
    if (carries_contact(method)) w.header(HeaderId::contact, leg.dialog.contact);
    write_lines(w, extra);
    if (source)
        copy_headers(w, source.sip(), rules, !body.empty());
    else if (!e.policies.server_name.empty())
        w.header(HeaderId::user_agent, e.policies.server_name);
    w.finish(body);
    out.set_length(w.ok() ? w.size() : 0);
    return edited(e, leg, std::move(out));
}

namespace {

// Takes the next CSeq.
transaction::ClientId send_own(Engine& e, Leg& leg, std::string_view method, const transaction::Owner& owner,
                               std::string_view extra, std::string_view credentials, std::string_view body) {
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto flow = flow_of(e, leg);
    const auto message =
        build_request(e, leg, flow, method, ++leg.dialog.local_cseq, branch_text, leg.dialog.remote_tag, {}, {},
                      std::string(extra).append(credentials), body);
    if (message.text().empty()) return {};
    return e.layer.send_request(flow, branch_text, method, message, owner);
}

}  // namespace

bool send_within(Engine& e, Call& call, LegIndex index, std::string_view method, Role role,
                 std::string_view extra, std::string_view body) {
    auto& leg = call.legs[index];
    return send_own(e, leg, method, owner_of(call, role, index), extra, credentials_of(e, leg, method), body) !=
           transaction::ClientId{};
}

bool send_exchange(Engine& e, Call& call, Exchange x, std::string_view extra, std::string_view body) {
    auto& leg = call.legs[x.to];
    const bool invite = x.method == Method::invite;
    const std::string_view method = invite ? "INVITE" : "UPDATE";
    x.credentials = credentials_of(e, leg, method);
    x.client =
        send_own(e, leg, method, owner_of(call, Role::exchange, x.serial), extra, x.credentials, body);
    x.to_cseq = leg.dialog.local_cseq;
    if (x.client == transaction::ClientId{}) return false;
    if (invite) leg.credentials = x.credentials;
    call.exchanges.push_back(std::move(x));
    return true;
}

message::Outgoing build_response(Engine& e, Call& call, const Leg& to, const Leg& from,
                                 const message::Incoming& request, const message::Incoming& source,
                                 std::uint16_t status, std::string_view extra, std::string_view body) {
    const auto& sip = request.sip();
    const auto source_size = source ? source.sip().view().head_length : std::size_t{0};
    auto out = message::Outgoing::allocate(sip.view().head_length + 2 * source_size + body.size() +
                                           size_of(to.dialog) + extra.size() + kHeadRoom);
    wire::SipWriter w(out.room());
    const bool invite = sip.method() == Method::invite;
    const auto reason = source ? source.sip().reason() : std::string_view{};
    dialog::write_response(w, request, status, reason, to.dialog.local_tag, invite && status < 300);
    if (status > 100 && status < 300 && carries_contact(sip.method_text()))
        w.header(HeaderId::contact, to.dialog.contact);
    if (source && status >= 300 && status < 400)
        write_redirects(w, source.sip(), dialog::host_of(to.dialog.flow.local));
    write_lines(w, extra);
    if (source) copy_headers(w, source.sip(), rules_between(e, call, from, to), !body.empty());
    w.finish(body);
    out.set_length(w.ok() ? w.size() : 0);
    return edited(e, to, std::move(out));
}

}  // namespace strowger::call
