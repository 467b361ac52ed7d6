#include "strowger/wire/sip_writer.hpp"

#include <charconv>
#include <cstring>

#include "wire/sip_scan.hpp"

namespace strowger::wire {
namespace {

constexpr CharSet kLineEnds = with({}, "\r\n");

}  // namespace

void SipWriter::raw(std::string_view bytes) {
    if (overflow_ || bytes.size() > static_cast<std::size_t>(end_ - at_)) {
        overflow_ = true;
        return;
    }
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
}

void SipWriter::append(std::string_view part) {
    char* const from = at_;
    raw(part);
    std::string_view written(from, static_cast<std::size_t>(at_ - from));
    for (std::size_t n = find_in(written, kLineEnds); n != written.size(); n = find_in(written, kLineEnds)) {
        from[static_cast<std::size_t>(written.data() - from) + n] = ' ';
        written.remove_prefix(n + 1);
    }
}

void SipWriter::append(std::uint32_t number) {
    char digits[10];
    const auto result = std::to_chars(digits, digits + sizeof digits, number);
    raw({digits, static_cast<std::size_t>(result.ptr - digits)});
}

void SipWriter::request_line(std::string_view method, std::string_view uri) {
    append(method);
    raw(" ");
    append(uri);
    raw(" SIP/2.0\r\n");
}

void SipWriter::status_line(std::uint16_t status, std::string_view reason) {
    raw("SIP/2.0 ");
    append(status);
    raw(" ");
    append(reason);
    raw("\r\n");
}

void SipWriter::begin(std::string_view name) {
    append(name);
    raw(": ");
}

void SipWriter::begin(HeaderId id) {
    begin(header_name(id));
}

void SipWriter::end() {
    raw("\r\n");
}

void SipWriter::header(std::string_view name, std::string_view value) {
    begin(name);
    append(value);
    end();
}

void SipWriter::header(HeaderId id, std::string_view value) {
    header(header_name(id), value);
}

void SipWriter::header(HeaderId id, std::uint32_t number) {
    begin(id);
    append(number);
    end();
}

void SipWriter::finish(std::string_view body) {
    header(HeaderId::content_length, static_cast<std::uint32_t>(body.size()));
    raw("\r\n");
    raw(body);
}

}  // namespace strowger::wire
