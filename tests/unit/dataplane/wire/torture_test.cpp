// Messages after RFC 4475 and RFC 5118 against the tokeniser's twins and the value parsers.
#include <gtest/gtest.h>

#include <algorithm>

#include "strowger/wire/sip_tokenise.hpp"
#include "strowger/wire/sip_values.hpp"
#include "support/readable.hpp"
#include "support/sip_view_check.hpp"
#include "support/torture_messages.hpp"

namespace strowger::wire {
namespace {

struct Parsed {
    explicit Parsed(const std::string& text) : bytes(text) {
        status = tokenise(bytes.data(), bytes.length(), view);
        message = SipMessage(bytes.data(), bytes.length(), &view);
    }
    test::Readable bytes;
    SipView view;
    SipMessage message;
    TokeniseStatus status{};
};

Parsed parsed(std::string_view name) {
    for (const auto& m : test::all_torture())
        if (m.name == name) return Parsed(m.bytes);
    ADD_FAILURE() << "no message is called " << name;
    return Parsed("");
}

bool values_parse(const SipMessage& message, HeaderId id) {
    bool good = true;
    message.each(id, [&](std::string_view value) {
        std::string_view element;
        while (next_in_list(value, element)) {
            if (id == HeaderId::via) {
                good = good && parse_via(element);
                continue;
            }
            const auto address = parse_name_address(element);
            good = good && address && (address->star || parse_uri(address->uri));
        }
    });
    return good;
}

class Torture : public testing::TestWithParam<test::TortureMessage> {};

TEST_P(Torture, HasItsVerdict) {
    const auto& expected = GetParam();
    const Parsed p(expected.bytes);
    ASSERT_EQ(p.status, expected.status) << describe(p.status);
    EXPECT_TRUE(test::inside(p.view, p.bytes.length()));
    for (const auto variant : {TokeniseVariant::scalar, TokeniseVariant::avx2, TokeniseVariant::avx512}) {
        if (!available(variant)) continue;
        SipView view;
        EXPECT_EQ(tokenise_with(variant, p.bytes.data(), p.bytes.length(), view), p.status);
        EXPECT_TRUE(test::same(view, p.view));
    }
    if (p.status != TokeniseStatus::ok) return;
    if (p.message.is_request()) {
        EXPECT_EQ(parse_uri(p.message.uri()).has_value(), !expected.bad_request_uri);
    }
    for (const auto id : {HeaderId::via, HeaderId::to, HeaderId::from, HeaderId::contact, HeaderId::route,
                          HeaderId::record_route}) {
        const bool bad = std::ranges::find(expected.bad_values, id) != expected.bad_values.end();
        EXPECT_EQ(values_parse(p.message, id), !bad) << header_name(id);
    }
}

INSTANTIATE_TEST_SUITE_P(Messages, Torture, testing::ValuesIn(test::all_torture()), [](const auto& row) {
    std::string name(row.param.name);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST(TortureDetail, FoldedAndSpacedOut) {
    const Parsed p = parsed("wsinv");
    const auto to = parse_name_address(p.message.header(HeaderId::to));
    ASSERT_TRUE(to);
    EXPECT_EQ(to->uri, "sip:vivekg@chair-dnrc.example.com");
    EXPECT_EQ(to->tag(), "1918181833n");
    const auto from = parse_name_address(p.message.header(HeaderId::from));
    ASSERT_TRUE(from);
    EXPECT_EQ(from->display, "\"J Rosenberg \\\\\\\"\"");
    EXPECT_EQ(from->tag(), "98asjd8");
    EXPECT_EQ(parse_number(p.message.header(HeaderId::max_forwards)), 68u);
    EXPECT_EQ(parse_cseq(p.message.header(HeaderId::cseq))->number, 9u);
    std::vector<Via> vias;
    p.message.each(HeaderId::via, [&](std::string_view value) {
        std::string_view element;
        while (next_in_list(value, element)) vias.push_back(parse_via(element).value());
    });
    ASSERT_EQ(vias.size(), 3u);
    EXPECT_EQ(vias[0].branch(), "390skdjuw");
    EXPECT_EQ(vias[1].host, "spindle.example.com");
    EXPECT_EQ(vias[1].branch(), "z9hG4bK9ikj8");
    EXPECT_EQ(vias[2].branch(), "z9hG4bK30239");
    const auto contact = parse_name_address(p.message.header(HeaderId::contact));
    ASSERT_TRUE(contact);
    EXPECT_EQ(contact->parameters.find("newparam"), "newvalue");
    EXPECT_EQ(contact->parameters.find("secondparam"), "");
    EXPECT_EQ(contact->parameters.find("q"), "0.33");
}

TEST(TortureDetail, EscapedNulsDoNotShortenAnAddress) {
    const Parsed p = parsed("escnull");
    const auto uri = parse_uri(parse_name_address(p.message.header(HeaderId::to))->uri);
    ASSERT_TRUE(uri);
    EXPECT_EQ(uri->user, "null-%00-null");
    char plain[32];
    EXPECT_FALSE(unescape(uri->user, plain));
}

TEST(TortureDetail, AnEscapeInAMethodOrHeaderNameIsNone) {
    const Parsed p = parsed("esc02");
    EXPECT_EQ(p.message.method(), Method::other);
    std::size_t contacts = 0;
    p.message.each(HeaderId::contact, [&](std::string_view) { ++contacts; });
    EXPECT_EQ(contacts, 2u);
}

TEST(TortureDetail, ASecondMessageInADatagramIsTrailingBytes) {
    const Parsed p = parsed("dblreq");
    EXPECT_EQ(p.message.method(), Method::register_);
    EXPECT_EQ(p.message.body(), "");
}

TEST(TortureDetail, ARouteInTheRequestUriIsNoRoute) {
    const Parsed p = parsed("escruri");
    EXPECT_FALSE(p.message.has(HeaderId::route));
    EXPECT_EQ(parse_uri(p.message.uri())->headers, "Route=%3Csip:example.com%3E");
}

TEST(TortureDetail, AnswersToFaultyRequestsFindTheirVia) {
    for (const auto* name : {"badvers", "ltgtruri", "lwsstart", "trws", "mismatch01", "clerr", "scalar02"})
        EXPECT_TRUE(parsed(name).message.has(HeaderId::via)) << name;
}

TEST(TortureDetail, ABinaryBodySurvives) {
    const Parsed p = parsed("mpart01");
    EXPECT_NE(p.message.body().find(std::string_view("\0\1\2\3", 4)), std::string_view::npos);
    EXPECT_TRUE(p.message.body().ends_with("--7a9cbec02ceef655--\r\n"));
}

TEST(TortureDetail, AmbiguousPortsBelongToTheAddress) {
    EXPECT_EQ(parse_uri(parsed("port-ambiguous").message.uri())->port, 0);
    EXPECT_EQ(parse_uri(parsed("port-unambiguous").message.uri())->port, 5070);
}

}  // namespace
}  // namespace strowger::wire
