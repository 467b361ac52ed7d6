#include "sip/answer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/reply.hpp"
#include "sip/request.hpp"
#include "sip/screen.hpp"
#include "sip/token.hpp"
#include "strowger/wire/sip_via.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

void write_to(wire::SipWriter& out, core::Worker& w, const wire::SipMessage& request) {
    out.begin(HeaderId::to);
    out.append(request.header(HeaderId::to));
    Facts facts;
    if (read_facts(request, facts) && facts.to_tag.empty()) {
        const ToTag tag =
            make_to_tag(w.tables->proxy.keys[0], facts.via.branch, facts.call_id, facts.from_tag, facts.cseq);
        out.append(";tag=");
        out.append({tag.data(), tag.size()});
    }
    out.end();
}

}  // namespace

void answer(core::Worker& w, core::Packet* packet, const Answer& with) noexcept {
    const core::PacketInfo& info = core::info_of(packet);
    const wire::SipMessage request(core::payload_of(packet), info.payload_length,
                                   &core::private_of(packet).view);
    const bool answerable = request.is_request() && request.method() != wire::Method::ack &&
                            !request.view().uri.empty() && request.has(HeaderId::via) &&
                            request.has(HeaderId::from) && request.has(HeaderId::to) &&
                            request.has(HeaderId::call_id) && request.has(HeaderId::cseq);
    if (!answerable) return core::drop(w, packet, with.otherwise);
    if (with.limited && !w.limits->take_answer(info.received))
        return core::drop(w, packet, Drop::screen_reply_limited);

    std::array<char, core::kMaxReply> buffer;
    wire::SipWriter out(buffer);
    out.status_line(with.status, with.reason);
    wire::copy_vias_with_source(out, request, info.source);
    out.header(HeaderId::from, request.header(HeaderId::from));
    write_to(out, w, request);
    out.header(HeaderId::call_id, request.header(HeaderId::call_id));
    out.header(HeaderId::cseq, request.header(HeaderId::cseq));
    if (with.retry_after_s != 0) out.header(HeaderId::retry_after, with.retry_after_s);
    if (with.extra != HeaderId::other) out.header(with.extra, with.extra_value);
    out.lines(with.lines);
    if (!w.tables->server_name.empty()) out.header(HeaderId::server, w.tables->server_name);
    out.finish();
    if (!out.ok() || !core::reply(w, packet, {buffer.data(), out.size()}))
        return core::drop(w, packet, with.otherwise);
    if (w.limits->take_copy(info.received)) {
        copy_for_trace(w, info, false, request.bytes());
        copy_for_trace(w, info, true, out.text());
    }
    core::count(w, with.counter);
    core::consume(w, packet);
}

bool acknowledges_answer(const core::Worker& w, const wire::SipMessage& request) noexcept {
    Facts facts;
    if (request.method() != wire::Method::ack || !read_facts(request, facts) ||
        facts.to_tag.size() != ToTag{}.size())
        return false;
    const ToTag own =
        make_to_tag(w.tables->proxy.keys[0], facts.via.branch, facts.call_id, facts.from_tag, facts.cseq);
    return facts.to_tag == std::string_view(own.data(), own.size());
}

void copy_for_trace(core::Worker& w, const core::PacketInfo& info, bool outgoing,
                    std::string_view text) noexcept {
    rings::Copy copy;
    copy.outgoing = outgoing;
    copy.worker = w.id;
    copy.realm = info.realm;
    copy.listener = info.listener;
    copy.length = static_cast<std::uint16_t>(std::min(text.size(), copy.text.size()));
    copy.local = info.destination;
    copy.remote = info.source;
    // An answer leaves after what it answers came, also on a clock that stands still within a burst.
    copy.time = info.received + (outgoing ? 1 : 0);
    std::memcpy(copy.text.data(), text.data(), copy.length);
    w.copies.push(copy);
}

}  // namespace strowger::sip
