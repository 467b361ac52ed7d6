#include "sip_lines.hpp"

#include <stdexcept>

namespace strowger::test {

std::string request(std::string_view method, std::string_view uri, const RequestOptions& o, std::string_view body) {
    std::string text = std::string(method) + " " + std::string(uri) + " SIP/2.0\r\n";
    text += "Via: SIP/2.0/UDP " + o.via_host + ";branch=" + o.branch + ";rport\r\n";
    text += "From: <sip:1001@lab.example>;tag=" + o.from_tag + "\r\n";
    text += "To: <sip:someone@lab.example>" + (o.to_tag.empty() ? "" : ";tag=" + o.to_tag) + "\r\n";
    text += "Call-ID: " + o.call_id + "\r\nCSeq: 1 " + std::string(method) + "\r\n";
    if (!o.max_forwards.empty()) text += "Max-Forwards: " + o.max_forwards + "\r\n";
    text += "Contact: " + o.contact + "\r\n" + o.extra;
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string response(std::string_view request, int status, std::string_view to_tag) {
    std::string text = "SIP/2.0 " + std::to_string(status) + " Whatever\r\n";
    for (const char* name : {"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"})
        for (std::string value : headers(request, name)) {
            if (std::string_view(name) == "To" && value.find(";tag=") == std::string::npos)
                value += ";tag=" + std::string(to_tag);
            text += std::string(name) + ": " + value + "\r\n";
        }
    return text + "Content-Length: 0\r\n\r\n";
}

std::string first_line(std::string_view message) {
    return std::string(message.substr(0, message.find("\r\n")));
}

std::vector<std::string> headers(std::string_view message, std::string_view name) {
    std::vector<std::string> out;
    const std::string start = "\r\n" + std::string(name) + ": ";
    const std::string_view head = message.substr(0, message.find("\r\n\r\n") + 2);
    for (std::size_t at = head.find(start); at != std::string_view::npos; at = head.find(start, at + 2)) {
        const std::size_t from = at + start.size();
        out.emplace_back(head.substr(from, head.find("\r\n", from) - from));
    }
    return out;
}

std::string header(std::string_view message, std::string_view name) {
    const auto all = headers(message, name);
    return all.empty() ? "" : all.front();
}

void replace(std::string& text, std::string_view what, std::string_view with) {
    const std::size_t at = text.find(what);
    if (at == std::string::npos) throw std::runtime_error("no " + std::string(what) + " in " + text);
    text.replace(at, what.size(), with);
}

}  // namespace strowger::test
