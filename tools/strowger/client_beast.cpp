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

template <typename Protocol>
ApiAnswer exchange(const Invocation& invocation, const ApiRequest& request,
                   const typename Protocol::endpoint& remote) {
    asio::io_context io;
    boost::beast::basic_stream<Protocol> stream(io);
    stream.expires_after(std::chrono::seconds(kPatienceSeconds));
    http::request<http::string_body> message(http::string_to_verb(request.method), request.target, 11);
    message.set(http::field::host, "strowgerd");
    if (!invocation.token.empty()) message.set(http::field::authorization, "Bearer " + invocation.token);
    message.body() = request.body;
    message.prepare_payload();

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

}  // namespace

ApiAnswer ask(const Invocation& invocation, const ApiRequest& request) {
    if (invocation.api.empty()) {
        if (invocation.socket.size() >= sizeof(sockaddr_un::sun_path))
            return {.error = invocation.socket + ": too long for a socket's name"};
        return exchange<asio::local::stream_protocol>(invocation, request, {invocation.socket});
    }
    const auto endpoint = wire::parse_endpoint(invocation.api);
    if (!endpoint)
        return {.error =
                    "--api " + invocation.api + ": must be an address and a port, such as 192.0.2.1:8080"};
    return exchange<asio::ip::tcp>(
        invocation, request,
        {asio::ip::make_address(wire::to_string(endpoint->address)), endpoint->port.host()});
}

}  // namespace strowger::cli
