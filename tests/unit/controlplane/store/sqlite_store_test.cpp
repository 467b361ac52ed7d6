#include "store/sqlite_store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <future>

#include "store_fixture.hpp"

namespace strowger::store {
namespace {

using SqliteStore = StoreTest;

TEST_F(SqliteStore, ABindingComesBackAsItWas) {
    open();
    EXPECT_TRUE(write({PutBinding{sample_binding(7)}}).ok());
    open();
    const auto rows = bindings();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_TRUE(rows[0] == sample_binding(7));
}

TEST_F(SqliteStore, EmptyTextsStayEmpty) {
    open();
    BindingRow row = sample_binding(1);
    row.parameters = row.path = row.user_agent = "";
    write({PutBinding{row}});
    ASSERT_EQ(bindings().size(), 1u);
    EXPECT_TRUE(bindings()[0] == row);
}

TEST_F(SqliteStore, ARefreshChangesTimeAndSequenceOnly) {
    open();
    write({PutBinding{sample_binding(7)}});
    write({RefreshBinding{{7, 12, 99, 2'000'000'000, 1'950'000'000}}, RefreshBinding{{8, 1, 1, 1, 1}}});
    BindingRow expected = sample_binding(7);
    expected.cseq = 12;
    expected.branch = 99;
    expected.expires = 2'000'000'000;
    expected.updated = 1'950'000'000;
    ASSERT_EQ(bindings().size(), 1u);
    EXPECT_TRUE(bindings()[0] == expected);
}

TEST_F(SqliteStore, PutReplacesAndRemoveRemoves) {
    open();
    write({PutBinding{sample_binding(1)}, PutBinding{sample_binding(2)}});
    BindingRow changed = sample_binding(2);
    changed.contact = "sip:elsewhere";
    write({RemoveBinding{1}, RemoveBinding{77}, PutBinding{changed}});
    ASSERT_EQ(bindings().size(), 1u);
    EXPECT_TRUE(bindings()[0] == changed);
}

TEST_F(SqliteStore, ValuesAreBytes) {
    open();
    const std::string value("\0\xff\x01key", 6);
    write({PutValue{"nonce_key", value}, PutValue{"other", ""}, PutValue{"gone", "x"}, RemoveValue{"gone"}});
    EXPECT_EQ(read(GetValue{"nonce_key"}).value, value);
    EXPECT_TRUE(read(GetValue{"other"}).found);
    EXPECT_FALSE(read(GetValue{"gone"}).found);
    open();
    Outcome outcome;
    EXPECT_EQ(store_->read_now(GetValue{"nonce_key"}, outcome).value, value);
    EXPECT_TRUE(outcome.ok());
}

RevisionRow revision(std::int64_t number, std::vector<ResourceRow> changes) {
    return {number, 1'000 * number, "operator", "change " + std::to_string(number), std::move(changes)};
}

TEST_F(SqliteStore, ResourcesAreReadAsOfAnyRevision) {
    open();
    EXPECT_EQ(read(GetResources{}).revision, 0);
    EXPECT_TRUE(read(GetResources{}).found);
    write({PutRevision{revision(1, {{"system", "", "workers: 1", false}, {"trunk", "pbx", "one", false}})}});
    write({PutRevision{revision(2, {{"trunk", "pbx", "two", false}, {"trunk", "spare", "s", false}})}});
    write({PutRevision{revision(3, {{"trunk", "pbx", "", true}})}});

    const Answer now = read(GetResources{});
    EXPECT_EQ(now.revision, 3);
    ASSERT_EQ(now.resources.size(), 2u);
    EXPECT_EQ(now.resources[0].kind, "system");
    EXPECT_EQ(now.resources[1].name, "spare");

    const Answer then = read(GetResources{2});
    EXPECT_EQ(then.revision, 2);
    ASSERT_EQ(then.resources.size(), 3u);
    EXPECT_EQ(then.resources[1].text, "two");
    EXPECT_FALSE(read(GetResources{4}).found);
}

TEST_F(SqliteStore, HistoryIsNewestFirst) {
    open();
    write({PutRevision{revision(1, {{"trunk", "pbx", "one", false}})}});
    write({PutRevision{revision(2, {{"trunk", "pbx", "two", false}, {"realm", "core", "r", false}})}});
    write({PutRevision{revision(3, {{"trunk", "pbx", "", true}})}});

    const Answer one = read(GetHistory{"trunk", "pbx", 0});
    ASSERT_EQ(one.versions.size(), 3u);
    EXPECT_EQ(one.versions[0].revision, 3);
    EXPECT_TRUE(one.versions[0].resource.deleted);
    EXPECT_EQ(one.versions[2].resource.text, "one");
    EXPECT_EQ(one.versions[2].author, "operator");
    EXPECT_EQ(read(GetHistory{"", "", 0}).versions.size(), 4u);
    EXPECT_EQ(read(GetHistory{"realm", "", 0}).versions.size(), 1u);
    EXPECT_EQ(read(GetHistory{"trunk", "pbx", 2}).versions.size(), 2u);

    const Answer all = read(GetRevisions{2});
    ASSERT_EQ(all.revisions.size(), 2u);
    EXPECT_EQ(all.revisions[0].number, 3);
    EXPECT_EQ(all.revisions[1].changes.size(), 2u);
    EXPECT_EQ(all.revisions[1].comment, "change 2");
    EXPECT_EQ(all.revisions[1].changes[0].text, "");
}

TEST_F(SqliteStore, ARevisionThatExistsIsRefusedWholeAndAlone) {
    open();
    write({PutRevision{revision(1, {{"trunk", "pbx", "one", false}})}});
    std::vector<Status> outcomes;
    const auto note = [&](const Outcome& o) { outcomes.push_back(o.status); };
    store_->submit({PutValue{"before", "x"}}, note);
    store_->submit({PutValue{"within", "x"}, PutRevision{revision(1, {{"trunk", "pbx", "again", false}})}},
                   note);
    store_->submit({PutValue{"after", "x"}}, note);
    store_->drain();
    EXPECT_EQ(outcomes, (std::vector{Status::committed, Status::refused, Status::committed}));
    EXPECT_TRUE(read(GetValue{"before"}).found);
    EXPECT_FALSE(read(GetValue{"within"}).found);
    EXPECT_TRUE(read(GetValue{"after"}).found);
    EXPECT_EQ(read(GetResources{}).resources[0].text, "one");
    EXPECT_FALSE(store_->health().degraded);
}

TEST_F(SqliteStore, CompletionsComeInOrderFromPollAlone) {
    std::promise<void> woken;
    std::atomic<bool> first{true};
    std::string error;
    store_ = open_sqlite(
        options_,
        [&] {
            if (first.exchange(false)) woken.set_value();
        },
        error);
    ASSERT_NE(store_, nullptr) << error;
    std::vector<int> order;
    for (int i = 0; i < 100; ++i)
        store_->submit({PutValue{"k", std::to_string(i)}},
                       [&order, i](const Outcome&) { order.push_back(i); });
    store_->read(GetValue{"k"},
                 [&](const Outcome&, const Answer& a) { order.push_back(1000 + std::stoi(a.value)); });
    woken.get_future().wait();
    EXPECT_TRUE(order.empty());
    store_->drain();
    ASSERT_EQ(order.size(), 101u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(order.back(), 1099);
    EXPECT_LE(store_->health().commits, store_->health().batches);
    EXPECT_EQ(store_->health().batches, 100u);
}

TEST_F(SqliteStore, WhatIsQueuedIsCommittedAtTheEnd) {
    open();
    for (int i = 0; i < 1000; ++i) store_->submit({PutBinding{sample_binding(i + 1)}}, [](const Outcome&) {});
    open();
    EXPECT_EQ(bindings().size(), 1000u);
}

// Another program's transaction.
class Lock {
  public:
    explicit Lock(const std::string& path) {
        EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    }
    ~Lock() { sqlite3_close(handle_); }

  private:
    sqlite3* handle_ = nullptr;
};

TEST_F(SqliteStore, ALockedFileIsToldAndPasses) {
    options_.lock_wait_ms = 1;
    open();
    {
        const Lock lock(options_.path);
        const Outcome outcome = write({PutValue{"k", "v"}});
        EXPECT_EQ(outcome.status, Status::unavailable);
        EXPECT_NE(outcome.reason.find("another program holds it locked"), std::string::npos)
            << outcome.reason;
        EXPECT_TRUE(store_->health().degraded);
        EXPECT_EQ(store_->health().failures, 1u);
    }
    EXPECT_TRUE(write({PutValue{"k", "v"}}).ok());
    EXPECT_FALSE(store_->health().degraded);
    EXPECT_TRUE(store_->health().reason.empty());
}

TEST_F(SqliteStore, AFullQueueRefuses) {
    options_.lock_wait_ms = 60'000;
    options_.queue_limit = 3;
    options_.group_limit = 1;
    open();
    std::size_t taken = 0;
    {
        const Lock lock(options_.path);  // the thread waits in its first commit
        while (store_->submit({PutValue{"k", "v"}}, [](const Outcome& o) { EXPECT_TRUE(o.ok()); })) ++taken;
        EXPECT_FALSE(store_->read(GetValue{"k"}, [](const Outcome&, const Answer&) { FAIL(); }));
        EXPECT_EQ(store_->health().refused, 2u);
    }
    store_->drain();
    EXPECT_LE(taken, 4u);
    EXPECT_EQ(store_->health().batches, taken);
}

TEST_F(SqliteStore, AFullDiskLeavesWhatWasCommitted) {
    options_.max_octets = 128 * 1024;
    open();
    std::vector<std::int64_t> acknowledged;
    Outcome outcome;
    for (std::int64_t id = 1; outcome.ok(); ++id) {
        ASSERT_LT(id, 10'000);
        outcome = write({PutBinding{sample_binding(id)}});
        if (outcome.ok()) acknowledged.push_back(id);
    }
    EXPECT_NE(outcome.reason.find("full"), std::string::npos) << outcome.reason;
    EXPECT_NE(outcome.reason.find("free space"), std::string::npos) << outcome.reason;
    EXPECT_TRUE(store_->health().degraded);
    EXPECT_EQ(bindings().size(), acknowledged.size());
    options_.max_octets = 0;
    open();
    EXPECT_EQ(bindings().size(), acknowledged.size());
    EXPECT_TRUE(write({PutBinding{sample_binding(99'999)}}).ok());
}

TEST_F(SqliteStore, TheFileIsPrivate) {
    open();
    struct stat info {};
    ASSERT_EQ(stat(options_.path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(SqliteStore, WhatCanNotBeOpenedIsExplained) {
    options_.path = directory_ + "/absent/strowger.db";
    EXPECT_NE(open_error().find("directory " + directory_ + "/absent does not exist"), std::string::npos)
        << open_error();
    options_.path = directory_ + "/text";
    std::ofstream(options_.path) << std::string(8192, 'x');
    EXPECT_NE(open_error().find("damaged"), std::string::npos) << open_error();
    options_.path = directory_ + "/foreign.db";
    sqlite3* other = nullptr;
    sqlite3_open(options_.path.c_str(), &other);
    sqlite3_exec(other, "CREATE TABLE t(x)", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    EXPECT_NE(open_error().find("another program"), std::string::npos) << open_error();
}

TEST_F(SqliteStore, AFileOfANewerVersionIsRefused) {
    open();
    store_.reset();
    sqlite3* other = nullptr;
    sqlite3_open(options_.path.c_str(), &other);
    sqlite3_exec(other, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    EXPECT_NE(open_error().find("newer version"), std::string::npos) << open_error();
}

TEST_F(SqliteStore, DamagedRowsAreLeftOut) {
    open();
    write({PutBinding{sample_binding(1)}, PutBinding{sample_binding(2)}, PutBinding{sample_binding(3)}});
    store_.reset();
    sqlite3* other = nullptr;
    sqlite3_open(options_.path.c_str(), &other);
    sqlite3_exec(other, "UPDATE binding SET remote=x'00' WHERE id=1; UPDATE binding SET version=9 WHERE id=2",
                 nullptr, nullptr, nullptr);
    sqlite3_close(other);
    open();
    ASSERT_EQ(bindings().size(), 1u);
    EXPECT_EQ(bindings()[0].id, 3);
}

}  // namespace
}  // namespace strowger::store
