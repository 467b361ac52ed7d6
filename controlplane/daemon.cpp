#include "daemon.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <thread>

#include "config/load.hpp"
#include "daemon_parts.hpp"
#include "store/sqlite_store.hpp"

namespace strowger {
namespace {

spdlog::level::level_enum level_of(model::LogLevel level) {
    switch (level) {
        case model::LogLevel::trace:
            return spdlog::level::trace;
        case model::LogLevel::debug:
            return spdlog::level::debug;
        case model::LogLevel::info:
            return spdlog::level::info;
        case model::LogLevel::warning:
            return spdlog::level::warn;
        case model::LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string in_state(const Options& options, const std::string& configured) {
    if (options.state.empty() || configured.empty()) return configured;
    return (std::filesystem::path(options.state) / std::filesystem::path(configured).filename()).string();
}

transaction::Timers timers_of(const model::System& system) {
    const auto ns = [](model::Duration d) { return d.count() * kMillisecond; };
    return {.t1 = ns(system.t1),
            .t2 = ns(system.t2),
            .t4 = ns(system.t4),
            .timer_b = ns(system.timer_b),
            .timer_f = ns(system.timer_f),
            .timer_c = ns(system.timer_c),
            .timer_d = 32 * kSecond};
}

}  // namespace

Daemon::Daemon(Options options) : parts_(std::make_unique<DaemonParts>(std::move(options))) {}
Daemon::~Daemon() = default;

bool Daemon::start(std::vector<std::string>& problems) {
    DaemonParts& p = *parts_;
    std::string text;
    config::Problem unreadable;
    if (!config::read_file(p.options.config, text, unreadable)) {
        problems.push_back(to_string(unreadable));
        return false;
    }
    const auto from_file = config::load_text(text, p.options.config);
    for (const config::Problem& problem : from_file.problems) problems.push_back(to_string(problem));
    if (!from_file.ok() || !p.open_store(from_file.model, problems)) return false;

    p.configuration = std::make_unique<config::Configuration>(
        config::Settings{.publish = [&p](const model::Model& next,
                                         const std::vector<model::Change>& changes) {
                             return p.make_live(next, changes);
                         },
                         .applied =
                             [&p](const config::Outcome& outcome, const std::string& author) {
                                 p.events->tell(observe::Configured{.version = outcome.version,
                                                                    .author = author,
                                                                    .changes = outcome.changes.size()});
                             },
                         .unix_ms = unix_now_ms,
                         .store = p.store.get()});
    const config::Outcome outcome = p.configuration->start(text, p.options.config);
    for (const config::Problem& problem : outcome.problems) problems.push_back(to_string(problem));
    if (!problems.empty()) return false;

    if (!p.start_network(problems)) return false;
    p.start_services();
    if (!p.open_api(problems)) return false;
    spdlog::info("running: {} ports, {} workers, configuration version {}", p.dataplane->ports().size(),
                 p.dataplane->workers(), p.configuration->model().version);
    return true;
}

bool DaemonParts::open_store(const model::Model& from_file, std::vector<std::string>& problems) {
    spdlog::set_level(level_of(from_file.system.log_level));
    const std::string path = in_state(options, from_file.system.database);
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    std::string error;
    store = store::open_sqlite(
        {.path = path}, [this] { boost::asio::post(io, [this] { store->poll(); }); }, error);
    if (store == nullptr) problems.push_back(error);
    return store != nullptr;
}

bool DaemonParts::start_network(std::vector<std::string>& problems) {
    const model::Model& model = configuration->model();
    std::string error;
    const DataplaneSpec spec = publish::dataplane_spec(model, ids, std::thread::hardware_concurrency());
    dataplane = start_dataplane(spec, error);
    if (dataplane == nullptr || !mirror.open(error)) {
        problems.push_back(error);
        return false;
    }
    for (const PortSpec& port : spec.ports) shared_ports.push_back(port.driver == PortDriver::af_xdp);
    publisher.emplace(*dataplane, mirror, ids);
    transport.emplace(*dataplane, mirror);
    companions.emplace(*dataplane);
    start_proxy();
    warnings = publisher->publish(model);
    for (const std::string& warning : warnings) spdlog::warn("{}", warning);
    after_publish();
    problems = open_companions();
    return problems.empty();
}

void DaemonParts::start_services() {
    const model::Model& model = configuration->model();
    const Nanoseconds now = clock_now();
    transport->set_now(now);
    trace.emplace(model.system.trace_messages);
    events.emplace(model.system.events_kept, unix_now_ms);
    wheel.emplace(now);
    resolver.emplace(unbound, penalties, *wheel);
    named_transport.emplace(*transport, *resolver, *wheel);
    layer.emplace(*wheel, *named_transport, ingress, &*trace);
    authenticator.emplace(accounts, nonce_key);
    responder.emplace(*layer);
    registrar.emplace(*responder, *wheel, location, accounts, *authenticator, store.get(), unix_now_ms);
    prober.emplace(trunks, *layer, *wheel, *transport);
    registrations.emplace(trunks, logins, *layer, *wheel, *transport);
    trunk_names.emplace(trunks, *resolver, *wheel, *transport,
                        [](const std::string& sentence) { spdlog::warn("{}", sentence); });
    std::string error;
    const std::string cdr_path = in_state(options, model.system.cdr_file);
    if (!cdr_path.empty()) cdr = observe::CdrWriter::open({.path = cdr_path}, error);
    if (!error.empty()) warnings.push_back(error);
    next_hops.emplace(mirror, *publisher, *wheel);
    sessions.emplace(*dataplane, *next_hops);
    directory.emplace(accounts, *authenticator, location, trunks, logins, *wheel, unix_now_ms);
    rates.emplace([this](std::function<void()> f) { boost::asio::post(io, std::move(f)); },
                  [this](std::string_view name) { return trunks.find(name); }, unix_now_ms,
                  [](const lcr::TableState& state) {
                      for (const std::string& problem : state.problems)
                          spdlog::warn("lcr_table {}: {}", state.name, problem);
                      if (state.problems.empty())
                          spdlog::info("lcr_table {}: {} rows in {} ms", state.name, state.table->rows(),
                                       state.took_ms);
                  });
    directory->give_rates(*rates);
    patterns.emplace([this](std::function<void()> f) { boost::asio::post(io, std::move(f)); });
    records.emplace(cdr.get(), *trace, *events);
    calls.emplace(*layer, *named_transport, *wheel, *sessions, *directory, *records,
                  [] { return unix_now_ms() * kMillisecond; });
    settings.emplace(store.get());
    if (const std::size_t n = settings->restore(); n != 0) spdlog::info("features that {} subscribers set are restored", n);
    calls->give_settings(*settings);
    credit.emplace(io, [](const std::string& sentence) { spdlog::warn("{}", sentence); });
    calls->give_credit(*credit);
    directory->give_resolver(*resolver);
    resolver->watch([this] { calls->on_names(); });
    ingress.registrar = &*registrar;
    ingress.calls = &*calls;
    configure(model, false);
    const std::size_t restored = registrar->restore([this](net::Flow& flow) {
        flow.listener = transport->listener_of(flow.realm, flow.local);
        return flow.listener != kNone<ListenerId>;
    });
    registration_events.emplace(*events, location, ids, *wheel);
    health_events.emplace(*events);
    overload_events.emplace(*events);
    if (restored != 0) spdlog::info("{} registrations restored", restored);
}

void DaemonParts::configure(const model::Model& model, bool same_plan) {
    spdlog::set_level(level_of(model.system.log_level));
    const auto names_of = [](const auto& numbering) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < numbering.size(); ++i)
            names.push_back(numbering.key(static_cast<std::remove_cvref_t<decltype(numbering.find(""))>>(i)));
        return names;
    };
    const std::vector<std::string> realm_names = names_of(ids.realms);
    layer->configure(timers_of(model.system));
    accounts.configure(model, realm_names);
    authenticator->set_nonce_lifetime(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(model.system.nonce_lifetime).count()));
    authenticator->set_offer_sha256(model.system.digest_sha256);
    configure_resolver(model.system);
    const bool named = trunks.named();
    trunks.configure(model, ids);
    trunk_names->configure();
    logins.configure(model);
    registrations->configure(model);
    rates->configure(model);
    // The tables were made with the addresses of the names that were.
    if (named || trunks.named()) --resolutions_given;
    prober->configure();
    credit->configure({model.system.credit_url, model.system.credit_token.value,
                       static_cast<std::uint32_t>(model.system.credit_timeout.count()),
                       model.system.credit_questions});
    directory->configure(model, realm_names);
    if (publisher->live().proxy.enabled) location_feed->enable();
    configure_media();
    calls->configure(call::compile(model, realm_names, names_of(ids.trunks), &calls->policies(), same_plan));
    build_patterns();
}

