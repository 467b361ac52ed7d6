// The configuration over the embedded store: what was applied is there after a restart.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "config/configuration.hpp"
#include "config/load.hpp"
#include "store/sqlite_store.hpp"

namespace strowger::config {
namespace {

class StoredConfigurationTest : public ::testing::Test {
  protected:
    StoredConfigurationTest() {
        char name[] = "/tmp/strowger-config-XXXXXX";
        folder_ = ::mkdtemp(name);
        start();
    }
    ~StoredConfigurationTest() override {
        configuration_.reset();
        store_.reset();
        for (const char* end : {"", "-wal", "-shm"}) std::remove((folder_ + "/strowger.db" + end).c_str());
        ::remove(folder_.c_str());
    }
    // As a daemon that was started anew.
    void start() {
        configuration_.reset();
        store_.reset();
        std::string error;
        store_ = store::open_sqlite(
            {.path = folder_ + "/strowger.db"}, [] {}, error);
        ASSERT_TRUE(store_) << error;
        configuration_.emplace(Settings{
            .publish = [](const model::Model&, const std::vector<model::Change>&) { return std::string(); },
            .unix_ms = [] { return std::int64_t{1}; },
            .store = store_.get()});
        std::string text;
        Problem problem;
        ASSERT_TRUE(read_file(std::string(CONFIGS_DIR) + "/lab.yaml", text, problem));
        const Outcome started = configuration_->start(text, "lab.yaml");
        for (const Problem& trouble : started.problems) ADD_FAILURE() << to_string(trouble);
        EXPECT_EQ(started.warning, "");
    }
    Outcome wait() {
        store_->drain();
        EXPECT_TRUE(outcome_);
        Outcome result = outcome_.value_or(Outcome{});
        outcome_.reset();
        for (const Problem& trouble : result.problems) ADD_FAILURE() << to_string(trouble);
        EXPECT_EQ(result.warning, "");
        return result;
    }
    Done keep() {
        return [this](const Outcome& done) { outcome_ = done; };
    }

    std::string folder_;
    std::unique_ptr<store::Store> store_;
    std::optional<Configuration> configuration_;
    std::optional<Outcome> outcome_;
};

constexpr std::string_view kCarrier = "kind: trunk\nname: second\nrealm: core\ntargets: [10.20.0.40]\n";

TEST_F(StoredConfigurationTest, SurvivesARestartWithItsHistory) {
    EXPECT_EQ(configuration_->model().version, 1U);
    configuration_->apply(kCarrier, "-", {.author = "anna", .dry_run = false}, keep());
    EXPECT_EQ(wait().version, 2U);
    configuration_->remove("route", "international", {.author = "bert", .dry_run = false}, keep());
    EXPECT_EQ(wait().version, 3U);

    start();
    EXPECT_EQ(configuration_->model().version, 3U);
    EXPECT_TRUE(configuration_->model().trunks.contains("second"));
    EXPECT_FALSE(configuration_->model().routes.contains("international"));
    EXPECT_EQ(configuration_->model().subscribers.at("phones").password.value, "secret-{user}");

    std::vector<store::RevisionRow> history;
    configuration_->history(
        10, [&](const std::string&, std::vector<store::RevisionRow> rows) { history = rows; });
    store_->drain();
    ASSERT_EQ(history.size(), 3U);
    EXPECT_EQ(history[0].author, "bert");
    EXPECT_EQ(history[1].comment, "apply: trunk second added");
    EXPECT_EQ(history[2].author, "file lab.yaml");
}

TEST_F(StoredConfigurationTest, RollsBackToWhatTheFileSaid) {
    configuration_->apply(kCarrier, "-", {.author = "anna", .dry_run = false}, keep());
    wait();
    configuration_->rollback(1, {.author = "anna", .dry_run = false}, keep());
    const Outcome back = wait();
    EXPECT_EQ(back.version, 3U);
    ASSERT_EQ(back.changes.size(), 1U);
    EXPECT_EQ(model::to_text(back.changes[0]), "- trunk second\n");
    start();
    EXPECT_FALSE(configuration_->model().trunks.contains("second"));
    EXPECT_EQ(configuration_->model().version, 3U);
}

}  // namespace
}  // namespace strowger::config
