#include "registrar/location.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "random/random.hpp"
#include "registrar/binding_record.hpp"
#include "registrar/interned.hpp"
#include "registrar/keyed_hash.hpp"
#include "registrar/linear_hash.hpp"
#include "registrar/slab.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

namespace {

using Handle = Slab::Handle;
constexpr std::size_t kExpirySlots = 4096;  // one a second, used in turn

std::size_t expiry_slot(Nanoseconds expires) {
    return static_cast<std::size_t>(expires / kSecond) % kExpirySlots;
}

std::string_view bytes_of(const wire::Endpoint& endpoint) {
    static_assert(sizeof(wire::Endpoint) == 18);
    return {reinterpret_cast<const char*>(&endpoint), sizeof endpoint};
}

}  // namespace

struct Location::State {
    State() : hash(random_key()), by_address({this}), by_id({this}), by_source({this}) {}

    struct ByAddress {
        State* state;
        [[nodiscard]] std::uint64_t hash(Handle h) const {
            const AddressRecord& a = state->address(h);
            return state->hash(a.aor());
        }
        [[nodiscard]] Handle& next(Handle h) const { return state->address(h).next; }
    };
    struct ById {
        State* state;
        [[nodiscard]] std::uint64_t hash(Handle h) const { return state->hash_id(state->binding(h).id); }
        [[nodiscard]] Handle& next(Handle h) const { return state->binding(h).next_by_id; }
    };
    struct BySource {
        State* state;
        [[nodiscard]] std::uint64_t hash(Handle h) const {
            const BindingRecord& b = state->binding(h);
            return state->hash(bytes_of(b.remote), index(b.realm));
        }
        [[nodiscard]] Handle& next(Handle h) const { return state->binding(h).next_by_source; }
        [[nodiscard]] Handle& previous(Handle h) const { return state->binding(h).previous_by_source; }
    };

    [[nodiscard]] AddressRecord& address(Handle h) const { return *static_cast<AddressRecord*>(slab.at(h)); }
    [[nodiscard]] BindingRecord& binding(Handle h) const { return *static_cast<BindingRecord*>(slab.at(h)); }
    [[nodiscard]] std::uint64_t hash_id(std::int64_t id) const {
        return static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15ULL >> 16;
    }

    [[nodiscard]] Handle find_address(std::uint32_t tenant, std::string_view aor) const;
    [[nodiscard]] Handle find_binding(std::int64_t id) const;
    [[nodiscard]] Binding view(const BindingRecord& record) const;
    void link_expiry(Handle h);
    void unlink_expiry(Handle h);
    bool insert(const Binding& binding);
    void erase(Handle h);
    void tell(LocationObserver::Change change, const BindingRecord& record) const {
        for (LocationObserver* observer : observers) observer->on_binding(change, view(record));
    }

    Slab slab;
    KeyedHash hash;
    LinearHash<ByAddress> by_address;
    LinearHash<ById> by_id;
    LinearHash<BySource> by_source;
    Interned tenants;
    Interned user_agents;
    Interned locals;
    std::array<Handle, kExpirySlots> expiring{};
    std::int64_t swept = -1;  // seconds up to which expire() is done; -1: never ran
    std::vector<LocationObserver*> observers;
};

Handle Location::State::find_address(std::uint32_t tenant, std::string_view aor) const {
    for (Handle h = by_address.first(hash(aor)); h != 0; h = address(h).next)
        if (address(h).tenant == tenant && address(h).aor() == aor) return h;
    return 0;
}

Handle Location::State::find_binding(std::int64_t id) const {
    for (Handle h = by_id.first(hash_id(id)); h != 0; h = binding(h).next_by_id)
        if (binding(h).id == id) return h;
    return 0;
}

Binding Location::State::view(const BindingRecord& record) const {
    const AddressRecord& owner = address(record.address);
    const char* text = const_cast<BindingRecord&>(record).text();
    const auto take = [&text](std::uint16_t length) {
        const std::string_view part{text, length};
        text += length;
        return part;
    };
    Binding out;
    out.id = record.id;
    out.tenant = tenants.text(owner.tenant);
    out.aor = owner.aor();
    out.contact = take(record.contact_length);
    out.parameters = take(record.parameters_length);
    out.call_id = take(record.call_id_length);
    out.path = take(record.path_length);
    out.user_agent = user_agents.text(record.user_agent);
    read_instance(out.parameters, out.instance, out.reg_id);
    out.cseq = record.cseq;
    out.branch = record.branch;
    out.q = record.q;
    out.flags = record.flags;
    out.flow = {record.transport, record.realm,     record.listener, record.worker, {},
                record.remote,    record.connection};
    std::memcpy(&out.flow.local, locals.text(record.local).data(), sizeof out.flow.local);
    out.expires = record.expires;
    out.updated = record.updated;
    return out;
}

void Location::State::link_expiry(Handle h) {
    BindingRecord& record = binding(h);
    Handle& head = expiring[expiry_slot(record.expires)];
    record.previous_expiring = 0;
    record.next_expiring = head;
    if (head != 0) binding(head).previous_expiring = h;
    head = h;
}

