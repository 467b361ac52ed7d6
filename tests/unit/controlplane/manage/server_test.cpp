// The server over real sockets: a Unix socket in a folder of the test's own, and loopback TCP.
#include "manage/server.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

namespace strowger::manage {
namespace {

// A blocking client that reads until the server closes.
class Client {
  public:
    explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        give_up_after_a_while();
    }
    explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        give_up_after_a_while();
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    void send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // Up to `end` and with it; less when nothing more comes.
    std::string read_until(std::string_view end) {
        std::string text;
        char c = 0;
        while (!text.ends_with(end) && ::recv(fd_, &c, 1, 0) == 1) text += c;
        return text;
    }
    std::string read_all() {
        std::string text;
        char buffer[4096];
        for (ssize_t got = 0; (got = ::recv(fd_, buffer, sizeof buffer, 0)) > 0;)
            text.append(buffer, static_cast<std::size_t>(got));
        return text;
    }
    std::string ask(std::string_view text) {
        send(text);
        return read_all();
    }

  private:
    void give_up_after_a_while() const {
        const timeval limit{.tv_sec = 20, .tv_usec = 0};  // only a server that hangs is waited for
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    int fd_;
    bool connected_ = false;
};

class ServerTest : public ::testing::Test {
  protected:
    ServerTest() {
        char folder[] = "/tmp/strowger-manage-XXXXXX";
        folder_ = ::mkdtemp(folder);
        path_ = folder_ + "/run/control.sock";
        router_.on(Command::status_, [this](const HttpRequest& request, const AnswerDone& done) {
            const std::lock_guard lock(author_mutex_);
            author_ = request.author;
            done({.body = R"({"ok":true})"});
        });
        router_.on(Command::apply_, [](const HttpRequest& request, const AnswerDone& done) {
            done({.body = std::to_string(request.body.size())});
        });
        // Answers later, as a change does that waits for the store.
        router_.on(Command::rollback_, [this](const HttpRequest& request, const AnswerDone& done) {
            boost::asio::post(
                io_, [done, version = std::string(request.segment("VERSION"))] { done({.body = version}); });
        });
    }
    ~ServerTest() override {
        if (thread_.joinable()) {
            boost::asio::post(io_, [this] { server_->close(); });
            guard_.reset();
            thread_.join();
        }
        ::rmdir((folder_ + "/run").c_str());
        ::rmdir(folder_.c_str());
    }
    void run() {
        thread_ = std::thread([this] { io_.run(); });
    }

    // Pieces that a test puts in, as often as it likes.
    struct Pieces final : Stream {
        std::string take() override { return std::exchange(waiting, {}); }
        void on_more(std::function<void()> wake) override { more = std::move(wake); }
        std::string waiting;
        std::function<void()> more;
    };

    std::string folder_;
    std::string path_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
    Router router_;
    std::unique_ptr<Server> server_ = std::make_unique<Server>(
        io_, router_, ServerLimits{.connections = 4, .body_bytes = 1000, .idle = std::chrono::seconds(30)});
    std::mutex author_mutex_;
    std::string author_;
    std::thread thread_;
};

constexpr std::string_view kStatus = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(ServerTest, AnswersOnAUnixSocketAndKnowsWhoAsks) {
    ASSERT_EQ(server_->listen_unix(path_), "");
    struct stat info {};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0660U);
    run();
    const std::string answer = Client(path_).ask(kStatus);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"ok\":true}")) << answer;
    const std::lock_guard lock(author_mutex_);
    EXPECT_NE(author_.find("uid " + std::to_string(::getuid())), std::string::npos) << author_;
}

