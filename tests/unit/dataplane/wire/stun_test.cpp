#include "strowger/wire/stun.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace strowger::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

// RFC 5769 2.1
const Bytes kRequest{0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                     0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e,
                     0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24,
                     0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1,
                     0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68,
                     0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c,
                     0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5,
                     0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf};

// RFC 5769 2.2
const Bytes kResponse4{0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                       0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
                       0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
                       0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99,
                       0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b,
                       0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};

// RFC 5769 2.3
const Bytes kResponse6{0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                       0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
                       0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02,
                       0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5,
                       0xbe, 0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6,
                       0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41,
                       0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c};

Bytes request(Bytes attributes, bool cookie = true) {
    Bytes b{0, 1, 0, static_cast<std::uint8_t>(attributes.size()), 0x21, 0x12, 0xa4, 0x42};
    if (!cookie) b[4] = 0x99;
    for (std::uint8_t i = 0; i < 12; ++i) b.push_back(i);
    b.insert(b.end(), attributes.begin(), attributes.end());
    return b;
}

TEST(Stun, ReadsTheRfc5769Request) {
    const auto stun = parse_stun(kRequest);
    ASSERT_TRUE(stun);
    EXPECT_EQ(stun->message_class, StunClass::request);
    EXPECT_EQ(stun->method, kStunBinding);
    EXPECT_FALSE(stun->classic);
    EXPECT_EQ(check_fingerprint(*stun), Fingerprint::right);
    const auto user = find_attribute(*stun, StunAttribute::username);
    ASSERT_TRUE(user);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(user->data()), user->size()), "evtj:h6vY");
    EXPECT_FALSE(find_attribute(*stun, StunAttribute::use_candidate));
}

TEST(Stun, ReadsTheMappedAddressesOfRfc5769) {
    const auto v4 = parse_stun(kResponse4);
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->message_class, StunClass::success);
    EXPECT_EQ(check_fingerprint(*v4), Fingerprint::right);
    EXPECT_EQ(mapped_address(*v4), parse_endpoint("192.0.2.1:32853"));
    const auto v6 = parse_stun(kResponse6);
    ASSERT_TRUE(v6);
    EXPECT_EQ(check_fingerprint(*v6), Fingerprint::right);
    EXPECT_EQ(mapped_address(*v6), parse_endpoint("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
}

TEST(Stun, AnswersABinding) {
    for (const auto* text : {"192.0.2.1:32853", "[2001:db8::7]:5"}) {
        const auto source = *parse_endpoint(text);
        std::array<std::uint8_t, kStunResponseRoom> out;
        const auto n = answer_binding(*parse_stun(kRequest), source, out);
        ASSERT_GT(n, 0u);
        const auto answer = parse_stun(Octets(out).first(n));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->message_class, StunClass::success);
        EXPECT_EQ(answer->method, kStunBinding);
        EXPECT_EQ(answer->header.transaction, parse_stun(kRequest)->header.transaction);
        EXPECT_EQ(mapped_address(*answer), source);
        EXPECT_EQ(check_fingerprint(*answer), Fingerprint::right);
    }
}

TEST(Stun, AnswersWithoutFingerprintWhenAskedWithout) {
    std::array<std::uint8_t, kStunResponseRoom> out;
    const auto bytes = request({});
    const auto n = answer_binding(*parse_stun(bytes), *parse_endpoint("192.0.2.9:4000"), out);
    const auto answer = parse_stun(Octets(out).first(n));
    ASSERT_TRUE(answer);
    EXPECT_EQ(check_fingerprint(*answer), Fingerprint::absent);
    EXPECT_TRUE(find_attribute(*answer, StunAttribute::xor_mapped_address));
}

TEST(Stun, ClassicClientsGetThePlainAddress) {
    std::array<std::uint8_t, kStunResponseRoom> out;
    const auto bytes = request({0, 3, 0, 4, 0, 0, 0, 0}, false);
    const auto stun = parse_stun(bytes);
    ASSERT_TRUE(stun);
    EXPECT_TRUE(stun->classic);
    const auto n = answer_binding(*stun, *parse_endpoint("192.0.2.9:4000"), out);
    const auto answer = parse_stun(Octets(out).first(n));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.cookie, stun->header.cookie);
    EXPECT_FALSE(find_attribute(*answer, StunAttribute::xor_mapped_address));
    EXPECT_EQ(mapped_address(*answer), parse_endpoint("192.0.2.9:4000"));
}

