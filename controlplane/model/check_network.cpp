// Checks of ports and realms: devices, addresses, listeners, media ports.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/check.hpp"
#include "model/effective.hpp"
#include "model/values.hpp"

namespace strowger::model {

namespace {

// "0000:3b:00.0"
bool is_pci_address(std::string_view text) {
    constexpr std::string_view kForm = "xxxx:xx:xx.x";
    if (text.size() != kForm.size()) return false;
    return std::ranges::equal(text, kForm, [](char c, char form) {
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        return form == 'x' ? hex : c == form;
    });
}

void check_device(const Port& port, std::vector<Finding>& findings) {
    const auto complain = [&](const char* option, const std::string& text, const char* complaint) {
        findings.push_back(
            {.kind = Kind::port, .name = port.name, .option = option, .text = text, .complaint = complaint});
    };
    switch (port.driver) {
        case PortDriver::af_xdp:
            if (port.interface.empty())
                complain("interface", "",
                         "is missing: driver af_xdp needs the name of the kernel's interface, such as eth1");
            if (!port.device.empty())
                complain("device", port.device, "driver af_xdp has none: remove this line");
            break;
        case PortDriver::pci:
            if (!is_pci_address(port.device))
                complain("device", port.device,
                         "driver pci needs an address such as 0000:3b:00.0 (lspci -D shows them)");
            break;
        case PortDriver::memif:
            if (!port.device.starts_with('/'))
                complain("device", port.device, "driver memif needs the absolute path of its socket");
            break;
        case PortDriver::pcap:
            if (std::ranges::count(port.device, ',') != 1)
                complain("device", port.device, "driver pcap needs two files: rx.pcap,tx.pcap");
            break;
        case PortDriver::ring:
            break;
    }
    if ((port.descriptors & (port.descriptors - 1)) != 0)
        complain("descriptors", write(port.descriptors), "must be a power of two, such as 1024 or 2048");
}

// Where an address lives: the same one may exist on two ports or VLANs.
using LocalKey = std::tuple<std::string, std::uint16_t, wire::IpAddress>;

LocalKey key_of(const Realm& realm, const wire::IpAddress& address) {
    return {realm.port.name, realm.vlan, address};
}

class RealmCheck {
  public:
    RealmCheck(const Model& model, std::vector<Finding>& findings) : model_(model), findings_(findings) {}

    void run() {
        for (const auto& [name, realm] : model_.realms) {
            addresses(realm);
            listeners(realm);
            media(realm);
            lists(realm.allow, realm.deny, Kind::realm, name);
            policy(realm);
            if (!realm.default_domain.empty() && !has_domain(realm.default_domain))
                complain(realm, "default_domain", realm.default_domain,
                         "no tenant has this domain: add it to a tenant's domains");
        }
        for (const auto& [name, screen] : model_.screens)
            lists(screen.allow, screen.deny, Kind::screen, name);
    }

  private:
    void complain(const Realm& realm, const char* option, std::string text, std::string complaint) {
        findings_.push_back({.kind = Kind::realm,
                             .name = realm.name,
                             .option = option,
                             .text = std::move(text),
                             .complaint = std::move(complaint)});
    }

    void policy(const Realm& realm) {
        if (realm.policy == Policy::proxy)
            complain(realm, "policy", write(realm.policy),
                     "not available in this version: use b2bua or stateless");
    }

    bool has_domain(const std::string& domain) const {
        return std::ranges::any_of(model_.tenants, [&](const auto& entry) {
            return std::ranges::any_of(entry.second.domains, [&](const std::string& other) {
                return equal_ignoring_case(other, domain);
            });
        });
    }

    void addresses(const Realm& realm) {
        for (const wire::IpAddress& address : realm.addresses)
            if (address.is_unspecified())
                complain(realm, "addresses", write(address),
                         "an address of this machine is needed, not a wildcard");
        for (const wire::IpAddress& address : realm.media_addresses)
            if (std::ranges::find(realm.addresses, address) == realm.addresses.end())
                complain(realm, "media_addresses", write(address),
                         "not one of the realm's addresses: add it there too");
    }

