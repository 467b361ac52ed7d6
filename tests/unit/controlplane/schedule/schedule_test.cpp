#include "schedule/schedule.hpp"

#include <gtest/gtest.h>

#include "model/values.hpp"

namespace strowger::schedule {
namespace {

struct Office : testing::Test {
    void hours(const char* text) {
        ASSERT_EQ(model::read(text, {}, office.hours.emplace_back()), "") << text;
    }
    void holiday(const char* text) {
        ASSERT_EQ(model::read(text, {}, office.holidays.emplace_back()), "") << text;
    }
    // A moment in UTC.
    bool open(int year, unsigned month, unsigned day, int hour, int minute = 0) const {
        std::tm utc{};
        utc.tm_year = year - 1900;
        utc.tm_mon = static_cast<int>(month) - 1;
        utc.tm_mday = static_cast<int>(day);
        utc.tm_hour = hour;
        utc.tm_min = minute;
        return is_open(compile(office), timegm(&utc));
    }
    model::Schedule office;
};

TEST_F(Office, HoursOfTheWeek) {
    hours("mon-fri 09:00-17:30");
    hours("sat 10:00-12:00");
    EXPECT_FALSE(open(2026, 11, 23, 8, 59));  // a Monday
    EXPECT_TRUE(open(2026, 11, 23, 9, 0));
    EXPECT_TRUE(open(2026, 11, 27, 17, 29));
    EXPECT_FALSE(open(2026, 11, 27, 17, 30));
    EXPECT_TRUE(open(2026, 11, 28, 11));
    EXPECT_FALSE(open(2026, 11, 29, 11));
}

TEST_F(Office, WithoutHoursItIsAlwaysOpenButOnHolidays) {
    holiday("12-25");
    holiday("2026-12-24");
    EXPECT_TRUE(open(2026, 11, 23, 3));
    EXPECT_FALSE(open(2031, 12, 25, 12));
    EXPECT_FALSE(open(2026, 12, 24, 12));
    EXPECT_TRUE(open(2027, 12, 24, 12));
}

TEST_F(Office, HoursPastMidnightBelongToTheDayTheyStartOn) {
    hours("fri-sat 22:00-02:00");
    holiday("2026-11-28");  // the Saturday
    EXPECT_TRUE(open(2026, 11, 27, 23));
    EXPECT_TRUE(open(2026, 11, 28, 1, 59));  // Friday's night
    EXPECT_FALSE(open(2026, 11, 28, 2));
    EXPECT_FALSE(open(2026, 11, 28, 23));
    EXPECT_FALSE(open(2026, 11, 29, 1));
}

TEST_F(Office, DaysMayPassTheEndOfTheWeek) {
    hours("sat-mon 00:00-24:00");
    EXPECT_TRUE(open(2026, 11, 22, 12));
    EXPECT_TRUE(open(2026, 11, 23, 23, 59));
    EXPECT_FALSE(open(2026, 11, 24, 0));
}

TEST_F(Office, TimeZonesAndTheirSummer) {
    office.time_zone = "Europe/Berlin";
    hours("mon-sun 09:00-17:00");
    EXPECT_TRUE(open(2026, 1, 15, 8));    // 09:00 CET
    EXPECT_FALSE(open(2026, 7, 15, 15));  // 17:00 CEST
    EXPECT_TRUE(open(2026, 7, 15, 7));
    office.time_zone = "America/New_York";
    EXPECT_FALSE(open(2026, 1, 15, 13, 59));
    EXPECT_TRUE(open(2026, 1, 15, 14));
}

TEST_F(Office, AnOverrideWins) {
    hours("mon 09:00-10:00");
    office.override = model::Override::open;
    EXPECT_TRUE(open(2026, 11, 29, 3));
    office.override = model::Override::closed;
    EXPECT_FALSE(open(2026, 11, 23, 9, 30));
}

TEST(ScheduleText, WhatIsWrittenIsReadBack) {
    for (const auto* text : {"mon-fri 09:00-17:30", "sun 00:00-24:00", "fri-mon 22:00-02:00"}) {
        model::OpenHours hours;
        EXPECT_EQ(model::read(text, {}, hours), "");
        EXPECT_EQ(model::write(hours), text);
    }
    model::OpenHours hours;
    for (const auto* text :
         {"", "mon", "mon 9:00-17:00", "mon 09:00", "mo 09:00-10:00", "mon 09:60-10:00", "mon 24:00-10:00",
          "mon-tue-wed 09:00-10:00", "mon 09:00-25:00", "mon 09:00-10:00 ", "mon  "})
        EXPECT_NE(model::read(text, {}, hours), "") << text;
    model::Date date;
    for (const auto* text : {"2026-12-24", "12-25", "02-29"}) {
        EXPECT_EQ(model::read(text, {}, date), "");
        EXPECT_EQ(model::write(date), text);
    }
    for (const auto* text : {"", "13-01", "02-30", "2026-1-1", "24.12.2026", "00-10", "12-00"})
        EXPECT_NE(model::read(text, {}, date), "") << text;
}

TEST(ScheduleText, DestinationsAndMembers) {
    for (const auto* text : {"1002", "anna@example.com", "group:sales", "*21"}) {
        model::Destination destination;
        EXPECT_EQ(model::read(text, {}, destination), "") << text;
        EXPECT_EQ(model::write(destination), text);
    }
    for (const auto* text : {"group:", "group:a b", "@example.com", "1002@", "10 02", "<sip:1@x>"}) {
        model::Destination destination;
        EXPECT_NE(model::read(text, {}, destination), "") << text;
    }
    model::Member member;
    EXPECT_EQ(model::read("1002;weight=7", {}, member), "");
    EXPECT_EQ(member.weight, 7);
    EXPECT_EQ(model::write(member), "1002;weight=7");
    for (const auto* text :
         {"", ";weight=1", "1002;weight=", "1002;weight=-1", "1002;weight=1001", "1002;w=3"})
        EXPECT_NE(model::read(text, {}, member), "") << text;
}

}  // namespace
}  // namespace strowger::schedule