TEST(Stun, UnknownRequiredAttributesGet420) {
    std::array<std::uint8_t, kStunResponseRoom> out;
    const auto bytes = request({0x7f, 0x01, 0, 0, 0x80, 0x77, 0, 0});
    const auto n = answer_binding(*parse_stun(bytes), *parse_endpoint("192.0.2.9:4000"), out);
    const auto answer = parse_stun(Octets(out).first(n));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->message_class, StunClass::error);
    const auto code = find_attribute(*answer, StunAttribute::error_code);
    ASSERT_TRUE(code);
    EXPECT_EQ((*code)[2] * 100 + (*code)[3], 420);
    const auto unknown = find_attribute(*answer, StunAttribute::unknown_attributes);
    ASSERT_TRUE(unknown);
    EXPECT_EQ(Bytes(unknown->begin(), unknown->end()), (Bytes{0x7f, 0x01})) << "0x8077 may be ignored";
}

TEST(Stun, NoAnswerToAnythingElse) {
    std::array<std::uint8_t, kStunResponseRoom> out;
    const auto source = *parse_endpoint("192.0.2.9:4000");
    EXPECT_EQ(answer_binding(*parse_stun(kResponse4), source, out), 0u);
    auto broken = kRequest;
    broken[30] ^= 1;
    EXPECT_EQ(check_fingerprint(*parse_stun(broken)), Fingerprint::wrong);
    EXPECT_EQ(answer_binding(*parse_stun(broken), source, out), 0u);
    const auto bytes = request({});
    EXPECT_EQ(answer_binding(*parse_stun(bytes), source, std::span(out).first(20)), 0u) << "no room";
    auto indication = bytes;
    indication[1] = 0x11;
    EXPECT_EQ(parse_stun(indication)->message_class, StunClass::indication);
    EXPECT_EQ(answer_binding(*parse_stun(indication), source, out), 0u);
}

TEST(Stun, RefusesWhatIsNotStun) {
    for (std::size_t n = 0; n < kRequest.size(); ++n)
        EXPECT_FALSE(parse_stun(Octets(kRequest).first(n))) << n;
    auto bad = kRequest;
    bad[0] = 0x40;
    EXPECT_FALSE(parse_stun(bad)) << "top bits";
    EXPECT_FALSE(parse_stun(request({0, 6, 0, 5, 1, 2, 3, 4}))) << "attribute past the end";
    EXPECT_FALSE(parse_stun(request({0, 6, 0}))) << "not a multiple of four";
    EXPECT_FALSE(mapped_address(*parse_stun(request({0, 0x20, 0, 4, 0, 1, 0, 0})))) << "address too short";
    EXPECT_FALSE(mapped_address(*parse_stun(request({0, 0x20, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0})))) << "family 3";
}

TEST(Stun, FingerprintMustBeLast) {
    auto bytes = request({0x80, 0x28, 0, 4, 0, 0, 0, 0, 0, 6, 0, 0});
    EXPECT_EQ(check_fingerprint(*parse_stun(bytes)), Fingerprint::wrong);
}

TEST(Stun, WriterRefusesAfterAnOverflow) {
    std::array<std::uint8_t, 32> out;
    StunWriter writer(out, StunClass::success, kStunBinding, parse_stun(kRequest)->header);
    EXPECT_EQ(writer.size(), 20u);
    writer.add(StunAttribute::software, Octets(kRequest).first(9));
    EXPECT_EQ(writer.size(), 0u);
    writer.add_fingerprint();
    EXPECT_EQ(writer.size(), 0u);
    StunWriter none(std::span<std::uint8_t>{out.data(), 4}, StunClass::success, kStunBinding,
                    parse_stun(kRequest)->header);
    none.add_xor_mapped_address({});
    EXPECT_EQ(none.size(), 0u);
}

TEST(Stun, Crc32) {
    constexpr std::string_view kCheck = "123456789";
    EXPECT_EQ(crc32({reinterpret_cast<const std::uint8_t*>(kCheck.data()), kCheck.size()}), 0xCBF43926u);
}

}  // namespace
}  // namespace strowger::wire
