#include "wire/sip_scan.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace strowger::wire {
namespace {

TEST(SipScan, SetsHaveTheirCharacters) {
    for (int c = 0; c < 256; ++c) {
        const std::string one(1, static_cast<char>(c));
        EXPECT_EQ(find_in(one, kTokenSet) == 0, is_char(one[0], kTokenChar)) << c;
        EXPECT_EQ(find_not_in(one, kUriSet) == 0, !is_char(one[0], kUriChar)) << c;
        const bool ends = c == ';' || c == ',' || c == '"' || c == '<' || c == '>' ||
                          is_char(one[0], kSpace | kControl);
        EXPECT_EQ(find_in(one, kValueEnds) == 0, ends) << c;
    }
}

// The text ends where memory does: whoever reads further ends too.
TEST(SipScan, FindsEachPlaceOfEachLengthAndReadsNoFurther) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const memory = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    char* const end = static_cast<char*>(memory) + page;
    ASSERT_EQ(::mprotect(end, page, PROT_NONE), 0);
    for (std::size_t length = 0; length <= 70; ++length) {
        char* const text = end - length;
        const std::string_view view(text, length);
        std::fill(text, end, 'a');
        EXPECT_EQ(find_in(view, kListMarks), length);
        EXPECT_EQ(find_not_in(view, kTokenSet), length);
        for (std::size_t place = length; place-- > 0;) {
            text[place] = ',';  // those behind it stay
            EXPECT_EQ(find_in(view, kListMarks), place) << length;
            EXPECT_EQ(find_not_in(view, kTokenSet), place) << length;
        }
    }
    ::munmap(memory, 2 * page);
}

}  // namespace
}  // namespace strowger::wire
