// SIP messages as packet tests write and read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strowger::test {

struct RequestOptions {
    std::string branch = "z9hG4bKtest";
    std::string call_id = "call-1";
    std::string from_tag = "a";
    std::string to_tag{};
    std::string max_forwards = "70";  // empty: no such header
    std::string extra{};              // whole header lines
    std::string contact = "<sip:1001@10.10.0.99>";
    std::string via_host = "10.10.0.99:5060";
};

// A request of a phone, 1001@lab.example; CSeq is 1, and the method's own.
std::string request(std::string_view method, std::string_view uri, const RequestOptions& options = {},
                    std::string_view body = "");
// What a user agent answers: Via, Record-Route, From, To (tagged), Call-ID, CSeq of the request.
std::string response(std::string_view request, int status, std::string_view to_tag = "uas");

std::string first_line(std::string_view message);
// All values of a header, top to bottom; the first value, or "".
std::vector<std::string> headers(std::string_view message, std::string_view name);
std::string header(std::string_view message, std::string_view name);
// Replaces the first occurrence; it must be there.
void replace(std::string& text, std::string_view what, std::string_view with);

}  // namespace strowger::test
