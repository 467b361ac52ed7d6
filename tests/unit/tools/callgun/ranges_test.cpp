#include "ranges.hpp"

#include <gtest/gtest.h>

namespace strowger::callgun {
namespace {

std::vector<std::string> addresses(std::string_view text) {
    std::vector<wire::IpAddress> parsed;
    std::string error;
    std::vector<std::string> out;
    if (!parse_addresses(text, parsed, error)) return {"refused: " + error};
    for (const auto& a : parsed) out.push_back(wire::to_string(a));
    return out;
}

TEST(Ranges, Addresses) {
    EXPECT_EQ(addresses("10.10.0.1"), (std::vector<std::string>{"10.10.0.1"}));
    EXPECT_EQ(addresses("10.10.0.100-102"),
              (std::vector<std::string>{"10.10.0.100", "10.10.0.101", "10.10.0.102"}));
    EXPECT_EQ(addresses("10.10.0.255-10.10.1.1"),
              (std::vector<std::string>{"10.10.0.255", "10.10.1.0", "10.10.1.1"}));
    EXPECT_EQ(addresses("fd10:a::fe-100"),
              (std::vector<std::string>{"fd10:a::fe", "fd10:a::ff", "fd10:a::100"}));
    EXPECT_EQ(addresses("10.0.0.1,10.0.0.9-10"),
              (std::vector<std::string>{"10.0.0.1", "10.0.0.9", "10.0.0.10"}));
}

TEST(Ranges, WhatIsNoRangeOfAddressesIsRefusedWithWhatIsAllowed) {
    for (const char* wrong :
         {"", "10.10.0", "10.10.0.9-3", "10.10.0.1-fd10::1", "fd10::1-fd11::1", "a-b", "10.0.0.1-300"})
        EXPECT_TRUE(addresses(wrong).front().starts_with("refused: ")) << wrong;
    EXPECT_NE(addresses("10.10.0.9-3").front().find("10.10.0.100-199"), std::string::npos);
    EXPECT_NE(addresses("10.0.0.0-10.1.0.0").front().find("more than 1024"), std::string::npos);
}

TEST(Ranges, Ports) {
    PortRange range;
    std::string error;
    ASSERT_TRUE(parse_ports("5060", range, error));
    EXPECT_EQ(range.size(), 1u);
    ASSERT_TRUE(parse_ports("5060-5069", range, error));
    EXPECT_EQ(range.low, 5060);
    EXPECT_EQ(range.size(), 10u);
    for (const char* wrong : {"", "0", "5070-5060", "70000", "5060-", "x"})
        EXPECT_FALSE(parse_ports(wrong, range, error)) << wrong;
}

std::string name(std::string_view text, std::uint64_t index) {
    Names names;
    std::string error;
    char room[Names::kMaxLength];
    if (!Names::parse(text, names, error)) return "refused";
    return std::string(names.write(index, room));
}

TEST(Ranges, Names) {
    EXPECT_EQ(name("1001-1099", 0), "1001");
    EXPECT_EQ(name("1001-1099", 98), "1099");
    EXPECT_EQ(name("0001-0100", 41), "0042");
    EXPECT_EQ(name("sip0998-sip1001", 3), "sip1001");
    EXPECT_EQ(name("+49301000-+49301999", 7), "+49301007");
    EXPECT_EQ(name("9-11", 2), "11");
    EXPECT_EQ(name("alice", 0), "alice");
    EXPECT_EQ(name("2001", 0), "2001");
    for (const char* wrong : {"", "10-9", "a1-b2", "alice-bob", "a b", "x@y", "1001-"})
        EXPECT_EQ(name(wrong, 0), "refused") << wrong;
    Names names;
    std::string error;
    ASSERT_TRUE(Names::parse("1001-1099", names, error));
    EXPECT_EQ(names.size(), 99u);
}

}  // namespace
}  // namespace strowger::callgun
