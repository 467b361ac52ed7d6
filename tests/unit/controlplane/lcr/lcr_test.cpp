#include <gtest/gtest.h>

#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <random>

#include "lcr/tables.hpp"

namespace strowger::lcr {
namespace {

const std::vector<std::string> kTrunks{"a", "b", "c"};

std::string found(const Parsed& parsed, std::string_view number) {
    std::vector<Offer> offers;
    parsed.table->find(number, offers);
    std::string out;
    for (const Offer& offer : offers)
        out += parsed.table->names()[offer.trunk] + ":" + std::to_string(offer.cost) + " ";
    return out;
}

TEST(Lcr, LongestPrefixThenCostThenShorterPrefixes) {
    const auto parsed = parse(
        "prefix,trunk,cost\n"
        "# international\n"
        "+49,a,0.02\n49,b,0.01,2026-01-01\n\"4930\",\"a\",\"0.005\"\r\n\n4930,c,1\n1,c,0.3\n*21#,b,0\n",
        kTrunks);
    ASSERT_TRUE(parsed.table) << parsed.problems.front();
    EXPECT_EQ(parsed.table->rows(), 6u);
    EXPECT_EQ(found(parsed, "4930123"), "a:5000 c:1000000 b:10000 ");
    EXPECT_EQ(found(parsed, "+4989"), "b:10000 a:20000 ");
    EXPECT_EQ(found(parsed, "49"), "b:10000 a:20000 ");
    EXPECT_EQ(found(parsed, "4"), "");
    EXPECT_EQ(found(parsed, "44"), "");
    EXPECT_EQ(found(parsed, "*21#5"), "b:0 ");
    EXPECT_EQ(found(parsed, "1x"), "c:300000 ");
    EXPECT_EQ(found(parsed, ""), "");
}

TEST(Lcr, EveryMistakeIsToldWithItsLine) {
    const auto parsed = parse(
        "49,a,0.01\n4x,a,1\n12345678901234567,a,1\n49,nobody,1\n50,a,one\n51,a,-1\n52,a,5000\n53,a,0."
        "1234567\n54,a\n49,a,2\n,a,1\n",
        kTrunks);
    EXPECT_FALSE(parsed.table);
    std::string all;
    for (const auto& problem : parsed.problems) all += problem + "\n";
    for (const char* line :
         {"line 2: prefix 4x", "line 3: prefix 1234", "line 4: trunk nobody: no such trunk",
          "line 5: cost one", "line 6: cost -1", "line 7: cost 5000", "line 8: cost", "line 9: cost",
          "line 10: trunk a: has this prefix in line 1 already", "line 11: prefix"})
        EXPECT_NE(all.find(line), std::string::npos) << line << " is not in\n" << all;
    EXPECT_EQ(parse("", kTrunks).problems.front(), "the file has no rows");
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "x,y,z\n";
    EXPECT_EQ(parse(many, kTrunks).problems.size(), 20u);
}

// Against the plain way: every prefix of the number, the longest first.
TEST(Lcr, AgreesWithASearchThroughAllRows) {
    std::mt19937 random(7);
    std::map<std::pair<std::string, std::string>, std::uint32_t> rows;
    std::string text;
    for (int i = 0; i < 3000; ++i) {
        std::string prefix;
        const auto length = 1 + random() % 8;
        for (std::size_t n = 0; n < length; ++n) prefix += static_cast<char>('0' + random() % 4);
        const auto& trunk = kTrunks[random() % 3];
        const auto cost = random() % 1000;
        if (!rows.try_emplace({prefix, trunk}, cost).second) continue;
        text += prefix + "," + trunk + "," + std::to_string(cost) + "\n";
    }
    const auto parsed = parse(text, kTrunks);
    ASSERT_TRUE(parsed.table);
    for (int i = 0; i < 2000; ++i) {
        std::string number;
        for (int n = 0; n < 10; ++n) number += static_cast<char>('0' + random() % 4);
        std::vector<std::string> wanted;
        for (auto length = number.size(); length > 0; --length) {
            std::multimap<std::uint32_t, std::string> here;
            for (const auto& trunk : kTrunks)
                if (const auto at = rows.find({number.substr(0, length), trunk}); at != rows.end())
                    here.emplace(at->second, trunk);
            for (const auto& [cost, trunk] : here)
                if (std::find(wanted.begin(), wanted.end(), trunk) == wanted.end()) wanted.push_back(trunk);
        }
        std::vector<Offer> offers;
        parsed.table->find(number, offers);
        ASSERT_EQ(offers.size(), wanted.size()) << number;
        for (std::size_t n = 0; n < offers.size(); ++n) {
            // Of equal costs the order is the file's, so costs are compared.
            const auto cost_of = [&](const std::string& trunk) {
                auto length = number.size();
                while (!rows.contains({number.substr(0, length), trunk})) --length;
                return rows.at({number.substr(0, length), trunk}) * 1'000'000;
            };
            EXPECT_EQ(offers[n].cost, cost_of(parsed.table->names()[offers[n].trunk]));
            EXPECT_EQ(offers[n].cost, cost_of(wanted[n])) << number;
        }
    }
}

struct LcrTables : testing::Test {
    LcrTables() {
        model.trunks["a"] = {.name = "a"};
        model.trunks["b"] = {.name = "b"};
        model.lcr_tables["rates"] = {.name = "rates"};
        model.lcr_tables["rates"].file = file;
    }
    ~LcrTables() override { std::remove(file.c_str()); }
    void write(const std::string& text) { std::ofstream(file) << text; }
    // Runs what the loading thread posts until a load is over.
    void wait() {
        const auto before = loads;
        while (loads == before) {
            std::function<void()> next;
            {
                std::unique_lock lock(mutex);
                ready.wait(lock, [&] { return !posted.empty(); });
                next = std::move(posted.front());
                posted.pop_front();
            }
            next();
        }
    }
    std::vector<TrunkId> find(const char* number) {
        std::vector<TrunkId> out;
        tables.find("rates", number, out);
        return out;
    }

