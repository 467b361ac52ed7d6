// Text in columns that fit a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strowger::cli {

struct Column {
    std::string header;
    bool right = false;  // numbers
};

// Lines ended by \n. `width` 0: as wide as it gets; otherwise the widest columns are shortened with an
// ellipsis until a line fits, but none below 6 characters. Control characters are shown as a dot.
[[nodiscard]] std::string table(const std::vector<Column>& columns,
                                const std::vector<std::vector<std::string>>& rows, std::size_t width);

// "3d04h", "2h05m", "1m07s", "12s"
[[nodiscard]] std::string duration_text(std::uint64_t seconds);
// Local time: "2026-11-23 17:04:05"
[[nodiscard]] std::string time_text(std::int64_t unix_ms);
// 1234567 -> "1.23M": three digits that matter.
[[nodiscard]] std::string rate_text(double value);

}  // namespace strowger::cli
