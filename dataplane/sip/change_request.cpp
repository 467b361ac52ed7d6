#include "sip/change_request.hpp"

#include "sip/hidden.hpp"
#include "sip/hide.hpp"
#include "sip/route_set.hpp"
#include "strowger/wire/sip_via.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;
using wire::Method;

// received and rport of the Via that is topmost now (RFC 3261 18.2.1, RFC 3581 4).
void mark_source(Trip& t, Edits& edits) {
    const ViaFacts& via = t.facts.via;
    const char* const start = t.message.bytes().data();
    const char* const after_rport = via.rport.data() + via.rport.size();
    const char* const end = via.element.data() + via.element.size();
    // What a client wrote there itself is replaced.
    if (!via.received.empty() || (!via.rport.empty() && after_rport != end && *after_rport == '=')) {
        std::array<char, 1024> room;
        wire::SipWriter out(room);
        wire::append_via_with_source(out, via.element, t.info.source);
        const std::size_t from = t.text.size();
        t.text << (out.ok() ? out.text() : via.element);
        return edits.replace(t.message, via.element, t.text.since(from));
    }
    if (!via.rport.empty()) {
        const std::size_t from = t.text.size();
        t.text << "=" << std::uint32_t{t.info.source.port.host()};
        edits.insert(static_cast<std::size_t>(after_rport - start), t.text.since(from));
    }
    const std::size_t from = t.text.size();
    char address[48];
    t.text << ";received=" << std::string_view(address, wire::format_address(t.info.source.address, address));
    edits.insert(static_cast<std::size_t>(end - start), t.text.since(from));
}

// All lines of a header, as hidden.hpp has them. False: no room.
bool gather(const wire::SipMessage& message, HeaderId id, wire::SipWriter& out) {
    bool first = true;
    message.each(id, [&](std::string_view value) {
        if (!first) out.append({&kLineEnd, 1});
        first = false;
        out.append(value);
    });
    return out.ok();
}

// The Vias that came, the top one with its source, as a parameter of ours.
bool hide_vias(Trip& t, std::string_view branch) {
    std::array<char, kMostSealed> room;
    wire::SipWriter out(room);
    wire::append_via_with_source(out, t.facts.via.element, t.info.source);
    const char* const end = t.facts.via.element.data() + t.facts.via.element.size();
    bool first = true;
    t.message.each(HeaderId::via, [&](std::string_view value) {
        if (first) {
            value.remove_prefix(static_cast<std::size_t>(end - value.data()));
        } else {
            out.append({&kLineEnd, 1});
        }
        first = false;
        out.append(value);
    });
    t.text << ";hidden=";
    return out.ok() && hide_stack(t.proxy.keys[0], branch, out.text(), t.text);
}

// One Record-Route, the out side's; the answer gets that of the in side in its place.
bool write_hidden_record_route(Trip& t, std::uint32_t loop) {
    std::array<char, kMostSealed> room;
    wire::SipWriter behind(room);
    if (t.hides_out && !gather(t.message, HeaderId::record_route, behind)) return false;
    HiddenRoute route;
    route.token = {.creator = false, .other = t.proxy.tag_of(t.info.listener)};
    route.token.has_endpoint = behind_nat(t.proxy.realms[index(t.info.realm)]);
    route.token.endpoint = t.info.source;
    route.pass = loop;
    route.behind = behind.text();
    t.text << "Record-Route: <sip:";
    const DialogFacts facts{t.proxy.tag_of(t.hop.out), t.facts.call_id, t.facts.from_tag};
    if (!hide_route(t.proxy.keys[0], route, facts, t.text)) return false;
    t.text << "@" << t.proxy.text_of(t.hop.out) << ";lr>\r\n";
    return true;
}

bool write_own_lines(Trip& t, std::uint32_t loop) {
    const TransactionFacts transaction{.listener = t.proxy.tag_of(t.info.listener),
                                       .answer_to = answer_address(t.facts.via, t.info.source),
                                       .branch = t.facts.via.branch,
                                       .sent_by = t.facts.via.host,
                                       .from_tag = t.facts.from_tag,
                                       .call_id = t.facts.call_id,
                                       .cseq = t.facts.cseq};
    const Branch branch = make_branch(t.proxy.keys[0], transaction, loop);
    const std::string_view branch_text(branch.data(), branch.size());
    t.text << "Via: SIP/2.0/UDP " << t.proxy.text_of(t.hop.out) << ";branch=" << branch_text;
    if (t.hides_out && !hide_vias(t, branch_text)) return false;
    t.text << "\r\n";
    if (makes_dialog(t)) {
        if (!t.hides_out && !t.proxy.realms[index(t.info.realm)].hides_from(t.info.source.address))
            write_record_routes(t);
        else if (!write_hidden_record_route(t, loop))
            return false;
    }
    if (!t.message.has(HeaderId::max_forwards)) t.text << "Max-Forwards: 70\r\n";
    if (t.routes.changed && !t.routes.empty()) {
        t.text << "Route: ";
        for (std::size_t i = t.routes.first; i < t.routes.end; ++i)
            t.text << (i == t.routes.first ? "" : ", ") << t.routes.values[i];
        t.text << "\r\n";
    }
    return true;
}

}  // namespace

bool makes_dialog(const Trip& t) noexcept {
    switch (t.message.method()) {
        case Method::invite:
        case Method::subscribe:
        case Method::refer:
        case Method::other:
            return t.facts.to_tag.empty();
        default:
            return false;
    }
}

bool change_request(Trip& t, std::uint32_t loop, Edits& edits) noexcept {
    const std::size_t from = t.text.size();
    if (!write_own_lines(t, loop)) return false;
    edits.insert(t.message.view().headers[0].name.offset, t.text.since(from));
    if (t.routes.changed) edits.remove_all(t.message, HeaderId::route);
    if (t.uri_changed) edits.replace(t.message, t.message.uri(), t.uri_text);
    const std::string_view hops = t.message.header(HeaderId::max_forwards);
    if (!hops.empty()) {
        const std::size_t at = t.text.size();
        t.text << wire::parse_number(hops).value_or(1) - 1;
        edits.replace(t.message, hops, t.text.since(at));
    }
    const Hiding hiding{*t.w.tables, t.message, t.info.listener, t.hop.out, t.info.source.address,
                        t.text,      edits};
    if (t.message.has(HeaderId::refer_to) && !translate_refer_to(hiding, t.hides_out)) return false;
    if (!t.hides_out) {
        mark_source(t, edits);
        return true;
    }
    edits.remove_all(t.message, HeaderId::via);
    edits.remove_all(t.message, HeaderId::record_route);
    return hide_headers(hiding) && t.text.ok() && edits.valid();
}

}  // namespace strowger::sip
