#include "lcr/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace strowger::lcr {
namespace {

constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kMostRows = 20'000'000;
constexpr std::size_t kShown = 40;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string_view take_field(std::string_view& line) {
    const auto comma = std::min(line.find(','), line.size());
    auto field = trimmed(line.substr(0, comma));
    line.remove_prefix(std::min(comma + 1, line.size()));
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
        field = field.substr(1, field.size() - 2);
    return field;
}

// "0.0125" in millionths. False: not a number from 0 to 4000 with at most six decimals.
bool read_cost(std::string_view text, std::uint32_t& out) {
    std::uint64_t value = 0;
    std::size_t decimals = 0;
    bool point = false;
    bool digits = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') return false;
        digits = true;
        if (point && ++decimals > 6) return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > 4'000'000'000) return false;
    }
    for (; decimals < 6; ++decimals) value *= 10;
    if (!digits || value > 4'000'000'000) return false;
    out = static_cast<std::uint32_t>(value);
    return true;
}

class Parser {
  public:
    explicit Parser(const std::vector<std::string>& trunks) : trunks_(trunks) {}

    void line(std::string_view text, std::uint32_t number) {
        const std::string_view whole = trimmed(text);
        if (whole.empty() || whole.front() == '#') return;
        std::string_view rest = whole;
        const auto digits = take_field(rest);
        if (digits == "prefix" || digits == "Prefix") return;
        const auto trunk = take_field(rest);
        const auto cost = take_field(rest);
        Row row{.line = number};
        const auto prefix = pack(digits);
        if (!prefix)
            return complain(number, "prefix", digits, "must be 1 to 16 digits, with or without a leading +");
        row.prefix = *prefix;
        if (!read_cost(cost, row.cost))
            return complain(number, "cost", cost,
                            "must be a number from 0 to 4000 with at most six decimals");
        if (!trunk_of(trunk, row.trunk)) return complain(number, "trunk", trunk, "no such trunk");
        if (rows_.size() == kMostRows)
            return complain(number, "prefix", digits, "the table has too many rows");
        rows_.push_back(row);
    }

    Parsed finish() {
        Parsed out;
        find_doubles();
        out.problems = std::move(problems_);
        if (out.problems.empty() && rows_.empty()) out.problems.emplace_back("the file has no rows");
        if (out.problems.empty()) out.table = std::make_shared<Table>(std::move(rows_), std::move(names_));
        return out;
    }

  private:
    void complain(std::uint32_t line, const char* what, std::string_view text, const char* why) {
        if (problems_.size() < kMostProblems)
            problems_.push_back(fmt::format("line {}: {} {}: {}", line, what, text.substr(0, kShown), why));
    }

    bool trunk_of(std::string_view name, std::uint16_t& out) {
        if (name == last_name_ && !last_name_.empty()) return out = last_, true;
        const auto at = numbers_.find(std::string(name));
        if (at != numbers_.end()) {
            out = at->second;
        } else {
            if (!std::binary_search(trunks_.begin(), trunks_.end(), name)) return false;
            out = static_cast<std::uint16_t>(names_.size());
            names_.emplace_back(name);
            numbers_.emplace(name, out);
        }
        last_name_ = name;
        last_ = out;
        return true;
    }

    void find_doubles() {
        const auto same = [](const Row& a, const Row& b) {
            return a.prefix == b.prefix && a.trunk == b.trunk;
        };
        std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
            if (a.prefix != b.prefix) return a.prefix < b.prefix;
            return a.trunk != b.trunk ? a.trunk < b.trunk : a.line < b.line;
        });
        for (std::size_t i = 1; i < rows_.size() && problems_.size() < kMostProblems; ++i)
            if (same(rows_[i - 1], rows_[i]))
                problems_.push_back(fmt::format("line {}: trunk {}: has this prefix in line {} already",
                                                rows_[i].line, names_[rows_[i].trunk], rows_[i - 1].line));
    }

    const std::vector<std::string>& trunks_;
    std::vector<Row> rows_;
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::uint16_t> numbers_;
    std::string last_name_;  // tables are often sorted by trunk
    std::uint16_t last_ = 0;
    std::vector<std::string> problems_;
};

}  // namespace

Parsed parse(std::string_view text, const std::vector<std::string>& trunks) {
    Parser parser(trunks);
    std::uint32_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        parser.line(text.substr(0, end), ++number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parser.finish();
}

}  // namespace strowger::lcr
