#include "call/headers.hpp"

#include <algorithm>

#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;
using wire::same_token;

enum class Fate : std::uint8_t { pass, ours, drop, special };

// `ours`: written by the dialog or by the feature. `drop`: tells of one side only.
Fate fate_of(HeaderId id) {
    switch (id) {
        case HeaderId::via:
        case HeaderId::from:
        case HeaderId::to:
        case HeaderId::call_id:
        case HeaderId::cseq:
        case HeaderId::max_forwards:
        case HeaderId::contact:
        case HeaderId::content_length:
        case HeaderId::rack:
        case HeaderId::rseq:
            return Fate::ours;
        case HeaderId::route:
        case HeaderId::record_route:
        case HeaderId::path:
        case HeaderId::service_route:
        case HeaderId::p_preferred_identity:
            return Fate::drop;
        case HeaderId::content_type:
        case HeaderId::content_encoding:
        case HeaderId::content_disposition:
        case HeaderId::authorization:
        case HeaderId::proxy_authorization:
        case HeaderId::user_agent:
        case HeaderId::server:
        case HeaderId::supported:
        case HeaderId::require:
        case HeaderId::session_expires:
        case HeaderId::min_se:
        case HeaderId::p_asserted_identity:
        case HeaderId::privacy:
        case HeaderId::warning:
        case HeaderId::diversion:
        case HeaderId::history_info:
        case HeaderId::referred_by:
        case HeaderId::refer_to:
        case HeaderId::replaces:
            return Fate::special;
        default:
            return Fate::pass;
    }
}

