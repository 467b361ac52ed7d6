#include "strowger/wire/sip_tokenise.hpp"

#include "strowger/wire/sip_values.hpp"
#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

std::string_view text_of(const char* data, Slice s) {
    return {data + s.offset, s.length};
}

// First field with that id, which is present.
std::string_view value_of(const char* data, const SipView& view, HeaderId id) {
    return text_of(data, view.headers[view.first[static_cast<std::size_t>(id)] - 1u].value);
}

// CSeq names the request's method; a response has its method only there.
TokeniseStatus check_cseq(const char* data, SipView& view) {
    const auto cseq = parse_cseq(value_of(data, view, HeaderId::cseq));
    if (!cseq) return TokeniseStatus::cseq;
    view.cseq = cseq->number;
    if (view.is_request())
        return cseq->method == text_of(data, view.method_text) ? TokeniseStatus::ok : TokeniseStatus::cseq;
    view.method = method_of(cseq->method);
    const auto at = static_cast<std::uint32_t>(cseq->method.data() - data);
    view.method_text = slice(at, at + static_cast<std::uint32_t>(cseq->method.size()));
    return TokeniseStatus::ok;
}

TokeniseStatus set_body(const char* data, std::uint32_t length, SipView& view) {
    const std::uint32_t there = length - view.head_length;
    std::uint32_t wanted = there;
    bool found = false;
    std::size_t i = view.first[static_cast<std::size_t>(HeaderId::content_length)];
    for (; i != 0 && i <= view.header_count; ++i) {
        const HeaderField& field = view.headers[i - 1];
        if (field.id != HeaderId::content_length) continue;
        const auto number = parse_number(text_of(data, field.value));
        if (!number || *number > there || (found && *number != wanted)) return TokeniseStatus::content_length;
        wanted = *number;
        found = true;
    }
    view.body = slice(view.head_length, view.head_length + wanted);
    return TokeniseStatus::ok;
}

TokeniseStatus finish(const char* data, std::uint32_t length, bool repeated, SipView& view) {
    if (repeated) return TokeniseStatus::mandatory_header;
    for (const HeaderId id :
         {HeaderId::via, HeaderId::from, HeaderId::to, HeaderId::call_id, HeaderId::cseq}) {
        const auto i = view.first[static_cast<std::size_t>(id)];
        if (i == 0 || view.headers[i - 1u].value.empty()) return TokeniseStatus::mandatory_header;
    }
    if (const auto status = check_cseq(data, view); status != TokeniseStatus::ok) return status;
    return set_body(data, length, view);
}

void clear(SipView& view) {
    view.header_count = 0;
    view.head_length = 0;
    view.status = 0;
    view.method = Method::other;
    view.cseq = 0;
    view.method_text = view.uri = view.reason = view.body = {};
    view.first = {};
}

using Walk = HeadResult (*)(const char*, std::uint32_t, std::uint32_t, SipView&) noexcept;

Walk walk_of(TokeniseVariant variant) {
    switch (variant) {
        case TokeniseVariant::avx2:
            return walk_head_avx2;
        case TokeniseVariant::avx512:
            return walk_head_avx512;
        case TokeniseVariant::scalar:
            break;
    }
    return walk_head_scalar;
}

Walk best_walk() {
    for (const auto variant : {TokeniseVariant::avx512, TokeniseVariant::avx2})
        if (available(variant)) return walk_of(variant);
    return walk_head_scalar;
}

TokeniseStatus run(Walk walk, const char* data, std::uint32_t length, SipView& out) {
    clear(out);
    if (length > kMaxMessage) return TokeniseStatus::too_long;
    // RFC 3261 7.5: line ends before the start line are ignored.
    std::uint32_t at = 0;
    while (at < length && (data[at] == '\r' || data[at] == '\n')) ++at;
    if (at == length) return TokeniseStatus::start_line;
    HeadResult head = walk(data, length, at, out);
    if (head.slow) {
        clear(out);
        head = walk_head_scalar(data, length, at, out);
    }
    if (head.status != TokeniseStatus::ok) return head.status;
    return finish(data, length, head.repeated, out);
}

}  // namespace

bool available(TokeniseVariant variant) noexcept {
    __builtin_cpu_init();
    const bool avx2 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    switch (variant) {
        case TokeniseVariant::scalar:
            return true;
        case TokeniseVariant::avx2:
            return avx2;
        case TokeniseVariant::avx512:
            return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512vl");
    }
    return false;
}

TokeniseStatus tokenise_with(TokeniseVariant variant, const char* data, std::uint32_t length,
                             SipView& out) noexcept {
    return run(walk_of(variant), data, length, out);
}

TokeniseStatus tokenise(const char* data, std::uint32_t length, SipView& out) noexcept {
    static const Walk best = best_walk();
    return run(best, data, length, out);
}

std::string_view describe(TokeniseStatus status) noexcept {
    switch (status) {
        case TokeniseStatus::ok:
            return "OK";
        case TokeniseStatus::too_long:
            return "Message is larger than 65535 bytes";
        case TokeniseStatus::start_line:
            return "Malformed start line";
        case TokeniseStatus::version:
            return "SIP version is not 2.0";
        case TokeniseStatus::header_syntax:
            return "Malformed header field";
        case TokeniseStatus::too_many_headers:
            return "Too many header fields";
        case TokeniseStatus::no_end_of_head:
            return "Header fields do not end in an empty line";
        case TokeniseStatus::content_length:
            return "Content-Length is no number, ambiguous, or larger than the body";
        case TokeniseStatus::mandatory_header:
            return "Via, From, To, Call-ID, CSeq or Max-Forwards is missing or repeated";
        case TokeniseStatus::cseq:
            return "Malformed CSeq, or its method is not the request's";
    }
    return "Malformed message";
}

}  // namespace strowger::wire
