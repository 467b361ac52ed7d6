#include "registrar/register_answer.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

namespace strowger::registrar {

namespace {

// Text of a folded header has line breaks within.
void append_line_safe(std::string_view text, std::string& out) {
    for (const char c : text) out += c == '\r' || c == '\n' ? ' ' : c;
}

}  // namespace

void append_date(std::int64_t unix_now, std::string& out) {
    constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = unix_now;
    std::tm parts{};
    gmtime_r(&time, &parts);
    fmt::format_to(std::back_inserter(out), "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                   kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900,
                   parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void append_answer(std::span<const Binding> bindings, std::string_view path, Nanoseconds now,
                   std::string& out) {
    bool outbound = false;
    for (const Binding& binding : bindings) {
        out += "Contact: <";
        append_line_safe(binding.contact, out);
        out += '>';
        append_line_safe(binding.parameters, out);
        out += ";expires=";
        const fmt::format_int left((binding.expires - now + kSecond - 1) / kSecond);
        out.append(left.data(), left.size());
        if (binding.q != 1000) fmt::format_to(std::back_inserter(out), ";q=0.{:03}", binding.q);
        out += "\r\n";
        outbound = outbound || (binding.flags & kOutbound) != 0;
    }
    if (!path.empty()) {
        out += "Path: ";
        append_line_safe(path, out);
        out += "\r\n";
    }
    if (outbound) out += "Require: outbound\r\n";
}

}  // namespace strowger::registrar
