// The directory of the daemon: registrar, authenticator and trunks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "call/directory.hpp"
#include "lcr/tables.hpp"
#include "model/resources.hpp"
#include "registrar/accounts.hpp"
#include "registrar/authenticator.hpp"
#include "registrar/location.hpp"
#include "resolver/resolver.hpp"
#include "transaction/timer_wheel.hpp"
#include "trunk/logins.hpp"
#include "trunk/trunks.hpp"

namespace strowger::call {

// All references outlive it. `unix_ms`: the time of day in milliseconds, for nonces.
class RegistrarDirectory final : public Directory {
  public:
    RegistrarDirectory(const registrar::Accounts& accounts, registrar::Authenticator& authenticator,
                       const registrar::Location& location, trunk::Trunks& trunks, trunk::Logins& logins,
                       const transaction::TimerWheel& wheel, std::function<std::int64_t()> unix_ms);
    // realms[i] is the name of RealmId i.
    void configure(const model::Model& model, const std::vector<std::string>& realms);

    Caller identify(const message::Incoming& request) override;
    TrunkId trunk_of(const net::Flow& flow) override {
        return trunks_.identify(flow.realm, flow.remote.address);
    }
    bool find_subscriber(RealmId realm, std::string_view host, std::string_view user,
                         const wire::Endpoint& local, Callee& out) override;
    std::size_t contacts(const Callee& callee, Nanoseconds now,
                         std::vector<registrar::Binding>& out) override;
    bool find_domain(RealmId realm, std::string_view host, const wire::Endpoint& local, std::string& domain,
                     std::string& tenant) override;
    bool is_ours(RealmId realm, std::string_view host, const wire::Endpoint& local) override;
    void order_targets(TrunkId trunk, std::uint64_t random, std::vector<TrunkTarget>& out) override;
    void least_cost(std::string_view table, std::string_view number, std::vector<TrunkId>& out) override;
    // Of least_cost(); outlives this. Without them no number has a trunk.
    void give_rates(const lcr::Tables& tables) { rates_ = &tables; }
    // Of enumerate(); outlives this. Without it no name server answers.
    void give_resolver(resolver::Resolver& resolver) { resolver_ = &resolver; }
    std::uint16_t take_trunk(TrunkId trunk, const trunk::Load& load) override;
    void release_trunk(TrunkId trunk, const trunk::Load& load) override;
    bool target_begins(TrunkId trunk, std::uint16_t target) override;
    void target_setup(TrunkId trunk, std::uint16_t target, const trunk::Setup& setup) override;
    void target_media(TrunkId trunk, std::uint16_t target, const trunk::Media& media) override;
    resolver::Enumerated enumerate(std::string_view number, std::string_view suffix) override;
    void target_result(TrunkId trunk, std::uint16_t target, bool alive, std::uint16_t status) override;
    std::string credentials(std::string_view account, std::string_view method, std::string_view uri) override;
    bool challenged(std::string_view account, const wire::SipMessage& response, bool answered) override;

  private:
    struct RealmRule {
        bool authenticates = true;
        std::string tenant = "default";
    };
    [[nodiscard]] RealmRule rule(RealmId realm) const;
    void challenge(const message::Incoming& request, Caller& out);

    const registrar::Accounts& accounts_;
    registrar::Authenticator& authenticator_;
    const registrar::Location& location_;
    trunk::Trunks& trunks_;
    trunk::Logins& logins_;
    const lcr::Tables* rates_ = nullptr;
    resolver::Resolver* resolver_ = nullptr;
    const transaction::TimerWheel& wheel_;
    std::function<std::int64_t()> unix_ms_;
    std::vector<RealmRule> realms_;  // by RealmId
};

}  // namespace strowger::call
