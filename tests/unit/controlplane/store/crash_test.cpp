// kill -9 of a process that writes: what it had acknowledged is there.
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <random>
#include <set>

#include "store_fixture.hpp"

namespace strowger::store {
namespace {

using Crash = StoreTest;

// Registers without end, telling the pipe each id once its commit is acknowledged. A refresh or a removal of
// an older row is told with a mark in the upper bits.
constexpr std::int64_t kRemoved = std::int64_t{1} << 40;

[[noreturn]] void register_for_ever(const SqliteOptions& options, int pipe, std::int64_t first) {
    std::string error;
    const auto store = open_sqlite(options, {}, error);
    if (store == nullptr) _exit(2);
    const auto tell = [pipe](std::int64_t what) {
        if (::write(pipe, &what, sizeof what) != static_cast<ssize_t>(sizeof what)) _exit(3);
    };
    for (std::int64_t id = first;; ++id) {
        const bool removes = id % 5 == 0 && id - 3 >= first;
        Batch batch;
        batch.reserve(2);
        batch.emplace_back(PutBinding{sample_binding(id)});
        if (removes) batch.emplace_back(RemoveBinding{id - 3});
        store->submit(std::move(batch), [&, id, removes](const Outcome& outcome) {
            if (!outcome.ok()) _exit(4);
            if (removes) tell(kRemoved | (id - 3));
            tell(id);
        });
        store->poll();
        if (id % 50 == 0) store->drain();
    }
}

TEST_F(Crash, NothingAcknowledgedIsLost) {
    std::mt19937 chance(20260101);
    std::set<std::int64_t> expected;
    std::set<std::int64_t> removed;
    std::int64_t first = 1;
    for (int round = 0; round < 12; ++round) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            close(ends[0]);
            register_for_ever(options_, ends[1], first);
        }
        close(ends[1]);
        // Killed after a number of acknowledgements, which falls anywhere in a commit, a checkpoint or
        // between.
        const std::size_t until = 1 + chance() % 3000;
        std::size_t told = 0;
        std::int64_t what = 0;
        const auto note = [&] {
            ++told;
            if ((what & kRemoved) != 0) {
                removed.insert(what & ~kRemoved);
                expected.erase(what & ~kRemoved);
            } else {
                expected.insert(what);
                first = std::max(first, what + 1);
            }
        };
        while (told < until && ::read(ends[0], &what, sizeof what) == static_cast<ssize_t>(sizeof what))
            note();
        ASSERT_EQ(kill(child, SIGKILL), 0);
        while (::read(ends[0], &what, sizeof what) == static_cast<ssize_t>(sizeof what)) note();
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
        close(ends[0]);
        EXPECT_GE(told, until);

        open();
        std::set<std::int64_t> found;
        for (const BindingRow& row : bindings()) {
            EXPECT_TRUE(row == sample_binding(row.id));
            found.insert(row.id);
            EXPECT_FALSE(removed.contains(row.id)) << "binding " << row.id << " came back";
        }
        // A batch may be committed and the process killed before it could tell: then its put is there and its
        // removal done. Anything else that was told and is not there is a loss.
        const auto removed_untold = [&](std::int64_t id) {
            return (id + 3) % 5 == 0 && found.contains(id + 3) && !expected.contains(id + 3);
        };
        for (const std::int64_t id : expected)
            EXPECT_TRUE(found.contains(id) || removed_untold(id)) << "binding " << id << " is lost";
        store_.reset();
        expected = found;
        if (!found.empty()) first = std::max(first, *found.rbegin() + 1);
    }
    EXPECT_GT(expected.size(), 1000u);
}

}  // namespace
}  // namespace strowger::store
