// Rate tables as text: prefix,trunk,cost[,...], a line each.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lcr/table.hpp"

namespace strowger::lcr {

struct Parsed {
    std::shared_ptr<const Table> table;  // null: there are problems
    std::vector<std::string> problems;   // "line 17: cost x: must be …", the first twenty
};

// A line that starts with "prefix" is a heading, one with # a comment; fields may be in double quotes;
// further fields are not looked at. Every trunk must be in `trunks`, which is sorted.
[[nodiscard]] Parsed parse(std::string_view text, const std::vector<std::string>& trunks);

}  // namespace strowger::lcr
