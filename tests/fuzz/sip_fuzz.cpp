// Any bytes as a message: the twins agree, no slice leaves the message, every value parser stays inside its
// text, and what was read can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/wire/sip_tokenise.hpp"
#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_writer.hpp"
#include "support/readable.hpp"
#include "support/sip_view_check.hpp"

namespace {

using namespace strowger::wire;
namespace test = strowger::test;

void check(bool holds) {
    if (!holds) std::abort();
}

void check_values(const SipMessage& message) {
    const auto within = [&](std::string_view part) {
        const auto all = message.bytes();
        check(part.empty() ||
              (part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size()));
    };
    const SipView& view = message.view();
    for (std::size_t i = 0; i < view.header_count; ++i) {
        check(header_of(message.text(view.headers[i].name)) == view.headers[i].id);
        auto rest = message.text(view.headers[i].value);
        std::string_view element;
        while (next_in_list(rest, element)) {
            within(element);
            if (const auto via = parse_via(element)) {
                within(via->host);
                within(via->branch());
            }
            if (const auto address = parse_name_address(element)) {
                within(address->display);
                within(address->uri);
                within(address->tag());
                if (const auto uri = parse_uri(address->uri)) within(uri->host);
            }
        }
    }
    check(parse_cseq(message.header(HeaderId::cseq)).has_value());
    within(message.body());
}

std::string unfolded(std::string_view value) {
    std::string out(value);
    for (char& c : out)
        if (c == '\r' || c == '\n') c = ' ';
    return out;
}

void check_writer(const SipMessage& message) {
    const SipView& view = message.view();
    if (view.header_count == kMaxHeaders) return;
    std::vector<char> buffer(2 * message.bytes().size() + 64 * kMaxHeaders);
    SipWriter writer(buffer);
    if (message.is_request())
        writer.request_line(message.method_text(), message.uri());
    else
        writer.status_line(message.status(), message.reason());
    std::vector<const HeaderField*> written;
    for (std::size_t i = 0; i < view.header_count; ++i) {
        const HeaderField& field = view.headers[i];
        if (field.id == HeaderId::content_length) continue;
        written.push_back(&field);
        if (field.id == HeaderId::other)
            writer.header(message.text(field.name), message.text(field.value));
        else
            writer.header(field.id, message.text(field.value));
    }
    writer.finish(message.body());
    check(writer.ok());
    if (writer.size() > kMaxMessage) return;

    const test::Readable again(writer.text());
    SipView second;
    check(tokenise(again.data(), again.length(), second) == TokeniseStatus::ok);
    const SipMessage copy(again.data(), again.length(), &second);
    check(copy.status() == message.status() && copy.method() == message.method());
    check(copy.method_text() == message.method_text() && copy.uri() == message.uri() &&
          copy.reason() == message.reason());
    check(copy.body() == message.body());
    check(second.header_count == written.size() + 1);
    for (std::size_t i = 0; i < written.size(); ++i) {
        check(second.headers[i].id == written[i]->id);
        check(copy.text(second.headers[i].value) == unfolded(message.text(written[i]->value)));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const test::Readable bytes({reinterpret_cast<const char*>(data), size});
    SipView reference;
    const auto status = tokenise_with(TokeniseVariant::scalar, bytes.data(), bytes.length(), reference);
    check(test::inside(reference, bytes.length()));
    for (const auto variant : {TokeniseVariant::avx2, TokeniseVariant::avx512}) {
        if (!available(variant)) continue;
        SipView view;
        check(tokenise_with(variant, bytes.data(), bytes.length(), view) == status);
        check(test::same(view, reference));
    }
    if (status != TokeniseStatus::ok) return 0;
    const SipMessage message(bytes.data(), bytes.length(), &reference);
    check_values(message);
    check_writer(message);
    return 0;
}
