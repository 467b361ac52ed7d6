#include "registrar/registrar.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "random/random.hpp"
#include "registrar/keyed_hash.hpp"
#include "registrar/register_answer.hpp"
#include "registrar/register_request.hpp"
#include "registrar/update_plan.hpp"
#include "registrar/uri_equality.hpp"
#include "strowger/wire/sip_aor.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

namespace {

constexpr std::size_t kMaxPending = 65'536;   // REGISTERs that wait for the store, or for one that does
constexpr std::size_t kExpireAtOnce = 2'048;  // bindings; the rest after other work had its turn
constexpr Nanoseconds kNextSlice = 5 * kMillisecond;
constexpr std::string_view kRetryAfter = "Retry-After: 5\r\n";

// A REGISTER that the store commits now.
struct Pending {
    transaction::ServerId server{};
    std::uint64_t key = 0;  // of its AoR in `busy`
    std::string tenant;
    std::string aor;
    std::string path;
    net::Flow flow;
    Nanoseconds now = 0;  // when it was planned; the writes' unix times start at unix_now
    std::int64_t unix_now = 0;
    store::Batch writes;
};

// A REGISTER for an AoR that has one pending.
struct Waiting {
    transaction::ServerId server{};
    std::string aor;
    message::Incoming request;
};

}  // namespace

struct Registrar::State {
    Responder& responder;
    transaction::TimerWheel& wheel;
    Location& location;
    const Accounts& accounts;
    Authenticator& authenticator;
    store::Store* store;
    std::function<std::int64_t()> unix_ms;

    RegistrarCounts counts;
    std::vector<Pending> pending;  // slots; a completion names one
    std::vector<std::uint32_t> free_slots;
    // By hash of tenant and AoR: an entry for each one that is pending. Two AoRs of one hash wait for each
    // other.
    std::unordered_map<std::uint64_t, std::vector<Waiting>> busy;
    KeyedHash hash{random_key()};
    std::size_t in_store = 0;
    std::size_t waiting = 0;
    std::int64_t last_id = 0;
    transaction::TimerId expiry_timer = 0;
    std::vector<Binding> scratch;
    std::string extra;
    std::string date;  // the Date line of second `date_of`
    std::int64_t date_of = -1;

    [[nodiscard]] std::uint64_t key_of(std::string_view tenant, std::string_view aor) const {
        return hash(aor, hash(tenant));
    }
    void answer(transaction::ServerId server, std::uint16_t status, std::string_view reason,
                std::string_view lines);
    void refuse(transaction::ServerId server, const Refusal& refusal) {
        answer(server, refusal.status, refusal.reason, refusal.extra);
    }
    void unavailable(transaction::ServerId server, std::uint16_t status, std::string_view reason) {
        answer(server, status, reason, kRetryAfter);
    }
    bool answer_repetition(transaction::ServerId server, const message::Incoming& request,
                           const Account& account);
    const Account* admit(transaction::ServerId server, const message::Incoming& request);
    void update(transaction::ServerId server, const message::Incoming& request, const Account& account);
    void commit(Pending&& change);
    bool apply(const Pending& change);
    void committed(std::uint32_t slot, const store::Outcome& outcome);
    void next_waiting(std::uint64_t key);
    void accept(transaction::ServerId server, std::string_view tenant, std::string_view aor,
                std::string_view path);
    void forget(const std::vector<std::int64_t>& ids);
    void watch_expiry();
};

void Registrar::State::answer(transaction::ServerId server, std::uint16_t status, std::string_view reason,
                              std::string_view lines) {
    if (status < 300)
        ++counts.accepted;
    else if (status == 401)
        ++counts.challenged;
    else if (status < 500)
        ++counts.refused;
    else
        ++counts.failed;
    responder.respond(server, status, reason, lines);
}

