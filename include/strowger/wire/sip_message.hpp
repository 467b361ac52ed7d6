// A SIP message as a table of slices into its own bytes. Filled by the tokeniser (worker or control plane),
// read by both planes. Nothing here owns, copies or allocates.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace strowger::wire {

// Part of a message: offset from the first byte given to the tokeniser (line ends before the start line
// count), and length, in bytes.
struct Slice {
    std::uint16_t offset = 0;
    std::uint16_t length = 0;
    [[nodiscard]] constexpr bool empty() const { return length == 0; }
};

// HeaderId::other is every header that sip_headers.def does not list.
enum class HeaderId : std::uint8_t {
    other = 0,
#define HEADER(id, name, compact) id,
#include "strowger/wire/sip_headers.def"
#undef HEADER
    count_
};
inline constexpr std::size_t kHeaderIds = static_cast<std::size_t>(HeaderId::count_);

// Method::other keeps its text in SipView::method. Methods are case-sensitive (RFC 3261 7.1).
enum class Method : std::uint8_t {
    other,
    invite,
    ack,
    bye,
    cancel,
    options,
    register_,
    prack,
    update,
    info,
    message,
    refer,
    subscribe,
    notify,
    publish,
};

inline constexpr std::size_t kMaxHeaders = 128;
inline constexpr std::size_t kMaxMessage = 65'535;  // bytes; what a UDP datagram can carry

// One header field. A folded value (RFC 3261 7.3.1) is one slice with the line breaks still inside.
struct HeaderField {
    Slice name;
    Slice value;  // leading and trailing white space removed
    HeaderId id = HeaderId::other;
};

// The table. `headers` is valid up to header_count; copy only that much (see compact_size()).
struct SipView {
    std::uint16_t header_count = 0;
    std::uint16_t head_length = 0;  // bytes up to and including the empty line
    std::uint16_t status = 0;       // 0 for a request
    Method method = Method::other;  // request: of the start line; response: of CSeq
    std::uint32_t cseq = 0;  // number of CSeq
    Slice method_text;
    Slice uri;     // request only
    Slice reason;  // response only
    Slice body;    // as Content-Length says; without it, the rest of the datagram (RFC 3261 18.3)
    std::array<std::uint8_t, kHeaderIds>
        first{};  // 1 + index in headers of the first field with that id; 0: absent
    std::array<HeaderField, kMaxHeaders> headers;

    [[nodiscard]] bool is_request() const { return status == 0; }
};

// A message: its bytes and its table, together. Two pointers and a length; pass by value.
class SipMessage {
  public:
    SipMessage() = default;
    SipMessage(const char* data, std::uint32_t length, const SipView* view)
        : data_(data), length_(length), view_(view) {}

    [[nodiscard]] const SipView& view() const { return *view_; }
    [[nodiscard]] std::string_view bytes() const { return {data_, length_}; }
    [[nodiscard]] std::string_view text(Slice s) const { return {data_ + s.offset, s.length}; }
    [[nodiscard]] bool is_request() const { return view_->is_request(); }
    [[nodiscard]] Method method() const { return view_->method; }
    [[nodiscard]] std::string_view method_text() const { return text(view_->method_text); }
    [[nodiscard]] std::uint16_t status() const { return view_->status; }
    [[nodiscard]] std::string_view uri() const { return text(view_->uri); }
    [[nodiscard]] std::string_view reason() const { return text(view_->reason); }
    [[nodiscard]] std::string_view body() const { return text(view_->body); }

    [[nodiscard]] bool has(HeaderId id) const { return view_->first[static_cast<std::size_t>(id)] != 0; }
    // Value of the first field with that id; empty when absent.
    [[nodiscard]] std::string_view header(HeaderId id) const {
        const auto i = view_->first[static_cast<std::size_t>(id)];
        return i == 0 ? std::string_view{} : text(view_->headers[i - 1u].value);
    }
    // Calls visit(value) for every field with that id, top to bottom. A value may still be a comma list.
    template <typename Visit>
    void each(HeaderId id, Visit&& visit) const {
        const auto i = view_->first[static_cast<std::size_t>(id)];
        if (i == 0) return;
        for (std::size_t k = i - 1u; k < view_->header_count; ++k)
            if (view_->headers[k].id == id) visit(text(view_->headers[k].value));
    }

  private:
    const char* data_ = nullptr;
    std::uint32_t length_ = 0;
    const SipView* view_ = nullptr;
};

// "INVITE" for Method::invite; empty for Method::other.
[[nodiscard]] std::string_view method_name(Method method) noexcept;
[[nodiscard]] Method method_of(std::string_view text) noexcept;
// Canonical spelling of a listed header; empty for HeaderId::other.
[[nodiscard]] std::string_view header_name(HeaderId id) noexcept;
// Long, compact and any-case spellings.
[[nodiscard]] HeaderId header_of(std::string_view name) noexcept;

}  // namespace strowger::wire
