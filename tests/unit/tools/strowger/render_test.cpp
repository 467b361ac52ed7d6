#include "render.hpp"

#include <gtest/gtest.h>

#include "table.hpp"

namespace strowger::cli {
namespace {

TEST(Table, FitsTheTerminalByShorteningTheWidest) {
    const std::vector<Column> columns{{.header = "NAME"}, {.header = "N", .right = true}, {.header = "TEXT"}};
    const std::vector<std::vector<std::string>> rows{{"a", "5", "a rather long text that does not fit"},
                                                     {"ütf", "12", "x"}};
    EXPECT_EQ(table(columns, rows, 0),
              "NAME   N  TEXT\n"
              "a      5  a rather long text that does not fit\n"
              "ütf   12  x\n");
    EXPECT_EQ(table(columns, rows, 22),
              "NAME   N  TEXT\n"
              "a      5  a rather lo…\n"
              "ütf   12  x\n");
    EXPECT_EQ(table({{.header = "A"}}, {{"evil\x1b[31m\n"}}, 0), "A\nevil.[31m.\n");
}

TEST(Table, WritesTimesAndRates) {
    EXPECT_EQ(duration_text(59), "59s");
    EXPECT_EQ(duration_text(61), "1m01s");
    EXPECT_EQ(duration_text(7265), "2h01m");
    EXPECT_EQ(duration_text(90'000), "1d01h");
    EXPECT_EQ(rate_text(0), "0");
    EXPECT_EQ(rate_text(999), "999");
    EXPECT_EQ(rate_text(1234), "1.23k");
    EXPECT_EQ(rate_text(999'600), "1.00M");
    EXPECT_EQ(rate_text(45'678), "45.7k");
}

TEST(Render, CallsAsATable) {
    const auto rendered =
        render(row_of(Command::calls_),
               R"([{"id":"1","state":"talking","from":"1001","to":"1002","from_realm":"access",
                                     "to_realm":"core","codec":"PCMA","age_s":65,"talk_s":60,"mos":4.41}])",
               0);
    EXPECT_EQ(rendered.out,
              "ID  STATE    FROM  TO    IN      OUT   CODEC    AGE   TALK  MOS\n"
              "1   talking  1001  1002  access  core  PCMA   1m05s  1m00s  4.4\n");
}

TEST(Render, EveryTableHasTheFieldsOfItsColumns) {
    for (const CommandRow& row : kCommandRows) {
        if (row.columns.empty()) continue;
        const auto rendered = render(row, "[{}]", 80);
        EXPECT_TRUE(rendered.ok) << row.name;
        EXPECT_EQ(std::count(rendered.out.begin(), rendered.out.end(), '\n'), 2) << row.name;
    }
}

TEST(Render, ChangesWithTheirWarnings) {
    const auto rendered = render(row_of(Command::apply_),
                                 R"({"version":4,"applied":true,"warning":"not recorded",
                                     "changes":[{"restart":true,"text":"~ port lan: queues: 1 -> 2\n"}]})",
                                 0);
    EXPECT_EQ(rendered.out, "~ port lan: queues: 1 -> 2\nversion 4 runs\n");
    EXPECT_EQ(rendered.err,
              "some of it acts at the next start: sudo systemctl restart strowgerd\nwarning: not recorded\n");
    EXPECT_EQ(render(row_of(Command::apply_), R"({"version":4,"applied":false,"changes":[]})", 0).out,
              "no change: version 4 runs\n");
}

TEST(Render, ErrorsListTheProblemsFirst) {
    EXPECT_EQ(render_error(R"({"error":"nothing was changed","problems":["a.yaml:3: x: y"]})"),
              "a.yaml:3: x: y\nnothing was changed\n");
    EXPECT_EQ(render_error("not json"), "not json\n");
}

TEST(Render, ForeignAnswersAreNoCrash) {
    for (const CommandRow& row : kCommandRows)
        for (const char* body :
             {"", "[]", "{}", "[1,null,\"x\"]", "7", "{\"changes\":[1],\"call\":3,\"legs\":[2]}", "[[[["})
            static_cast<void>(render(row, body, 40));
    EXPECT_FALSE(render(row_of(Command::calls_), "{}", 40).ok);
    EXPECT_FALSE(render(row_of(Command::calls_), "[", 40).ok);
}

TEST(Render, TopMakesRatesOfTwoReadings) {
    const auto rendered = render_top(
        R"([{"worker":0,"cpu":"2","time_ns":0,"busy_ns":0,"idle_ns":0,"rx_packets":100,"tx_packets":0}])",
        R"([{"worker":0,"cpu":"2","time_ns":2000000000,"busy_ns":500000000,"idle_ns":1500000000,"rx_packets":20100,"tx_packets":2}])",
        0);
    EXPECT_EQ(rendered.out,
              "WORKER  CPU  BUSY   RX/S  TX/S  RTP/S  SIP/S  PUNT/S  DROP/S\n"
              "     0    2   25%  10.0k     1      0      0       0       0\n");
}

TEST(Render, StatusEndsWithItsWarnings) {
    const auto rendered =
        render(row_of(Command::status_),
               R"({"software":"0.1.0","uptime_s":3700,"warnings":["trunk pbx is down"]})", 0);
    EXPECT_TRUE(rendered.out.starts_with("strowgerd 0.1.0, up 1h01m")) << rendered.out;
    EXPECT_TRUE(rendered.out.ends_with("! trunk pbx is down\n")) << rendered.out;
}

}  // namespace
}  // namespace strowger::cli
