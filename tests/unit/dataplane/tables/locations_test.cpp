// The workers' table of contacts: against a plain map, and read while it is written.
#include "strowger/tables/locations.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>

namespace strowger::tables {
namespace {

std::string uri_of(int version, std::size_t pad = 0) {
    return "sip:v" + std::to_string(version) + "@host" + std::string(pad, 'x');
}

TEST(Locations, WhatWasPutIsFound) {
    Locations table({1, 2});
    Locations::Text room;
    Contact found;
    EXPECT_FALSE(table.find("bob@example", room, found));
    ASSERT_TRUE(table.put("bob@example", {.uri = "sip:bob@192.0.2.1",
                                          .path = "<sip:p;lr>",
                                          .listener = ListenerId{7},
                                          .remote = *wire::parse_endpoint("[2001:db8::1]:5070"),
                                          .datagram = false,
                                          .expires = 10 * kSecond}));
    ASSERT_TRUE(table.find("bob@example", room, found));
    EXPECT_EQ(found.uri, "sip:bob@192.0.2.1");
    EXPECT_EQ(found.path, "<sip:p;lr>");
    EXPECT_EQ(found.listener, ListenerId{7});
    EXPECT_EQ(wire::to_string(found.remote), "[2001:db8::1]:5070");
    EXPECT_FALSE(found.datagram);
    EXPECT_EQ(found.expires, 10 * kSecond);
    EXPECT_FALSE(table.find("bob@exampl", room, found));
    EXPECT_FALSE(table.find("", room, found));
    EXPECT_TRUE(table.remove("bob@example"));
    EXPECT_FALSE(table.remove("bob@example"));
    EXPECT_FALSE(table.find("bob@example", room, found));
}

TEST(Locations, TextsThatAreTooLongAreRefusedAndForgotten) {
    Locations table({1, 2});
    Locations::Text room;
    Contact found;
    const std::string longest(Locations::kMaxText - 1, 'u');
    EXPECT_TRUE(table.put("a", {.uri = longest}));
    ASSERT_TRUE(table.find("a", room, found));
    EXPECT_EQ(found.uri, longest);
    EXPECT_FALSE(table.put("a", {.uri = longest + "u"}));
    EXPECT_FALSE(table.find("a", room, found)) << "an old contact would be wrong";
    EXPECT_EQ(table.size(), 0u);
}

TEST(Locations, AgreesWithAMapThroughGrowthAndReuse) {
    Locations table({3, 4}, 1);
    std::unordered_map<std::string, std::string> model;
    std::mt19937 random(7);
    Locations::Text room;
    Contact found;
    for (int step = 0; step < 60'000; ++step) {
        const std::string aor = "user" + std::to_string(random() % 5000) + "@example";
        if (random() % 3 == 0) {
            EXPECT_EQ(table.remove(aor), model.erase(aor) == 1);
        } else {
            model[aor] = uri_of(step, random() % 300);
            ASSERT_TRUE(table.put(aor, {.uri = model[aor]}));
        }
        ASSERT_EQ(table.size(), model.size());
    }
    for (int i = 0; i < 5000; ++i) {
        const std::string aor = "user" + std::to_string(i) + "@example";
        const auto expected = model.find(aor);
        ASSERT_EQ(table.find(aor, room, found), expected != model.end()) << aor;
        if (expected == model.end()) continue;
        ASSERT_EQ(found.uri, expected->second);
    }
}

TEST(Locations, SweepingForgetsWhatHasExpired) {
    Locations table({1, 2});
    for (int i = 0; i < 1000; ++i)
        table.put("u" + std::to_string(i), {.expires = (i % 2 == 0 ? 10 : 20) * kSecond});
    table.sweep(15 * kSecond, 100'000);
    EXPECT_EQ(table.size(), 500u);
    Locations::Text room;
    Contact found;
    EXPECT_FALSE(table.find("u0", room, found));
    EXPECT_TRUE(table.find("u1", room, found));
}

// Every reader finds every address that stays, with texts that belong together.
TEST(Locations, ReadersSeeWholeContactsWhileOneWrites) {
    Locations table({5, 6}, 1);
    constexpr int kUsers = 200;
    const auto aor_of = [](int i) { return "user" + std::to_string(i) + "@example"; };
    const auto put = [&](int i, int version) {
        const std::string uri = uri_of(version * kUsers + i, static_cast<std::size_t>(version) % 200);
        table.put(aor_of(i), {.uri = uri, .path = uri});
    };
    for (int i = 0; i < kUsers; ++i) put(i, 0);
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int r = 0; r < 2; ++r)
        readers.emplace_back([&, r] {
            std::mt19937 random(static_cast<unsigned>(r));
            Locations::Text room;
            Contact found;
            while (!stop) {
                const int i = static_cast<int>(random() % kUsers);
                const bool there = table.find(aor_of(i), room, found);
                if (!there || found.uri != found.path || std::stoi(std::string(found.uri.substr(5))) % kUsers != i)
                    ++wrong;
            }
        });
    std::mt19937 random(99);
    for (int step = 1; step < 40'000; ++step) {
        put(static_cast<int>(random() % kUsers), step % 4000);
        const std::string passing = "passing" + std::to_string(random() % 3000);
        if (step % 2 == 0)
            table.put(passing, {.uri = "x"});
        else
            table.remove(passing);
    }
    stop = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace strowger::tables
