#include "observe/cdr.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace strowger::observe {
namespace {

class Cdr : public ::testing::Test {
  protected:
    void SetUp() override {
        char pattern[] = "/tmp/strowger-cdr-XXXXXX";
        ASSERT_NE(mkdtemp(pattern), nullptr);
        directory_ = pattern;
        options_.path = directory_ + "/cdr.jsonl";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<CdrWriter> open() {
        std::string error;
        auto writer = CdrWriter::open(options_, error);
        EXPECT_NE(writer, nullptr) << error;
        return writer;
    }
    static std::string text_of(const std::string& path) {
        std::ifstream file(path);
        std::ostringstream out;
        out << file.rdbuf();
        return out.str();
    }
    void put(const std::string& text) { std::ofstream(options_.path) << text; }
    std::vector<std::string> files() const {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(directory_)) out.push_back(entry.path());
        std::sort(out.begin(), out.end());
        return out;
    }

    std::string directory_;
    CdrOptions options_;
};

TEST_F(Cdr, RecordsAreAppendedInOrder) {
    put("{\"call\":0}\n");
    auto writer = open();
    for (int i = 1; i < 4; ++i) EXPECT_TRUE(writer->write("{\"call\":" + std::to_string(i) + "}"));
    writer->flush();
    EXPECT_EQ(text_of(options_.path), "{\"call\":0}\n{\"call\":1}\n{\"call\":2}\n{\"call\":3}\n");
    EXPECT_EQ(writer->counts().written, 3u);
    EXPECT_EQ(writer->counts().repaired, 0u);
}

TEST_F(Cdr, WhatWaitsIsWrittenAtTheEnd) {
    auto writer = open();
    for (int i = 0; i < 5000; ++i) writer->write("{}");
    writer.reset();
    EXPECT_EQ(text_of(options_.path).size(), 15'000u);
}

TEST_F(Cdr, ATornLastLineIsCutOff) {
    put("{\"call\":1}\n{\"call\":2}\n{\"ca");
    auto writer = open();
    EXPECT_EQ(writer->counts().repaired, 4u);
    writer->write("{\"call\":3}");
    writer->flush();
    EXPECT_EQ(text_of(options_.path), "{\"call\":1}\n{\"call\":2}\n{\"call\":3}\n");
}

TEST_F(Cdr, AFileThatIsOneTornLineBecomesEmpty) {
    put(std::string(200'000, 'x'));
    auto writer = open();
    EXPECT_EQ(writer->counts().repaired, 200'000u);
    EXPECT_EQ(text_of(options_.path), "");
}

TEST_F(Cdr, ATornLineLongerThanABlockIsFound) {
    put("{\"call\":1}\n" + std::string(150'000, 'x'));
    auto writer = open();
    EXPECT_EQ(text_of(options_.path), "{\"call\":1}\n");
}

TEST_F(Cdr, AfterReopenANewFileIsWritten) {
    auto writer = open();
    writer->write("{\"call\":1}");
    writer->flush();
    std::filesystem::rename(options_.path, directory_ + "/old");
    writer->reopen();
    writer->write("{\"call\":2}");
    writer->flush();
    EXPECT_EQ(text_of(directory_ + "/old"), "{\"call\":1}\n");
    EXPECT_EQ(text_of(options_.path), "{\"call\":2}\n");
}

TEST_F(Cdr, AFullFileIsMovedAway) {
    options_.rotate_octets = 25;
    auto writer = open();
    for (int i = 1; i < 6; ++i) {
        writer->write("{\"call\":" + std::to_string(i) + "}");  // 11 octets with the line's end
        writer->flush();
    }
    EXPECT_EQ(text_of(options_.path), "{\"call\":5}\n");
    EXPECT_EQ(files().size(), 3u);
    std::string all;
    for (const std::string& file : files()) all += text_of(file);
    EXPECT_EQ(all.size(), 5u * 11u);
}

TEST_F(Cdr, AWrongDirectoryIsToldWithWhatToDo) {
    options_.path = directory_ + "/absent/cdr.jsonl";
    std::string error;
    EXPECT_EQ(CdrWriter::open(options_, error), nullptr);
    EXPECT_NE(error.find(options_.path), std::string::npos);
    EXPECT_NE(error.find("No such file or directory"), std::string::npos);
    EXPECT_NE(error.find("writable"), std::string::npos);
}

// A disk that is full, by the process's own limit of file sizes.
TEST_F(Cdr, AFullDiskLosesNothingAndLeavesNoTornLine) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto writer = open();
    writer->write("{\"call\":1}");
    writer->flush();
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 16;  // the second line does not fit, its beginning would
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    writer->write("{\"call\":2}");
    while (writer->counts().failures == 0) std::this_thread::yield();
    EXPECT_TRUE(writer->counts().degraded);
    EXPECT_EQ(text_of(options_.path), "{\"call\":1}\n");
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    writer->reopen();  // tries at once
    writer->flush();
    EXPECT_EQ(text_of(options_.path), "{\"call\":1}\n{\"call\":2}\n");
    EXPECT_FALSE(writer->counts().degraded);
    EXPECT_EQ(writer->counts().lost, 0u);
}

TEST_F(Cdr, RecordsAboveTheLimitAreCountedAsLost) {
    options_.path = "/dev/full";
    options_.queue_limit = 2;
    auto writer = open();
    EXPECT_TRUE(writer->write("{\"call\":1}"));
    EXPECT_TRUE(writer->write("{\"call\":2}"));
    EXPECT_FALSE(writer->write("{\"call\":3}"));
    EXPECT_EQ(writer->counts().lost, 1u);
    EXPECT_EQ(writer->counts().written, 0u);
}

}  // namespace
}  // namespace strowger::observe
