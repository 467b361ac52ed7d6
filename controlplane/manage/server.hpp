// HTTP/1.1 for the management API, on a Unix socket and on TCP with a bearer token. Everything runs on the
// control thread's io_context and nothing blocks.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "manage/router.hpp"
#include "strowger/wire/ip.hpp"

namespace boost::asio {
class io_context;
}

namespace strowger::manage {

struct ServerLimits {
    std::size_t connections = 64;        // more are closed at once
    std::size_t body_bytes = 17U << 20;  // a configuration file of 16 MiB, and a little
    std::chrono::seconds idle{30};       // for a whole request to arrive, and between requests
};

class Server {
  public:
    // Both outlive the server.
    Server(boost::asio::io_context& io, const Router& router, ServerLimits limits = {});
    ~Server();  // close()

    // Makes the socket (mode 0660) and its folder. A socket that a dead process left behind is replaced.
    // Empty: done; otherwise a sentence that says why not and what to do.
    [[nodiscard]] std::string listen_unix(const std::string& path);
    // `token` is asked at each request, so that it may change. Requests without it get 401.
    [[nodiscard]] std::string listen_tcp(const wire::Endpoint& local, std::function<std::string()> token);
    // Ends all connections and removes the socket.
    void close();

    [[nodiscard]] std::size_t connections() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace strowger::manage
