// Checks of what call rules name: schedules, ring groups, forwarding.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "model/check.hpp"
#include "model/schema.hpp"
#include "model/subscribers.hpp"
#include "model/suggest.hpp"
#include "model/values.hpp"

namespace strowger::model {

namespace {

// Every group that an option names exists.
class GroupNames {
  public:
    GroupNames(const Model& model, std::vector<Finding>& findings) : findings_(findings) {
        for (const auto& [name, group] : model.ring_groups) known_.push_back(name);
    }
    template <typename Resource>
    void of(const std::string& name, const Resource& resource) {
        each_option<Resource>([&](const OptionRow& row, auto member) {
            kind_ = Schema<Resource>::kind;
            look(name, row.name, resource.*member);
        });
    }

  private:
    void look(const std::string& name, std::string_view option, const Destination& destination) {
        if (destination.group.empty() ||
            std::ranges::binary_search(known_, std::string_view(destination.group)))
            return;
        findings_.push_back(
            {.kind = kind_,
             .name = name,
             .option = std::string(option),
             .text = write(destination),
             .complaint = fmt::format("no such ring_group; {}declare it with kind: ring_group, name: {}",
                                      did_you_mean(destination.group, known_), destination.group),
             .dangling = true});
    }
    void look(const std::string& name, std::string_view option, const Members& members) {
        for (const auto& member : members) look(name, option, member.destination);
    }
    template <typename Other>
    void look(const std::string&, std::string_view, const Other&) {}

    std::vector<Finding>& findings_;
    std::vector<std::string_view> known_;
    Kind kind_{};
};

void check_schedules(const Model& model, std::vector<Finding>& findings) {
    for (const auto& [name, schedule] : model.schedules) {
        const auto file = std::filesystem::path("/usr/share/zoneinfo") / schedule.time_zone;
        const bool plain =
            schedule.time_zone.find("..") == std::string::npos && schedule.time_zone.front() != '/';
        std::error_code error;
        if (!plain || !std::filesystem::is_regular_file(file, error))
            findings.push_back({.kind = Kind::schedule,
                                .name = name,
                                .option = "time_zone",
                                .text = schedule.time_zone,
                                .complaint =
                                    "no such time zone here: write one of /usr/share/zoneinfo, such as "
                                    "Europe/Berlin (package tzdata)"});
    }
}

// Whether the group is reached from itself over members.
bool contains_itself(const Model& model, const std::string& group) {
    std::set<std::string> seen;
    std::vector<std::string> open{group};
    while (!open.empty()) {
        const auto at = model.ring_groups.find(open.back());
        open.pop_back();
        if (at == model.ring_groups.end()) continue;
        for (const auto& member : at->second.members) {
            const auto& next = member.destination.group;
            if (next == group) return true;
            if (!next.empty() && seen.insert(next).second) open.push_back(next);
        }
    }
    return false;
}

void check_groups(const Model& model, std::vector<Finding>& findings) {
    const auto complain = [&](const std::string& name, const char* option, std::string text,
                              std::string complaint) {
        findings.push_back({.kind = Kind::ring_group,
                            .name = name,
                            .option = option,
                            .text = std::move(text),
                            .complaint = std::move(complaint)});
    };
    const SubscriberDirectory subscribers(model);
    std::map<std::tuple<std::string, std::string>, std::string> numbers;
    for (const auto& [name, group] : model.ring_groups) {
        if (!group.number.empty()) {
            const auto [first, fresh] =
                numbers.try_emplace(std::tuple(group.tenant.name, group.number), name);
            if (!fresh)
                complain(name, "number", group.number,
                         fmt::format("ring_group {} has it already", first->second));
            if (const auto taken = subscribers.find_in_tenant(group.tenant.name, group.number))
                complain(name, "number", group.number,
                         fmt::format("subscriber {} has it already", taken->name));
        }
        if (contains_itself(model, name))
            complain(name, "members", "", "leads back to this group: take the group out of one of them");
        if (!group.closed.empty() && !group.schedule)
            complain(name, "closed", write(group.closed), "needs schedule, which says when it is closed");
    }
}

// An orbit that is a subscriber or a group, too, would never be reached as that.
void check_orbits(const Model& model, std::vector<Finding>& findings) {
    for (const auto& entry : model.parking_lots) {
        const auto& lot = entry.second;
        const auto complain = [&](std::string complaint) {
            findings.push_back({.kind = Kind::parking_lot,
                                .name = lot.name,
                                .option = "orbits",
                                .text = write(lot.orbits),
                                .complaint = std::move(complaint)});
        };
        for (const auto& [other, subscriber] : model.subscribers) {
            if (subscriber.tenant.name != lot.tenant.name) continue;
            const auto& range = subscriber.range;
            const bool overlaps =
                range.empty() ? contains(lot.orbits, subscriber.user.empty() ? other : subscriber.user)
                              : range.digits == lot.orbits.digits && range.first <= lot.orbits.last &&
                                    lot.orbits.first <= range.last;
            if (overlaps) complain(fmt::format("subscriber {} has one of them already", other));
        }
        for (const auto& [other, group] : model.ring_groups)
            if (group.tenant.name == lot.tenant.name && contains(lot.orbits, group.number))
                complain(fmt::format("ring_group {} has one of them already", other));
    }
}

}  // namespace

void check_rules(const Model& model, std::vector<Finding>& findings) {
    GroupNames groups(model, findings);
    for (const auto& [name, subscriber] : model.subscribers) groups.of(name, subscriber);
    for (const auto& [name, group] : model.ring_groups) groups.of(name, group);
    for (const auto& [name, lot] : model.parking_lots) groups.of(name, lot);
    check_orbits(model, findings);
    check_schedules(model, findings);
    check_groups(model, findings);
}

}  // namespace strowger::model
