// From text to typed resources: kinds, names, options and their values.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "config/document.hpp"
#include "model/resources.hpp"

namespace strowger::config {

// Where each resource and option stands, so that a later check can name the line.
class Places {
  public:
    struct Place {
        std::string file;
        int line = 0;
    };
    void add(model::Kind kind, std::string_view name, std::string_view option, Place place);
    // The option's place, or its resource's when the option is not written; nullptr: not from this file.
    [[nodiscard]] const Place* find(model::Kind kind, std::string_view name, std::string_view option) const;

  private:
    std::map<std::tuple<model::Kind, std::string, std::string>, Place> places_;
};

// What one document declares. `resources` holds only that; the rest of the model is elsewhere.
struct Declared {
    model::Model resources;
    bool has_system = false;
    std::set<std::string>
        unplaced;  // names of resources that are in none of the collections: bad kind or name
    std::set<std::pair<model::Kind, std::string>>
        broken;  // resources with problems: their options are not all set
    Places places;
};

// Adds problems for everything that does not fit a row.
[[nodiscard]] Declared bind(const Document& document, std::vector<Problem>& problems);

}  // namespace strowger::config
