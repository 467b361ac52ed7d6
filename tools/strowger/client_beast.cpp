#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "client.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::cli {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

std::string not_reached(const Invocation& invocation, const error_code& error) {
    const bool tcp = !invocation.api.empty();
    const std::string where = tcp ? invocation.api : invocation.socket;
    if (error == boost::system::errc::permission_denied)
        return where + ": permission denied: use sudo, or a user of the socket's group";
    if (!tcp && (error == boost::system::errc::no_such_file_or_directory ||
                 error == boost::system::errc::connection_refused))
        return where +
               ": strowgerd is not running (systemctl status strowgerd), or it has another api_socket: name "
               "it "
               "with --socket";
    if (error == http::error::end_of_stream)
        return where + ": closed by the daemon, which may have too many API connections: try again";
    if (error == boost::beast::error::timeout) return where + ": no answer in time";
    return where + ": " + error.message();
}

http::request<http::string_body> message_of(const Invocation& invocation, const ApiRequest& request) {
    http::request<http::string_body> message(http::string_to_verb(request.method), request.target, 11);
    message.set(http::field::host, "strowgerd");
    if (!invocation.token.empty()) message.set(http::field::authorization, "Bearer " + invocation.token);
    message.body() = request.body;
    message.prepare_payload();
    return message;
}

template <typename Protocol>
ApiAnswer exchange(const Invocation& invocation, const ApiRequest& request,
                   const typename Protocol::endpoint& remote) {
    asio::io_context io;
    boost::beast::basic_stream<Protocol> stream(io);
    stream.expires_after(std::chrono::seconds(kPatienceSeconds));
    const auto message = message_of(invocation, request);

    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(256U << 20);
    error_code failure;
    stream.async_connect(remote, [&](error_code connected) {
        if (connected) return void(failure = connected);
        http::async_write(stream, message, [&](error_code written, std::size_t) {
            if (written) return void(failure = written);
            http::async_read(stream, buffer, parser, [&](error_code read, std::size_t) { failure = read; });
        });
    });
    io.run();
    if (failure) return {.error = not_reached(invocation, failure)};
    auto& answer = parser.get();
    return {.status = answer.result_int(),
            .type = std::string(answer[http::field::content_type]),
            .body = std::move(answer.body())};
}

template <typename Protocol>
ApiAnswer listen(const Invocation& invocation, const ApiRequest& request,
                 const typename Protocol::endpoint& remote,
                 const std::function<void(std::string_view)>& on_line) {
    asio::io_context io;
    typename Protocol::socket socket(io);
    error_code error;
    socket.connect(remote, error);
    if (!error) http::write(socket, message_of(invocation, request), error);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    if (!error) http::read_header(socket, buffer, parser, error);
    if (error) return {.error = not_reached(invocation, error)};
    const bool endless = parser.get()[http::field::content_type] == "text/event-stream";
    std::string& body = parser.get().body();
    while (!error && !parser.is_done()) {
        http::read_some(socket, buffer, parser, error);
        if (!endless) continue;
        std::size_t end = 0;
        for (std::size_t at = body.find('\n'); at != std::string::npos; at = body.find('\n', end)) {
            on_line(std::string_view(body).substr(end, at - end));
            end = at + 1;
        }
        body.erase(0, end);
    }
    return {.status = parser.get().result_int(),
            .type = std::string(parser.get()[http::field::content_type]),
            .body = std::move(body)};
}

// Calls `talk` with the protocol and the endpoint that the invocation names.
template <typename Talk>
ApiAnswer with_remote(const Invocation& invocation, Talk talk) {
    using Unix = asio::local::stream_protocol;
    using Tcp = asio::ip::tcp;
    if (invocation.api.empty()) {
        if (invocation.socket.size() >= sizeof(sockaddr_un::sun_path))
            return {.error = invocation.socket + ": too long for a socket's name"};
        return talk(Unix(), Unix::endpoint(invocation.socket));
    }
    const auto endpoint = wire::parse_endpoint(invocation.api);
    if (!endpoint)
        return {.error =
                    "--api " + invocation.api + ": must be an address and a port, such as 192.0.2.1:8080"};
    return talk(Tcp::v4(), Tcp::endpoint(asio::ip::make_address(wire::to_string(endpoint->address)),
                                         endpoint->port.host()));
}

}  // namespace

ApiAnswer ask(const Invocation& invocation, const ApiRequest& request) {
    return with_remote(invocation, [&](auto protocol, const auto& remote) {
        return exchange<decltype(protocol)>(invocation, request, remote);
    });
}

ApiAnswer follow(const Invocation& invocation, const ApiRequest& request,
                 const std::function<void(std::string_view)>& on_line) {
    return with_remote(invocation, [&](auto protocol, const auto& remote) {
        return listen<decltype(protocol)>(invocation, request, remote, on_line);
    });
}

}  // namespace strowger::cli
