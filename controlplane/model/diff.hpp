// What one model has that another has not, and which of it is live at once.
#pragma once

#include <string>
#include <vector>

#include "model/schema.hpp"

namespace strowger::model {

struct OptionChange {
    std::string_view option;
    std::string before;  // as written in a file; lists separated by ", "; secrets hidden
    std::string after;
    When when = When::live;
};

struct Change {
    enum class What : std::uint8_t { added, changed, removed };
    What what = What::changed;
    Kind kind{};
    std::string name;                   // empty for a singleton
    std::vector<OptionChange> options;  // of a changed resource; none for an added or removed one
    // True when some of it waits for the daemon's next start.
    [[nodiscard]] bool needs_restart() const;
};

// Kinds in the order of the rows, names in alphabetical order.
[[nodiscard]] std::vector<Change> diff(const Model& before, const Model& after);

// "+ trunk pbx", "- trunk pbx", "~ trunk pbx: max_calls: 10 -> 20", one line an option. An option that needs
// a restart says so.
[[nodiscard]] std::string to_text(const Change& change);

// "trunk pbx added, realm core changed": for the history.
[[nodiscard]] std::string summary(const std::vector<Change>& changes);

}  // namespace strowger::model
