// What holds where an option is unset: the one place for fall-backs from one object to another.
#pragma once

#include "model/resources.hpp"

namespace strowger::model {

// Digest authentication is asked of callers that no trunk identifies.
[[nodiscard]] inline bool authenticates(const Realm& realm) {
    return realm.authenticate.value_or(!realm.trusted);
}

[[nodiscard]] inline const Addresses& media_addresses(const Realm& realm) {
    return realm.media_addresses.empty() ? realm.addresses : realm.media_addresses;
}

[[nodiscard]] inline Duration inactivity_timeout(const Model& model, const Realm& realm) {
    return realm.inactivity_timeout.value_or(model.system.inactivity_timeout);
}

[[nodiscard]] inline Duration hold_timeout(const Model& model, const Realm& realm) {
    return realm.hold_timeout.value_or(model.system.hold_timeout);
}

[[nodiscard]] inline NatMode nat(const Realm& realm, const Trunk& trunk) {
    return trunk.nat.value_or(realm.nat);
}

[[nodiscard]] inline Duration session_expires(const Realm& realm, const Trunk& trunk) {
    return trunk.session_expires.value_or(realm.session_expires);
}

[[nodiscard]] inline Duration min_se(const Realm& realm, const Trunk& trunk) {
    return trunk.min_se.value_or(realm.min_se);
}

[[nodiscard]] inline Refer refer(const Realm& realm, const Trunk& trunk) {
    return trunk.refer.value_or(realm.refer);
}

[[nodiscard]] inline bool follow_redirects(const Realm& realm, const Trunk& trunk) {
    return trunk.follow_redirects.value_or(realm.follow_redirects);
}

[[nodiscard]] inline const Texts& codecs(const Realm& realm, const Trunk& trunk) {
    return trunk.codecs.empty() ? realm.codecs : trunk.codecs;
}

// Sources of the trunk's calls: `identify`, or its targets' addresses as whole prefixes; those of
// names are not known here.
[[nodiscard]] Prefixes identify(const Trunk& trunk);

// The tenant's options; a tenant that is not declared ("default") has the rows' defaults.
[[nodiscard]] const Tenant& tenant_of(const Model& model, std::string_view name);

}  // namespace strowger::model
