#include "core/kernel_limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::core {
namespace {

std::string hex(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
    return out;
}

const std::string kMacs = hex("020000000001020000000099");
// An IPv4 header of `protocol` from 10.0.0.1 to 10.0.0.2, and what follows it.
std::string v4(const char* protocol, const std::string& rest, const char* fragment = "0000") {
    return kMacs + hex("0800450000280000") + hex(fragment) + hex("40") + hex(protocol) +
           hex("00000a0000010a000002") + rest;
}
std::string v6(const char* next, const std::string& rest) {
    return kMacs + hex("86dd60000000") + hex("0008") + hex(next) + hex("ff") + std::string(32, '\1') + rest;
}
KernelKind kind(const std::string& frame) {
    return kernel_kind_of(frame.data(), frame.size());
}

TEST(KernelKind, ByProtocolAndPort) {
    EXPECT_EQ(kind(kMacs + hex("0806") + std::string(28, '\0')), KernelKind::neighbours);  // ARP
    EXPECT_EQ(kind(kMacs + hex("88cc") + std::string(28, '\0')), KernelKind::neighbours);  // LLDP
    EXPECT_EQ(kind(v6("3a", hex("8700000000000000"))), KernelKind::neighbours);            // solicitation
    EXPECT_EQ(kind(v6("3a", hex("8000000000000000"))), KernelKind::other);                 // echo
    EXPECT_EQ(kind(v4("06", hex("00b3c000"))), KernelKind::routing);                       // from BGP
    EXPECT_EQ(kind(v4("06", hex("c00000b3"))), KernelKind::routing);                       // to BGP
    EXPECT_EQ(kind(v4("06", hex("c0000050"))), KernelKind::tcp);
    EXPECT_EQ(kind(v6("06", hex("c0000050"))), KernelKind::tcp);
    EXPECT_EQ(kind(v4("11", hex("c0000ec8"))), KernelKind::routing);  // BFD
    EXPECT_EQ(kind(v4("11", hex("0ec8c000"))), KernelKind::other);
    EXPECT_EQ(kind(v4("59", {})), KernelKind::routing);  // OSPF
    EXPECT_EQ(kind(v4("70", {})), KernelKind::routing);  // VRRP
    EXPECT_EQ(kind(v4("01", hex("0800"))), KernelKind::other);
}

TEST(KernelKind, ATagIsReadPast) {
    EXPECT_EQ(kind(kMacs + hex("810000070806") + std::string(28, '\0')), KernelKind::neighbours);
    EXPECT_EQ(kind(kMacs + hex("81000007") + v4("06", hex("c0000050")).substr(12)), KernelKind::tcp);
}

TEST(KernelKind, LaterFragmentsHaveNoPorts) {
    EXPECT_EQ(kind(v4("06", hex("00b300b3"), "0010")), KernelKind::other);
}

TEST(KernelKind, NeverReadsPastTheFrame) {
    const std::string whole = kMacs + hex("81000007") + v4("06", hex("c0000050")).substr(12);
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const std::string copy(whole.data(),
                               length);  // its own allocation: the sanitizer sees a step too far
        EXPECT_NO_FATAL_FAILURE((void)kind(copy)) << length;
    }
    EXPECT_EQ(kind(std::string(13, '\0')), KernelKind::other);
}

int admitted(KernelLimits& limits, KernelKind kind, Nanoseconds now, int tries) {
    int n = 0;
    for (int i = 0; i < tries; ++i) n += limits.admit(kind, now) ? 1 : 0;
    return n;
}

TEST(KernelLimits, ABurstAndThenTheRate) {
    KernelLimits limits;
    const auto rate = static_cast<int>(KernelLimits::kRates[0]);
    const int burst = rate / KernelLimits::kBurstPart;
    EXPECT_EQ(admitted(limits, KernelKind::neighbours, 0, rate), burst);
    EXPECT_EQ(admitted(limits, KernelKind::neighbours, 0, 10), 0);
    // A thousandth of a second later, a thousandth of the rate.
    EXPECT_EQ(admitted(limits, KernelKind::neighbours, kMillisecond, rate), rate / 1000);
    EXPECT_EQ(admitted(limits, KernelKind::neighbours, kSecond, rate), burst);
}

TEST(KernelLimits, SmallStepsLoseNothing) {
    KernelLimits limits;
    const auto rate = static_cast<int>(KernelLimits::kRates[3]);
    (void)admitted(limits, KernelKind::other, 0, rate);
    int n = 0;
    const Nanoseconds step = kSecond / rate / 3;  // a third of a token
    for (Nanoseconds now = step; now <= kSecond; now += step)
        n += admitted(limits, KernelKind::other, now, 1);
    EXPECT_NEAR(n, rate, 2);
}

TEST(KernelLimits, KindsDoNotCostEachOther) {
    KernelLimits limits;
    (void)admitted(limits, KernelKind::other, 0, 100'000);
    EXPECT_TRUE(limits.admit(KernelKind::neighbours, 0));
    EXPECT_TRUE(limits.admit(KernelKind::routing, 0));
}

}  // namespace
}  // namespace strowger::core
