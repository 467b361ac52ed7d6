#include "model/allowed.hpp"

#include <fmt/format.h>

#include "model/values.hpp"

namespace strowger::model {

namespace {

template <typename E>
std::string names() {
    return fmt::format("{}", fmt::join(EnumNames<E>::values, ", "));
}

std::string numbers(const Bounds& bounds) {
    if (bounds.only_ends) return fmt::format("{} or {}", bounds.min, bounds.max);
    return fmt::format("number, {} to {}", bounds.min, bounds.max);
}

std::string times(const Bounds& bounds) {
    return fmt::format("time, {} to {}", write(Duration(bounds.min)), write(Duration(bounds.max)));
}

std::string_view text_form(TextForm form) {
    switch (form) {
        case TextForm::line:
            return "text";
        case TextForm::path:
            return "absolute file name";
        case TextForm::interface_name:
            return "network interface";
        case TextForm::domain:
            return "domain";
        case TextForm::token:
            return "name";
        case TextForm::user:
            return "user";
        case TextForm::digits:
            return "digits";
        case TextForm::hex:
            return "hexadecimal digits";
    }
    return "text";
}

std::string list(std::string_view of, const Bounds& bounds) {
    return fmt::format("list of {}{}, at most {}", of, bounds.min_entries > 0 ? ", not empty" : "",
                       bounds.max_entries);
}

}  // namespace

std::string allowed(const OptionRow& row) {
    const std::string_view type = row.type;
    const Bounds& bounds = row.bounds;
    if (type == "Flag" || type == "MaybeFlag") return "true or false";
    if (type == "U16" || type == "U32") return numbers(bounds);
    if (type == "Decimal")
        return fmt::format("number, {} to {}", write(Decimal{static_cast<std::uint32_t>(bounds.min)}),
                           write(Decimal{static_cast<std::uint32_t>(bounds.max)}));
    if (type == "Duration" || type == "MaybeDuration") return times(bounds);
    if (type == "Numbers") return fmt::format("numbers {} to {}, such as 2-5,8", bounds.min, bounds.max);
    if (type == "Text" || type == "Secret") return std::string(text_form(bounds.form));
    if (type == "Texts") return list(fmt::format("{}s", text_form(bounds.form)), bounds);
    if (type == "Addresses") return list("addresses", bounds);
    if (type == "Endpoints") return list("address:port", bounds);
    if (type == "Prefixes") return list("prefixes or addresses", bounds);
    if (type == "Listeners") return list("transport:address:port", bounds);
    if (type == "Targets")
        return list("address or host name, each with [:port][;transport=T][;weight=N]", bounds);
    if (type == "PortRange") return fmt::format("even-odd, within {} to {}", bounds.min, bounds.max);
    if (type == "UserRange") return "first-last, of one length";
    if (type == "PortRef") return "a port";
    if (type == "TenantRef" || type == "MaybeTenantRef") return "a tenant";
    if (type == "RealmRef" || type == "MaybeRealmRef") return "a realm";
    if (type == "RealmRefs") return list("realms", bounds);
    if (type == "ScreenRefs") return list("screens", bounds);
    if (type == "MaybeLcrTableRef") return "an lcr_table";
    if (type == "TrunkRef") return "a trunk";
    if (type == "TrunkGroupRefs") return list("trunk groups", bounds);
    if (type == "TrunkMembers") return list("trunk, each with [;priority=N][;cost=N][;weight=N]", bounds);
    if (type == "TrunkRefs") return list("trunks", bounds);
    if (type == "MaybeScheduleRef") return "a schedule";
    if (type == "Destination") return "number, user@domain or group:NAME";
    if (type == "Members") return list("number, user@domain or group:NAME, each with ;weight=N", bounds);
    if (type == "Hours") return list("days hh:mm-hh:mm", bounds);
    if (type == "Dates") return list("year-month-day or month-day", bounds);
    if (type == "Strategy") return names<Strategy>();
    if (type == "Override") return names<Override>();
    if (type == "IdleMode") return names<IdleMode>();
    if (type == "LogLevel") return names<LogLevel>();
    if (type == "PortDriver") return names<PortDriver>();
    if (type == "Policy" || type == "MaybePolicy") return names<Policy>();
    if (type == "NatMode" || type == "MaybeNatMode") return names<NatMode>();
    if (type == "Prack") return names<Prack>();
    if (type == "CallerId") return names<CallerId>();
    if (type == "Refer" || type == "MaybeRefer") return names<Refer>();
    if (type == "Privacy") return names<Privacy>();
    if (type == "RouteAction") return names<RouteAction>();
    if (type == "Direction") return names<Direction>();
    if (type == "Messages") return names<Messages>();
    if (type == "HeaderAction") return names<HeaderAction>();
    if (type == "MaybePattern") return "a regular expression";
    if (type == "Patterns") return list("regular expressions", bounds);
    if (type == "Rewrites") return list("PATTERN => NUMBER", bounds);
    if (type == "MaybeTranslationRef") return "a translation";
    if (type == "FeatureCodes") return list("feature=digits", bounds);
    if (type == "Quality") return names<Quality>();
    if (type == "Unanswered") return names<Unanswered>();
    return {};
}

}  // namespace strowger::model
