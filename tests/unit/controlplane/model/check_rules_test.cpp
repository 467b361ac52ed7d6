#include <gtest/gtest.h>

#include "model/check.hpp"
#include "model/values.hpp"

namespace strowger::model {
namespace {

struct Rules : testing::Test {
    Rules() {
        model.tenants["default"].domains = {"lab.example"};
        auto& anna = model.subscribers["anna"];
        anna = Subscriber{.name = "anna", .user = "1002", .password = {"secret"}};
        group("sales").members = members({"1002"});
    }
    RingGroup& group(const char* name) {
        auto& made = model.ring_groups[name];
        made.name = name;
        return made;
    }
    static Members members(std::initializer_list<const char*> texts) {
        Members out;
        for (const auto* text : texts) EXPECT_EQ(read(text, {}, out.emplace_back()), "");
        return out;
    }
    // All complaints, with their subjects.
    std::string complaints() const {
        std::vector<Finding> findings;
        check_rules(model, findings);
        std::string out;
        for (const auto& finding : findings) out += subject_of(finding) + ": " + finding.complaint + "\n";
        return out;
    }
    Model model;
};

TEST_F(Rules, AGroupThatIsNamedExists) {
    EXPECT_EQ(complaints(), "");
    model.subscribers["anna"].forward_busy = {.group = "sale"};
    group("night").otherwise = {.group = "nobody"};
    const auto text = complaints();
    EXPECT_NE(text.find("subscriber anna: forward_busy: group:sale: no such ring_group; did you mean sales?"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("ring_group night: otherwise: group:nobody"), std::string::npos) << text;
}

TEST_F(Rules, ANumberIsTakenOnce) {
    group("sales").number = "1002";
    group("a").number = "1500";
    group("b").number = "1500";
    const auto text = complaints();
    EXPECT_NE(text.find("ring_group sales: number: 1002: subscriber anna has it already"), std::string::npos)
        << text;
    EXPECT_NE(text.find("ring_group b: number: 1500: ring_group a has it already"), std::string::npos)
        << text;
}

TEST_F(Rules, AGroupDoesNotContainItself) {
    group("a").members = members({"group:b"});
    group("b").members = members({"1002", "group:c"});
    group("c").members = members({"group:a"});
    const auto text = complaints();
    for (const auto* name : {"a", "b", "c"})
        EXPECT_NE(text.find(std::string("ring_group ") + name + ": members: leads back"), std::string::npos)
            << text;
    EXPECT_EQ(text.find("ring_group sales"), std::string::npos) << text;
}

TEST_F(Rules, ManyPathsToOneGroupAreNoCircle) {
    for (int i = 0; i < 40; ++i) {
        const auto next = "group:g" + std::to_string(i + 1);
        const auto other = "group:h" + std::to_string(i + 1);
        for (const auto* side : {"g", "h"})
            group((side + std::to_string(i)).c_str()).members = members({next.c_str(), other.c_str()});
    }
    for (const auto* side : {"g40", "h40"}) group(side).members = members({"1002"});
    EXPECT_EQ(complaints(), "");
}

TEST_F(Rules, TimeZonesExistAndClosedNeedsASchedule) {
    model.schedules["office"].time_zone = "Europe/Nowhere";
    model.schedules["up"].time_zone = "../../etc/passwd";
    model.schedules["fine"].time_zone = "Europe/Berlin";
    group("sales").closed = {.user = "1002"};
    const auto text = complaints();
    EXPECT_NE(text.find("schedule office: time_zone: Europe/Nowhere: no such time zone"), std::string::npos)
        << text;
    EXPECT_NE(text.find("schedule up: time_zone"), std::string::npos) << text;
    EXPECT_EQ(text.find("schedule fine"), std::string::npos) << text;
    EXPECT_NE(text.find("ring_group sales: closed: 1002: needs schedule"), std::string::npos) << text;
}

}  // namespace
}  // namespace strowger::model
