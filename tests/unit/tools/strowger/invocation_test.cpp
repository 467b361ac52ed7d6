#include "invocation.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "completion.hpp"

namespace strowger::cli {
namespace {

int parse_line(std::vector<const char*> words, Invocation& out) {
    words.insert(words.begin(), "strowger");
    int exit_code = -1;
    return parse(static_cast<int>(words.size()), words.data(), out, exit_code) ? -1 : exit_code;
}

std::string target_of(const std::vector<const char*>& words) {
    Invocation invocation;
    if (parse_line(words, invocation) != -1) return "not parsed";
    ApiRequest request;
    std::string error;
    if (!make_request(invocation, request, error)) return error;
    return request.method + " " + request.target;
}

TEST(Invocation, EveryCommandBecomesItsRequest) {
    EXPECT_EQ(target_of({"status"}), "GET /v1/status");
    EXPECT_EQ(target_of({"calls", "--number", "+49 30", "-l", "5"}),
              "GET /v1/calls?number=%2B49%2030&limit=5");
    EXPECT_EQ(target_of({"call", "7"}), "GET /v1/calls/7");
    EXPECT_EQ(target_of({"trace", "a/b@host", "--messages"}), "GET /v1/trace/a%2Fb%40host?messages=1");
    EXPECT_EQ(target_of({"trace", "1001", "-o", "/tmp/x.pcapng"}), "GET /v1/trace/1001?pcapng=1");
    EXPECT_EQ(target_of({"legs"}), "GET /v1/legs");
    EXPECT_EQ(target_of({"get", "realm"}), "GET /v1/resources/realm");
    EXPECT_EQ(target_of({"get", "realm", "access", "--yaml"}), "GET /v1/resources/realm/access?yaml=1");
    EXPECT_EQ(target_of({"delete", "trunk", "pbx", "--dry-run"}), "DELETE /v1/resources/trunk/pbx?dry_run=1");
    EXPECT_EQ(target_of({"rollback", "3"}), "POST /v1/rollback/3");
    EXPECT_EQ(target_of({"metrics"}), "GET /metrics");
    EXPECT_EQ(target_of({"why", "call", "1001", "+4930@x", "--at", "2026-12-24T18:30"}),
              "GET /v1/why/call/1001/%2B4930%40x?at=2026-12-24T18%3A30");
    EXPECT_EQ(target_of({"why", "call", "1001"}), "not parsed");
    EXPECT_EQ(target_of({"why"}), "not parsed");
}

TEST(Invocation, ReadsTheFileAsBody) {
    const std::string path = ::testing::TempDir() + "strowger-apply.yaml";
    std::ofstream(path) << "kind: tenant\n";
    Invocation invocation;
    ASSERT_EQ(parse_line({"apply", "-f", path.c_str(), "-n", "--json"}, invocation), -1);
    EXPECT_TRUE(invocation.json);
    ApiRequest request;
    std::string error;
    ASSERT_TRUE(make_request(invocation, request, error)) << error;
    EXPECT_EQ(request.body, "kind: tenant\n");
    EXPECT_NE(request.target.find("strowger-apply.yaml&dry_run=1"), std::string::npos) << request.target;
    std::remove(path.c_str());
    ASSERT_FALSE(make_request(invocation, request, error));
    EXPECT_EQ(error, path + ": No such file or directory");
}

TEST(Invocation, WrongUsageLeavesWithTwoAndHelpWithZero) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Invocation a;
    EXPECT_EQ(parse_line({}, a), 2);
    EXPECT_EQ(parse_line({"cals"}, a), 2);
    EXPECT_EQ(parse_line({"call"}, a), 2);
    EXPECT_EQ(parse_line({"apply"}, a), 2);
    EXPECT_EQ(parse_line({"calls", "--nonsense"}, a), 2);
    EXPECT_EQ(parse_line({"--help"}, a), 0);
    EXPECT_EQ(parse_line({"calls", "--help"}, a), 0);
    const std::string help = ::testing::internal::GetCapturedStdout();
    ::testing::internal::GetCapturedStderr();
    for (const CommandRow& row : kCommandRows)
        if (row.name.find('_') == std::string_view::npos) {
            EXPECT_NE(help.find(row.name), std::string::npos) << row.name;
        }
    EXPECT_NE(help.find("--number"), std::string::npos);
}

TEST(Invocation, TheSocketCanBeNamed) {
    Invocation invocation;
    ASSERT_EQ(parse_line({"status"}, invocation), -1);
    EXPECT_EQ(invocation.socket, "/run/strowger/control.sock");
    Invocation other;
    ASSERT_EQ(parse_line({"status", "--socket", "/tmp/x.sock"}, other), -1);
    EXPECT_EQ(other.socket, "/tmp/x.sock");
    Invocation tcp;
    ASSERT_EQ(parse_line({"--api", "127.0.0.1:8080", "--token", "t", "status"}, tcp), -1);
    EXPECT_EQ(tcp.api, "127.0.0.1:8080");
}

TEST(Completion, IsValidShellAndKnowsEveryCommand) {
    const std::string script = bash_completion();
    for (const CommandRow& row : kCommandRows)
        EXPECT_NE(script.find("        " + std::string(row.name) + ") flags="), std::string::npos)
            << row.name;
    const std::string path = ::testing::TempDir() + "strowger-completion.bash";
    std::ofstream(path)
        << script
        << "COMP_WORDS=(strowger get re); COMP_CWORD=2; _strowger; echo ${COMPREPLY[*]}\n"
           "COMP_WORDS=(strowger re); COMP_CWORD=1; _strowger; echo ${COMPREPLY[*]}\n"
           "COMP_WORDS=(strowger why call 1 2 --a); COMP_CWORD=5; _strowger; echo ${COMPREPLY[*]}\n"
           "COMP_WORDS=(strowger apply --d); COMP_CWORD=2; _strowger; echo ${COMPREPLY[*]}\n";
    std::FILE* pipe = ::popen(("bash " + path + " 2>&1").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char buffer[4096];
    const std::string out(buffer, std::fread(buffer, 1, sizeof buffer, pipe));
    ::pclose(pipe);
    std::remove(path.c_str());
    EXPECT_EQ(out, "realm\nregistrations reload\n--at\n--dry-run\n");
}

}  // namespace
}  // namespace strowger::cli
