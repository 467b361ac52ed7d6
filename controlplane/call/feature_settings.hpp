// What subscribers set from their phones, above what their resources say. Kept in the store: a setting holds, and is
// confirmed to the phone, once it is committed. Control thread only.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call/policy.hpp"
#include "model/types.hpp"
#include "store/store.hpp"

namespace strowger::call {

// "on", "off", or a destination's number; none: as the resource says.
using FeatureValue = std::optional<std::string>;

class FeatureSettings {
  public:
    static constexpr std::size_t kFeatures = 6;  // of model::Feature
    using Values = std::array<FeatureValue, kFeatures>;

    // nullptr: nothing is kept over a restart, and nothing can be set.
    explicit FeatureSettings(store::Store* store) : store_(store) {}

    // Reads what is stored; blocks, for the start. Returns how many subscribers have settings.
    std::size_t restore();
    // False: nothing is written now (the store is behind, or there is none). Otherwise `done` hears whether it was
    // committed; only then it holds.
    bool set(const std::string& aor, model::Feature feature, FeatureValue value, std::function<void(bool ok)> done);
    // Of the subscriber alone; none: as its resource says.
    [[nodiscard]] FeatureValue find(std::string_view aor, model::Feature feature) const;
    // nullptr: it has set nothing.
    [[nodiscard]] const Values* find(std::string_view aor) const;
    // Of every subscriber that has set something: visit(aor, values).
    template <typename Visit>
    void each(Visit&& visit) const {
        for (const auto& [aor, values] : values_) visit(aor, values);
    }
    // What the subscriber wants in all; `declared`: of its resource.
    [[nodiscard]] SubscriberPolicy effective(std::string_view aor, SubscriberPolicy declared) const;

  private:
    store::Store* store_;
    std::map<std::string, Values, std::less<>> values_;   // by address of record; what is committed
    std::map<std::string, Values, std::less<>> written_;  // with what is on its way
    std::map<std::string, std::size_t, std::less<>> on_the_way_;  // writes
};

// A feature code that a subscriber has dialled.
struct FeatureRequest {
    enum class What : std::uint8_t { set, off, reset, ask };
    What what{};
    model::Feature feature{};
    std::string number;  // set: of a destination; empty: none was dialled
};
// *CODE*NUMBER# and *CODE# set, #CODE# switches off, ##CODE# goes back to what the resource says, *#CODE# asks; the last #
// may be missing. None: the number is no code of these.
[[nodiscard]] std::optional<FeatureRequest> read_feature_code(const model::FeatureCodes& codes, std::string_view dialled);

[[nodiscard]] constexpr bool is_forwarding(model::Feature feature) {
    return feature <= model::Feature::forward_unreachable;
}

}  // namespace strowger::call
