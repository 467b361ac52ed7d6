#include "strowger/wire/sip_aor.hpp"

#include <gtest/gtest.h>

namespace strowger::wire {
namespace {

TEST(AorOf, UserIsUnescapedAndHostInLowerCase) {
    Aor aor;
    ASSERT_TRUE(aor_of("\"Alice\" <sip:%61Lice@LAB.Example:5060;transport=udp>;tag=1", aor));
    EXPECT_EQ(aor.user(), "aLice");
    EXPECT_EQ(aor.host(), "lab.example");
    ASSERT_TRUE(aor_of("sips:[FD10:A::1]", aor));
    EXPECT_EQ(aor.user(), "");
    EXPECT_EQ(aor.host(), "[fd10:a::1]");
}

TEST(AorOf, RefusesWhatCanNotBeAKey) {
    Aor aor;
    EXPECT_FALSE(aor_of("<tel:+123>", aor));
    EXPECT_FALSE(aor_of("<sip:a%00b@h>", aor));
    EXPECT_FALSE(aor_of("<sip:a%0Ab@h>", aor));
    EXPECT_FALSE(aor_of("<sip:a%4@h>", aor));
    EXPECT_FALSE(aor_of("*", aor));
    EXPECT_FALSE(aor_of("", aor));
    EXPECT_FALSE(aor_of("<sip:" + std::string(600, 'a') + "@h>", aor));
}

}  // namespace
}  // namespace strowger::wire
