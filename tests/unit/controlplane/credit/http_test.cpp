#include "credit/http_curl.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

namespace strowger::credit {
namespace {

// Listens on a port of its own; answers each connection's first request with a text, or never.
struct Server {
    Server() {
        fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(fd, 8), 0);
        socklen_t size = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/credit";
    }
    ~Server() {
        ::close(fd);
        if (thread.joinable()) thread.join();
    }
    void serve(std::vector<std::string> answers) {
        thread = std::thread([this, all = std::move(answers)] {
            for (const std::string& answer : all) {
                const int client = ::accept(fd, nullptr, nullptr);
                std::string got;
                char room[4096];
                // The body is JSON without any "}" but its last.
                while (!got.ends_with('}')) {
                    const auto n = ::read(client, room, sizeof room);
                    if (n <= 0) break;
                    got.append(room, static_cast<std::size_t>(n));
                }
                requests.push_back(got);
                [[maybe_unused]] const auto sent = ::write(client, answer.data(), answer.size());
                ::close(client);
            }
        });
    }
    int fd = -1;
    std::string url;
    std::thread thread;
    std::vector<std::string> requests;
};

std::string ok(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

struct HttpTest : testing::Test {
    HttpTest() {
        http.tell([this](const Answer& answer) { answers.push_back(answer); });
    }
    void ask(std::uint64_t ticket) { http.ask({.event = Event::authorise, .ticket = ticket, .call = ticket}); }
    // Until so many answers have come.
    void wait(std::size_t count) {
        for (int i = 0; i < 600 && answers.size() < count; ++i) {
            io.restart();
            io.run_one_for(std::chrono::milliseconds(50));
        }
        ASSERT_EQ(answers.size(), count);
    }
    boost::asio::io_context io;
    std::vector<std::string> warnings;
    Http http{io, [this](const std::string& sentence) { warnings.push_back(sentence); }};
    std::vector<Answer> answers;
};

TEST_F(HttpTest, AQuestionAndItsAnswer) {
    Server server;
    server.serve({ok(R"({"grant_s":60})"), "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                  "HTTP/1.1 500 Oh\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "nonsense\r\n\r\n"});
    http.configure({.url = server.url, .token = "secret", .timeout_ms = 5000, .most = 8});
    for (std::uint64_t ticket = 1; ticket <= 4; ++ticket) {
        ask(ticket);
        EXPECT_EQ(answers.size(), ticket - 1) << "never from within ask()";
        wait(ticket);
        EXPECT_EQ(answers.back().ticket, ticket);
    }
    EXPECT_EQ(answers[0].grant_s, 60u);
    EXPECT_TRUE(answers[1].answered && answers[1].grant_s == 0);
    EXPECT_EQ(answers[2].why, "HTTP status 500");
    EXPECT_FALSE(answers[3].answered);
    ASSERT_FALSE(server.requests.empty());
    EXPECT_TRUE(server.requests[0].starts_with("POST /credit HTTP/1.1\r\n")) << server.requests[0];
    EXPECT_NE(server.requests[0].find("Authorization: Bearer secret\r\n"), std::string::npos);
    EXPECT_EQ(http.counts().granted, 1u);
    EXPECT_EQ(http.counts().refused, 1u);
    EXPECT_EQ(http.counts().unanswered, 2u);
}

TEST_F(HttpTest, WhoNeverAnswersIsGivenUpAndQuestionsAreBounded) {
    Server server;  // takes connections, and nothing more
    http.configure({.url = server.url, .token = {}, .timeout_ms = 300, .most = 2});
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) ask(ticket);
    EXPECT_EQ(http.counts().under_way, 2u);
    wait(1);
    EXPECT_EQ(answers[0].ticket, 3u) << "one too many: at once";
    wait(3);
    for (const Answer& answer : answers) EXPECT_FALSE(answer.answered);
    EXPECT_EQ(http.counts().under_way, 0u);
}

TEST_F(HttpTest, WithoutAnAddressNothingIsAnswered) {
    ask(1);
    wait(1);
    EXPECT_EQ(answers[0].why, "there is no credit_url");
    http.ask({.event = Event::report, .call = 1});
    EXPECT_EQ(http.counts().reports, 0u);
}

TEST_F(HttpTest, AReportIsRepeatedUntilItIsTaken) {
    Server server;
    server.serve({"HTTP/1.1 503 Later\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", ok("{}")});
    http.configure({.url = server.url, .token = {}, .timeout_ms = 5000, .most = 8});
    http.ask({.event = Event::report, .call = 9, .used_s = 12});
    for (int i = 0; i < 400 && http.counts().reported == 0; ++i) {
        io.restart();
        io.run_one_for(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(http.counts().reported, 1u);
    EXPECT_EQ(http.counts().lost, 0u);
    EXPECT_TRUE(answers.empty());
}

}  // namespace
}  // namespace strowger::credit
