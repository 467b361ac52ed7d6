#include "model/values.hpp"

#include <gtest/gtest.h>

namespace strowger::model {
namespace {

template <typename T>
std::string through(std::string_view text, const Bounds& bounds = {}) {
    T value{};
    const Complaint complaint = read(text, bounds, value);
    return complaint.empty() ? write(value) : "refused";
}

TEST(Values, DurationsNeedAUnit) {
    EXPECT_EQ(through<Duration>("500ms"), "500ms");
    EXPECT_EQ(through<Duration>("90s"), "90s");
    EXPECT_EQ(through<Duration>("120s"), "2m");
    EXPECT_EQ(through<Duration>("48h"), "2d");
    EXPECT_EQ(through<Duration>("0"), "0s");
    for (const char* bad : {"", "5", "s", "5 s", "-5s", "1.5s", "99999999999999999999s", "9999999999999s"})
        EXPECT_EQ(through<Duration>(bad), "refused") << bad;
    EXPECT_EQ(through<Duration>("61s", bounds::within(seconds(1), seconds(60))), "refused");
}

TEST(Values, NumbersKeepToTheirBounds) {
    EXPECT_EQ(through<U16>("65535"), "65535");
    EXPECT_EQ(through<U16>("65536"), "refused");
    EXPECT_EQ(through<U32>("4294967296"), "refused");
    EXPECT_EQ(through<U16>("-1"), "refused");
    EXPECT_EQ(through<U16>("0x10"), "refused");
    EXPECT_EQ(through<U16>("487", bounds::either(486, 503)), "refused");
    EXPECT_EQ(through<U16>("503", bounds::either(486, 503)), "503");
}

TEST(Values, DecimalsHaveTwoPlacesAtMost) {
    const Bounds mos = bounds::within(0, 500);
    EXPECT_EQ(through<Decimal>("3.6", mos), "3.6");
    EXPECT_EQ(through<Decimal>("3.60", mos), "3.6");
    EXPECT_EQ(through<Decimal>("3.05", mos), "3.05");
    EXPECT_EQ(through<Decimal>("5", mos), "5");
    EXPECT_EQ(through<Decimal>("0", mos), "0");
    for (const char* bad : {"", ".", "3.", ".5", "3.600", "5.01", "-1", "3,6", "1e1", "99999999999999999999"})
        EXPECT_EQ(through<Decimal>(bad, mos), "refused") << bad;
}

TEST(Values, ListenersAndTargets) {
    EXPECT_EQ(through<Listener>("udp:192.0.2.1:5060"), "udp:192.0.2.1:5060");
    EXPECT_EQ(through<Listener>("udp:[2001:db8::1]:5060"), "udp:[2001:db8::1]:5060");
    for (const char* bad : {"192.0.2.1:5060", "udp:192.0.2.1", "sctp:192.0.2.1:5060", "udp:host:5060",
                            "udp:192.0.2.1:0", "udp:"})
        EXPECT_EQ(through<Listener>(bad), "refused") << bad;
    EXPECT_EQ(through<Target>("192.0.2.1"), "192.0.2.1:5060");
    EXPECT_EQ(through<Target>("2001:db8::1"), "[2001:db8::1]:5060");
    EXPECT_EQ(through<Target>("udp:[2001:db8::1]:5070;weight=3"), "[2001:db8::1]:5070;weight=3");
    EXPECT_EQ(through<Target>("tls:192.0.2.1:5061"), "tls:192.0.2.1:5061");
    EXPECT_EQ(through<Target>("Carrier.example"), "carrier.example");
    EXPECT_EQ(through<Target>("sip.carrier.example:5070;transport=udp;weight=2"),
              "sip.carrier.example:5070;transport=udp;weight=2");
    EXPECT_EQ(through<Target>("udp:carrier.example"), "carrier.example;transport=udp");
    for (const char* bad : {"", "-host", "host:0", "ho st", "123.456", "host;transport=sctp", "host;",
                            "192.0.2.1:70000", "192.0.2.1;weight=1001", "192.0.2.1;q=1", "192.0.2.1;weight="})
        EXPECT_EQ(through<Target>(bad), "refused") << bad;
}

TEST(Values, PortRangesGoFromEvenToOdd) {
    const Bounds ports = bounds::within(1024, 65535);
    EXPECT_EQ(through<PortRange>("16384-32767", ports), "16384-32767");
    for (const char* bad : {"16385-32767", "16384-32768", "100-201", "2000-1001", "2000", "2000-", "-2001"})
        EXPECT_EQ(through<PortRange>(bad, ports), "refused") << bad;
}

TEST(Values, UserRangesKeepLeadingZeros) {
    EXPECT_EQ(through<UserRange>("0001-0099"), "0001-0099");
    for (const char* bad :
         {"1-10", "10-1", "-", "1001", "a-b", "1001-1002-", "12345678901234567-12345678901234568"})
        EXPECT_EQ(through<UserRange>(bad), "refused") << bad;
}

TEST(Values, NumberListsExpandRanges) {
    Numbers cpus;
    EXPECT_EQ(read_numbers("2-4,8", bounds::within(0, 15) & bounds::entries(0, 8), cpus), "");
    EXPECT_EQ(cpus, (Numbers{2, 3, 4, 8}));
    for (const char* bad : {"", "4-2", "1,,2", "16", "0-8", "1-"}) {
        Numbers none;
        EXPECT_NE(read_numbers(bad, bounds::within(0, 15) & bounds::entries(0, 8), none), "") << bad;
    }
}

TEST(Values, TextsKeepTheirForm) {
    EXPECT_EQ(through<Text>("sip.example.com", bounds::domain()), "sip.example.com");
    EXPECT_EQ(through<Text>("-x.example", bounds::domain()), "refused");
    EXPECT_EQ(through<Text>("a..b", bounds::domain()), "refused");
    EXPECT_EQ(through<Text>("telephone-event", bounds::token(32)), "telephone-event");
    EXPECT_EQ(through<Text>("two words", bounds::token(32)), "refused");
    EXPECT_EQ(through<Text>("relative/file", bounds::path()), "refused");
    EXPECT_EQ(through<Text>("+4930", bounds::digits(32)), "+4930");
    EXPECT_EQ(through<Text>("49+30", bounds::digits(32)), "refused");
    EXPECT_EQ(through<Text>("0123456789abcdef0123456789abcdeF", bounds::hex(32)),
              "0123456789abcdef0123456789abcdeF");
    EXPECT_EQ(through<Text>("0123", bounds::hex(32)), "refused");
    EXPECT_EQ(through<Text>("eth0.100", bounds::interface_name()), "eth0.100");
    EXPECT_EQ(through<Text>("averylonginterface", bounds::interface_name()), "refused");
    EXPECT_EQ(through<Text>("two\nlines", bounds::line(0, 64)), "refused");
}

TEST(Values, EnumsSuggestTheNearestName) {
    NatMode nat{};
    EXPECT_EQ(read("auto", {}, nat), "");
    EXPECT_EQ(nat, NatMode::auto_);
    EXPECT_EQ(read("atuo", {}, nat), "did you mean auto? must be one of off, on, auto");
}

}  // namespace
}  // namespace strowger::model