void Location::State::unlink_expiry(Handle h) {
    const BindingRecord& record = binding(h);
    if (record.next_expiring != 0) binding(record.next_expiring).previous_expiring = record.previous_expiring;
    if (record.previous_expiring != 0)
        binding(record.previous_expiring).next_expiring = record.next_expiring;
    else
        expiring[expiry_slot(record.expires)] = record.next_expiring;
}

bool Location::State::insert(const Binding& in) {
    const std::size_t limit = 0xffff;
    if (in.aor.size() > limit || in.contact.size() > limit || in.parameters.size() > limit ||
        in.call_id.size() > limit || in.path.size() > limit)
        return false;
    BindingRecord record;
    record.contact_length = static_cast<std::uint16_t>(in.contact.size());
    record.parameters_length = static_cast<std::uint16_t>(in.parameters.size());
    record.call_id_length = static_cast<std::uint16_t>(in.call_id.size());
    record.path_length = static_cast<std::uint16_t>(in.path.size());
    const Handle h = slab.allocate(record.size());
    if (h == 0) return false;
    const std::uint32_t tenant = tenants.take(in.tenant);
    Handle owner = find_address(tenant, in.aor);
    if (owner == 0) {
        owner = slab.allocate(sizeof(AddressRecord) + in.aor.size());
        if (owner == 0) {
            tenants.release(tenant);
            slab.release(h, record.size());
            return false;
        }
        AddressRecord* created = new (slab.at(owner)) AddressRecord;
        created->tenant = tenant;
        created->length = static_cast<std::uint16_t>(in.aor.size());
        std::memcpy(created->text(), in.aor.data(), in.aor.size());
        by_address.insert(owner);
    } else {
        tenants.release(tenant);  // the address holds the reference
    }
    record.id = in.id;
    record.expires = in.expires;
    record.connection = in.flow.connection;
    record.remote = in.flow.remote;
    record.realm = in.flow.realm;
    record.address = owner;
    record.next_of_address = address(owner).first_binding;
    record.cseq = in.cseq;
    record.branch = in.branch;
    record.updated = static_cast<std::uint32_t>(in.updated);
    record.user_agent = user_agents.take(in.user_agent);
    record.local = locals.take(bytes_of(in.flow.local));
    record.listener = in.flow.listener;
    record.q = in.q;
    record.flags = in.flags;
    record.worker = in.flow.worker;
    record.transport = in.flow.transport;
    char* text = (new (slab.at(h)) BindingRecord(record))->text();
    for (const std::string_view part : {in.contact, in.parameters, in.call_id, in.path})
        text = std::copy(part.begin(), part.end(), text);
    address(owner).first_binding = h;
    by_id.insert(h);
    by_source.insert(h);
    link_expiry(h);
    return true;
}

void Location::State::erase(Handle h) {
    BindingRecord& record = binding(h);
    unlink_expiry(h);
    by_id.remove(h);
    by_source.remove(h);
    user_agents.release(record.user_agent);
    locals.release(record.local);
    AddressRecord& owner = address(record.address);
    Handle* at = &owner.first_binding;
    while (*at != h) at = &binding(*at).next_of_address;
    *at = record.next_of_address;
    if (owner.first_binding == 0) {
        by_address.remove(record.address);
        tenants.release(owner.tenant);
        slab.release(record.address, owner.size());
    }
    slab.release(h, record.size());
}

Location::Location() : state_(std::make_unique<State>()) {}
Location::~Location() = default;

void Location::observe(LocationObserver& observer) {
    state_->observers.push_back(&observer);
}
void Location::forget(LocationObserver& observer) {
    std::erase(state_->observers, &observer);
}

std::size_t Location::lookup(std::string_view tenant, std::string_view aor, Nanoseconds now,
                             std::vector<Binding>& out) const {
    const std::uint32_t tenant_id = state_->tenants.find(tenant);
    const Handle owner = tenant_id == 0 ? 0 : state_->find_address(tenant_id, aor);
    if (owner == 0) return 0;
    const std::size_t before = out.size();
    for (Handle h = state_->address(owner).first_binding; h != 0; h = state_->binding(h).next_of_address)
        if (state_->binding(h).expires > now) out.push_back(state_->view(state_->binding(h)));
    if (out.size() - before > 1)
        std::stable_sort(
            out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
            [](const Binding& a, const Binding& b) {
                return a.q != b.q ? a.q > b.q : a.updated != b.updated ? a.updated > b.updated : a.id > b.id;
            });
    return out.size() - before;
}

