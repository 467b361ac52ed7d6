// Opening hours, compiled: open or closed at a moment.
#pragma once

#include <cstdint>
#include <vector>

#include "model/resources.hpp"

namespace date {
class time_zone;
}

namespace strowger::schedule {

struct Schedule {
    const date::time_zone* zone = nullptr;  // null: UTC
    model::Hours hours;
    model::Dates holidays;
    model::Override override = model::Override::none;
};

// Reads the time zone's file, so that is_open() never does.
[[nodiscard]] Schedule compile(const model::Schedule& schedule);

// Holidays close whole days of the zone. Hours that pass midnight belong to the day they start on.
[[nodiscard]] bool is_open(const Schedule& schedule, std::int64_t unix_s);

}  // namespace strowger::schedule
