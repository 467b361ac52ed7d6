#include "model/subscribers.hpp"

#include <gtest/gtest.h>

namespace strowger::model {
namespace {

Model two_tenants() {
    Model model;
    model.tenants["default"] = Tenant{.name = "default", .domains = {"Lab.Example", "lab2.example"}};
    model.tenants["b"] = Tenant{.name = "b", .domains = {"b.example"}};
    model.subscribers["anna"] =
        Subscriber{.name = "anna", .domain = "lab2.example", .password = {"p{user}"}, .display_name = "A"};
    model.subscribers["b-anna"] =
        Subscriber{.name = "b-anna", .tenant = {"b"}, .user = "anna", .password = {"q"}};
    model.subscribers["many"] = Subscriber{.name = "many",
                                           .range = {.first = 1, .last = 99, .digits = 4},
                                           .password = {"s-{user}-{user}"},
                                           .display_name = "Phone {user}"};
    return model;
}

TEST(SubscriberDirectory, FindsByDomainAndUser) {
    const SubscriberDirectory directory(two_tenants());
    EXPECT_EQ(directory.size(), 101U);
    ASSERT_TRUE(directory.find("b.example", "anna"));
    EXPECT_EQ(directory.find("b.example", "anna")->password.value, "q");
    ASSERT_TRUE(directory.find("LAB2.example", "anna"));
    EXPECT_FALSE(directory.find("lab.example", "anna")) << "it is reached at lab2.example only";
    EXPECT_FALSE(directory.find("b.example", "0001"));
    EXPECT_FALSE(directory.find("", "anna"));
}

TEST(SubscriberDirectory, ARangeHasEveryNumberOfItsLength) {
    const SubscriberDirectory directory(two_tenants());
    const auto phone = directory.find("lab.example", "0042");
    ASSERT_TRUE(phone);
    EXPECT_EQ(phone->user, "0042");
    EXPECT_EQ(phone->password.value, "s-0042-0042");
    EXPECT_EQ(phone->display_name, "Phone 0042");
    EXPECT_TRUE(phone->range.empty());
    for (const char* other : {"0000", "0100", "42", "00042", "004a", ""})
        EXPECT_FALSE(directory.find("lab.example", other)) << other;
    EXPECT_EQ(user_of({.first = 1, .last = 99, .digits = 4}, 7), "0007");
}

TEST(SubscriberDirectory, KnowsTheHomeDomain) {
    const SubscriberDirectory directory(two_tenants());
    EXPECT_EQ(directory.home_domain(*directory.find("lab.example", "0042")), "lab.example");
    EXPECT_EQ(directory.home_domain(*directory.find("lab2.example", "anna")), "lab2.example");
    EXPECT_EQ(directory.tenant_of("B.Example"), "b");
    EXPECT_EQ(directory.tenant_of("c.example"), "");
}

}  // namespace
}  // namespace strowger::model
