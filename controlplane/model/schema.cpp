#include "model/schema.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace strowger::model {

namespace {

constexpr std::array<KindRow, static_cast<std::size_t>(Kind::count_)> kKinds{{
#define SINGLETON(kind, Type, help) {Kind::kind, #kind, #kind, true, help},
#define KIND(kind, Type, plural, help) {Kind::kind, #kind, #plural, false, help},
#include "strowger/config.def"
}};

template <typename Resource>
std::vector<OptionRow> rows_of() {
    std::vector<OptionRow> rows;
    Schema<Resource>::fields([&](auto make_row, auto) { rows.push_back(make_row()); });
    return rows;
}

}  // namespace

std::span<const KindRow> kinds() {
    return kKinds;
}

const KindRow& row_of(Kind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

const KindRow* find_kind(std::string_view name) {
    const auto* found = std::ranges::find_if(
        kKinds, [&](const KindRow& row) { return row.name == name || row.plural == name; });
    return found == kKinds.end() ? nullptr : found;
}

std::span<const OptionRow> options(Kind kind) {
    static const std::array<std::vector<OptionRow>, static_cast<std::size_t>(Kind::count_)> all{
#define SINGLETON(kind, Type, help) rows_of<Type>(),
#define KIND(kind, Type, plural, help) rows_of<Type>(),
#include "strowger/config.def"
    };
    return all[static_cast<std::size_t>(kind)];
}

}  // namespace strowger::model
