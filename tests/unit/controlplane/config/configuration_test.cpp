#include "config/configuration.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "config/load.hpp"
#include "memory_store.hpp"
#include "model/show.hpp"

namespace strowger::config {
namespace {

constexpr std::string_view kFile = R"(
kind: port
name: lan
interface: eth0
---
kind: realm
name: a
port: lan
addresses: [10.0.0.1]
listeners: ["udp:10.0.0.1:5060"]
trusted: true
---
kind: trunk
name: pbx
realm: a
targets: [10.0.0.9]
max_calls: 10
)";

class ConfigurationTest : public ::testing::Test {
  protected:
    Configuration make() {
        return Configuration({.publish =
                                  [this](const model::Model& next, const std::vector<model::Change>&) {
                                      if (refusal.empty()) published = next;
                                      return refusal;
                                  },
                              .unix_ms = [] { return std::int64_t{1'700'000'000'000}; },
                              .store = &store});
    }
    Done keep() {
        return [this](const Outcome& done) { outcome = done; };
    }
    static std::string all(const Outcome& outcome) {
        std::string text;
        for (const Problem& problem : outcome.problems) text += to_string(problem) + "\n";
        return text;
    }
    static std::string changes(const Outcome& outcome) {
        std::string text;
        for (const model::Change& change : outcome.changes) text += model::to_text(change);
        return text;
    }

    MemoryStore store;
    std::optional<model::Model> published;
    std::string refusal;
    std::optional<Outcome> outcome;
    const Request anna{.author = "anna", .dry_run = false};
};

constexpr std::string_view kMoreCalls =
    "kind: trunk\nname: pbx\nrealm: a\ntargets: [10.0.0.9]\nmax_calls: 20\n";

TEST_F(ConfigurationTest, AppliesPublishesAndAnswersWhenItIsRecorded) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    configuration.apply(kMoreCalls, "-", anna, keep());
    ASSERT_TRUE(published);
    EXPECT_EQ(published->trunks.at("pbx").max_calls, 20U);
    EXPECT_FALSE(outcome) << "answered before the store had it";
    store.poll();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->applied);
    EXPECT_EQ(outcome->version, 2U);
    EXPECT_EQ(changes(*outcome), "~ trunk pbx: max_calls: 10 -> 20\n");
    ASSERT_EQ(store.revisions.size(), 2U);
    EXPECT_EQ(store.revisions[1].author, "anna");
    EXPECT_EQ(store.revisions[1].comment, "apply: trunk pbx changed");
}

TEST_F(ConfigurationTest, ABadApplyChangesNothing) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    configuration.apply(
        std::string(kMoreCalls) + "---\nkind: trunk\nname: x\nrealm: b\ntargets: [10.0.0.7]\n", "-", anna,
        keep());
    ASSERT_TRUE(outcome);
    EXPECT_EQ(all(*outcome), "-:9: trunk x: realm: b: no such realm; there is a\n");
    EXPECT_FALSE(published);
    EXPECT_EQ(configuration.model().trunks.at("pbx").max_calls, 10U);
}

TEST_F(ConfigurationTest, WhatCannotBePublishedChangesNothing) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    refusal = "port lan has no such VLAN";
    configuration.apply(kMoreCalls, "-", anna, keep());
    ASSERT_TRUE(outcome);
    EXPECT_EQ(all(*outcome), "configuration: port lan has no such VLAN\n");
    EXPECT_EQ(configuration.model().trunks.at("pbx").max_calls, 10U);
    EXPECT_EQ(configuration.model().version, 1U);
}

TEST_F(ConfigurationTest, ADryRunOnlyTells) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    configuration.apply(kMoreCalls, "-", {.author = "anna", .dry_run = true}, keep());
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->changes.size(), 1U);
    EXPECT_FALSE(outcome->applied);
    EXPECT_FALSE(published);
}

