#include "observe/trace.hpp"

#include <algorithm>
#include <unordered_set>

#include "strowger/wire/sip_tokenise.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::observe {
namespace {

using wire::HeaderId;

constexpr std::size_t kPad = 64;

std::string_view user_of(const wire::SipMessage& sip, HeaderId id) {
    const auto address = wire::parse_name_address(sip.header(id));
    const auto uri = address ? wire::parse_uri(address->uri) : std::nullopt;
    return uri ? uri->user : std::string_view{};
}

}  // namespace

Summary summarise(std::string_view text) {
    Summary out;
    std::string padded(text);
    padded.append(kPad, '\0');
    wire::SipView view;
    static_cast<void>(wire::tokenise(padded.data(), static_cast<std::uint32_t>(text.size()), view));
    const wire::SipMessage sip(padded.data(), static_cast<std::uint32_t>(text.size()), &view);
    out.call_id = sip.header(HeaderId::call_id);
    out.from_user = user_of(sip, HeaderId::from);
    out.to_user = user_of(sip, HeaderId::to);
    out.has_sdp =
        sip.header(HeaderId::content_type).find("sdp") != std::string_view::npos && !sip.body().empty();
    const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq));
    if (sip.is_request()) {
        const auto uri = wire::parse_uri(sip.uri());
        out.what = std::string(sip.method_text());
        const std::string_view target = !uri || uri->user.empty() ? std::string_view(out.to_user) : uri->user;
        if (!target.empty()) out.what += " " + std::string(target);
    } else {
        out.what = std::to_string(sip.status()) + " " + std::string(sip.reason());
        if (cseq) out.what += " (" + std::string(cseq->method) + ")";
    }
    return out;
}

void Trace::on_message(bool outgoing, bool retransmission, const net::Flow& flow, std::string_view bytes,
                       Nanoseconds when) {
    if (capacity_ == 0) return;
    if (kept_.size() < capacity_) {
        kept_.push_back({when, outgoing, retransmission, flow, std::string(bytes)});
        return;
    }
    TracedMessage& slot = kept_[next_];
    next_ = (next_ + 1) % capacity_;
    slot.time = when;
    slot.outgoing = outgoing;
    slot.retransmission = retransmission;
    slot.flow = flow;
    slot.text.assign(bytes);
}

void Trace::link(std::string_view one, std::string_view other) {
    if (one.empty() || other.empty()) return;
    links_.emplace_back(one, other);
    if (links_.size() > kLinks) links_.pop_front();
}

std::vector<const TracedMessage*> Trace::find(std::string_view what) const {
    struct Seen {
        const TracedMessage* message;
        std::string call_id;
    };
    std::vector<Seen> all;
    std::unordered_set<std::string> wanted{std::string(what)};
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        const TracedMessage& message = kept_[(next_ + i) % kept_.size()];
        Summary summary = summarise(message.text);
        if (summary.from_user == what || summary.to_user == what) wanted.insert(summary.call_id);
        all.push_back({&message, std::move(summary.call_id)});
    }
    for (const auto& [one, other] : links_) {
        if (wanted.contains(one)) wanted.insert(other);
        if (wanted.contains(other)) wanted.insert(one);
    }
    std::vector<const TracedMessage*> out;
    for (const Seen& seen : all)
        if (wanted.contains(seen.call_id)) out.push_back(seen.message);
    std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->time < b->time; });
    return out;
}

}  // namespace strowger::observe