TEST_F(ServerTest, KeepsAConnectionForManyRequests) {
    ASSERT_EQ(server_->listen_unix(path_), "");
    run();
    const std::string answer = Client(path_).ask(
        "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /v1/rollback/12 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" +
        std::string(kStatus));
    EXPECT_NE(answer.find("\r\n\r\n12HTTP/1.1 200 OK"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("{\"ok\":true}"));
}

TEST_F(ServerTest, RefusesWhatIsTooLargeOrNotHttp) {
    ASSERT_EQ(server_->listen_unix(path_), "");
    run();
    EXPECT_TRUE(Client(path_)
                    .ask("POST /v1/apply HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" +
                         std::string(1001, 'x'))
                    .starts_with("HTTP/1.1 413"));
    EXPECT_TRUE(
        Client(path_)
            .ask("POST /v1/apply HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" +
                 std::string(1000, 'x'))
            .ends_with("\r\n\r\n1000"));
    EXPECT_TRUE(Client(path_).ask("INVITE sip:a SIP/2.0\r\n\r\n").starts_with("HTTP/1.1 400"));
    EXPECT_TRUE(Client(path_)
                    .ask("GET /v1/% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 400"));
    EXPECT_TRUE(Client(path_)
                    .ask("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 404"));
}

TEST_F(ServerTest, LimitsConnections) {
    ASSERT_EQ(server_->listen_unix(path_), "");
    run();
    std::vector<std::unique_ptr<Client>> held;
    for (int i = 0; i < 4; ++i) {
        held.push_back(std::make_unique<Client>(path_));
        held.back()->send("GET ");
    }
    EXPECT_EQ(Client(path_).ask(kStatus), "");
    held.front()->send("/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(held.front()->read_all().ends_with("{\"ok\":true}"));
    held.clear();
}

TEST_F(ServerTest, ReplacesADeadSocketAndLeavesALivingOne) {
    { const Server dead(io_, router_); }
    ASSERT_EQ(server_->listen_unix(path_), "");
    run();
    boost::asio::io_context other_io;
    Server other(other_io, router_);
    EXPECT_NE(other.listen_unix(path_).find("another strowgerd answers there"), std::string::npos);

    const std::string stale = folder_ + "/stale.sock";
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    stale.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
    EXPECT_EQ(other.listen_unix(stale), "");
    other.close();
    EXPECT_NE(::access(stale.c_str(), F_OK), 0) << "the socket is removed at the end";
    EXPECT_NE(other.listen_unix("/tmp/" + std::string(200, 'x')).find("shorter"), std::string::npos);
}

TEST_F(ServerTest, AsksForATokenOnTcp) {
    // A port that was free a moment ago.
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ::close(probe);
    const std::uint16_t port = ntohs(address.sin_port);
    const auto local = wire::parse_endpoint("127.0.0.1:" + std::to_string(port));
    ASSERT_EQ(server_->listen_tcp(*local, [] { return std::string("sesame-sesame-sesame"); }), "");
    EXPECT_NE(server_->listen_tcp(*local, [] { return std::string(); }), "");
    run();
    EXPECT_TRUE(Client(port).ask(kStatus).starts_with("HTTP/1.1 401"));
    const auto with = [&](const std::string& token) {
        return Client(port).ask(
            "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + token +
            "\r\n\r\n");
    };
    EXPECT_TRUE(with("sesame-sesame-sesamf").starts_with("HTTP/1.1 401"));
    EXPECT_TRUE(with("sesame").starts_with("HTTP/1.1 401"));
    EXPECT_TRUE(with("sesame-sesame-sesame").starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, AStreamGoesOnUntilTheClientLeaves) {
    auto pieces = std::make_shared<Pieces>();
    std::weak_ptr<Pieces> alive = pieces;
    router_.on(Command::events_, [pieces](const HttpRequest&, const AnswerDone& done) {
        done({.type = "text/event-stream", .stream = pieces});
    });
    ASSERT_EQ(server_->listen_unix(path_), "");
    run();
    const auto put = [&](std::string text) {
        boost::asio::post(io_, [weak = alive, text = std::move(text)] {
            const auto stream = weak.lock();
            if (stream == nullptr) return;
            stream->waiting += text;
            stream->more();
        });
    };
    {
        Client client(path_);
        client.send("GET /v1/events?follow=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string head = client.read_until("\r\n\r\n");
        EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
        EXPECT_EQ(head.find("Content-Length"), std::string::npos);
        put("data: 1\n\n");
        EXPECT_EQ(client.read_until("\n\n"), "data: 1\n\n");
        const std::string large(1 << 20, 'x');  // more than a socket takes at once
        put(large + "\n\n");
        EXPECT_EQ(client.read_until("\n\n").size(), large.size() + 2);
    }
    boost::asio::post(io_, [this] { router_.on(Command::events_, {}); });
    pieces.reset();
    for (int i = 0; i < 2000 && !alive.expired(); ++i) ::usleep(1000);
    EXPECT_TRUE(alive.expired()) << "a client that is gone is noticed without a word from the stream";
}

}  // namespace
}  // namespace strowger::manage
