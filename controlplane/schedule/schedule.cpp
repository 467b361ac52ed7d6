#include "schedule/schedule.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>

namespace strowger::schedule {
namespace {

constexpr int kDayMinutes = 24 * 60;

struct LocalTime {
    date::local_days day;
    int minute = 0;  // of the day
};

LocalTime local_time(const date::time_zone* zone, std::int64_t unix_s) {
    const date::sys_seconds now{std::chrono::seconds(unix_s)};
    const auto local = zone == nullptr ? date::local_seconds(now.time_since_epoch()) : zone->to_local(now);
    const auto day = date::floor<date::days>(local);
    return {day, static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(local - day).count())};
}

bool is_holiday(const model::Dates& holidays, date::local_days day) {
    const date::year_month_day today(day);
    return std::ranges::any_of(holidays, [&](const model::Date& d) {
        return (d.year == 0 || static_cast<int>(today.year()) == d.year) &&
               static_cast<unsigned>(today.month()) == d.month && static_cast<unsigned>(today.day()) == d.day;
    });
}

// 0: Monday.
unsigned weekday(date::local_days day) {
    return date::weekday(day).iso_encoding() - 1;
}

bool includes(const model::OpenHours& hours, unsigned day) {
    if (hours.first_day <= hours.last_day) return hours.first_day <= day && day <= hours.last_day;
    return day >= hours.first_day || day <= hours.last_day;
}

// Whether hours that start on `day` reach the minute, counted from that day's midnight.
bool covers(const Schedule& schedule, date::local_days day, int minute) {
    if (is_holiday(schedule.holidays, day)) return false;
    return std::ranges::any_of(schedule.hours, [&](const model::OpenHours& h) {
        const int end = h.end > h.start ? h.end : h.end + kDayMinutes;
        return includes(h, weekday(day)) && h.start <= minute && minute < end;
    });
}

}  // namespace

Schedule compile(const model::Schedule& schedule) {
    Schedule out{nullptr, schedule.hours, schedule.holidays, schedule.override};
    try {
        out.zone = date::locate_zone(schedule.time_zone);
        static_cast<void>(local_time(out.zone, 0));
    } catch (const std::exception&) {
        out.zone =
            nullptr;  // model::check() refused it; one that was applied before its file went away is UTC
    }
    return out;
}

bool is_open(const Schedule& schedule, std::int64_t unix_s) {
    if (schedule.override != model::Override::none) return schedule.override == model::Override::open;
    const auto now = local_time(schedule.zone, unix_s);
    if (schedule.hours.empty()) return !is_holiday(schedule.holidays, now.day);
    return covers(schedule, now.day, now.minute) ||
           covers(schedule, now.day - date::days(1), now.minute + kDayMinutes);
}

}  // namespace strowger::schedule