// The request that made a binding of now, come again: its 200 was lost, or the network doubled it. It is told
// what is registered, and nothing changes: its nonce's count was used, so its Contact may be anybody's.
bool Registrar::State::answer_repetition(transaction::ServerId server, const message::Incoming& request,
                                         const Account& account) {
    RegisterRequest wanted;
    if (read_register(request.sip(), accounts.limits(account.tenant), wanted)) return false;
    scratch.clear();
    location.lookup(account.tenant, account.aor, wheel.now(), scratch);
    const bool known = std::ranges::any_of(scratch, [&](const Binding& binding) {
        return binding.call_id == wanted.call_id && binding.cseq == wanted.cseq &&
               binding.branch == wanted.branch;
    });
    if (known) accept(server, account.tenant, account.aor, wanted.path);
    return known;
}

// 10.3 items 1 to 5. nullptr: answered.
const Account* Registrar::State::admit(transaction::ServerId server, const message::Incoming& request) {
    const wire::SipMessage& sip = request.sip();
    const net::Flow& flow = request.flow();
    const auto target = wire::parse_uri(sip.uri());
    if (!target || !target->is_sip()) {
        answer(server, target ? 416 : 400, target ? "Unsupported URI Scheme" : "Request-URI is malformed",
               {});
        return nullptr;
    }
    Domain domain;
    if (!accounts.domain_of(target->host, flow.realm, flow.local, domain)) {
        answer(server, 404, "No such domain here", {});
        return nullptr;
    }
    if (const Refusal refusal = check_require(sip)) {
        refuse(server, refusal);
        return nullptr;
    }
    wire::Aor to;
    if (!aor_of(sip.header(wire::HeaderId::to), to)) {
        answer(server, 400, "To is not a SIP address", {});
        return nullptr;
    }
    if (!accounts.domain_of(to.host(), flow.realm, flow.local, domain)) {
        answer(server, 404, "No such domain here", {});
        return nullptr;
    }
    const Account* owner = accounts.find(domain.name, to.user());
    if (accounts.authenticates(flow.realm)) {
        const std::string_view realm = owner != nullptr ? owner->domain : domain.realm;
        const std::int64_t now = unix_ms();
        const Check check = authenticator.check(request, Role::user_agent, realm, now, owner);
        if (check.verdict == Verdict::malformed) {
            answer(server, check.status, check.reason, {});
            return nullptr;
        }
        if (check.replayed && owner != nullptr && owner == check.account &&
            answer_repetition(server, request, *owner))
            return nullptr;
        if (check.verdict != Verdict::ok) {
            extra.clear();
            authenticator.challenge(request, Role::user_agent, realm, check.verdict == Verdict::stale, now,
                                    extra);
            answer(server, check.status, {}, extra);
            return nullptr;
        }
        if (owner != nullptr &&
            (check.account->aor != owner->aor || check.account->tenant != owner->tenant)) {
            answer(server, 403, "Not your address", {});
            return nullptr;
        }
    }
    if (owner == nullptr) answer(server, 404, "No such subscriber", {});
    return owner;
}

// Items 6 to 8.
void Registrar::State::update(transaction::ServerId server, const message::Incoming& request,
                              const Account& account) {
    RegisterRequest wanted;
    if (const Refusal refusal = read_register(request.sip(), accounts.limits(account.tenant), wanted)) {
        refuse(server, refusal);
        return;
    }
    const Nanoseconds now = wheel.now();
    const std::int64_t unix_now = unix_ms() / 1000;
    scratch.clear();
    location.lookup(account.tenant, account.aor, now, scratch);
    const PlanInput input{wanted,
                          scratch,
                          account.tenant,
                          account.aor,
                          accounts.realm_name(request.flow().realm),
                          request.flow(),
                          now,
                          unix_now,
                          account.max_contacts};
    UpdatePlan plan = plan_update(input, [this] { return ++last_id; });
    if (plan.refusal) {
        refuse(server, plan.refusal);
        return;
    }
    if (plan.writes.empty()) {
        accept(server, account.tenant, account.aor, wanted.path);
        return;
    }
    commit({server, key_of(account.tenant, account.aor), std::string(account.tenant),
            std::string(account.aor), std::move(wanted.path), request.flow(), now, unix_now,
            std::move(plan.writes)});
}

