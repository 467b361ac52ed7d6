// Pieces of the messages that we send.
#pragma once

#include "line.hpp"
#include "scenario.hpp"
#include "strowger/wire/sip_writer.hpp"
#include "token.hpp"

namespace strowger::callgun {

inline constexpr std::size_t kMessageRoom = 4096;

void write_via(wire::SipWriter& out, const LocalEndpoint& from, const Token& token);
// "<sip:user@host>", with ";tag=" when there is a token. From or To.
void write_party(wire::SipWriter& out, wire::HeaderId header, std::string_view user, std::string_view host,
                 const Token* tag);
void write_call_id(wire::SipWriter& out, const Token& token, const LocalEndpoint& from);
void write_cseq(wire::SipWriter& out, std::uint32_t number, std::string_view method);
// "<sip:user@address:port>" and `parameters`.
void write_contact(wire::SipWriter& out, std::string_view user, const LocalEndpoint& at,
                   std::string_view parameters = {});

// The head of a response, up to CSeq: status line, Vias, Record-Routes, From, To, Call-ID. `tag`: appended to
// a To that has none.
void write_response_head(wire::SipWriter& out, std::uint16_t status, const Received& request,
                         const Token* tag);
// A response without a body.
void respond(Line& line, std::uint16_t status, const Received& request, const Token* tag);
// Where a response goes (RFC 3261 18.2.2, RFC 3581 4).
[[nodiscard]] wire::Endpoint response_address(const Received& request);

// The tag of a From or To value, if it is a token of ours.
[[nodiscard]] std::optional<Token> token_of_tag(std::string_view header);

}  // namespace strowger::callgun
