#include "model/diff.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/show.hpp"
#include "model/values.hpp"

namespace strowger::model {

namespace {

std::string one_line(const ShownOption& option) {
    return fmt::format("{}", fmt::join(option.values, ", "));
}

// Rows of a kind that are all `restart` (ports) make adding and removing one wait, too.
bool kind_needs_restart(Kind kind) {
    return std::ranges::all_of(options(kind), [](const OptionRow& row) { return row.when == When::restart; });
}

Change changed(const ShownResource& before, const ShownResource& after, const ShownResource& before_secret,
               const ShownResource& after_secret) {
    Change change{.what = Change::What::changed, .kind = after.kind, .name = after.name, .options = {}};
    const auto rows = options(after.kind);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (before_secret.options[i].values == after_secret.options[i].values) continue;
        change.options.push_back({.option = rows[i].name,
                                  .before = one_line(before.options[i]),
                                  .after = one_line(after.options[i]),
                                  .when = rows[i].when});
    }
    return change;
}

void diff_kind(const Model& before, const Model& after, Kind kind, std::vector<Change>& changes) {
    const auto old_ones = show_kind(before, kind, Secrets::hide);
    const auto new_ones = show_kind(after, kind, Secrets::hide);
    const auto old_secret = show_kind(before, kind, Secrets::reveal);
    const auto new_secret = show_kind(after, kind, Secrets::reveal);
    // Both are sorted by name.
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < old_ones.size() || j < new_ones.size()) {
        const bool only_old =
            j == new_ones.size() || (i < old_ones.size() && old_ones[i].name < new_ones[j].name);
        const bool only_new = !only_old && (i == old_ones.size() || new_ones[j].name < old_ones[i].name);
        if (only_old) {
            changes.push_back(
                {.what = Change::What::removed, .kind = kind, .name = old_ones[i++].name, .options = {}});
        } else if (only_new) {
            changes.push_back(
                {.what = Change::What::added, .kind = kind, .name = new_ones[j++].name, .options = {}});
        } else {
            Change change = changed(old_ones[i], new_ones[j], old_secret[i], new_secret[j]);
            if (!change.options.empty()) changes.push_back(std::move(change));
            ++i;
            ++j;
        }
    }
}

std::string subject(const Change& change) {
    return change.name.empty() ? std::string(name_of(change.kind))
                               : fmt::format("{} {}", name_of(change.kind), change.name);
}

std::string shown(const std::string& value) {
    return value.empty() ? "(none)" : value;
}

constexpr std::string_view kRestart = " (at the next start of strowgerd)";

}  // namespace

bool Change::needs_restart() const {
    if (what != What::changed) return kind_needs_restart(kind);
    return std::ranges::any_of(options,
                               [](const OptionChange& option) { return option.when == When::restart; });
}

std::vector<Change> diff(const Model& before, const Model& after) {
    std::vector<Change> changes;
    for (const KindRow& row : kinds()) diff_kind(before, after, row.kind, changes);
    return changes;
}

std::string to_text(const Change& change) {
    if (change.what != Change::What::changed)
        return fmt::format("{} {}{}\n", change.what == Change::What::added ? '+' : '-', subject(change),
                           change.needs_restart() ? kRestart : "");
    std::string text;
    for (const OptionChange& option : change.options)
        text += fmt::format("~ {}: {}: {} -> {}{}\n", subject(change), option.option, shown(option.before),
                            shown(option.after), option.when == When::restart ? kRestart : "");
    return text;
}

std::string summary(const std::vector<Change>& changes) {
    constexpr std::size_t kNamed = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(changes.size(), kNamed); ++i) {
        constexpr std::array<std::string_view, 3> kWhat{"added", "changed", "removed"};
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", subject(changes[i]),
                            kWhat[static_cast<std::size_t>(changes[i].what)]);
    }
    if (changes.size() > kNamed) text += fmt::format(" and {} more", changes.size() - kNamed);
    return text.empty() ? "no change" : text;
}

}  // namespace strowger::model
