// The only file that knows Boost.Beast.
#include <fmt/format.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <list>
#include <optional>
#include <set>

#include "manage/json.hpp"
#include "manage/server.hpp"

namespace strowger::manage {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Unix = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;
// Of both kinds: what reads and writes HTTP is compiled once.
using Socket = asio::generic::stream_protocol::socket;

namespace {

// What a listener tells its sessions.
struct Shared {
    const Router* router = nullptr;
    ServerLimits limits;
    std::size_t connections = 0;
    bool closed = false;
};

std::string peer_of(Unix::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
    passwd entry{};
    passwd* found = nullptr;
    char buffer[4096];
    ::getpwuid_r(peer.uid, &entry, buffer, sizeof buffer, &found);
    return found != nullptr ? fmt::format("{} (uid {})", found->pw_name, peer.uid)
                            : fmt::format("uid {}", peer.uid);
}

std::string peer_of(Tcp::socket& socket) {
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    return error ? "unknown" : fmt::format("api {}", remote.address().to_string());
}

// Takes the same time wherever they differ.
bool same_secret(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |=
            static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
    return difference == 0;
}

using Token = std::function<std::string()>;

constexpr std::chrono::seconds kHeartbeat{15};

// One connection: reads a request, has it answered, writes the answer, and again.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(std::string author, Socket socket, std::shared_ptr<Shared> shared, Token token)
        : author_(std::move(author)),
          stream_(std::move(socket)),
          shared_(std::move(shared)),
          token_(std::move(token)) {
        ++shared_->connections;
    }
    ~Session() { --shared_->connections; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void read() {
        parser_.emplace();
        parser_->body_limit(shared_->limits.body_bytes);
        parser_->header_limit(16 * 1024);
        stream_.expires_after(shared_->limits.idle);
        http::async_read(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
    }

    void close() {
        feed_.reset();
        heartbeat_.cancel();
        error_code ignored;
        stream_.socket().shutdown(Socket::shutdown_both, ignored);
        stream_.socket().close(ignored);
    }

  private:
    void on_read(error_code error) {
        if (error == http::error::body_limit || error == http::error::header_limit)
            return write(error_answer(413, "the request is too large"), false);
        if (error && error.category() == make_error_code(http::error::bad_method).category() &&
            error != http::error::end_of_stream && error != http::error::partial_message)
            return write(error_answer(400, "not HTTP"), false);
        if (error) return close();

        const auto& message = parser_->get();
        const bool keep_alive = message.keep_alive();
        if (!allowed(message))
            return write(error_answer(401, "a header \"Authorization: Bearer <api_token>\" is needed"),
                         false);
        HttpRequest request;
        request.method = std::string(message.method_string());
        request.author = author_;
        if (!parse_target(std::string_view(message.target().data(), message.target().size()), request))
            return write(error_answer(400, "the path is not well formed"), keep_alive);
        request.body = std::move(parser_->get().body());
        stream_.expires_never();
        shared_->router->route(std::move(request),
                               [self = shared_from_this(), keep_alive](HttpAnswer answer) {
                                   self->write(std::move(answer), keep_alive);
                               });
    }

    [[nodiscard]] bool allowed(const http::request<http::string_body>& message) const {
        if (!token_) return true;
        const std::string token = token_();
        constexpr std::string_view kBearer = "Bearer ";
        const auto header = message[http::field::authorization];
        const std::string_view shown(header.data(), header.size());
        return !token.empty() && shown.starts_with(kBearer) &&
               same_secret(token, shown.substr(kBearer.size()));
    }

    void write(HttpAnswer answer, bool keep_alive) {
        if (shared_->closed) return close();
        if (answer.stream != nullptr) return start_stream(std::move(answer));
        response_ = {static_cast<http::status>(answer.status), 11};
        response_.set(http::field::content_type, answer.type);
        if (answer.status == 401) response_.set(http::field::www_authenticate, "Bearer");
        response_.keep_alive(keep_alive);
        response_.body() = std::move(answer.body);
        response_.prepare_payload();
        stream_.expires_after(shared_->limits.idle);
        http::async_write(stream_, response_,
                          [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
                              if (error || !keep_alive) return self->close();
                              self->read();
                          });
    }

    // The body ends with the connection (RFC 9112 6.3 item 8).
    void start_stream(HttpAnswer answer) {
        feed_ = std::move(answer.stream);
        feed_->on_more([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->pump();
        });
        piece_ = fmt::format(
            "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
            answer.type);
        stream_.expires_never();
        watch_peer();
        write_piece();
        beat();
    }

    // A client that listens says nothing more; what comes is its end.
    void watch_peer() {
        stream_.async_read_some(asio::buffer(ignored_),
                                [self = shared_from_this()](error_code error, std::size_t) {
                                    if (!error) return self->watch_peer();
                                    self->close();
                                });
    }

    void pump() {
        if (feed_ == nullptr || !piece_.empty()) return;
        piece_ = feed_->take();
        if (!piece_.empty()) write_piece();
    }

    void write_piece() {
        asio::async_write(stream_, asio::buffer(piece_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                              self->piece_.clear();
                              if (error) return self->close();
                              self->pump();
                          });
    }

    // A comment now and then: proxies between us keep the connection, and a client that is gone is noticed.
    void beat() {
        heartbeat_.expires_after(kHeartbeat);
        heartbeat_.async_wait([self = shared_from_this()](error_code error) {
            if (error || self->feed_ == nullptr) return;
            if (self->piece_.empty()) {
                self->piece_ = ":\n\n";
                self->write_piece();
            }
            self->beat();
        });
    }

    std::string author_;
    beast::basic_stream<asio::generic::stream_protocol> stream_;
    asio::steady_timer heartbeat_{stream_.get_executor()};
    std::shared_ptr<Stream> feed_;  // of an answer without end
    std::string piece_;             // of it, on its way; empty: none
    std::array<char, 64> ignored_{};
    std::shared_ptr<Shared> shared_;
    Token token_;  // none: everybody who can connect may ask
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
};

// Accepts connections until it is closed.
template <typename Protocol>
class Acceptor : public std::enable_shared_from_this<Acceptor<Protocol>> {
  public:
    Acceptor(asio::io_context& io, std::shared_ptr<Shared> shared, Token token)
        : acceptor_(io), retry_(io), shared_(std::move(shared)), token_(std::move(token)) {}

    error_code listen(const typename Protocol::endpoint& local) {
        error_code error;
        acceptor_.open(local.protocol(), error);
        if constexpr (std::is_same_v<Protocol, Tcp>)
            if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(local, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        return error;
    }

    void accept() {
        acceptor_.async_accept(
            [self = this->shared_from_this()](error_code error, typename Protocol::socket socket) {
                self->on_accept(error, std::move(socket));
            });
    }

    void close() {
        error_code ignored;
        acceptor_.close(ignored);
        retry_.cancel();
        for (const auto& weak : sessions_)
            if (const auto session = weak.lock()) session->close();
    }

  private:
    void on_accept(error_code error, typename Protocol::socket socket) {
        if (shared_->closed) return;
        if (error) {  // no descriptors left: try again in a while
            retry_.expires_after(std::chrono::milliseconds(100));
            retry_.async_wait([self = this->shared_from_this()](error_code cancelled) {
                if (!cancelled) self->accept();
            });
            return;
        }
        std::erase_if(sessions_, [](const auto& weak) { return weak.expired(); });
        if (shared_->connections < shared_->limits.connections) {
            std::string author = peer_of(socket);
            auto session = std::make_shared<Session>(std::move(author), Socket(std::move(socket)), shared_,
                                                     token_);
            sessions_.push_back(session);
            session->read();
        }
        accept();
    }

    typename Protocol::acceptor acceptor_;
    asio::steady_timer retry_;
    std::shared_ptr<Shared> shared_;
    Token token_;
    std::list<std::weak_ptr<Session>> sessions_;
};

// A socket file that nobody answers on is removed. False: somebody does.
bool clear_stale(asio::io_context& io, const std::string& path) {
    Unix::socket probe(io);
    error_code error;
    probe.connect(Unix::endpoint(path), error);
    if (!error) return false;
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) ::unlink(path.c_str());
    return true;
}

}  // namespace

struct Server::State {
    asio::io_context& io;
    std::shared_ptr<Shared> shared = std::make_shared<Shared>();
    std::vector<std::shared_ptr<Acceptor<Unix>>> unix_acceptors;
    std::vector<std::shared_ptr<Acceptor<Tcp>>> tcp_acceptors;
    std::vector<std::string> socket_files;
};

Server::Server(asio::io_context& io, const Router& router, ServerLimits limits)
    : state_(std::make_shared<State>(State{.io = io})) {
    state_->shared->router = &router;
    state_->shared->limits = limits;
}

Server::~Server() {
    close();
}

std::string Server::listen_unix(const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        return fmt::format("api_socket {}: longer than {} characters: choose a shorter path", path,
                           sizeof(sockaddr_un::sun_path) - 1);
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    if (!clear_stale(state_->io, path))
        return fmt::format(
            "api_socket {}: another strowgerd answers there: stop it, or choose another socket", path);
    auto acceptor = std::make_shared<Acceptor<Unix>>(state_->io, state_->shared, Token());
    const mode_t before = ::umask(0117);  // 0660 from the first moment
    const error_code error = acceptor->listen(Unix::endpoint(path));
    ::umask(before);
    if (error) return fmt::format("api_socket {}: {}", path, error.message());
    acceptor->accept();
    state_->unix_acceptors.push_back(std::move(acceptor));
    state_->socket_files.push_back(path);
    return {};
}

std::string Server::listen_tcp(const wire::Endpoint& local, std::function<std::string()> token) {
    error_code error;
    const auto address = asio::ip::make_address(wire::to_string(local.address), error);
    auto acceptor = std::make_shared<Acceptor<Tcp>>(state_->io, state_->shared, std::move(token));
    if (!error) error = acceptor->listen(Tcp::endpoint(address, local.port.host()));
    if (error) return fmt::format("api_listen {}: {}", wire::to_string(local), error.message());
    acceptor->accept();
    state_->tcp_acceptors.push_back(std::move(acceptor));
    return {};
}

void Server::close() {
    if (state_->shared->closed) return;
    state_->shared->closed = true;
    for (const auto& acceptor : state_->unix_acceptors) acceptor->close();
    for (const auto& acceptor : state_->tcp_acceptors) acceptor->close();
    for (const std::string& path : state_->socket_files) ::unlink(path.c_str());
}

std::size_t Server::connections() const {
    return state_->shared->connections;
}

}  // namespace strowger::manage
