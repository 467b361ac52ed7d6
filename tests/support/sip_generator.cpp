#include "support/sip_generator.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <vector>

namespace strowger::test {
namespace {

constexpr const char* kNames[] = {"Contact",
                                  "m",
                                  "Route",
                                  "Record-Route",
                                  "User-Agent",
                                  "Allow",
                                  "k",
                                  "Subject",
                                  "X-Custom",
                                  "Authorization",
                                  "Content-Type",
                                  "P-Asserted-Identity",
                                  "Date",
                                  "Expires",
                                  "Call-Info",
                                  "Event",
                                  "Session-ID",
                                  "Content-Disposition",
                                  "a",
                                  "x",
                                  "Accept-Contact",
                                  "Proxy-Authorization",
                                  "Allow-Events",
                                  "z-"};
constexpr const char* kMethods[] = {"INVITE",    "ACK",     "BYE",       "OPTIONS", "REGISTER",
                                    "SUBSCRIBE", "PUBLISH", "NEWMETHOD", "invite"};

}  // namespace

std::uint64_t SipGenerator::next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

std::string SipGenerator::token(std::uint32_t most) {
    constexpr std::string_view chars =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~";
    std::string out(1 + below(most), 'x');
    for (char& c : out) c = chars[below(static_cast<std::uint32_t>(chars.size()))];
    return out;
}

std::string SipGenerator::text(std::uint32_t most) {
    constexpr std::string_view chars = "abcXYZ019 \t:::;=<>@/.,()[]{}?&+-_%";
    std::string out(below(most), 'x');
    for (char& c : out)
        c = one_in(40) ? static_cast<char>(0x80 + below(0x80))
                       : chars[below(static_cast<std::uint32_t>(chars.size()))];
    return out;
}

std::string SipGenerator::cased(std::string name) {
    const auto how = below(4);
    for (char& c : name) {
        if (how == 1 || (how == 3 && one_in(2))) c = static_cast<char>(std::toupper(c));
        if (how == 2) c = static_cast<char>(std::tolower(c));
    }
    return name;
}

std::string SipGenerator::line_end() {
    return one_in(30) ? "\n" : "\r\n";
}

std::string SipGenerator::field(std::string name, const std::string& value, bool decorate) {
    std::string out = cased(std::move(name));
    if (one_in(15)) out += one_in(2) ? " " : "\t ";
    out += ":";
    if (!one_in(10)) out += " ";
    if (one_in(60)) out += line_end() + " ";
    out += value;
    if (decorate && one_in(60)) out += line_end() + "\t" + text(40);
    if (decorate && one_in(60)) out += " \"escaped \\" + std::string(1, static_cast<char>(below(9))) + "\" ";
    if (one_in(15)) out += "  ";
    return out + line_end();
}

std::string SipGenerator::valid() {
    const std::string method = one_in(10) ? token(20) : kMethods[below(std::size(kMethods))];
    std::string out;
    if (one_in(20)) out = "\r\n\r\n";
    if (one_in(3))
        out += "SIP/2.0 " + std::to_string(100 + below(600)) + " " + token(30) + line_end();
    else
        out += method + " sip:" + std::to_string(next()) + "@h" + std::to_string(below(1000)) +
               ".example SIP/2.0" + line_end();

    std::string body(one_in(3) ? below(400) : 0, 'b');
    for (char& c : body) c = static_cast<char>(below(256));
    std::vector<std::string> fields = {
        field(one_in(2) ? "Via" : "v", "SIP/2.0/UDP host:5060;branch=z9hG4bK" + token(30)),
        field(one_in(2) ? "From" : "f", "<sip:a@b>;tag=" + token(12)),
        field(one_in(2) ? "To" : "t", "\"Bob: the 1st\" <sip:bob@example.com:5060>"),
        field(one_in(2) ? "Call-ID" : "i", token(40) + "@host"),
        field("CSeq", std::to_string(below(0x7fffffff)) + " " + method),
    };
    if (!one_in(5)) fields.push_back(field("Max-Forwards", std::to_string(below(256))));
    if (!one_in(5)) fields.push_back(field(one_in(2) ? "Content-Length" : "l", std::to_string(body.size())));
    for (std::uint32_t n = one_in(20) ? below(125) : below(12); n != 0; --n)
        fields.push_back(field(one_in(5) ? "X" + token(40) : kNames[below(std::size(kNames))],
                               text(one_in(10) ? 400 : 60), true));
    for (std::size_t i = fields.size() - 1; i > 0; --i)
        std::swap(fields[i], fields[below(static_cast<std::uint32_t>(i + 1))]);
    for (const auto& f : fields) out += f;
    return out + line_end() + body;
}

std::string SipGenerator::mutated() {
    std::string out = valid();
    constexpr std::string_view telling = "\r\n\n\n: \t\"\\;,<>\x01\x7f\x1f/.@0%";
    for (std::uint32_t n = 1 + below(4); n != 0 && !out.empty(); --n) {
        const auto at = below(static_cast<std::uint32_t>(out.size()));
        switch (below(7)) {
            case 0:
                out[at] = static_cast<char>(below(256));
                break;
            case 1:
                out[at] = telling[below(static_cast<std::uint32_t>(telling.size()))];
                break;
            case 2:
                out.erase(at, 1 + below(5));
                break;
            case 3:
                out.insert(at, 1, telling[below(static_cast<std::uint32_t>(telling.size()))]);
                break;
            case 4:
                out.insert(at, out.substr(below(static_cast<std::uint32_t>(out.size())), below(100)));
                break;
            case 5:
                out.resize(at);
                break;
            default:
                out.insert(at, 1, '\0');
                break;
        }
    }
    return out;
}

}  // namespace strowger::test
