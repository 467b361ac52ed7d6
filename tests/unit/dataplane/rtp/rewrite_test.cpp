#include "rtp/rewrite.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>

#include "wire/checksum.hpp"
#include "stage.hpp"

namespace strowger::rtp {
namespace {

using test::address;

// RFC 1071 by 16-bit words, the slow and obvious way.
std::uint16_t plain_checksum(const std::uint8_t* at, std::size_t n, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i + 1 < n; i += 2) sum += static_cast<std::uint32_t>(at[i] << 8 | at[i + 1]);
    if (n % 2 != 0) sum += static_cast<std::uint32_t>(at[n - 1] << 8);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

struct Frame {
    explicit Frame(std::size_t length) : bytes(kMaxHeaders + length) {
        std::mt19937 random(static_cast<unsigned>(length));
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    }
    void write(const Path& path, Checksums checksums = {}) {
        write_headers(bytes.data() + kMaxHeaders, static_cast<std::uint16_t>(bytes.size() - kMaxHeaders),
                      path, checksums);
        at = bytes.data() + kMaxHeaders - headers_length(path);
        l3 = at + (path.vlan != 0 ? 18 : 14);
        l4 = l3 + (path.is_v4 ? 20 : 40);
        udp_length = bytes.size() - kMaxHeaders + 8;
    }
    // 0xffff when the UDP checksum is right.
    [[nodiscard]] std::uint16_t udp_sum(const Path& path) const {
        const std::uint32_t pseudo = 17u + static_cast<std::uint32_t>(udp_length);
        const auto addresses =
            path.is_v4 ? plain_checksum(l3 + 12, 8, pseudo) : plain_checksum(l3 + 8, 32, pseudo);
        return plain_checksum(l4, udp_length, addresses);
    }
    std::vector<std::uint8_t> bytes;
    std::uint8_t* at = nullptr;
    std::uint8_t* l3 = nullptr;
    std::uint8_t* l4 = nullptr;
    std::size_t udp_length = 0;
};

Path path_v4() {
    Path p;
    p.destination_mac = {1, 2, 3, 4, 5, 6};
    p.source_mac = {7, 8, 9, 10, 11, 12};
    p.dscp = 46;
    p.ttl = 63;
    p.source_v4 = address("10.20.0.1").v4();
    p.destination_v4 = address("10.20.0.10").v4();
    p.source_port = wire::be16::from_host(20000);
    p.destination_port = wire::be16::from_host(5000);
    return p;
}
Path path_v6() {
    auto p = path_v4();
    p.is_v4 = false;
    p.source_v6 = address("fd10:a::1");
    p.destination_v6 = address("fd10:a::100");
    return p;
}

TEST(Checksum, EqualsThePlainSumAtEveryLength) {
    std::mt19937 random(3);
    std::array<std::uint8_t, 300> bytes;
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const auto expected = static_cast<std::uint16_t>(~plain_checksum(bytes.data(), n));
        ASSERT_EQ(wire::fold(wire::add_bytes(0, bytes.data(), n)).host(), expected) << n;
    }
    bytes.fill(0xff);
    EXPECT_EQ(wire::fold(wire::add_bytes(0, bytes.data(), 300)).host(), 0);
}

TEST(Rewrite, Ipv4) {
    const auto path = path_v4();
    Frame f(172);
    f.write(path);
    EXPECT_EQ(headers_length(path), 42u);
    EXPECT_EQ(std::memcmp(f.at, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x08\x00\x45\xb8", 16), 0);
    EXPECT_EQ(f.l3[2] << 8 | f.l3[3], 200);
    EXPECT_EQ(f.l3[8], 63);
    EXPECT_EQ(plain_checksum(f.l3, 20), 0xffff);
    EXPECT_EQ(f.l4[0] << 8 | f.l4[1], 20000);
    EXPECT_EQ(f.l4[2] << 8 | f.l4[3], 5000);
    EXPECT_EQ(f.l4[4] << 8 | f.l4[5], 180);
    EXPECT_EQ(f.udp_sum(path), 0xffff);
}

TEST(Rewrite, Ipv6WithVlan) {
    auto path = path_v6();
    path.vlan = 20;
    Frame f(33);
    f.write(path);
    EXPECT_EQ(headers_length(path), 66u);
    EXPECT_EQ(std::memcmp(f.at + 12, "\x81\x00\x00\x14\x86\xdd", 6), 0);
    EXPECT_EQ(f.l3[0] >> 4, 6);
    EXPECT_EQ((f.l3[0] & 15) << 4 | f.l3[1] >> 4, 46 << 2);
    EXPECT_EQ(f.l3[4] << 8 | f.l3[5], 41);
    EXPECT_EQ(f.l3[7], 63);
    EXPECT_EQ(f.udp_sum(path), 0xffff);
}

TEST(Rewrite, EveryLengthInBothFamilies) {
    for (std::size_t n = 0; n < 200; ++n)
        for (const auto& path : {path_v4(), path_v6()}) {
            Frame f(n);
            const auto payload = std::vector<std::uint8_t>(f.bytes.begin() + kMaxHeaders, f.bytes.end());
            f.write(path);
            ASSERT_EQ(f.udp_sum(path), 0xffff) << n;
            ASSERT_TRUE(std::equal(payload.begin(), payload.end(), f.bytes.begin() + kMaxHeaders))
                << "payload untouched";
        }
}

// A sum of zero is written as 0xffff: zero would say that there is none.
TEST(Rewrite, AChecksumOfZeroIsNotWritten) {
    auto path = path_v6();
    Frame f(2);
    bool seen = false;
    for (std::uint32_t word = 0; word < 0x10000 && !seen; ++word) {
        f.bytes[kMaxHeaders] = static_cast<std::uint8_t>(word >> 8);
        f.bytes[kMaxHeaders + 1] = static_cast<std::uint8_t>(word);
        f.write(path);
        ASSERT_FALSE(f.l4[6] == 0 && f.l4[7] == 0);
        seen = f.l4[6] == 0xff && f.l4[7] == 0xff;
    }
    EXPECT_TRUE(seen);
}

TEST(Rewrite, TheDeviceGetsThePseudoHeader) {
    const auto path = path_v4();
    Frame f(100);
    f.write(path, {.ip_by_device = true, .udp_by_device = true});
    EXPECT_EQ(f.l3[10] << 8 | f.l3[11], 0);
    const auto pseudo = plain_checksum(f.l3 + 12, 8, 17u + 108u);
    EXPECT_EQ(f.l4[6] << 8 | f.l4[7], pseudo);
}

}  // namespace
}  // namespace strowger::rtp
