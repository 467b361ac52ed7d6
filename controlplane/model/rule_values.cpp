// Text and value of what call rules are made of: destinations, members, hours, dates.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "model/text_forms.hpp"
#include "model/values.hpp"

namespace strowger::model {

namespace {

constexpr std::string_view kGroup = "group:";
constexpr std::string_view kWeight = ";weight=";
constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::string_view kHoursForm =
    "must be days and times, such as mon-fri 09:00-17:30 or sun 10:00-12:00";
constexpr std::string_view kDateForm = "must be a day, such as 2026-12-24, or 12-25 for every year";

// Exactly `digits` decimal digits.
std::optional<std::uint16_t> number(std::string_view text, std::size_t digits) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != digits || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<std::uint8_t> day(std::string_view text) {
    for (std::uint8_t i = 0; i < kDays.size(); ++i)
        if (equal_ignoring_case(text, kDays[i])) return i;
    return std::nullopt;
}

// "17:30", in minutes since midnight; 24:00 is the day's end.
std::optional<std::uint16_t> clock(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hour = number(text.substr(0, 2), 2);
    const auto minute = number(text.substr(3), 2);
    if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
    return static_cast<std::uint16_t>(*hour * 60 + *minute);
}

}  // namespace

Complaint read(std::string_view text, const Bounds&, Destination& out) {
    Destination value;
    if (text.starts_with(kGroup)) {
        if (auto complaint = check_name(text.substr(kGroup.size())); !complaint.empty()) return complaint;
        value.group = text.substr(kGroup.size());
    } else if (!text.empty()) {
        const auto at = text.rfind('@');
        value.user = text.substr(0, at);
        if (at != std::string_view::npos) value.domain = text.substr(at + 1);
        const auto user = bounds::text(TextForm::user, 1, 64);
        const auto domain = bounds::text(TextForm::domain, 1, 253);
        if (!check_text(value.user, user).empty() ||
            (at != std::string_view::npos && !check_text(value.domain, domain).empty()))
            return "must be a number, user@domain, or group:NAME";
    }
    out = std::move(value);
    return {};
}

Complaint read(std::string_view text, const Bounds&, TrunkMember& out) {
    constexpr const char* kForm =
        "must be a trunk's name with an optional priority, cost and weight, such as "
        "carrier-a;priority=1;cost=12;weight=3";
    TrunkMember value;
    auto rest = text;
    const auto take = [&] {
        const auto part = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        return part;
    };
    value.trunk.name = take();
    if (!check_name(value.trunk.name).empty()) return kForm;
    while (!rest.empty()) {
        const auto part = take();
        const auto equals = part.find('=');
        const auto name = part.substr(0, equals);
        std::uint32_t n = 0;
        const auto digits = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
        if (error != std::errc{} || end != digits.data() + digits.size()) return kForm;
        if (name == "cost" && n <= 1'000'000'000)
            value.cost = n;
        else if (name == "priority" && n <= 1000)
            value.priority = static_cast<std::uint16_t>(n);
        else if (name == "weight" && n <= 1000)
            value.weight = static_cast<std::uint16_t>(n);
        else
            return kForm;
    }
    out = std::move(value);
    return {};
}

Complaint read(std::string_view text, const Bounds& bounds, Member& out) {
    Member value;
    if (const auto at = text.find(kWeight); at != std::string_view::npos) {
        const auto digits = text.substr(at + kWeight.size());
        const auto weight = number(digits, digits.size());
        if (!weight || *weight > 1000) return "must end with a weight from 0 to 1000, such as 1002;weight=3";
        value.weight = *weight;
        text = text.substr(0, at);
    }
    if (text.empty()) return "must be a number, user@domain, or group:NAME";
    auto complaint = read(text, bounds, value.destination);
    if (complaint.empty()) out = std::move(value);
    return complaint;
}

Complaint read(std::string_view text, const Bounds&, OpenHours& out) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::string(kHoursForm);
    const auto names = text.substr(0, space);
    const auto times = text.substr(std::min(text.find_first_not_of(' ', space), text.size()));
    const auto dash = names.find('-');
    const auto first = day(names.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day(names.substr(dash + 1));
    if (!first || !last || times.size() != 11 || times[5] != '-') return std::string(kHoursForm);
    const auto start = clock(times.substr(0, 5));
    const auto end = clock(times.substr(6));
    if (!start || !end || *start == 24 * 60) return std::string(kHoursForm);
    out = {*first, *last, *start, *end};
    return {};
}

Complaint read(std::string_view text, const Bounds&, Date& out) {
    constexpr std::array<std::uint8_t, 12> kLength{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    Date value;
    if (text.size() == 10 && text[4] == '-') {
        const auto year = number(text.substr(0, 4), 4);
        if (!year || *year < 1970) return std::string(kDateForm);
        value.year = *year;
        text = text.substr(5);
    }
    if (text.size() != 5 || text[2] != '-') return std::string(kDateForm);
    const auto month = number(text.substr(0, 2), 2);
    const auto of_month = number(text.substr(3), 2);
    if (!month || *month < 1 || *month > 12 || !of_month || *of_month < 1 || *of_month > kLength[*month - 1u])
        return std::string(kDateForm);
    value.month = static_cast<std::uint8_t>(*month);
    value.day = static_cast<std::uint8_t>(*of_month);
    out = value;
    return {};
}

std::string write(const Destination& value) {
    if (!value.group.empty()) return fmt::format("{}{}", kGroup, value.group);
    return value.domain.empty() ? value.user : fmt::format("{}@{}", value.user, value.domain);
}

std::string write(const TrunkMember& value) {
    std::string out = value.trunk.name;
    if (value.priority != 1) out += fmt::format(";priority={}", value.priority);
    if (value.cost != 0) out += fmt::format(";cost={}", value.cost);
    if (value.weight != 1) out += fmt::format(";weight={}", value.weight);
    return out;
}

std::string write(const Member& value) {
    auto text = write(value.destination);
    if (value.weight != 1) text += fmt::format("{}{}", kWeight, value.weight);
    return text;
}

std::string write(const OpenHours& value) {
    auto text = std::string(kDays[value.first_day]);
    if (value.last_day != value.first_day) text += fmt::format("-{}", kDays[value.last_day]);
    return fmt::format("{} {:02}:{:02}-{:02}:{:02}", text, value.start / 60, value.start % 60, value.end / 60,
                       value.end % 60);
}

std::string write(const Date& value) {
    return value.year == 0 ? fmt::format("{:02}-{:02}", value.month, value.day)
                           : fmt::format("{:04}-{:02}-{:02}", value.year, value.month, value.day);
}

}  // namespace strowger::model