void Registrar::State::commit(Pending&& change) {
    if (store == nullptr) {
        if (apply(change))
            accept(change.server, change.tenant, change.aor, change.path);
        else
            unavailable(change.server, 500, "The binding could not be kept");
        return;
    }
    std::uint32_t slot = 0;
    if (free_slots.empty()) {
        slot = static_cast<std::uint32_t>(pending.size());
        pending.emplace_back();
    } else {
        slot = free_slots.back();
        free_slots.pop_back();
    }
    if (!store->submit(change.writes, [this, slot](const store::Outcome& o) { committed(slot, o); })) {
        free_slots.push_back(slot);
        unavailable(change.server, 503, "Too many registrations wait");
        return;
    }
    ++in_store;
    busy.try_emplace(change.key);
    pending[slot] = std::move(change);
}

bool Registrar::State::apply(const Pending& change) {
    const auto monotonic = [&](std::int64_t unix_time) {
        return change.now + (unix_time - change.unix_now) * kSecond;
    };
    bool whole = true;
    for (const store::Write& write : change.writes) {
        if (const auto* remove = std::get_if<store::RemoveBinding>(&write)) {
            if (location.remove(remove->id)) ++counts.removed;
        } else if (const auto* refresh = std::get_if<store::RefreshBinding>(&write)) {
            const store::BindingRefresh& row = refresh->row;
            if (location.refresh(row.id, row.cseq, row.branch, monotonic(row.expires), row.updated))
                ++counts.refreshed;
            else
                whole = false;  // the operator removed it meanwhile
        } else if (const auto* put = std::get_if<store::PutBinding>(&write)) {
            const store::BindingRow& row = put->row();
            Binding binding = from_row(row);
            binding.flow = change.flow;
            binding.expires = monotonic(row.expires);
            if (location.put(binding))
                ++counts.added;
            else
                whole = false;
        }
    }
    watch_expiry();
    return whole;
}

void Registrar::State::committed(std::uint32_t slot, const store::Outcome& outcome) {
    const Pending change = std::move(pending[slot]);
    free_slots.push_back(slot);
    --in_store;
    // Nothing of a failed change is in memory: what was not committed is not acknowledged and does not ring.
    if (!outcome.ok())
        unavailable(change.server, 500, "The registration could not be stored");
    else if (!apply(change))
        unavailable(change.server, 500, "The binding could not be kept");
    else
        accept(change.server, change.tenant, change.aor, change.path);
    next_waiting(change.key);
}

// Does those that waited for an AoR, until one of them is pending itself or none is left.
void Registrar::State::next_waiting(std::uint64_t key) {
    while (true) {
        const auto entry = busy.find(key);
        if (entry == busy.end()) return;
        if (entry->second.empty()) {
            busy.erase(entry);
            return;
        }
        const Waiting next = std::move(entry->second.front());
        entry->second.erase(entry->second.begin());
        --waiting;
        const std::size_t before = in_store;
        // The configuration may have changed while it waited; credentials were checked when it came.
        const std::string_view aor = next.aor;
        const std::size_t at = aor.rfind('@');
        const Account* account = accounts.find(aor.substr(at + 1), aor.substr(0, at));
        if (account == nullptr)
            answer(next.server, 404, "No such subscriber", {});
        else
            update(next.server, next.request, *account);
        if (in_store > before) return;  // the AoR stays busy
    }
}

void Registrar::State::accept(transaction::ServerId server, std::string_view tenant, std::string_view aor,
                              std::string_view path) {
    scratch.clear();
    location.lookup(tenant, aor, wheel.now(), scratch);
    extra.clear();
    append_answer(scratch, path, wheel.now(), extra);
    const std::int64_t unix_now = unix_ms() / 1000;
    if (unix_now != date_of) {
        date.clear();
        append_date(unix_now, date);
        date_of = unix_now;
    }
    extra += date;
    answer(server, 200, {}, extra);
}

// Removes rows whose bindings are gone from memory. Should it fail, they are found expired at the next start.
void Registrar::State::forget(const std::vector<std::int64_t>& ids) {
    if (store == nullptr || ids.empty()) return;
    store::Batch batch;
    batch.reserve(ids.size());
    for (const std::int64_t id : ids) batch.emplace_back(store::RemoveBinding{id});
    store->submit(std::move(batch), [](const store::Outcome&) {});
}

