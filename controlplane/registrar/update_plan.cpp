#include "registrar/update_plan.hpp"

#include <vector>

#include "registrar/uri_equality.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

namespace {

// A refresh that comes this close to the end makes a new binding: the old one may expire while the store
// commits.
constexpr Nanoseconds kNearEnd = 30 * kSecond;

bool keyed_by_instance(const RegisterRequest& request, const ContactRequest& contact) {
    return request.outbound && !contact.instance.empty() && contact.reg_id != 0;
}

bool is_same(const RegisterRequest& request, const ContactRequest& contact, const Binding& binding) {
    if (keyed_by_instance(request, contact) && (binding.flags & kOutbound) != 0)
        return contact.instance == binding.instance && contact.reg_id == binding.reg_id;
    return same_uri(contact.uri, binding.contact);
}

// 10.3: with the same Call-ID only a higher CSeq changes a binding.
enum class Order : std::uint8_t { newer, repeated, older };
Order order_of(const RegisterRequest& request, const Binding& binding) {
    if (request.call_id != binding.call_id || request.cseq > binding.cseq) return Order::newer;
    return request.cseq == binding.cseq && request.branch == binding.branch ? Order::repeated : Order::older;
}

std::uint16_t flags_of(const PlanInput& input, const ContactRequest& contact) {
    std::uint16_t flags = input.request.flags;
    if (behind_nat(contact.uri, input.flow)) flags |= kBehindNat;
    if (keyed_by_instance(input.request, contact)) flags |= kOutbound;
    return flags;
}

store::BindingRow make_row(const PlanInput& input, const ContactRequest& contact) {
    const RegisterRequest& request = input.request;
    store::BindingRow row;
    row.tenant = input.tenant;
    row.aor = input.aor;
    row.contact = contact.uri;
    row.parameters = contact.parameters;
    row.call_id = request.call_id;
    row.path = request.path;
    row.user_agent = request.user_agent;
    row.realm = input.realm;
    row.cseq = request.cseq;
    row.branch = request.branch;
    row.q = contact.q;
    row.flags = flags_of(input, contact);
    row.transport = input.flow.transport;
    row.local = input.flow.local;
    row.remote = input.flow.remote;
    row.expires = input.unix_now + contact.expires;
    row.updated = input.unix_now;
    return row;
}

// Only time and sequence differ: a refresh is enough.
bool is_refresh(const PlanInput& input, const Binding& old, const ContactRequest& contact) {
    const RegisterRequest& request = input.request;
    return old.contact == contact.uri && old.parameters == contact.parameters &&
           old.call_id == request.call_id && old.path == request.path &&
           old.user_agent == request.user_agent && old.q == contact.q &&
           old.flags == flags_of(input, contact) && old.flow == input.flow &&
           old.flow.local == input.flow.local && old.flow.realm == input.flow.realm &&
           old.expires - input.now > kNearEnd;
}

}  // namespace

bool behind_nat(std::string_view contact, const net::Flow& flow) noexcept {
    const auto uri = wire::parse_uri(contact);
    if (!uri || !uri->is_sip()) return true;
    const auto address = wire::parse_address(uri->host);
    if (!address || *address != flow.remote.address) return true;
    const std::uint16_t port = uri->port != 0 ? uri->port : 5060;
    return !net::is_reliable(flow.transport) && port != flow.remote.port.host();
}

UpdatePlan plan_update(const PlanInput& input, const std::function<std::int64_t()>& next_id) {
    const RegisterRequest& request = input.request;
    UpdatePlan plan;
    // Per binding of now: the contact of the request that takes its place.
    enum : std::uint8_t { kept, removed, replaced };
    std::vector<std::uint8_t> fate(input.current.size(), kept);
    const auto judge = [&](const Binding& binding) {
        const Order order = order_of(request, binding);
        if (order == Order::repeated) plan.repetition = true;
        if (order == Order::older) plan.refusal = {500, "CSeq is not above the last one of this Call-ID", {}};
    };
    if (request.star) {
        for (std::size_t i = 0; i < fate.size(); ++i) {
            judge(input.current[i]);
            fate[i] = removed;
        }
    }
    struct Placed {
        const ContactRequest* contact;
        std::size_t old;  // index in current, or its size
    };
    std::vector<Placed> placed;
    for (const ContactRequest& contact : request.contacts) {
        // The same contact twice in one request: the last one holds.
        std::erase_if(placed, [&](const Placed& p) {
            if (!same_uri(p.contact->uri, contact.uri)) return false;
            if (p.old < fate.size()) fate[p.old] = kept;
            return true;
        });
        std::size_t old = 0;
        while (old < fate.size() && (fate[old] != kept || !is_same(request, contact, input.current[old])))
            ++old;
        if (old < fate.size()) {
            judge(input.current[old]);
            fate[old] = contact.expires == 0 ? removed : replaced;
        }
        if (contact.expires != 0) placed.push_back({&contact, old});
    }
    if (plan.refusal) {
        plan.repetition = false;
        return plan;
    }
    if (plan.repetition) return plan;

    std::size_t left = placed.size();
    std::size_t added = 0;
    for (const Placed& p : placed)
        if (p.old == fate.size()) ++added;
    for (std::size_t i = 0; i < fate.size(); ++i) {
        if (fate[i] == kept) ++left;
        if (fate[i] == removed) plan.writes.emplace_back(store::RemoveBinding{input.current[i].id});
    }
    if (left > input.max_contacts && added != 0) {
        plan.writes.clear();
        plan.refusal = {403, "Too many contacts", {}};
        return plan;
    }
    for (const Placed& p : placed) {
        if (p.old < fate.size()) {
            const Binding& old = input.current[p.old];
            if (is_refresh(input, old, *p.contact)) {
                plan.writes.emplace_back(
                    store::RefreshBinding{{old.id, request.cseq, request.branch,
                                           input.unix_now + p.contact->expires, input.unix_now}});
                continue;
            }
            plan.writes.emplace_back(store::RemoveBinding{old.id});
        }
        store::BindingRow row = make_row(input, *p.contact);
        row.id = next_id();
        plan.writes.emplace_back(store::PutBinding{std::move(row)});
    }
    return plan;
}

}  // namespace strowger::registrar
