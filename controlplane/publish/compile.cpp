#include "publish/compile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/effective.hpp"

namespace strowger::publish {
namespace {

InterfaceId interface_id(const model::Realm& realm, Ids& ids) {
    return ids.interfaces.of({ids.ports.of(realm.port.name), realm.vlan});
}

bool is_started(const model::Realm& realm, Ids& ids, std::size_t started) {
    return index(ids.ports.of(realm.port.name)) < started;
}

void add_access(tables::Realm& out, const model::Prefixes& prefixes, bool allow) {
    for (const wire::Prefix& prefix : prefixes) out.access.push_back({prefix, allow});
}

// The realm's own lists and its screens', longest prefix first; of equal prefixes a refusal counts.
void compile_access(const model::Model& model, const model::Realm& realm, tables::Realm& out) {
    bool any_allow = !realm.allow.empty();
    bool any_deny = !realm.deny.empty();
    add_access(out, realm.deny, false);
    add_access(out, realm.allow, true);
    for (const auto& ref : realm.screens) {
        const model::Screen& screen = model.screens.at(ref.name);
        any_allow |= !screen.allow.empty();
        any_deny |= !screen.deny.empty();
        add_access(out, screen.deny, false);
        add_access(out, screen.allow, true);
    }
    std::stable_sort(out.access.begin(), out.access.end(), [](const auto& a, const auto& b) {
        if (a.prefix.length != b.prefix.length) return a.prefix.length > b.prefix.length;
        return !a.allow && b.allow;
    });
    out.allow_by_default = !any_allow || any_deny;
}

tables::Realm compile_realm(const model::Model& model, const model::Realm& realm, InterfaceId interface) {
    tables::Realm out;
    out.name = realm.name;
    out.interface = interface;
    out.trusted = realm.trusted;
    out.max_message = realm.max_message;
    out.max_headers = realm.max_headers;
    out.signalling_dscp = static_cast<std::uint8_t>(realm.signalling_dscp);
    out.media_dscp = static_cast<std::uint8_t>(realm.media_dscp);
    const auto burst = [](std::uint32_t value, std::uint32_t rate) { return value != 0 ? value : rate; };
    out.rate = {realm.rate_per_source, burst(realm.rate_per_source_burst, realm.rate_per_source), realm.rate,
                burst(realm.rate_burst, realm.rate)};
    compile_access(model, realm, out);
    for (const auto& [_, trunk] : model.trunks) {
        if (trunk.realm.name != realm.name) continue;
        const auto sources = model::identify(trunk);
        out.exempt.insert(out.exempt.end(), sources.begin(), sources.end());
    }
    return out;
}

std::string device_name(const model::Realm& realm, const model::Model& model) {
    const std::string& port = model.ports.at(realm.port.name).interface;
    return realm.vlan == 0 ? port : fmt::format("{} VLAN {}", port, realm.vlan);
}

}  // namespace

DataplaneSpec dataplane_spec(const model::Model& model, Ids& ids, unsigned cores) {
    DataplaneSpec spec;
    for (const auto& [name, port] : model.ports) {
        ids.ports.of(name);
        spec.ports.push_back({.name = name,
                              .driver = port.driver,
                              .interface = port.interface,
                              .device = port.device,
                              .memif_server = port.memif_server,
                              .queues = port.queues,
                              .descriptors = port.descriptors,
                              .native_xdp_only = port.native_xdp_only});
    }
    const model::System& system = model.system;
    std::size_t workers = system.workers;
    if (workers == 0) workers = system.cpus.empty() ? std::max(1u, cores - 1) : system.cpus.size();
    for (std::size_t i = 0; i < workers; ++i)
        spec.worker_cpus.push_back(i < system.cpus.size() ? system.cpus[i] : -1);
    spec.packet_buffers = system.packet_buffers;
    spec.memory_mb = system.memory_mb;
    spec.performance_mode = system.mode == model::IdleMode::performance;
    return spec;
}

std::vector<net::InterfaceBinding> interface_bindings(const model::Model& model, Ids& ids,
                                                      std::size_t started) {
    std::vector<net::InterfaceBinding> bindings;
    for (const auto& [_, realm] : model.realms) {
        if (!is_started(realm, ids, started)) continue;
        const InterfaceId id = interface_id(realm, ids);
        const bool known =
            std::any_of(bindings.begin(), bindings.end(), [&](const auto& b) { return b.id == id; });
        if (known) continue;
        const model::Port& port = model.ports.at(realm.port.name);
        bindings.push_back({id, ids.ports.of(realm.port.name), port.interface, realm.vlan});
    }
    return bindings;
}

std::unique_ptr<tables::Tables> compile(const model::Model& model, const net::Mirror& mirror, Ids& ids,
                                        std::size_t started, const ProxyPlan& plan,
                                        std::vector<std::string>& problems) {
    auto out = std::make_unique<tables::Tables>();
    const auto has_kernel_device = [&](const model::Realm& realm) {
        const auto driver = model.ports.at(realm.port.name).driver;
        return driver != PortDriver::ring && driver != PortDriver::pcap;
    };
    for (const auto& [name, realm] : model.realms) {
        if (!is_started(realm, ids, started)) {
            problems.push_back(
                fmt::format("realm {}: port {} is new and starts with the daemon: systemctl restart strowger",
                            name, realm.port.name));
            continue;
        }
        const InterfaceId interface = interface_id(realm, ids);
        const RealmId id = ids.realms.of(name);
        out->interfaces.resize(std::max(out->interfaces.size(), ids.interfaces.size()),
                               {.port = kNone<PortId>});
        tables::Interface& described = out->interfaces[index(interface)];
        described.port = ids.ports.of(realm.port.name);
        described.vlan = realm.vlan;
        if (has_kernel_device(realm) && !mirror.describe(interface, described))
            problems.push_back(
                fmt::format("realm {}: this host has no interface {}; create it, or correct port {}", name,
                            device_name(realm, model), realm.port.name));
        out->realms.resize(std::max(out->realms.size(), ids.realms.size()));
        out->realms[index(id)] = compile_realm(model, realm, interface);
        for (const wire::IpAddress& address : realm.addresses) {
            if (!has_kernel_device(realm) || mirror.has_address(interface, address)) continue;
            problems.push_back(fmt::format(
                "realm {}: the address {} is not on {}; add it: ip address add {}/{} dev {}", name,
                wire::to_string(address), device_name(realm, model), wire::to_string(address),
                address.is_v4() ? 24 : 64, model.ports.at(realm.port.name).interface));
        }
        for (const model::Listener& listener : realm.listeners) {
            if (listener.transport != net::TransportKind::udp) continue;
            const ListenerId listener_id = ids.listeners.of({id, interface, listener.local});
            out->listeners.resize(std::max(out->listeners.size(), ids.listeners.size()),
                                  {.interface = kNone<InterfaceId>});
            out->listeners[index(listener_id)] = {id, interface, listener.local};
        }
        for (const wire::IpAddress& address : model::media_addresses(realm)) {
            const auto [first, last] = realm.media_ports;
            const MediaAddressId media = ids.media_addresses.of({id, interface, address, first, last});
            out->media_addresses.resize(std::max(out->media_addresses.size(), ids.media_addresses.size()),
                                        {.interface = kNone<InterfaceId>});
            out->media_addresses[index(media)] = {id, interface, address, first, last};
        }
    }
    for (const auto& [name, _] : model.trunks) ids.trunks.of(name);
    out->routes.build(mirror.routes(), mirror.adjacencies(), mirror.routes_version());
    const auto& system = model.system;
    out->overload = {system.overload_depth,
                     static_cast<std::uint32_t>(system.overload_delay.count()) * 1000,
                     static_cast<std::uint16_t>(
                         std::chrono::duration_cast<std::chrono::seconds>(system.retry_after).count()),
                     {}};
    for (const auto& [_, route] : model.routes) {
        if (!route.emergency) continue;
        tables::EmergencyNumbers& numbers = out->overload.emergencies.emplace_back();
        for (const auto& realm : route.from) numbers.from.push_back(ids.realms.of(realm.name));
        numbers.digits = route.digits;
        numbers.users = route.users;
    }
    out->performance_mode = system.mode == model::IdleMode::performance;
    out->server_name = system.server_name;
    compile_proxy(model, ids, plan, *out);
    out->seal();
    return out;
}

}  // namespace strowger::publish