void Registrar::State::watch_expiry() {
    if (expiry_timer != 0 || location.counts().bindings == 0) return;
    expiry_timer = wheel.start(wheel.now() + kSecond, {transaction::OwnerKind::registrar, 0, 0});
}

Registrar::Registrar(Responder& responder, transaction::TimerWheel& wheel, Location& location,
                     const Accounts& accounts, Authenticator& authenticator, store::Store* store,
                     std::function<std::int64_t()> unix_ms)
    : state_(new State{responder, wheel, location, accounts, authenticator, store, std::move(unix_ms)}) {
    wheel.attach(transaction::OwnerKind::registrar, *this);
}

Registrar::~Registrar() {
    if (state_->in_store != 0) state_->store->drain();
    state_->wheel.cancel(state_->expiry_timer);
}

std::size_t Registrar::restore(const std::function<bool(net::Flow&)>& flow_of) {
    State& s = *state_;
    if (s.store == nullptr) return 0;
    const Nanoseconds now = s.wheel.now();
    const std::int64_t unix_now = s.unix_ms() / 1000;
    std::vector<std::int64_t> dead;
    std::size_t live = 0;
    s.store->load_bindings([&](const store::BindingRow& row) {
        s.last_id = std::max(s.last_id, row.id);
        if (row.expires <= unix_now) {
            dead.push_back(row.id);
            return;
        }
        Binding binding = from_row(row);
        binding.flow.realm = s.accounts.realm_of(row.realm);
        if (binding.flow.realm == kNone<RealmId>) return;
        // A connection does not outlive the process.
        if (net::is_reliable(binding.flow.transport)) binding.flags |= kFlowLost;
        net::Flow flow = binding.flow;
        if (flow_of(flow)) binding.flow = flow;
        binding.expires = now + (row.expires - unix_now) * kSecond;
        if (s.location.put(binding)) ++live;
    });
    s.forget(dead);
    s.watch_expiry();
    return live;
}

void Registrar::on_request(transaction::ServerId server, const message::Incoming& request) {
    State& s = *state_;
    ++s.counts.requests;
    s.authenticator.expect(request);
    const Account* account = s.admit(server, request);
    if (account == nullptr) return;
    if (s.in_store + s.waiting >= kMaxPending) {
        s.unavailable(server, 503, "Too many registrations wait");
        return;
    }
    if (!s.busy.empty()) {
        const auto busy = s.busy.find(s.key_of(account->tenant, account->aor));
        if (busy != s.busy.end()) {
            busy->second.push_back({server, std::string(account->aor), request});
            ++s.waiting;
            return;
        }
    }
    s.update(server, request, *account);
}

void Registrar::on_timer(const transaction::Owner&, Nanoseconds now) {
    State& s = *state_;
    s.expiry_timer = 0;
    std::vector<std::int64_t> gone;
    const std::size_t expired =
        s.location.expire(now, kExpireAtOnce, [&](std::int64_t id) { gone.push_back(id); });
    s.counts.expired += expired;
    s.forget(gone);
    if (expired == kExpireAtOnce)
        s.expiry_timer = s.wheel.start(now + kNextSlice, {transaction::OwnerKind::registrar, 0, 0});
    else
        s.watch_expiry();
}

std::size_t Registrar::unregister(std::string_view tenant, std::string_view aor, std::string_view contact) {
    State& s = *state_;
    std::vector<Binding> bindings;
    s.location.lookup(tenant, aor, s.wheel.now(), bindings);
    std::vector<std::int64_t> ids;
    for (const Binding& binding : bindings)
        if (contact.empty() || same_uri(contact, binding.contact)) ids.push_back(binding.id);
    for (const std::int64_t id : ids)
        if (s.location.remove(id)) ++s.counts.removed;
    s.forget(ids);
    return ids.size();
}

const RegistrarCounts& Registrar::counts() const {
    state_->counts.pending = state_->in_store + state_->waiting;
    return state_->counts;
}

}  // namespace strowger::registrar
