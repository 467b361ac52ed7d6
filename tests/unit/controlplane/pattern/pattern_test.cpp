#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "pattern/builder.hpp"
#include "pattern/database.hpp"
#include "pattern/expression.hpp"

namespace strowger::pattern {
namespace {

std::shared_ptr<const Expression> whole(std::string_view text) {
    std::string problem;
    auto out = Expression::compile(text, Extent::whole, problem);
    EXPECT_NE(out, nullptr) << problem;
    return out;
}

TEST(Expression, MatchesTheWholeSubjectOrAPart) {
    EXPECT_TRUE(whole("00|0049")->matches("0049"));
    EXPECT_FALSE(whole("00")->matches("0049"));
    EXPECT_FALSE(whole("12")->matches("12\n"));
    std::string problem;
    EXPECT_EQ(Expression::compile("", Extent::whole, problem), nullptr);
    EXPECT_TRUE(Expression::compile("icid=([a-f0-9]+)", Extent::part, problem)->matches("x;icid=ab12;y"));
}

TEST(Expression, TellsWhatItsGroupsMatched) {
    Groups groups;
    ASSERT_TRUE(whole("00(49)?([1-9]\\d*)")->matches("00441234", &groups));
    EXPECT_EQ(groups[0], "00441234");
    EXPECT_EQ(groups[1], "");
    EXPECT_EQ(groups[2], "441234");
    EXPECT_EQ(expand("+\\2\\\\x\\0", groups), "+441234\\x00441234");
}

TEST(Expression, AHostileSubjectDoesNotMatchInsteadOfCosting) {
    EXPECT_FALSE(whole("(a+)+b")->matches(std::string(60, 'a')));
}

TEST(Expression, SaysWhatIsWrong) {
    EXPECT_EQ(complaint("00\\d+"), "");
    EXPECT_NE(complaint("00(\\d+").find("at character 7"), std::string::npos) << complaint("00(\\d+");
    EXPECT_NE(complaint("(\\d)\\1").find("no references back"), std::string::npos) << complaint("(\\d)\\1");
    EXPECT_NE(complaint(std::string(300, '1')).find("at most 255"), std::string::npos);
    EXPECT_EQ(expand_complaint("+\\1", 1), "");
    EXPECT_NE(expand_complaint("+\\2", 1), "");
    EXPECT_NE(expand_complaint("+\\", 1), "");
}

// The database finds what the expressions themselves match, over numbers and expressions of every kind.
TEST(Database, AgreesWithItsExpressions) {
    std::mt19937 random(7);
    const auto digits = [&](std::size_t n) {
        std::string text;
        while (text.size() < n) text += static_cast<char>('0' + random() % 3);
        return text;
    };
    std::vector<std::string> texts{"\\+?[0-2]+", "2*", "0|1|2", "(0|11)*", ".*2", "\\d{3,5}", "^0.$"};
    for (int i = 0; i < 300; ++i) texts.push_back(digits(1 + random() % 4) + (random() % 2 != 0 ? "[01]+" : "\\d*2?"));
    std::string problem;
    const auto database = Database::build(texts, problem);
    ASSERT_NE(database, nullptr) << problem;
    std::vector<std::shared_ptr<const Expression>> expressions;
    for (const auto& text : texts) expressions.push_back(whole(text));
    std::size_t matched = 0;
    for (int i = 0; i < 2'000; ++i) {
        const auto number = digits(random() % 8);
        std::vector<std::uint32_t> found;
        database->find(number, found);
        std::sort(found.begin(), found.end());
        std::vector<std::uint32_t> wanted;
        for (std::uint32_t k = 0; k < expressions.size(); ++k)
            if (expressions[k]->matches(number)) wanted.push_back(k);
        ASSERT_EQ(found, wanted) << number;
        matched += wanted.size();
    }
    EXPECT_GT(matched, 1'000u);
}

TEST(Builder, TheLastOneIsHeardOf) {
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::function<void()>> posted;
    std::vector<std::size_t> heard;
    {
        Builder builder([&](std::function<void()> f) {
            const std::lock_guard lock(mutex);
            posted.push_back(std::move(f));
            wake.notify_one();
        });
        for (std::size_t i = 1; i <= 3; ++i)
            builder.build({std::string(i, '1')}, [&heard, i](Built built) {
                EXPECT_NE(built.database, nullptr) << built.problem;
                heard.push_back(i);
            });
        while (heard.empty()) {
            std::unique_lock lock(mutex);
            wake.wait(lock, [&] { return !posted.empty(); });
            auto now = std::exchange(posted, {});
            lock.unlock();
            for (auto& f : now) f();
        }
    }
    EXPECT_EQ(heard, std::vector<std::size_t>{3});
}

}  // namespace
}  // namespace strowger::pattern
