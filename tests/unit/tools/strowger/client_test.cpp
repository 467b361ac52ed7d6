// The command line's client against the daemon's server.
#include "client.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "manage/server.hpp"
#include "render.hpp"

namespace strowger::cli {
namespace {

TEST(Client, SpeaksWithTheServer) {
    char folder[] = "/tmp/strowger-client-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    const std::string path = std::string(folder) + "/control.sock";
    boost::asio::io_context io;
    auto guard = boost::asio::make_work_guard(io);
    manage::Router router;
    router.on(Command::counters_, [](const manage::HttpRequest& request, const manage::AnswerDone& done) {
        done({.body = R"([{"name":")" + std::string(request.segment("NAME")) +
                      R"(","value":5,"unit":"packets","help":"h"}])"});
    });
    manage::Server server(io, router);
    ASSERT_EQ(server.listen_unix(path), "");
    std::thread thread([&] { io.run(); });

    Invocation invocation;
    invocation.row = &row_of(Command::counters_);
    invocation.socket = path;
    invocation.arguments["NAME"] = "rx packets";
    ApiRequest request;
    std::string error;
    ASSERT_TRUE(make_request(invocation, request, error));
    const ApiAnswer answer = ask(invocation, request);
    EXPECT_EQ(answer.status, 200U) << answer.error;
    EXPECT_EQ(render(*invocation.row, answer.body, 0).out,
              "NAME        VALUE  UNIT     HELP\nrx packets      5  packets  h\n");
    request.target = "/nowhere";
    EXPECT_EQ(ask(invocation, request).status, 404U);

    boost::asio::post(io, [&] { server.close(); });
    guard.reset();
    thread.join();

    const ApiAnswer gone = ask(invocation, request);
    EXPECT_EQ(gone.status, 0U);
    EXPECT_NE(gone.error.find("strowgerd is not running"), std::string::npos) << gone.error;
    ::rmdir(folder);
}

TEST(Client, SaysWhatIsWrongWithAnAddress) {
    Invocation invocation;
    invocation.row = &row_of(Command::status_);
    invocation.api = "nonsense";
    EXPECT_NE(ask(invocation, {.method = "GET", .target = "/v1/status", .body = {}})
                  .error.find("such as 192.0.2.1:8080"),
              std::string::npos);
}

}  // namespace
}  // namespace strowger::cli
