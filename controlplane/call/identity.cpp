// Who calls, as each side may know it: From, asserted identities, privacy (RFC 3323, RFC 3325).
#include <fmt/format.h>

#include "call/features.hpp"
#include "dialog/write.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

// Number or name of a sip: or tel: URI.
std::string_view user_of(std::string_view uri_text) {
    const auto uri = wire::parse_uri(uri_text);
    if (!uri) return {};
    if (uri->is_sip()) return uri->user;
    return uri->opaque.substr(0, uri->opaque.find(';'));
}

std::string_view first_user(std::string_view list) {
    std::string_view element;
    if (!wire::next_in_list(list, element)) return {};
    const auto address = wire::parse_name_address(element);
    return address ? user_of(address->uri) : std::string_view{};
}

bool asks_for_privacy(const wire::SipMessage& sip) {
    auto rest = sip.header(HeaderId::privacy);
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        auto value = rest.substr(0, end);
        while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
        if (wire::same_token(value, "id") || wire::same_token(value, "user") ||
            wire::same_token(value, "header"))
            return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

bool withheld(const Engine& e, const Call& call, const Target& target) {
    if (!call.privacy) return false;
    return target.trunk == kNone<TrunkId> ||
           e.policies.trunk(target.trunk).privacy == model::Privacy::withhold;
}

std::string host_toward(const Target& target) {
    return target.from_host.empty() ? dialog::host_of(target.flow.local) : target.from_host;
}

}  // namespace

void read_caller(Engine& e, Call& call, const Caller& caller, const message::Incoming& request) {
    const auto& sip = request.sip();
    const auto from = wire::parse_name_address(sip.header(HeaderId::from));
    if (from) {
        call.caller_user = user_of(from->uri);
        call.caller_display = from->display;
    }
    const bool anonymous = wire::same_token(call.caller_user, "anonymous");
    call.privacy = anonymous || asks_for_privacy(sip);
    const auto& inbound = call.legs[kInbound];
    const auto source = e.policies.trunk(inbound.trunk).caller_id;
    if (e.policies.realm(inbound.realm).trusted || source == model::CallerId::p_asserted_identity)
        call.caller_identity = first_user(sip.header(HeaderId::p_asserted_identity));
    if (source == model::CallerId::remote_party_id)
        call.caller_identity = first_user(named_header(sip, "Remote-Party-ID"));
    if (source != model::CallerId::from && !call.caller_identity.empty())
        call.caller_user = call.caller_identity;
    if (!caller.user.empty()) {
        // Whoever proved to be one subscriber does not call in another's name.
        if (!anonymous && call.caller_user != caller.user) call.caller_user = caller.user;
        call.caller_identity = caller.user;
        if (!caller.display_name.empty()) call.caller_display = quoted(caller.display_name);
    }
    if (call.caller_identity.empty() && !anonymous) call.caller_identity = call.caller_user;
    const auto& translation = e.policies.numbers(inbound.realm, inbound.trunk).caller_in;
    if (translation == nullptr || anonymous) return;
    call.caller_user = rewritten(translation, call.caller_user);
    call.caller_identity = rewritten(translation, call.caller_identity);
}

std::string caller_toward(const Engine& e, const Call& call, const Target& target) {
    return rewritten(e.policies.numbers(target.realm, target.trunk).caller_out, call.caller_user);
}

std::string from_header(const Engine& e, const Call& call, const Target& target) {
    if (withheld(e, call, target)) return "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
    std::string out;
    if (const auto* account = e.policies.account(target.trunk, call.caller_user);
        account != nullptr && account->from_user) {
        if (!call.caller_display.empty()) out = call.caller_display + ' ';
        return out + fmt::format("<sip:{}@{}>", account->user,
                                 account->domain.empty() ? host_toward(target) : account->domain);
    }
    if (!call.caller_display.empty()) {
        out += call.caller_display;
        out += ' ';
    }
    out += "<sip:";
    if (const auto number = caller_toward(e, call, target); !number.empty()) {
        out += number;
        out += '@';
    }
    out += host_toward(target);
    out += '>';
    return out;
}

std::string identity_headers(const Engine& e, const Call& call, const Target& target) {
    if (target.trunk == kNone<TrunkId> || call.caller_identity.empty() || withheld(e, call, target))
        return {};
    const auto host = host_toward(target);
    const auto number =
        rewritten(e.policies.numbers(target.realm, target.trunk).caller_out, call.caller_identity);
    switch (e.policies.trunk(target.trunk).caller_id) {
        case model::CallerId::from:
            return {};
        case model::CallerId::p_asserted_identity:
            return fmt::format("P-Asserted-Identity: <sip:{}@{}>\r\n", number, host);
        case model::CallerId::remote_party_id:
            return fmt::format("Remote-Party-ID: <sip:{}@{}>;party=calling;screen=yes;privacy={}\r\n",
                               number, host, call.privacy ? "full" : "off");
    }
    return {};
}

}  // namespace strowger::call