void DaemonParts::build_patterns() {
    const auto plan = calls->policies().plan;
    if (!plan->wants_database() || plan == asked_for) return;
    asked_for = plan;
    patterns->build(plan->expressions(), [plan](pattern::Built built) {
        if (built.database == nullptr)
            return spdlog::warn("dial plan: its expressions are tried one after the other, because {}", built.problem);
        plan->take(std::move(built.database));
        spdlog::info("dial plan: {} expressions compiled in {} ms", plan->expressions().size(), built.took_ms);
    });
}

void DaemonParts::configure_resolver(const model::System& system) {
    resolver->configure({.timeout = system.dns_timeout.count() * kMillisecond,
                         .stale = system.dns_stale.count() * kMillisecond,
                         .entries = system.dns_cache});
    resolver::UnboundOptions wanted{.servers = system.dns_servers};
    const tables::Tables& live = publisher->live();
    for (const tables::MediaAddress& address : live.media_addresses)
        wanted.avoid.emplace_back(address.low, address.high);
    for (const tables::Listener& listener : live.listeners)
        wanted.avoid.emplace_back(listener.local.port.host(), listener.local.port.host());
    std::ranges::sort(wanted.avoid);
    const auto [first, last] = std::ranges::unique(wanted.avoid);
    wanted.avoid.erase(first, last);
    if (dns.is_open()) dns.release();  // the descriptor is not ours to close
    std::string problem;
    if (unbound.configure(wanted, problem)) dns_warning = problem;
    if (!problem.empty()) spdlog::warn("{}", problem);
    if (unbound.fd() < 0) return;
    dns.assign(unbound.fd());
    watch_dns();
}

