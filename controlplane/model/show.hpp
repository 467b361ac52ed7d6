// A resource as text: option by option for people, and as the YAML that would declare it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/schema.hpp"

namespace strowger::model {

enum class Secrets : std::uint8_t { hide, reveal };  // reveal: for the store only

struct ShownOption {
    std::string_view name;
    bool list = false;
    bool set = false;                 // differs from the row's default
    std::vector<std::string> values;  // one, or the list's entries; none: unset
};

struct ShownResource {
    Kind kind{};
    std::string name;                  // empty for a singleton
    std::vector<ShownOption> options;  // in the order of the rows
};

template <typename Resource>
[[nodiscard]] ShownResource show(const std::string& name, const Resource& resource, Secrets secrets);
// One of a model's; no value: there is none of that name.
[[nodiscard]] std::optional<ShownResource> show(const Model& model, Kind kind, const std::string& name,
                                                Secrets secrets);

// Everything that is declared, kinds in the order of the rows. The system is left out while it has its
// defaults.
[[nodiscard]] std::vector<ShownResource> show_all(const Model& model, Secrets secrets);
// Of one kind, a singleton even when it has its defaults.
[[nodiscard]] std::vector<ShownResource> show_kind(const Model& model, Kind kind, Secrets secrets);

// A resource of the kind with nothing set and no name.
[[nodiscard]] ShownResource show_defaults(Kind kind);

// One YAML document (without the line ---) with the options that are set.
[[nodiscard]] std::string yaml_of(const ShownResource& resource);
// All as one file; loading it gives the same model.
[[nodiscard]] std::string yaml_of(const std::vector<ShownResource>& resources);

// The row's default as one would write it; empty: none.
[[nodiscard]] std::string default_text(Kind kind, std::string_view option);

}  // namespace strowger::model
