#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <numeric>

namespace strowger::cli {

namespace {

constexpr std::size_t kLeast = 6;
constexpr std::size_t kGap = 2;

// Characters, not bytes: continuation bytes of UTF-8 have no width.
std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// The first `count` characters.
std::string_view first(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
        if (starts && count-- == 0) break;
    }
    return text.substr(0, end);
}

std::string printable(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '.';
    return text;
}

std::string cell(const std::string& text, std::size_t width, bool right, bool last) {
    const std::size_t size = length(text);
    if (size > width) return std::string(first(text, width - 1)) + "…";
    const std::string padding(width - size, ' ');
    if (right) return padding + text;
    return last ? text : text + padding;
}

void fit(std::vector<std::size_t>& widths, std::size_t width) {
    const std::size_t gaps = kGap * (widths.size() - 1);
    while (std::accumulate(widths.begin(), widths.end(), gaps) > width) {
        const auto widest = std::ranges::max_element(widths);
        if (*widest <= kLeast) return;
        --*widest;
    }
}

}  // namespace

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                  std::size_t width) {
    if (columns.empty()) return {};
    std::vector<std::vector<std::string>> clean;
    std::vector<std::size_t> widths;
    for (const Column& column : columns) widths.push_back(length(column.header));
    for (const auto& row : rows) {
        clean.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            clean.back().push_back(i < row.size() ? printable(row[i]) : std::string());
            widths[i] = std::max(widths[i], length(clean.back().back()));
        }
    }
    if (width != 0) fit(widths, width);
    std::string text;
    const auto line = [&](const auto& text_of) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i != 0) text.append(kGap, ' ');
            text += cell(text_of(i), widths[i], columns[i].right, i + 1 == columns.size());
        }
        text += '\n';
    };
    line([&](std::size_t i) { return columns[i].header; });
    for (const auto& row : clean) line([&](std::size_t i) { return row[i]; });
    return text;
}

std::string duration_text(std::uint64_t seconds) {
    if (seconds >= 86'400) return fmt::format("{}d{:02}h", seconds / 86'400, seconds / 3'600 % 24);
    if (seconds >= 3'600) return fmt::format("{}h{:02}m", seconds / 3'600, seconds / 60 % 60);
    if (seconds >= 60) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    return fmt::format("{}s", seconds);
}

std::string time_text(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char text[32];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
    return {text, size};
}

std::string rate_text(double value) {
    constexpr std::string_view kUnits[] = {"", "k", "M", "G"};
    std::size_t unit = 0;
    for (; value >= 999.5 && unit < 3; ++unit) value /= 1000;
    if (unit == 0 || value >= 99.5) return fmt::format("{:.0f}{}", value, kUnits[unit]);
    return fmt::format("{:.{}f}{}", value, value >= 9.995 ? 1 : 2, kUnits[unit]);
}

}  // namespace strowger::cli
