#include "model/diff.hpp"

#include <gtest/gtest.h>

namespace strowger::model {
namespace {

std::string text_of(const Model& before, const Model& after) {
    std::string text;
    for (const Change& change : diff(before, after)) text += to_text(change);
    return text;
}

Model small() {
    Model model;
    model.ports["lan"] = Port{.name = "lan", .interface = "eth0"};
    model.trunks["pbx"] = Trunk{.name = "pbx", .max_calls = 10};
    model.subscribers["anna"] = Subscriber{.name = "anna", .password = {"one"}};
    return model;
}

TEST(Diff, EqualModelsHaveNone) {
    EXPECT_EQ(text_of(small(), small()), "");
}

TEST(Diff, TellsOptionsResourcesAndWhatWaitsForARestart) {
    Model after = small();
    after.trunks["pbx"].max_calls = 20;
    after.trunks["pbx"].codecs = {"PCMA", "PCMU"};
    after.trunks["alpha"] = Trunk{.name = "alpha"};
    after.subscribers.clear();
    after.ports["lan"].queues = 2;
    after.system.t1 = milliseconds(250);
    EXPECT_EQ(text_of(small(), after),
              "~ system: t1: 500ms -> 250ms\n"
              "~ port lan: queues: 1 -> 2 (at the next start of strowgerd)\n"
              "+ trunk alpha\n"
              "~ trunk pbx: max_calls: 10 -> 20\n"
              "~ trunk pbx: codecs: (none) -> PCMA, PCMU\n"
              "- subscriber anna\n");
    EXPECT_EQ(
        summary(diff(small(), after)),
        "system changed, port lan changed, trunk alpha added, trunk pbx changed, subscriber anna removed");
}

TEST(Diff, APortComesAndGoesWithARestart) {
    Model after = small();
    after.ports["wan"] = Port{.name = "wan"};
    const auto changes = diff(small(), after);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_TRUE(changes[0].needs_restart());
    EXPECT_EQ(to_text(changes[0]), "+ port wan (at the next start of strowgerd)\n");
}

TEST(Diff, AChangedSecretIsSeenButNotShown) {
    Model after = small();
    after.subscribers["anna"].password.value = "two";
    EXPECT_EQ(text_of(small(), after), "~ subscriber anna: password: (hidden) -> (hidden)\n");
}

}  // namespace
}  // namespace strowger::model
