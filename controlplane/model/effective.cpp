#include "model/effective.hpp"

namespace strowger::model {

Prefixes identify(const Trunk& trunk) {
    if (!trunk.identify.empty()) return trunk.identify;
    Prefixes sources;
    for (const Target& target : trunk.targets)
        if (target.name.empty()) sources.push_back({.address = target.remote.address, .length = 128});
    return sources;
}

const Tenant& tenant_of(const Model& model, std::string_view name) {
    static const Tenant undeclared{.name = "default"};
    const auto found = model.tenants.find(name);
    return found == model.tenants.end() ? undeclared : found->second;
}

}  // namespace strowger::model
