// The daemon's JSON as text for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "strowger/commands.hpp"

namespace strowger::cli {

// What goes to standard output, and to standard error (warnings).
struct Rendered {
    std::string out;
    std::string err;
    bool ok = true;  // false: the daemon sent something else than the command expects
};

// `width` of the terminal, 0: no limit.
[[nodiscard]] Rendered render(const CommandRow& row, std::string_view body, std::size_t width);
// One event of `events` as a line, ended by \n.
[[nodiscard]] std::string render_event(std::string_view event);
// The sentence of an error answer and its list of problems, a line each.
[[nodiscard]] std::string render_error(std::string_view body);
// Two readings of the workers as a table of rates. `before` empty: since the start.
[[nodiscard]] Rendered render_top(std::string_view before, std::string_view now, std::size_t width);

}  // namespace strowger::cli
