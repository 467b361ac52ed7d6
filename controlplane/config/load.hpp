// A configuration file to a checked model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "model/resources.hpp"

namespace strowger::config {

struct LoadResult {
    model::Model model;             // whole only when ok()
    std::vector<Problem> problems;  // all of them, in the order of the file
    [[nodiscard]] bool ok() const { return problems.empty(); }
};

// Reads, types and checks a whole configuration. Never throws.
[[nodiscard]] LoadResult load_file(const std::string& path);
[[nodiscard]] LoadResult load_text(std::string_view text, std::string_view file);

// The same for text whose resources are put into `base`, each in the place of the one with its name:
// kubectl's apply. A secret written "(hidden)" stays what it is in `base`.
[[nodiscard]] LoadResult load_onto(const model::Model& base, std::string_view text, std::string_view file);

// Reads a whole file, at most kMaxFileBytes. False: `problem` says why.
[[nodiscard]] bool read_file(const std::string& path, std::string& text, Problem& problem);

}  // namespace strowger::config
