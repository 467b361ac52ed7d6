// The rows of strowger/config.def as data, and a walk over the fields of each struct.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/bounds.hpp"
#include "model/resources.hpp"

namespace strowger::model {

enum class When : std::uint8_t { live, restart };

struct OptionRow {
    std::string_view name;
    std::string_view type;  // the row's type column: "Duration", "RealmRefs" …
    Bounds bounds;
    std::string_view unit;  // "none" or what a bare number counts
    When when;
    std::string_view help;
};

struct KindRow {
    Kind kind;
    std::string_view name;
    std::string_view plural;  // the name itself for a singleton
    bool singleton;
    std::string_view help;
};

// All kinds, in the order of the rows (what is referred to before what refers).
[[nodiscard]] std::span<const KindRow> kinds();
[[nodiscard]] const KindRow& row_of(Kind kind);
// By singular or plural name; nullptr: no such kind.
[[nodiscard]] const KindRow* find_kind(std::string_view name);

// The options of a kind, in the order of the rows.
[[nodiscard]] std::span<const OptionRow> options(Kind kind);

// Schema<Realm>::fields(visit) calls visit(make_row, &Realm::field) for every option of the kind. Only schema.cpp makes rows:
// a walk that made them in place would be most of what its caller compiles.
template <typename Resource>
struct Schema;

// visit(row, &Realm::field) for every option of the kind.
template <typename Resource, typename Visit>
void each_option(Visit&& visit) {
    const OptionRow* row = options(Schema<Resource>::kind).data();
    Schema<Resource>::fields([&](auto, auto member) { visit(*row++, member); });
}

#define OPTION_MEMBER(field, type, default_, bounds_, unit, when, help) \
    visit([] { return OptionRow{#field, #type, bounds_, #unit, When::when, help}; }, &Resource::field);
#define SCHEMA_BEGIN(Type, kind_name)                 \
    template <>                                       \
    struct Schema<Type> {                             \
        using Resource = Type;                        \
        static constexpr Kind kind = Kind::kind_name; \
        template <typename Visit>                     \
        static void fields(Visit&& visit) {       \
            using namespace bounds;
#define SCHEMA_END \
    }              \
    }              \
    ;

SCHEMA_BEGIN(System, system)
#define OPTION_system OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Port, port)
#define OPTION_port OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Screen, screen)
#define OPTION_screen OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Tenant, tenant)
#define OPTION_tenant OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Realm, realm)
#define OPTION_realm OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Trunk, trunk)
#define OPTION_trunk OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(TrunkGroup, trunk_group)
#define OPTION_trunk_group OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(LcrTable, lcr_table)
#define OPTION_lcr_table OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Account, account)
#define OPTION_account OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Schedule, schedule)
#define OPTION_schedule OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Subscriber, subscriber)
#define OPTION_subscriber OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(RingGroup, ring_group)
#define OPTION_ring_group OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(ParkingLot, parking_lot)
#define OPTION_parking_lot OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Route, route)
#define OPTION_route OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(Translation, translation)
#define OPTION_translation OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END
SCHEMA_BEGIN(HeaderRule, header_rule)
#define OPTION_header_rule OPTION_MEMBER
#include "strowger/config.def"
SCHEMA_END

#undef SCHEMA_BEGIN
#undef SCHEMA_END
#undef OPTION_MEMBER

// visit(map of name -> Resource) for every kind but the singletons.
template <typename AnyModel, typename Visit>
void each_collection(AnyModel& model, Visit&& visit) {
#define KIND(kind, Type, plural, help) visit(model.plural);
#include "strowger/config.def"
}

}  // namespace strowger::model
