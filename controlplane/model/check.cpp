#include "model/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/schema.hpp"
#include "model/suggest.hpp"
#include "model/values.hpp"

namespace strowger::model {

namespace {

std::array<std::vector<std::string_view>, static_cast<std::size_t>(Kind::count_)> names_by_kind(
    const Model& model) {
    std::array<std::vector<std::string_view>, static_cast<std::size_t>(Kind::count_)> names;
#define KIND(kind, Type, plural, help) \
    for (const auto& entry : model.plural) names[static_cast<std::size_t>(Kind::kind)].push_back(entry.first);
#include "strowger/config.def"
    return names;
}

class References {
  public:
    References(const Model& model, std::vector<Finding>& findings)
        : names_(names_by_kind(model)), findings_(findings) {}

    template <typename Resource>
    void of(const std::string& name, const Resource& resource) {
        each_option<Resource>([&](const OptionRow& row, auto member) {
            option(Schema<Resource>::kind, name, row.name, resource.*member);
        });
    }

  private:
    template <Kind K>
    void option(Kind kind, const std::string& name, std::string_view option, const Ref<K>& ref) {
        if (ref.empty() || (K == Kind::tenant && ref.name == "default")) return;
        const auto& known = names_[static_cast<std::size_t>(K)];
        if (std::ranges::binary_search(known, std::string_view(ref.name))) return;
        const std::string_view noun = name_of(K);
        findings_.push_back(
            {.kind = kind,
             .name = name,
             .option = std::string(option),
             .text = ref.name,
             .complaint =
                 known.empty()
                     ? fmt::format("no such {0}: declare it with kind: {0}, name: {1}", noun, ref.name)
                     : fmt::format("no such {}; {}{}{}", noun, did_you_mean(ref.name, known),
                                   known.size() == 1 ? "there is " : "there are ", some(known)),
             .dangling = true});
    }
    template <Kind K>
    void option(Kind kind, const std::string& name, std::string_view option_name,
                const std::vector<Ref<K>>& refs) {
        for (const Ref<K>& ref : refs) option(kind, name, option_name, ref);
    }
    template <Kind K>
    void option(Kind kind, const std::string& name, std::string_view option_name,
                const std::optional<Ref<K>>& ref) {
        if (ref) option(kind, name, option_name, *ref);
    }
    void option(Kind kind, const std::string& name, std::string_view option_name,
                const TrunkMembers& members) {
        for (const TrunkMember& member : members) option(kind, name, option_name, member.trunk);
    }
    template <typename Other>
    void option(Kind, const std::string&, std::string_view, const Other&) {}

    static std::string some(const std::vector<std::string_view>& known) {
        constexpr std::size_t kShown = 10;
        if (known.size() <= kShown) return fmt::format("{}", fmt::join(known, ", "));
        return fmt::format("{} and {} more", fmt::join(known.begin(), known.begin() + kShown, ", "),
                           known.size() - kShown);
    }

    std::array<std::vector<std::string_view>, static_cast<std::size_t>(Kind::count_)> names_;
    std::vector<Finding>& findings_;
};

}  // namespace

std::string subject_of(const Finding& finding) {
    std::string subject(name_of(finding.kind));
    if (!finding.name.empty()) subject += " " + finding.name;
    if (!finding.option.empty()) subject += ": " + finding.option;
    if (!finding.text.empty()) subject += ": " + finding.text;
    return subject;
}

void check_references(const Model& model, std::vector<Finding>& findings) {
    References references(model, findings);
    references.of("", model.system);
    each_collection(model, [&](const auto& collection) {
        for (const auto& [name, resource] : collection) references.of(name, resource);
    });
}

std::vector<Finding> check(const Model& model) {
    std::vector<Finding> findings;
    check_references(model, findings);
    check_system(model, findings);
    check_ports(model, findings);
    check_realms(model, findings);
    check_trunks(model, findings);
    check_trunk_groups(model, findings);
    check_tenants(model, findings);
    check_subscribers(model, findings);
    check_rules(model, findings);
    check_routes(model, findings);
    check_header_rules(model, findings);
    return findings;
}

}  // namespace strowger::model
