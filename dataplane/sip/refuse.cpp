#include "sip/refuse.hpp"

#include <array>

#include "core/reply.hpp"
#include "sip/screen.hpp"
#include "strowger/wire/sip_via.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
using wire::HeaderId;

void refuse(core::Worker& w, core::Packet* packet, std::uint16_t status, std::string_view reason,
            std::uint32_t retry_after_s, Counter counter, Drop otherwise) noexcept {
    const core::PacketInfo& info = core::info_of(packet);
    const wire::SipMessage request(core::payload_of(packet), info.payload_length,
                                   &core::private_of(packet).view);
    const bool answerable = request.is_request() && request.method() != wire::Method::ack &&
                            !request.view().uri.empty() && request.has(HeaderId::via) &&
                            request.has(HeaderId::from) && request.has(HeaderId::to) &&
                            request.has(HeaderId::call_id) && request.has(HeaderId::cseq);
    if (!answerable) return core::drop(w, packet, otherwise);
    if (!w.limits->take_answer(info.received)) return core::drop(w, packet, Drop::screen_reply_limited);

    std::array<char, core::kMaxReply> buffer;
    wire::SipWriter out(buffer);
    out.status_line(status, reason);
    wire::copy_vias_with_source(out, request, info.source);
    out.header(HeaderId::from, request.header(HeaderId::from));
    out.header(HeaderId::to, request.header(HeaderId::to));
    out.header(HeaderId::call_id, request.header(HeaderId::call_id));
    out.header(HeaderId::cseq, request.header(HeaderId::cseq));
    if (retry_after_s != 0) out.header(HeaderId::retry_after, retry_after_s);
    if (!w.tables->server_name.empty()) out.header(HeaderId::server, w.tables->server_name);
    out.finish();
    if (!out.ok() || !core::reply(w, packet, {buffer.data(), out.size()}))
        return core::drop(w, packet, otherwise);
    core::count(w, counter);
    core::consume(w, packet);
}

}  // namespace strowger::sip
