// The model that the registrar's tests know: two tenants, a few subscribers, two realms.
#pragma once

#include <string>
#include <vector>

#include "model/resources.hpp"
#include "registrar/accounts.hpp"

namespace strowger::registrar {

inline constexpr RealmId kAccess{0};
inline constexpr RealmId kCore{1};

inline model::Model sample_model() {
    model::Model model;
    model::Tenant& lab = model.tenants["default"];
    lab.name = "default";
    lab.domains = {"Lab.example", "second.example"};
    model::Tenant& acme = model.tenants["acme"];
    acme.name = "acme";
    acme.domains = {"acme.example"};
    acme.min_expires = std::chrono::seconds(120);
    acme.max_expires = std::chrono::seconds(600);
    acme.default_expires = std::chrono::seconds(300);
    const auto add = [&](std::string name, std::string tenant) -> model::Subscriber& {
        model::Subscriber& s = model.subscribers[name];
        s.name = name;
        s.tenant.name = tenant;
        s.user = name;
        return s;
    };
    model::Subscriber& range = add("phones", "default");
    range.user.clear();
    range.range = {.first = 1001, .last = 1099, .digits = 4};
    range.password.value = "secret-{user}";
    range.max_contacts = 3;
    add("alice", "default").password.value = "wonderland";
    model.subscribers["alice"].display_name = "Alice";
    model::Subscriber& second = add("bob", "default");
    second.domain = "Second.example";
    second.password.value = "builder";
    add("hash", "default").ha1_md5.value = "3f6b1e6d0cf2e20ebe3ea2b31e8a5b10";
    add("1001@acme", "acme").user = "1001";
    model.subscribers["1001@acme"].password.value = "other";
    model::Realm& access = model.realms["access"];
    access.name = "access";
    access.addresses = {*wire::parse_address("10.10.0.1"), *wire::parse_address("fd10:a::1")};
    access.tenant.name = "default";
    model::Realm& core = model.realms["core"];
    core.name = "core";
    core.addresses = {*wire::parse_address("10.20.0.1")};
    core.default_domain = "acme.example";
    core.tenant.name = "default";
    core.trusted = true;
    return model;
}

inline const std::vector<std::string>& sample_realms() {
    static const std::vector<std::string> names{"access", "core"};
    return names;
}

}  // namespace strowger::registrar