bool is_removed(std::span<const std::string> names, std::string_view name, HeaderId id) {
    return std::any_of(names.begin(), names.end(), [&](const auto& n) {
        return same_token(n, name) || (id != HeaderId::other && same_token(n, wire::header_name(id)));
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// Whether `Digest username="x", realm="y", …` is for that realm.
bool is_for_realm(std::string_view credentials, std::string_view realm) {
    auto rest = trimmed(credentials);
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));  // the scheme
    std::string_view element;
    while (wire::next_in_list(rest, element)) {
        const auto equals = element.find('=');
        if (equals == std::string_view::npos || !same_token(trimmed(element.substr(0, equals)), "realm"))
            continue;
        auto value = trimmed(element.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
        return value == realm;
    }
    return false;
}

// RFC 3261 20.43: code SP agent SP text. The agent is a host of the other side.
void write_warning(wire::SipWriter& w, std::string_view value, std::string_view our_host) {
    w.begin(HeaderId::warning);
    bool first = true;
    std::string_view element;
    while (wire::next_in_list(value, element)) {
        if (!first) w.append(", ");
        first = false;
        const auto code_end = element.find(' ');
        const auto agent_end =
            code_end == std::string_view::npos ? code_end : element.find(' ', code_end + 1);
        if (agent_end == std::string_view::npos) continue;
        w.append(element.substr(0, code_end + 1));
        w.append(our_host);
        w.append(element.substr(agent_end));
    }
    w.end();
}

// A header of URIs: every occurrence of the other side's host becomes ours.
void write_hidden(wire::SipWriter& w, std::string_view name, std::string_view value,
                  const HeaderRules& rules) {
    w.begin(name);
    if (rules.their_host.empty()) {
        w.append(value);
    } else {
        for (auto at = value.find(rules.their_host); at != std::string_view::npos;
             at = value.find(rules.their_host)) {
            w.append(value.substr(0, at));
            w.append(rules.new_host);
            value.remove_prefix(at + rules.their_host.size());
        }
        w.append(value);
    }
    w.end();
}

bool is_identity(std::string_view name) {
    return same_token(name, "Remote-Party-ID");
}

class Copier {
  public:
    Copier(wire::SipWriter& w, const HeaderRules& rules, bool with_type)
        : w_(w), rules_(rules), with_type_(with_type) {}

    void special(HeaderId id, std::string_view name, std::string_view value) {
        switch (id) {
            case HeaderId::content_type:
            case HeaderId::content_encoding:
            case HeaderId::content_disposition:
                if (with_type_) w_.header(name, value);
                return;
            case HeaderId::authorization:
            case HeaderId::proxy_authorization:
                if (rules_.digest_realm.empty() || !is_for_realm(value, rules_.digest_realm))
                    w_.header(name, value);
                return;
            case HeaderId::user_agent:
            case HeaderId::server:
                if (!rules_.hide_user_agent)
                    w_.header(name, value);
                else if (!rules_.server_name.empty())
                    w_.header(name, rules_.server_name);
                return;
            case HeaderId::supported:
            case HeaderId::require: {
                if (!rules_.no_100rel && !rules_.no_timer) return w_.header(name, value);
                std::string rest(value);
                if (rules_.no_100rel) rest = without_token(rest, "100rel");
                if (rules_.no_timer) rest = without_token(rest, "timer");
                if (!rest.empty()) w_.header(name, rest);
                return;
            }
            case HeaderId::session_expires:
            case HeaderId::min_se:
                if (!rules_.no_timer) w_.header(name, value);
                return;
            case HeaderId::p_asserted_identity:
                if (rules_.identity && !rules_.own_identity) write_hidden(w_, name, value, rules_);
                return;
            case HeaderId::privacy:
                if (!rules_.no_privacy) w_.header(name, value);
                return;
            case HeaderId::warning:
                return write_warning(w_, value, rules_.our_host);
            case HeaderId::replaces:
                if (!rules_.replaces_done) w_.header(name, value);
                return;
            case HeaderId::refer_to:
                if (!rules_.refer_to.empty()) return w_.header(name, rules_.refer_to);
                return write_hidden(w_, name, value, rules_);
            default:
                return write_hidden(w_, name, value, rules_);
        }
    }

  private:
    wire::SipWriter& w_;
    const HeaderRules& rules_;
    bool with_type_;
};

}  // namespace

void copy_headers(wire::SipWriter& w, const wire::SipMessage& message, const HeaderRules& rules,
                  bool with_type) {
    Copier copier(w, rules, with_type);
    const auto& view = message.view();
    for (std::size_t i = 0; i < view.header_count; ++i) {
        const auto& field = view.headers[i];
        const auto fate = fate_of(field.id);
        if (fate == Fate::ours || fate == Fate::drop) continue;
        // Compact names are written out, so that nothing depends on how the sender spells.
        const auto name =
            field.id == HeaderId::other ? message.text(field.name) : wire::header_name(field.id);
        const auto value = message.text(field.value);
        if (!rules.remove.empty() && is_removed(rules.remove, message.text(field.name), field.id)) continue;
        if (fate == Fate::special) {
            copier.special(field.id, name, value);
            continue;
        }
        if (field.id == HeaderId::other && is_identity(name) && (!rules.identity || rules.own_identity))
            continue;
        if (field.id == HeaderId::other && rules.own_alert_info && same_token(name, "Alert-Info")) continue;
        w.header(name, value);
    }
}

std::string plain(std::string_view user) {
    std::string out(user.size(), 0);
    const auto n = wire::unescape(user, out.data());
    if (!n) return std::string(user);
    out.resize(*n);
    return out;
}

std::string uri_of(std::string_view value) {
    const auto address = wire::parse_name_address(value);
    return std::string(address ? address->uri : value);
}

std::string_view named_header(const wire::SipMessage& message, std::string_view name) {
    const auto& view = message.view();
    for (std::size_t i = 0; i < view.header_count; ++i)
        if (view.headers[i].id == HeaderId::other && same_token(message.text(view.headers[i].name), name))
            return message.text(view.headers[i].value);
    return {};
}

std::string without_token(std::string_view list, std::string_view tag) {
    std::string out;
    std::string_view element;
    while (wire::next_in_list(list, element)) {
        if (same_token(element, tag)) continue;
        if (!out.empty()) out += ", ";
        out += element;
    }
    return out;
}

bool has_token(const wire::SipMessage& message, HeaderId id, std::string_view tag) {
    bool found = false;
    message.each(id, [&](std::string_view list) {
        std::string_view element;
        while (wire::next_in_list(list, element)) found = found || same_token(element, tag);
    });
    return found;
}

}  // namespace strowger::call
