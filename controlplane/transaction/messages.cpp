#include <cstring>
#include <string>

#include "strowger/wire/sip_tokenise.hpp"
#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_via.hpp"
#include "strowger/wire/sip_writer.hpp"
#include "transaction/state.hpp"

namespace strowger::transaction {
namespace {

using wire::HeaderId;

constexpr std::size_t kPad = 64;  // the tokeniser may read that far past the end

// A request of ours taken apart again: only CANCEL and ACK need that.
class OwnRequest {
  public:
    explicit OwnRequest(std::string_view text) : bytes_(text) {
        bytes_.append(kPad, '\0');
        ok_ = wire::tokenise(bytes_.data(), static_cast<std::uint32_t>(text.size()), view_) ==
              wire::TokeniseStatus::ok;
        message_ = wire::SipMessage(bytes_.data(), static_cast<std::uint32_t>(text.size()), &view_);
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] const wire::SipMessage& message() const { return message_; }

  private:
    std::string bytes_;
    wire::SipView view_;
    wire::SipMessage message_;
    bool ok_ = false;
};

void copy(wire::SipWriter& out, const wire::SipMessage& from, HeaderId id) {
    from.each(id, [&](std::string_view value) { out.header(id, value); });
}

// What CANCEL and ACK take from their INVITE: the Request-URI, the top Via, Route, From, Call-ID, CSeq's
// number.
message::Outgoing derive(const message::Outgoing& request, std::string_view method, std::string_view to,
                         std::string_view extra) {
    const OwnRequest own(request.text());
    if (!own.ok()) return {};
    const wire::SipMessage& invite = own.message();
    auto result = message::Outgoing::allocate(request.text().size() + to.size() + extra.size() + 256);
    wire::SipWriter out(result.room());
    out.request_line(method, invite.uri());
    std::string_view vias = invite.header(HeaderId::via);
    std::string_view top;
    wire::next_in_list(vias, top);
    out.header(HeaderId::via, top);
    copy(out, invite, HeaderId::route);
    out.header(HeaderId::max_forwards, 70u);
    out.header(HeaderId::from, invite.header(HeaderId::from));
    out.header(HeaderId::to, to.empty() ? invite.header(HeaderId::to) : to);
    out.header(HeaderId::call_id, invite.header(HeaderId::call_id));
    if (method == "ACK") {  // 22.1: an ACK cannot be challenged, so it bears what its INVITE did
        copy(out, invite, HeaderId::authorization);
        copy(out, invite, HeaderId::proxy_authorization);
    }
    const auto cseq = wire::parse_cseq(invite.header(HeaderId::cseq));
    out.begin(HeaderId::cseq);
    out.append(cseq ? cseq->number : 1u);
    out.append(" ");
    out.append(method);
    out.end();
    if (const auto colon = extra.find(": "); colon != std::string_view::npos) {
        std::string_view value = extra.substr(colon + 2);
        while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
        out.header(extra.substr(0, colon), value);
    }
    out.finish();
    if (!out.ok()) return {};
    result.set_length(out.size());
    return result;
}

}  // namespace

message::Outgoing build_response(const message::Incoming& incoming, std::uint16_t status,
                                 std::string_view reason, std::string_view to_tag, std::string_view extra) {
    const wire::SipMessage& request = incoming.sip();
    auto result = message::Outgoing::allocate(request.view().head_length + extra.size() + 512);
    wire::SipWriter out(result.room());
    out.status_line(status, reason.empty() ? wire::reason_phrase(status) : reason);
    wire::copy_vias_with_source(out, request, incoming.flow().remote);
    copy(out, request, HeaderId::from);
    const std::string_view to = request.header(HeaderId::to);
    const auto address = wire::parse_name_address(to);
    out.begin(HeaderId::to);
    out.append(to);
    if (status > 100 && address && address->tag().empty() && !to_tag.empty()) {
        out.append(";tag=");
        out.append(to_tag);
    }
    out.end();
    copy(out, request, HeaderId::call_id);
    copy(out, request, HeaderId::cseq);
    // Complete lines, as they are.
    while (!extra.empty()) {
        const auto end = extra.find("\r\n");
        const std::string_view line = extra.substr(0, end);
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos) out.header(line.substr(0, colon), line.substr(colon + 2));
        extra = end == std::string_view::npos ? std::string_view{} : extra.substr(end + 2);
    }
    out.finish();
    if (!out.ok()) return {};
    result.set_length(out.size());
    return result;
}

message::Outgoing build_ack(const message::Outgoing& request, const wire::SipMessage& response) {
    return derive(request, "ACK", response.header(HeaderId::to), {});
}

message::Outgoing build_cancel(const message::Outgoing& request, std::string_view reason) {
    return derive(request, "CANCEL", {}, reason);
}

}  // namespace strowger::transaction