    void listeners(const Realm& realm) {
        for (const Listener& listener : realm.listeners) {
            if (listener.transport != net::TransportKind::udp)
                complain(realm, "listeners", write(listener), "only udp is available in this version");
            if (std::ranges::find(realm.addresses, listener.local.address) == realm.addresses.end())
                complain(realm, "listeners", write(listener),
                         "its address is not one of the realm's addresses");
            const auto [first, fresh] = listeners_.try_emplace(
                std::tuple(key_of(realm, listener.local.address), listener.local.port.host()), &realm);
            if (!fresh && first->second != &realm)
                complain(realm, "listeners", write(listener),
                         fmt::format("realm {} listens there already, on the same port and VLAN",
                                     first->second->name));
            const bool inside_media = std::ranges::find(media_addresses(realm), listener.local.address) !=
                                          media_addresses(realm).end() &&
                                      listener.local.port.host() >= realm.media_ports.first &&
                                      listener.local.port.host() <= realm.media_ports.last;
            if (inside_media)
                complain(
                    realm, "listeners", write(listener),
                    fmt::format("within media_ports {}: choose a port outside", write(realm.media_ports)));
        }
    }

    // One realm owns the media ports of an address, whole.
    void media(const Realm& realm) {
        if (realm.listeners.empty() && realm.media_addresses.empty()) return;
        for (const wire::IpAddress& address : media_addresses(realm)) {
            const auto [first, fresh] = media_.try_emplace(key_of(realm, address), &realm);
            if (!fresh)
                complain(realm, realm.media_addresses.empty() ? "addresses" : "media_addresses",
                         write(address),
                         fmt::format(
                             "realm {} has its media there already: give one of them other media_addresses",
                             first->second->name));
            if (const auto* listening = other_listener_in_media(realm, address))
                complain(realm, "media_ports", write(realm.media_ports),
                         fmt::format("realm {} has a listener among these ports of {}", listening->name,
                                     write(address)));
        }
    }

    const Realm* other_listener_in_media(const Realm& realm, const wire::IpAddress& address) const {
        for (const auto& [name, other] : model_.realms) {
            if (&other == &realm || other.port != realm.port || other.vlan != realm.vlan) continue;
            for (const Listener& listener : other.listeners)
                if (listener.local.address == address &&
                    listener.local.port.host() >= realm.media_ports.first &&
                    listener.local.port.host() <= realm.media_ports.last)
                    return &other;
        }
        return nullptr;
    }

    void lists(const Prefixes& allow, const Prefixes& deny, Kind kind, const std::string& name) {
        for (const wire::Prefix& prefix : deny)
            if (std::ranges::find(allow, prefix) != allow.end())
                findings_.push_back({.kind = kind,
                                     .name = name,
                                     .option = "deny",
                                     .text = write(prefix),
                                     .complaint = "in allow as well: remove it from one of them"});
    }

    const Model& model_;
    std::vector<Finding>& findings_;
    std::map<std::tuple<LocalKey, std::uint16_t>, const Realm*> listeners_;
    std::map<LocalKey, const Realm*> media_;
};

}  // namespace

void check_ports(const Model& model, std::vector<Finding>& findings) {
    std::map<std::string_view, std::string_view> by_interface;
    std::map<std::string_view, std::string_view> by_device;
    for (const auto& [name, port] : model.ports) {
        check_device(port, findings);
        const auto unique = [&, &name = name](auto& seen, const char* option, const std::string& value) {
            if (value.empty()) return;
            const auto [first, fresh] = seen.try_emplace(value, name);
            if (!fresh)
                findings.push_back({.kind = Kind::port,
                                    .name = name,
                                    .option = option,
                                    .text = value,
                                    .complaint = fmt::format("port {} has it already", first->second)});
        };
        unique(by_interface, "interface", port.interface);
        unique(by_device, "device", port.device);
    }
}

void check_realms(const Model& model, std::vector<Finding>& findings) {
    RealmCheck(model, findings).run();
}

}  // namespace strowger::model
