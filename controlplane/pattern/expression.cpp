#include "pattern/expression.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>

#include "pattern/database.hpp"

namespace strowger::pattern {
namespace {

constexpr std::uint32_t kMostSteps = 20'000;
constexpr std::uint32_t kMostHeapKb = 256;

}  // namespace

std::shared_ptr<const Expression> Expression::compile(std::string_view text, Extent extent, std::string& problem) {
    if (text.empty() || text.size() > kLongest) {
        problem = fmt::format("must be a regular expression of at most {} characters", kLongest);
        return nullptr;
    }
    std::shared_ptr<Expression> out(new Expression);
    const std::uint32_t ends = extent == Extent::whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
    int error = 0;
    PCRE2_SIZE at = 0;
    out->code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                               ends | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY, &error, &at,
                               nullptr);
    if (out->code_ == nullptr) {
        PCRE2_UCHAR message[128];
        pcre2_get_error_message(error, message, sizeof message);
        problem = fmt::format("is no regular expression: {} at character {}", reinterpret_cast<const char*>(message),
                              at + 1);
        return nullptr;
    }
    auto* code = static_cast<pcre2_code*>(out->code_);
    std::uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    out->groups_ = groups;
    out->text_ = text;
    out->match_ = pcre2_match_data_create_from_pattern(code, nullptr);
    auto* limits = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(limits, kMostSteps);
    pcre2_set_depth_limit(limits, kMostSteps);
    pcre2_set_heap_limit(limits, kMostHeapKb);
    out->limits_ = limits;
    return out;
}

Expression::~Expression() {
    pcre2_match_context_free(static_cast<pcre2_match_context*>(limits_));
    pcre2_match_data_free(static_cast<pcre2_match_data*>(match_));
    pcre2_code_free(static_cast<pcre2_code*>(code_));
}

bool Expression::matches(std::string_view subject, Groups* groups) const {
    auto* match = static_cast<pcre2_match_data*>(match_);
    const char* text = subject.empty() ? "" : subject.data();
    const int found = pcre2_match(static_cast<pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(text), subject.size(),
                                  0, 0, match, static_cast<pcre2_match_context*>(limits_));
    if (found <= 0) return false;
    if (groups == nullptr) return true;
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(match);
    for (std::size_t i = 0; i < groups->size(); ++i) {
        const bool set = i < static_cast<std::size_t>(found) && ends[2 * i] != PCRE2_UNSET;
        // \K can place a start behind the end.
        const bool sound = set && ends[2 * i] <= ends[2 * i + 1];
        (*groups)[i] = sound ? subject.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i]) : std::string_view{};
    }
    return true;
}

std::string complaint(std::string_view text) {
    std::string problem;
    if (Expression::compile(text, Extent::whole, problem) != nullptr) problem = database_complaint(text);
    return problem;
}

std::string expand(std::string_view form, const Groups& groups) {
    std::string out;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '\\' || i + 1 == form.size()) {
            out += form[i];
            continue;
        }
        const char next = form[++i];
        if (next >= '0' && next <= '9')
            out += groups[static_cast<std::size_t>(next - '0')];
        else
            out += next;
    }
    return out;
}

std::string expand_complaint(std::string_view form, std::size_t groups) {
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '\\') continue;
        const char next = ++i < form.size() ? form[i] : '\0';
        if (next == '\\') continue;
        if (next < '0' || next > '9') return "a backslash stands before 0 to 9, or before another backslash";
        if (static_cast<std::size_t>(next - '0') > groups)
            return fmt::format("names \\{}, but the expression has {} group{}", next, groups, groups == 1 ? "" : "s");
    }
    return {};
}

}  // namespace strowger::pattern
