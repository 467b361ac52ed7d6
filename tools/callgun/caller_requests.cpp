// The requests of the calling side. Each is written anew when it is sent again: all that it says lies in the
// call.
#include "caller.hpp"
#include "message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {

using wire::HeaderId;

namespace {

// The callee's URI and number, and the caller's name, of attempt `number`.
struct Parties {
    char user_room[Names::kMaxLength];
    char number_room[Names::kMaxLength];
    std::string_view user;
    std::string_view number;
    Text<320> uri;

    Parties(const Kit& kit, std::uint64_t attempt) {
        user = kit.options.users.write(attempt % kit.options.users.size(), user_room);
        number = kit.options.numbers.write(attempt % kit.options.numbers.size(), number_room);
        uri.append("sip:");
        uri.append(number);
        uri.append("@");
        uri.append(kit.domain);
    }
};

}  // namespace

void Caller::write_request(wire::SipWriter& out, std::uint32_t slot, std::string_view method,
                           std::string_view uri, const Token& branch, std::uint32_t cseq,
                           std::string_view to) {
    const Call& call = calls_[slot];
    const LocalEndpoint& from = kit_.caller_of(call.number);
    const Parties parties(kit_, call.number);
    const Token dialog = token(slot, TokenKind::caller_dialog);
    out.request_line(method, uri);
    write_via(out, from, branch);
    out.header(HeaderId::max_forwards, std::uint32_t{70});
    write_party(out, HeaderId::from, parties.user, kit_.domain, &dialog);
    if (to.empty()) {
        write_party(out, HeaderId::to, parties.number, kit_.domain, nullptr);
    } else {
        out.header(HeaderId::to, to);
    }
    write_call_id(out, dialog, from);
    write_cseq(out, cseq, method);
}

void Caller::send_invite(std::uint32_t slot) {
    const Call& call = calls_[slot];
    const LocalEndpoint& from = kit_.caller_of(call.number);
    const Parties parties(kit_, call.number);
    const Token branch = token(slot, TokenKind::invite, call.invites);
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    write_request(out, slot, "INVITE", parties.uri.view(), branch, call.invites, {});
    write_contact(out, parties.user, from);
    if (call.challenge.present()) {
        const PasswordRoom password(kit_.options.password, parties.user);
        const TokenText cnonce = to_text(branch);
        write_answer(out, call.proxy_challenge ? HeaderId::proxy_authorization : HeaderId::authorization,
                     call.challenge,
                     {.user = parties.user,
                      .password = password.view(),
                      .method = "INVITE",
                      .uri = parties.uri.view(),
                      .cnonce = {cnonce.data(), 16}});
    }
    out.header(HeaderId::content_type, "application/sdp");
    char room[512];
    out.finish(write_description(
        room, from, call.leg == kNoLeg ? kit_.options.media.low : media_.port(call.leg), kit_.options.pcmu));
    if (out.ok()) kit_.line.send(from, kit_.options.target, out.text());
}

void Caller::send_ack(std::uint32_t slot) {
    const Call& call = calls_[slot];
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    // A branch of its own; nobody answers it.
    write_request(out, slot, "ACK", call.dialog.target.view(),
                  token(slot, TokenKind::caller_dialog, call.invites), call.invites, call.dialog.to.view());
    call.dialog.write_routes(out);
    out.finish();
    if (out.ok()) kit_.line.send(kit_.caller_of(call.number), call.dialog.next_hop, out.text());
}

void Caller::send_cancel(std::uint32_t slot) {
    const Call& call = calls_[slot];
    const Parties parties(kit_, call.number);
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    write_request(out, slot, "CANCEL", parties.uri.view(), token(slot, TokenKind::invite, call.invites),
                  call.invites, {});
    out.finish();
    if (out.ok()) kit_.line.send(kit_.caller_of(call.number), kit_.options.target, out.text());
}

void Caller::send_bye(std::uint32_t slot) {
    const Call& call = calls_[slot];
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    write_request(out, slot, "BYE", call.dialog.target.view(), token(slot, TokenKind::bye), call.invites + 1u,
                  call.dialog.to.view());
    call.dialog.write_routes(out);
    out.finish();
    if (out.ok()) kit_.line.send(kit_.caller_of(call.number), call.dialog.next_hop, out.text());
}

void Caller::acknowledge_failure(const Received& received, const Token& token) {
    const wire::SipMessage& m = received.message;
    const LocalEndpoint& from = kit_.line.endpoint(received.endpoint);
    // The Request-URI was the To URI: those of our INVITEs are the same.
    const auto to = wire::parse_name_address(m.header(HeaderId::to));
    const auto cseq = wire::parse_cseq(m.header(HeaderId::cseq));
    if (!to || !cseq) return;
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    out.request_line("ACK", to->uri);
    write_via(out, from, token);
    out.header(HeaderId::max_forwards, std::uint32_t{70});
    out.header(HeaderId::from, m.header(HeaderId::from));
    out.header(HeaderId::to, m.header(HeaderId::to));
    out.header(HeaderId::call_id, m.header(HeaderId::call_id));
    write_cseq(out, cseq->number, "ACK");
    out.finish();
    if (out.ok()) kit_.line.send(from, kit_.options.target, out.text());
}

}  // namespace strowger::callgun