void DaemonParts::configure_media() {
    const tables::Tables& live = publisher->live();
    for (std::size_t realm = 0; realm < live.realms.size(); ++realm) {
        media::RealmMedia media;
        media.dscp = live.realms[realm].media_dscp;
        for (std::size_t i = 0; i < live.media_addresses.size(); ++i) {
            const tables::MediaAddress& address = live.media_addresses[i];
            if (index(address.realm) != realm || address.interface == kNone<InterfaceId>) continue;
            media.addresses.push_back(
                {static_cast<MediaAddressId>(i), address.address, address.low, address.high});
        }
        sessions->configure(static_cast<RealmId>(realm), media);
    }
}

std::string DaemonParts::make_live(const model::Model& next, const std::vector<model::Change>& changes) {
    auto lacking = publisher->publish(next);
    const auto refused = open_companions();
    if (!refused.empty()) {
        warnings = publisher->publish(configuration->model());
        open_companions();
        after_publish();
        return refused.front();
    }
    warnings = std::move(lacking);
    after_publish();
    const bool same_plan = std::ranges::none_of(changes, [](const model::Change& change) {
        return change.kind == model::Kind::route || change.kind == model::Kind::schedule ||
               change.kind == model::Kind::trunk_group;
    });
    configure(next, same_plan);
    return {};
}

void DaemonParts::after_publish() {
    transport->configure(publisher->live());
    transport->retry();
}

bool DaemonParts::open_api(std::vector<std::string>& problems) {
    const model::System& system = configuration->model().system;
    overview.emplace(*this);
    manage::serve(router, *configuration, *overview, *events);
    server.emplace(io, router);
    const auto listen = [&](const std::string& problem) {
        if (!problem.empty()) problems.push_back(problem);
    };
    listen(server->listen_unix(options.socket.empty() ? system.api_socket : options.socket));
    for (const wire::Endpoint& endpoint : system.api_listen)
        listen(
            server->listen_tcp(endpoint, [this] { return configuration->model().system.api_token.value; }));
    return problems.empty();
}

}  // namespace strowger