bool Location::find_by_source(RealmId realm, const wire::Endpoint& source, Nanoseconds now, Binding& out,
                              std::string_view aor) const {
    const State& s = *state_;
    Handle found = 0;
    // False: it is another address's than the one before.
    const auto take = [&](Handle h) {
        const BindingRecord& record = s.binding(h);
        if (record.realm != realm || record.remote != source || record.expires <= now) return true;
        if (found != 0 && s.binding(found).address != record.address) return false;
        if (found == 0 || record.updated > s.binding(found).updated) found = h;
        return true;
    };
    if (aor.empty()) {
        for (Handle h = s.by_source.first(s.hash(bytes_of(source), index(realm))); h != 0;
             h = s.binding(h).next_by_source)
            if (!take(h)) return false;
    } else {
        // Many phones may be behind one source; an address has few bindings.
        for (Handle a = s.by_address.first(s.hash(aor)); a != 0; a = s.address(a).next) {
            if (s.address(a).aor() != aor) continue;
            for (Handle h = s.address(a).first_binding; h != 0; h = s.binding(h).next_of_address)
                if (!take(h)) return false;
        }
    }
    if (found == 0) return false;
    out = s.view(s.binding(found));
    return true;
}

bool Location::find(std::int64_t id, Binding& out) const {
    const Handle h = state_->find_binding(id);
    if (h == 0) return false;
    out = state_->view(state_->binding(h));
    return true;
}

bool Location::put(const Binding& binding) {
    if (binding.tenant.empty()) return false;
    const Handle old = state_->find_binding(binding.id);
    if (!state_->insert(binding)) return false;
    if (old != 0) state_->erase(old);
    const Handle h = state_->find_binding(binding.id);
    state_->tell(old != 0 ? LocationObserver::Change::refreshed : LocationObserver::Change::added,
                 state_->binding(h));
    return true;
}

bool Location::refresh(std::int64_t id, std::uint32_t cseq, std::uint32_t branch, Nanoseconds expires,
                       std::int64_t updated) {
    const Handle h = state_->find_binding(id);
    if (h == 0) return false;
    BindingRecord& record = state_->binding(h);
    state_->unlink_expiry(h);
    record.cseq = cseq;
    record.branch = branch;
    record.expires = expires;
    record.updated = static_cast<std::uint32_t>(updated);
    state_->link_expiry(h);
    state_->tell(LocationObserver::Change::refreshed, record);
    return true;
}

bool Location::remove(std::int64_t id) {
    const Handle h = state_->find_binding(id);
    if (h == 0) return false;
    state_->tell(LocationObserver::Change::removed, state_->binding(h));
    state_->erase(h);
    return true;
}

std::size_t Location::expire(Nanoseconds now, std::size_t limit,
                             const std::function<void(std::int64_t)>& visit) {
    const std::int64_t until = now / kSecond;
    std::int64_t second =
        state_->swept < 0 ? until - static_cast<std::int64_t>(kExpirySlots) + 1 : state_->swept;
    second = std::max({second, until - static_cast<std::int64_t>(kExpirySlots) + 1, std::int64_t{0}});
    std::size_t done = 0;
    for (; second <= until; ++second) {
        Handle h = state_->expiring[static_cast<std::size_t>(second) % kExpirySlots];
        while (h != 0) {
            const BindingRecord& record = state_->binding(h);
            const Handle next = record.next_expiring;
            if (record.expires <= now) {
                if (done == limit) {
                    state_->swept = second;
                    return done;
                }
                const std::int64_t id = record.id;
                state_->tell(LocationObserver::Change::expired, record);
                state_->erase(h);
                visit(id);
                ++done;
            }
            h = next;
        }
    }
    state_->swept = until;  // the running second is looked at again
    return done;
}

std::uint64_t Location::walk(std::uint64_t position, const std::function<bool(const Binding&)>& visit) const {
    for (std::size_t bucket = position; bucket < state_->by_address.buckets(); ++bucket) {
        bool more = true;
        for (Handle a = state_->by_address.first_of_bucket(bucket); a != 0; a = state_->address(a).next)
            for (Handle h = state_->address(a).first_binding; h != 0; h = state_->binding(h).next_of_address)
                more = visit(state_->view(state_->binding(h))) && more;
        if (!more) return bucket + 1 < state_->by_address.buckets() ? bucket + 1 : 0;
    }
    return 0;
}

std::vector<std::int64_t> Location::rebind(const std::function<bool(net::Flow&)>& change) {
    std::vector<Handle> all;
    all.reserve(state_->by_id.size());
    for (std::size_t bucket = 0; bucket < state_->by_id.buckets(); ++bucket)
        for (Handle h = state_->by_id.first_of_bucket(bucket); h != 0; h = state_->binding(h).next_by_id)
            all.push_back(h);
    std::vector<std::int64_t> gone;
    for (const Handle h : all) {
        BindingRecord& record = state_->binding(h);
        net::Flow flow = state_->view(record).flow;
        if (!change(flow)) {
            gone.push_back(record.id);
            state_->tell(LocationObserver::Change::removed, record);
            state_->erase(h);
            continue;
        }
        state_->by_source.remove(h);
        record.realm = flow.realm;
        record.listener = flow.listener;
        record.worker = flow.worker;
        state_->by_source.insert(h);
    }
    return gone;
}

LocationCounts Location::counts() const {
    const State& s = *state_;
    return {s.by_address.size(), s.by_id.size(),
            s.slab.used() + s.by_address.octets() + s.by_id.octets() + s.by_source.octets() +
                s.tenants.octets() + s.user_agents.octets() + s.locals.octets() + sizeof(State)};
}

}  // namespace strowger::registrar
