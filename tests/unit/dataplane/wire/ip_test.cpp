#include "strowger/wire/ip.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace strowger::wire {
namespace {

IpAddress address(std::string_view text) {
    const auto parsed = parse_address(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(IpAddress{});
}

TEST(IpAddress, ReadsAndWritesBothFamilies) {
    for (const auto* text : {"192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::9:1",
                             "fe80::1", "2001:db8:1:2:3:4:5:6"})
        EXPECT_EQ(to_string(address(text)), text);
    EXPECT_EQ(to_string(address("2001:DB8:0:0:0:0:0:1")), "2001:db8::1");
    EXPECT_EQ(to_string(address("[2001:db8::1]")), "2001:db8::1");
}

// One key serves both families, so a mapped address is the IPv4 address.
TEST(IpAddress, MappedIsIpv4) {
    const IpAddress mapped = address("::ffff:192.0.2.1");
    EXPECT_TRUE(mapped.is_v4());
    EXPECT_EQ(mapped, address("192.0.2.1"));
    EXPECT_EQ(to_string(mapped), "192.0.2.1");
    EXPECT_EQ(mapped.v4(), be32::from_host(0xC0000201));
    EXPECT_EQ(IpAddress::from_v4(be32::from_host(0xC0000201)), mapped);
    EXPECT_FALSE(address("::192.0.2.1").is_v4());
}

TEST(IpAddress, RefusesBadText) {
    for (const auto* text :
         {"", " ", "192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.2.1 ", "01.2.3.4", "0x7f.1",
          "2001:db8:::1", "2001:db8", "::g", "[192.0.2.1]", "[::1", "::1]", "[]", "1:2:3:4:5:6:7:8:9",
          "fe80::1%eth0", "host", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb"})
        EXPECT_FALSE(parse_address(text)) << text;
    EXPECT_FALSE(parse_address(std::string_view("192.0.2.1\0", 10)));
}

TEST(IpAddress, Unspecified) {
    EXPECT_TRUE(address("0.0.0.0").is_unspecified());
    EXPECT_TRUE(address("::").is_unspecified());
    EXPECT_FALSE(address("0.0.0.1").is_unspecified());
    EXPECT_FALSE(address("::1").is_unspecified());
}

TEST(IpAddress, FormatNeeds46BytesAtMost) {
    char out[46];
    EXPECT_EQ(format_address(address("1111:2222:3333:4444:5555:6666:7777:8888"), out), 39u);
    EXPECT_EQ(std::string_view(out, format_address(address("10.0.0.1"), out)), "10.0.0.1");
}

TEST(Endpoint, ReadsAndWritesBothFamilies) {
    for (const auto* text : {"192.0.2.1:5060", "[2001:db8::1]:5061", "[::]:0", "0.0.0.0:65535"}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(to_string(*endpoint), text);
    }
    EXPECT_EQ(parse_endpoint("192.0.2.1:5060")->port.host(), 5060);
}

TEST(Endpoint, RefusesBadText) {
    for (const auto* text :
         {"", "192.0.2.1", "192.0.2.1:", ":5060", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:5060x",
          "2001:db8::1:5060", "[2001:db8::1]", "[192.0.2.1]:5060", "host:5060", "192.0.2.1: 5060"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Prefix, HoldsWhatItsBitsSay) {
    const auto ten = parse_prefix("10.20.0.0/14").value();
    EXPECT_EQ(ten.length, 96 + 14);
    EXPECT_TRUE(ten.contains(address("10.20.0.0")));
    EXPECT_TRUE(ten.contains(address("10.23.255.255")));
    EXPECT_FALSE(ten.contains(address("10.24.0.0")));
    EXPECT_FALSE(ten.contains(address("10.19.255.255")));
    EXPECT_FALSE(ten.contains(address("2001:db8::1")));
    const auto six = parse_prefix("2001:db8::/33").value();
    EXPECT_TRUE(six.contains(address("2001:db8:7fff::1")));
    EXPECT_FALSE(six.contains(address("2001:db8:8000::1")));
}

TEST(Prefix, EdgesOfTheLength) {
    EXPECT_TRUE(parse_prefix("0.0.0.0/0")->contains(address("203.0.113.7")));
    EXPECT_FALSE(parse_prefix("0.0.0.0/0")->contains(address("2001:db8::1")));
    EXPECT_TRUE(parse_prefix("::/0")->contains(address("2001:db8::1")));
    EXPECT_FALSE(parse_prefix("::/0")->contains(address("203.0.113.7")));
    EXPECT_TRUE(parse_prefix("192.0.2.1")->contains(address("192.0.2.1")));
    EXPECT_FALSE(parse_prefix("192.0.2.1/32")->contains(address("192.0.2.0")));
    EXPECT_EQ(parse_prefix("192.0.2.1"), parse_prefix("192.0.2.1/32"));
}

TEST(Prefix, HostBitsAreCleared) {
    EXPECT_EQ(to_string(parse_prefix("10.1.2.3/8").value()), "10.0.0.0/8");
    EXPECT_EQ(to_string(parse_prefix("2001:db8::ffff/112").value()), "2001:db8::/112");
    EXPECT_EQ(parse_prefix("10.1.2.3/8"), parse_prefix("10.0.0.0/8"));
}

TEST(Prefix, RefusesBadText) {
    for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "2001:db8::/129",
                             "10.0.0.0/8/8", "10.0.0.0/8 "})
        EXPECT_FALSE(parse_prefix(text)) << text;
}

TEST(IpHash, SpreadsNeighbours) {
    std::unordered_set<std::size_t> addresses;
    std::unordered_set<std::size_t> endpoints;
    for (std::uint32_t i = 0; i < 4096; ++i) {
        const auto a = IpAddress::from_v4(be32::from_host(0x0A000000 + i));
        addresses.insert(std::hash<IpAddress>{}(a) >> 32);
        endpoints.insert(std::hash<Endpoint>{}({a, be16::from_host(5060)}));
    }
    EXPECT_GT(addresses.size(), 4090u);
    EXPECT_EQ(endpoints.size(), 4096u);
}

TEST(BigEndian, HoldsWireOrder) {
    EXPECT_EQ(be16::from_host(0x1234).wire(), 0x3412);
    EXPECT_EQ(be32::from_host(0x12345678).host(), 0x12345678u);
    EXPECT_LT(be16::from_host(0x00ff), be16::from_host(0x0100));
    EXPECT_EQ(be64::from_host(1).wire(), 0x0100000000000000ULL);
}

}  // namespace
}  // namespace strowger::wire