    const std::string file = testing::TempDir() + "rates-" + std::to_string(::getpid()) + ".csv";
    model::Model model;
    std::mutex mutex;
    std::condition_variable ready;
    std::deque<std::function<void()>> posted;
    int loads = 0;
    Tables tables{[this](std::function<void()> f) {
                      const std::lock_guard lock(mutex);
                      posted.push_back(std::move(f));
                      ready.notify_one();
                  },
                  [](std::string_view name) {
                      return name == "a" ? TrunkId{0} : name == "b" ? TrunkId{1} : kNone<TrunkId>;
                  },
                  [] { return std::int64_t{1}; }, [this](const TableState&) { ++loads; }};
};

TEST_F(LcrTables, LoadedSwappedAndKeptWhenTheNewOneIsWrong) {
    write("49,a,1\n");
    tables.configure(model);
    EXPECT_TRUE(find("491").empty()) << "not read yet";
    wait();
    EXPECT_EQ(find("491"), std::vector<TrunkId>{TrunkId{0}});
    write("49,b,1\n");
    EXPECT_TRUE(tables.reload("rates"));
    EXPECT_EQ(find("491"), std::vector<TrunkId>{TrunkId{0}}) << "the old one serves meanwhile";
    wait();
    EXPECT_EQ(find("491"), std::vector<TrunkId>{TrunkId{1}});
    write("49,nobody,1\n");
    tables.reload("rates");
    wait();
    EXPECT_EQ(tables.all().front().problems.front(), "line 1: trunk nobody: no such trunk");
    EXPECT_EQ(find("491"), std::vector<TrunkId>{TrunkId{1}}) << "the old one stays";
    EXPECT_FALSE(tables.reload("other"));
    model.lcr_tables.clear();
    tables.configure(model);
    EXPECT_TRUE(find("491").empty());
}

TEST_F(LcrTables, AFileThatIsNotThereIsAProblemOfTheTable) {
    tables.configure(model);
    wait();
    EXPECT_NE(tables.all().front().problems.front().find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace strowger::lcr
