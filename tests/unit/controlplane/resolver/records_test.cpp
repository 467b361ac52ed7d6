#include "resolver/records.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace strowger::resolver {
namespace {

TEST(Records, AddressesOfBothFamilies) {
    EXPECT_EQ(parse_address_record(Type::a, a(192, 0, 2, 1)), wire::parse_address("192.0.2.1"));
    const std::string six = text_of({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7});
    EXPECT_EQ(parse_address_record(Type::aaaa, six), wire::parse_address("2001:db8::7"));
    EXPECT_FALSE(parse_address_record(Type::a, six));
    EXPECT_FALSE(parse_address_record(Type::aaaa, a(192, 0, 2, 1)));
    EXPECT_FALSE(parse_address_record(Type::a, a(0, 0, 0, 0))) << "nobody is there";
    const std::string mapped = text_of({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1});
    EXPECT_FALSE(parse_address_record(Type::aaaa, mapped));
}

TEST(Records, Srv) {
    const auto record = parse_srv(srv(10, 60, 5060, "SIP1.Carrier.example"));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->priority, 10);
    EXPECT_EQ(record->weight, 60);
    EXPECT_EQ(record->port, 5060);
    EXPECT_EQ(record->target, "sip1.carrier.example");
    EXPECT_EQ(parse_srv(srv(0, 0, 0, ""))->target, "") << "the root: no service";
}

TEST(Records, Naptr) {
    const auto record = parse_naptr(naptr(100, 50, "s", "SIP+D2U", "_sip._udp.carrier.example"));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->order, 100);
    EXPECT_EQ(record->services, "SIP+D2U");
    EXPECT_EQ(record->replacement, "_sip._udp.carrier.example");
}

TEST(Records, EveryCutOfARecordIsRefused) {
    const auto whole_srv = srv(1, 2, 3, "a.example");
    for (std::size_t n = 0; n < whole_srv.size(); ++n) EXPECT_FALSE(parse_srv(whole_srv.substr(0, n))) << n;
    EXPECT_FALSE(parse_srv(whole_srv + "x"));
    const auto whole_naptr = naptr(1, 2, "s", "SIP+D2U", "a.example");
    for (std::size_t n = 0; n < whole_naptr.size(); ++n)
        EXPECT_FALSE(parse_naptr(whole_naptr.substr(0, n))) << n;
    EXPECT_FALSE(parse_srv(number(1) + number(2) + number(3) + text_of({0xc0, 0x0c})))
        << "a compression pointer";
    EXPECT_FALSE(parse_srv(number(1) + number(2) + number(3) + text_of({3, 'a', ' ', 'b', 0})));
    EXPECT_FALSE(parse_srv(number(1) + number(2) + number(3) + text_of({3, 'a', '\r', '\n', 0})));
    std::string endless;
    for (int i = 0; i < 100; ++i) endless += text_of({3, 'a', 'b', 'c'});
    EXPECT_FALSE(parse_srv(number(1) + number(2) + number(3) + endless + text_of({0})));
}

TEST(Records, HostNames) {
    EXPECT_EQ(host_name("SIP.Example."), "sip.example");
    EXPECT_EQ(host_name("_sip._udp.a-b.example"), "_sip._udp.a-b.example");
    for (const char* bad : {"", ".", "a..b", "a b", "a/b", "exa\rmple", ".a"})
        EXPECT_FALSE(host_name(bad)) << bad;
    EXPECT_FALSE(host_name(std::string(64, 'a')));
    EXPECT_TRUE(host_name(std::string(63, 'a')));
}

}  // namespace
}  // namespace strowger::resolver
