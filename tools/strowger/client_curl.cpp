#include <curl/curl.h>
#include <sys/un.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "client.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::cli {

namespace {

constexpr std::size_t kLongestBody = std::size_t{256} << 20;

struct Reception {
    ApiAnswer answer;
    CURL* easy = nullptr;
    const std::function<void(std::string_view)>* on_line = nullptr;  // of an answer without end
};

// Gives each whole line away; what is left is the beginning of the next.
void take_lines(std::string& body, const std::function<void(std::string_view)>& on_line) {
    std::size_t end = 0;
    for (std::size_t at = body.find('\n'); at != std::string::npos; at = body.find('\n', end)) {
        on_line(std::string_view(body).substr(end, at - end));
        end = at + 1;
    }
    body.erase(0, end);
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& reception = *static_cast<Reception*>(user);
    std::string& body = reception.answer.body;
    if (body.size() + size > kLongestBody) return 0;
    body.append(data, size);
    const char* type = nullptr;
    curl_easy_getinfo(reception.easy, CURLINFO_CONTENT_TYPE, &type);
    if (reception.on_line != nullptr && type != nullptr && std::string_view(type) == "text/event-stream")
        take_lines(body, *reception.on_line);
    return size;
}

std::string not_reached(const Invocation& invocation, CURL* easy, CURLcode code, const char* words) {
    const bool tcp = !invocation.api.empty();
    const std::string where = tcp ? invocation.api : invocation.socket;
    long error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    if (error == EACCES)
        return where + ": permission denied: use sudo, or a user of the socket's group";
    if (!tcp && (error == ENOENT || error == ECONNREFUSED))
        return where +
               ": strowgerd is not running (systemctl status strowgerd), or it has another api_socket: name "
               "it with --socket";
    if (code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR)
        return where + ": closed by the daemon, which may have too many API connections: try again";
    if (code == CURLE_OPERATION_TIMEDOUT) return where + ": no answer in time";
    if (code == CURLE_COULDNT_CONNECT && error != 0)
        return where + ": " + std::generic_category().message(static_cast<int>(error));
    return where + ": " + (words[0] != '\0' ? words : curl_easy_strerror(code));
}

// Checks what the invocation names; empty: it is good.
std::string wrong_remote(const Invocation& invocation, std::string& base) {
    base = "http://strowgerd";
    if (invocation.api.empty()) {
        if (invocation.socket.size() < sizeof(sockaddr_un::sun_path)) return {};
        return invocation.socket + ": too long for a socket's name";
    }
    const auto endpoint = wire::parse_endpoint(invocation.api);
    if (!endpoint)
        return "--api " + invocation.api + ": must be an address and a port, such as 192.0.2.1:8080";
    base = "http://" + wire::to_string(*endpoint);
    return {};
}

ApiAnswer exchange(const Invocation& invocation, const ApiRequest& request,
                   const std::function<void(std::string_view)>* on_line) {
    Reception reception{.on_line = on_line};
    std::string base;
    if (auto wrong = wrong_remote(invocation, base); !wrong.empty()) return {.error = std::move(wrong)};
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
    reception.easy = easy.get();
    const auto set = [&](auto option, auto value) { curl_easy_setopt(easy.get(), option, value); };
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        curl_slist_append(nullptr, "Expect:"), &curl_slist_free_all);
    curl_slist_append(headers.get(), "Accept:");
    curl_slist_append(headers.get(), "Content-Type:");
    curl_slist_append(headers.get(), "Host: strowgerd");
    if (!invocation.token.empty())
        curl_slist_append(headers.get(), ("Authorization: Bearer " + invocation.token).c_str());
    char words[CURL_ERROR_SIZE] = "";
    set(CURLOPT_URL, (base + std::string(request.target)).c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_ERRORBUFFER, words);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &reception);
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(kPatienceSeconds));
    if (on_line == nullptr) set(CURLOPT_TIMEOUT, static_cast<long>(kPatienceSeconds));
    if (invocation.api.empty()) set(CURLOPT_UNIX_SOCKET_PATH, invocation.socket.c_str());
    const std::string method(request.method);
    const std::string body(request.body);
    if (!body.empty() || method == "POST" || method == "PUT") {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(CURLOPT_POSTFIELDS, body.data());
    }
    set(CURLOPT_CUSTOMREQUEST, method.c_str());
    const CURLcode code = curl_easy_perform(easy.get());
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    // A stream's end is whatever the daemon's end is.
    const bool streamed = on_line != nullptr && status != 0;
    if (code != CURLE_OK && !streamed) return {.error = not_reached(invocation, easy.get(), code, words)};
    const char* type = nullptr;
    curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
    reception.answer.status = static_cast<unsigned>(status);
    if (type != nullptr) reception.answer.type = type;
    return std::move(reception.answer);
}

}  // namespace

ApiAnswer ask(const Invocation& invocation, const ApiRequest& request) {
    return exchange(invocation, request, nullptr);
}

ApiAnswer follow(const Invocation& invocation, const ApiRequest& request,
                 const std::function<void(std::string_view)>& on_line) {
    return exchange(invocation, request, &on_line);
}

}  // namespace strowger::cli
