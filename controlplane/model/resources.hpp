// The operator's nouns, one plain struct a kind, made of the rows of strowger/config.def. Values are as
// declared; model/effective.hpp answers what holds where an option is unset.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "model/types.hpp"

namespace strowger::model {

#define OPTION_FIELD(field, type, default_, bounds, unit, when, help) type field = default_;

struct System {
#define OPTION_system OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const System&, const System&) = default;
};
struct Port {
    std::string name;
#define OPTION_port OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Port&, const Port&) = default;
};
struct Screen {
    std::string name;
#define OPTION_screen OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Screen&, const Screen&) = default;
};
struct Tenant {
    std::string name;
#define OPTION_tenant OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Tenant&, const Tenant&) = default;
};
struct Realm {
    std::string name;
#define OPTION_realm OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Realm&, const Realm&) = default;
};
struct Trunk {
    std::string name;
#define OPTION_trunk OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Trunk&, const Trunk&) = default;
};
struct TrunkGroup {
    std::string name;
#define OPTION_trunk_group OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const TrunkGroup&, const TrunkGroup&) = default;
};
struct LcrTable {
    std::string name;
#define OPTION_lcr_table OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const LcrTable&, const LcrTable&) = default;
};
struct Account {
    std::string name;
#define OPTION_account OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Account&, const Account&) = default;
};
struct Schedule {
    std::string name;
#define OPTION_schedule OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Schedule&, const Schedule&) = default;
};
struct Subscriber {
    std::string name;
#define OPTION_subscriber OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Subscriber&, const Subscriber&) = default;
};
struct RingGroup {
    std::string name;
#define OPTION_ring_group OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const RingGroup&, const RingGroup&) = default;
};
struct ParkingLot {
    std::string name;
#define OPTION_parking_lot OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const ParkingLot&, const ParkingLot&) = default;
};
struct Route {
    std::string name;
#define OPTION_route OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Route&, const Route&) = default;
};
struct Translation {
    std::string name;
#define OPTION_translation OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const Translation&, const Translation&) = default;
};
struct HeaderRule {
    std::string name;
#define OPTION_header_rule OPTION_FIELD
#include "strowger/config.def"
    friend bool operator==(const HeaderRule&, const HeaderRule&) = default;
};

#undef OPTION_FIELD

template <typename T>
using ByName = std::map<std::string, T, std::less<>>;

// All that the operator declared: model.system, model.ports, model.realms … A value: copy, change, compare.
struct Model {
    std::uint64_t version = 0;  // of the history; 0: not applied yet
#define SINGLETON(kind, Type, help) Type kind;
#define KIND(kind, Type, plural, help) ByName<Type> plural;
#include "strowger/config.def"
};

}  // namespace strowger::model
