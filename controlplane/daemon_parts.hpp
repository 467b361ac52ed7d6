// Every part of the control plane, in the order in which they are made; they end in the opposite order.
// Private to the daemon.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call/calls.hpp"
#include "call/feature_settings.hpp"
#include "call/registrar_directory.hpp"
#include "call_records.hpp"
#include "config/configuration.hpp"
#include "credit/http_curl.hpp"
#include "daemon.hpp"
#include "event_sources.hpp"
#include "leg_samples.hpp"
#include "manage/api.hpp"
#include "manage/server.hpp"
#include "media/sessions.hpp"
#include "net/companion_sockets.hpp"
#include "net/mirror.hpp"
#include "net/udp_transport.hpp"
#include "observe/cdr.hpp"
#include "observe/trace.hpp"
#include "overview.hpp"
#include "pattern/builder.hpp"
#include "publish/publisher.hpp"
#include "publish/token_keys.hpp"
#include "registrar/layer_responder.hpp"
#include "registrar/location_feed.hpp"
#include "registrar/registrar.hpp"
#include "resolver/named_transport.hpp"
#include "resolver/unbound.hpp"
#include "store/store.hpp"
#include "strowger/dataplane.hpp"
#include "trunk/names.hpp"
#include "trunk/prober.hpp"
#include "trunk/registrations.hpp"

namespace strowger {

// Requests that belong to no transaction yet: registrations to the registrar, everything else to the calls.
struct Ingress final : transaction::Dispatcher {
    registrar::Registrar* registrar = nullptr;
    call::Calls* calls = nullptr;

    void on_request(transaction::ServerId server, const message::Incoming& request) override {
        if (request.sip().method() == wire::Method::register_) return registrar->on_request(server, request);
        calls->on_request(server, request);
    }
    void on_ack(const message::Incoming& ack) override { calls->on_ack(ack); }
    void on_stray_response(const message::Incoming& response) override { calls->on_stray_response(response); }
};

// Next hops of media: out of the interface that the media address is on.
class MediaNextHops final : public media::NextHops {
  public:
    MediaNextHops(net::Mirror& mirror, const publish::Publisher& publisher,
                  const transaction::TimerWheel& wheel)
        : mirror_(mirror), publisher_(publisher), wheel_(wheel) {}
    AdjacencyId next_hop(MediaAddressId from, const wire::IpAddress& to) override {
        const auto& addresses = publisher_.live().media_addresses;
        if (index(from) >= addresses.size()) return kNone<AdjacencyId>;
        return mirror_.resolve(addresses[index(from)].interface, to, wheel_.now()).adjacency;
    }

  private:
    net::Mirror& mirror_;
    const publish::Publisher& publisher_;
    const transaction::TimerWheel& wheel_;
};

struct DaemonParts {
    explicit DaemonParts(Options given) : options(std::move(given)) {}

    Options options;
    boost::asio::io_context io{1};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<config::Configuration> configuration;
    publish::Ids ids;
    net::Mirror mirror;
    std::unique_ptr<Dataplane> dataplane;
    std::vector<bool> shared_ports;  // by PortId: the kernel has the device too
    std::optional<publish::Publisher> publisher;
    std::optional<net::UdpTransport> transport;
    std::optional<net::CompanionSockets> companions;
    std::unique_ptr<observe::CdrWriter> cdr;
    std::optional<observe::Trace> trace;
    std::optional<observe::Events> events;
    std::optional<transaction::TimerWheel> wheel;
    resolver::Unbound unbound;
    resolver::Penalties penalties;
    std::optional<resolver::Resolver> resolver;
    std::optional<resolver::NamedTransport> named_transport;
    Ingress ingress;
    std::optional<transaction::Layer> layer;
    digest::NonceKey nonce_key{};
    std::shared_ptr<std::atomic<Nanoseconds>> clock;  // tables::Digest::clock
    registrar::Accounts accounts;
    registrar::Location location;
    std::optional<registrar::Authenticator> authenticator;
    std::optional<registrar::LayerResponder> responder;
    std::optional<registrar::Registrar> registrar;
    std::optional<publish::TokenKeys> token_keys;
    std::optional<registrar::LocationFeed> location_feed;
    trunk::Trunks trunks{penalties};
    std::optional<trunk::Names> trunk_names;
    std::optional<trunk::Prober> prober;
    trunk::Logins logins;
    std::optional<trunk::Registrations> registrations;
    std::optional<MediaNextHops> next_hops;
    std::optional<media::Sessions> sessions;
    std::optional<call::RegistrarDirectory> directory;
    std::optional<lcr::Tables> rates;
    std::optional<pattern::Builder> patterns;
    std::shared_ptr<const call::DialPlan> asked_for;  // whose expressions `patterns` has been given last
    std::optional<CallRecords> records;
    std::optional<RegistrationEvents> registration_events;
    std::optional<HealthEvents> health_events;
    std::optional<OverloadEvents> overload_events;
    std::optional<call::FeatureSettings> settings;
    std::optional<credit::Http> credit;
    std::optional<call::Calls> calls;
    LegSamples samples;
    Nanoseconds sampled = 0;
    std::uint64_t health_given = 0;       // Trunks::changes() that the workers know of
    std::uint64_t resolutions_given = 0;  // Trunks::resolutions() likewise
    std::string dns_warning;
    std::optional<Overview> overview;
    manage::Router router;
    std::optional<manage::Server> server;

    std::vector<std::string> warnings;  // what the host lacks, as of the last publish

    // --- the loop
    boost::asio::posix::stream_descriptor wake{io};
    boost::asio::posix::stream_descriptor netlink{io};
    boost::asio::posix::stream_descriptor dns{io};
    std::vector<std::unique_ptr<boost::asio::posix::stream_descriptor>> sockets;  // companions and taps
    boost::asio::signal_set signals{io};
    bool stopping = false;

    bool open_store(const model::Model& from_file, std::vector<std::string>& problems);
    // Before the first publish: what the workers' proxy needs beside the model.
    void start_proxy();
    // Tells the workers of health that changed, and renews the token key when it is due.
    void keep_proxy();
    bool start_network(std::vector<std::string>& problems);
    void start_services();
    bool open_api(std::vector<std::string>& problems);
    // Everything that follows the model, but the tables. `same_plan`: routes, schedules and trunk groups are as before.
    void configure(const model::Model& model, bool same_plan);
    // Has the dial plan's expressions compiled aside when they are many.
    void build_patterns();
    void configure_media();
    void configure_resolver(const model::System& system);
    // Tells whoever waits for names, and the workers of trunk addresses that changed.
    void resolve_names();
    // For Configuration: empty, or why the model cannot be made live (then the old one still is).
    std::string make_live(const model::Model& next, const std::vector<model::Change>& changes);
    void after_publish();
    // Opens and closes companion sockets as the live tables say, and watches them. A sentence for each
    // refusal.
    std::vector<std::string> open_companions();
    void watch_sockets();
    void watch_dns();
    void unwatch_sockets();

    void watch();  // registers what wakes the loop
    // Takes what the workers have for us; whether there was anything.
    bool turn();
    // What the workers settled themselves goes into the trace.
    void take_copies();
    void wait();
    void finish();
};

// Time of day in milliseconds.
[[nodiscard]] std::int64_t unix_now_ms();

}  // namespace strowger
