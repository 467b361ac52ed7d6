#include "call_records.hpp"

#include <gtest/gtest.h>

namespace strowger {
namespace {

std::string with_name(std::string name) {
    call::CallRecord record;
    record.caller.user_agent = std::move(name);
    return to_json(record);
}

TEST(CallRecords, BytesOfTheNetworkStayValidJson) {
    EXPECT_NE(with_name("plain").find("\"user_agent\":\"plain\""), std::string::npos);
    EXPECT_NE(with_name("J\xc3\xbcrgen").find("J\xc3\xbcrgen"), std::string::npos) << "UTF-8 stays";
    EXPECT_NE(with_name("J\xfcrgen").find("J\\u00fcrgen"), std::string::npos) << "Latin-1 does not";
    EXPECT_NE(with_name("\xc0\xaf").find("\\u00c0\\u00af"), std::string::npos) << "overlong";
    EXPECT_NE(with_name("\xed\xa0\x80").find("\\u00ed"), std::string::npos) << "a surrogate";
    EXPECT_NE(with_name("a\"b\\c\x01\x7f").find(R"(a\"b\\c\u0001\u007f)"), std::string::npos);
}

TEST(CallRecords, WhoLedTheCallOnIsNamedInTurn) {
    call::CallRecord record;
    EXPECT_NE(to_json(record).find("\"led_on_by\":[],"), std::string::npos);
    record.led_on_by = {"sip:1001@lab.example", "sip:1500@lab.example"};
    EXPECT_NE(to_json(record).find("\"led_on_by\":[\"sip:1001@lab.example\",\"sip:1500@lab.example\"],"),
              std::string::npos);
}

TEST(CallRecords, TimesThatDidNotComeAreNull) {
    call::CallRecord record;
    record.setup = 1'700'000'000'123'000'000;
    const std::string json = to_json(record);
    EXPECT_NE(json.find("\"setup\":\"2023-11-14T22:13:20.123Z\""), std::string::npos) << json;
    EXPECT_NE(json.find("\"answer\":null"), std::string::npos);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    EXPECT_EQ(json.front(), '{');
    EXPECT_EQ(json.back(), '}');
}

}  // namespace
}  // namespace strowger
