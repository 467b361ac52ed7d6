#include "strowger/wire/sip_message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::wire {
namespace {

struct Row {
    HeaderId id;
    std::string_view name;
    std::string_view compact;
};
constexpr Row kRows[] = {
#define HEADER(id, name, compact) {HeaderId::id, name, compact},
#include "strowger/wire/sip_headers.def"
#undef HEADER
};

std::string cased(std::string_view text, bool upper) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
    return out;
}

TEST(SipHeaders, EveryRowIsFoundInEverySpelling) {
    for (const Row& row : kRows) {
        EXPECT_EQ(header_name(row.id), row.name);
        EXPECT_EQ(header_of(row.name), row.id) << row.name;
        EXPECT_EQ(header_of(cased(row.name, true)), row.id) << row.name;
        EXPECT_EQ(header_of(cased(row.name, false)), row.id) << row.name;
        if (row.compact.empty()) continue;
        EXPECT_EQ(header_of(row.compact), row.id) << row.compact;
        EXPECT_EQ(header_of(cased(row.compact, true)), row.id) << row.compact;
    }
}

// A hash alone would take a neighbour for the listed name.
TEST(SipHeaders, OneOtherByteIsAnotherHeader) {
    for (const Row& row : kRows)
        for (std::size_t i = 0; i < row.name.size(); ++i)
            for (int c = 0; c < 256; ++c) {
                std::string name(row.name);
                if (std::tolower(c) == std::tolower(name[i])) continue;
                name[i] = static_cast<char>(c);
                EXPECT_NE(header_of(name), row.id) << row.name << " with byte " << c << " at " << i;
            }
}

TEST(SipHeaders, LongerShorterAndEmptyNamesAreOthers) {
    for (const Row& row : kRows) {
        EXPECT_NE(header_of(std::string(row.name) + "x"), row.id);
        // "T" is To's compact form.
        if (row.id == HeaderId::to) continue;
        EXPECT_NE(header_of(row.name.substr(0, row.name.size() - 1)), row.id);
    }
    EXPECT_EQ(header_of(""), HeaderId::other);
    EXPECT_EQ(header_of(std::string(300, 'v')), HeaderId::other);
    EXPECT_EQ(header_of("Call\rID"), HeaderId::other);
}

TEST(SipMethods, NamesAndValuesAgree) {
    for (int i = 1; i <= static_cast<int>(Method::publish); ++i) {
        const auto method = static_cast<Method>(i);
        ASSERT_FALSE(method_name(method).empty());
        EXPECT_EQ(method_of(method_name(method)), method) << method_name(method);
    }
    EXPECT_EQ(method_of(""), Method::other);
    EXPECT_EQ(method_of("PING"), Method::other);
    EXPECT_EQ(method_of("SUBSCRIBED"), Method::other);
    EXPECT_EQ(method_name(Method::other), "");
}

// RFC 3261 7.1
TEST(SipMethods, CaseMatters) {
    EXPECT_EQ(method_of("invite"), Method::other);
    EXPECT_EQ(method_of("Ack"), Method::other);
}

}  // namespace
}  // namespace strowger::wire