TEST_F(ConfigurationTest, DeletesWhatNothingRefersTo) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    configuration.remove("realm", "a", anna, keep());
    ASSERT_TRUE(outcome);
    EXPECT_EQ(all(*outcome), "trunk pbx: realm: a: no such realm: declare it with kind: realm, name: a\n");
    configuration.remove("trunk", "pbx", anna, keep());
    store.poll();
    EXPECT_TRUE(outcome->applied);
    EXPECT_TRUE(configuration.model().trunks.empty());
    configuration.remove("trunks", "pbx", anna, keep());
    EXPECT_EQ(all(*outcome), "trunk pbx: there is none: `strowger get trunks` shows those there are\n");
    configuration.remove("trnk", "pbx", anna, keep());
    EXPECT_EQ(outcome->problems.at(0).subject, "kind trnk");
}

TEST_F(ConfigurationTest, RollsBackAsANewVersion) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    configuration.apply(kMoreCalls, "-", anna, keep());
    configuration.rollback(1, anna, keep());
    store.poll();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(all(*outcome), "");
    EXPECT_EQ(outcome->version, 3U);
    EXPECT_EQ(configuration.model().trunks.at("pbx").max_calls, 10U);
    EXPECT_EQ(store.revisions.back().comment, "rollback to 1: trunk pbx changed");
    configuration.rollback(17, anna, keep());
    store.poll();
    EXPECT_EQ(all(*outcome), "version 17: there is none: `strowger history` shows those there are\n");
}

TEST_F(ConfigurationTest, KeepsWhatWasAppliedOverARestart) {
    {
        Configuration configuration = make();
        ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
        configuration.apply("kind: trunk\nname: carrier\nrealm: a\ntargets: [10.0.0.8]\n", "-", anna, keep());
        configuration.apply(kMoreCalls, "-", anna, keep());
        store.poll();
    }
    Configuration again = make();
    const Outcome started = again.start(kFile, "a.yaml");
    EXPECT_EQ(all(started), "");
    EXPECT_EQ(started.version, 3U);
    EXPECT_EQ(again.model().trunks.size(), 2U);
    EXPECT_EQ(again.model().trunks.at("pbx").max_calls, 20U);
    EXPECT_EQ(store.revisions.size(), 3U) << "an unchanged file is no new version";
}

TEST_F(ConfigurationTest, TakesOverWhatChangedInTheFileMeanwhile) {
    {
        Configuration configuration = make();
        ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
        configuration.apply("kind: trunk\nname: carrier\nrealm: a\ntargets: [10.0.0.8]\n", "-", anna, keep());
        store.poll();
    }
    const std::string without_trunk(kFile.substr(0, kFile.rfind("---")));
    Configuration again = make();
    const Outcome started = again.start(without_trunk, "a.yaml");
    EXPECT_EQ(changes(started), "- trunk pbx\n");
    EXPECT_EQ(again.model().trunks.size(), 1U);
    EXPECT_EQ(started.version, 3U);
}

TEST_F(ConfigurationTest, SaysWhenAChangeIsLiveButNotRecorded) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    store.failing = true;
    configuration.apply(kMoreCalls, "-", anna, keep());
    store.poll();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->applied);
    EXPECT_NE(outcome->warning.find("disk full"), std::string::npos);
    // The next change brings what was missed.
    store.failing = false;
    configuration.apply("kind: trunk\nname: carrier\nrealm: a\ntargets: [10.0.0.8]\n", "-", anna, keep());
    store.poll();
    EXPECT_EQ(outcome->warning, "");
    EXPECT_EQ(store.revisions.back().changes.size(), 2U);
    store.full = true;
    configuration.remove("trunk", "carrier", anna, keep());
    EXPECT_NE(outcome->warning.find("behind"), std::string::npos);
}

TEST_F(ConfigurationTest, ShowsAnOldVersionWithoutSecrets) {
    Configuration configuration = make();
    ASSERT_TRUE(configuration.start(kFile, "a.yaml").applied);
    configuration.apply("kind: system\napi_token: very-secret-token-0123456789\n", "-", anna, keep());
    store.poll();
    std::string yaml;
    configuration.at_version(2, [&](const std::string&, std::string text) { yaml = std::move(text); });
    store.poll();
    EXPECT_NE(yaml.find("api_token: \"(hidden)\""), std::string::npos) << yaml;
    EXPECT_EQ(yaml.find("very-secret"), std::string::npos);
    EXPECT_NE(store.revisions.back().changes.at(0).text.find("very-secret"), std::string::npos);
}

}  // namespace
}  // namespace strowger::config
