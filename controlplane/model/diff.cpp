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

template <typename Resource>
Change changed(const std::string& name, const Resource& before, const Resource& after) {
    Change change{.what = Change::What::changed, .kind = Schema<Resource>::kind, .name = name, .options = {}};
    const ShownResource old_shown = show(name, before, Secrets::hide);
    const ShownResource new_shown = show(name, after, Secrets::hide);
    std::size_t i = 0;
    each_option<Resource>([&](const OptionRow& row, auto member) {
        if (!(before.*member == after.*member))
            change.options.push_back({.option = row.name,
                                      .before = one_line(old_shown.options[i]),
                                      .after = one_line(new_shown.options[i]),
                                      .when = row.when});
        ++i;
    });
    return change;
}

// Only what differs is rendered: a model may have many subscribers.
template <typename Resource>
void diff_each(const ByName<Resource>& before, const ByName<Resource>& after, std::vector<Change>& changes) {
    constexpr Kind kind = Schema<Resource>::kind;
    auto old_one = before.begin();
    auto new_one = after.begin();
    while (old_one != before.end() || new_one != after.end()) {
        const bool removed =
            new_one == after.end() || (old_one != before.end() && old_one->first < new_one->first);
        const bool added = !removed && (old_one == before.end() || new_one->first < old_one->first);
        if (removed) {
            changes.push_back(
                {.what = Change::What::removed, .kind = kind, .name = (old_one++)->first, .options = {}});
        } else if (added) {
            changes.push_back(
                {.what = Change::What::added, .kind = kind, .name = (new_one++)->first, .options = {}});
        } else {
            if (!(old_one->second == new_one->second))
                changes.push_back(changed(old_one->first, old_one->second, new_one->second));
            ++old_one;
            ++new_one;
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
#define SINGLETON(kind, Type, help) \
    if (!(before.kind == after.kind)) changes.push_back(changed("", before.kind, after.kind));
#define KIND(kind, Type, plural, help) diff_each(before.plural, after.plural, changes);
#include "strowger/config.def"
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
