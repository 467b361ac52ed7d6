// Text and value of what is made of regular expressions, and of feature codes.
#include <fmt/format.h>

#include <algorithm>

#include "model/text_forms.hpp"
#include "model/values.hpp"
#include "pattern/expression.hpp"

namespace strowger::model {

namespace {

constexpr std::string_view kArrow = " => ";

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

Complaint read(std::string_view text, const Bounds&, Pattern& out) {
    auto complaint = pattern::complaint(text);
    if (complaint.empty()) out.text = text;
    return complaint;
}

Complaint read(std::string_view text, const Bounds& bounds, Rewrite& out) {
    const auto arrow = text.rfind(kArrow);
    if (arrow == std::string_view::npos) return "must be PATTERN => NUMBER, such as 00([1-9][0-9]*) => +\\1";
    Rewrite value;
    if (auto complaint = read(trimmed(text.substr(0, arrow)), bounds, value.pattern); !complaint.empty())
        return complaint;
    value.number = trimmed(text.substr(arrow + kArrow.size()));
    auto plain = value.number;
    std::erase(plain, '\\');
    if (!check_text(plain, bounds::text(TextForm::user, 1, 64)).empty())
        return "must end with a number: the user part of a SIP address, with \\1 to \\9 for what groups matched";
    std::string problem;
    const auto expression = pattern::Expression::compile(value.pattern.text, pattern::Extent::whole, problem);
    if (auto complaint = pattern::expand_complaint(value.number, expression->groups()); !complaint.empty())
        return complaint;
    out = std::move(value);
    return {};
}

Complaint read(std::string_view text, const Bounds& bounds, FeatureCode& out) {
    const auto equals = text.find('=');
    FeatureCode value;
    if (auto complaint = read(text.substr(0, equals), bounds, value.feature); !complaint.empty()) return complaint;
    value.code = equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (value.code.empty() || value.code.size() > 8 || !std::ranges::all_of(value.code, is_digit))
        return "must be a feature and its code of 1 to 8 digits, such as forward_always=21";
    out = std::move(value);
    return {};
}

std::string write(const Pattern& value) {
    return value.text;
}
std::string write(const Rewrite& value) {
    return fmt::format("{}{}{}", value.pattern.text, kArrow, value.number);
}
std::string write(const FeatureCode& value) {
    return fmt::format("{}={}", name_of(value.feature), value.code);
}

}  // namespace strowger::model
