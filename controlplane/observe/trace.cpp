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

// Bytes of the UTF-8 character at the front of `text` (RFC 3629 4, surrogates not told apart); 0: it is none.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t length = byte(0) < 0x80   ? 1
                               : byte(0) < 0xc2 ? 0
                               : byte(0) < 0xe0 ? 2
                               : byte(0) < 0xf0 ? 3
                               : byte(0) < 0xf5 ? 4
                                                : 0;
    if (length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    return length;
}

// What a peer wrote is shown on terminals and in JSON: control characters (C0, DEL, C1) and what is no UTF-8
// become dots. The tokeniser lets TAB and everything above 0x7f through.
void make_printable(std::string& text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = character_length(std::string_view(text).substr(i));
        const auto c = static_cast<unsigned char>(text[i]);
        const bool c1 = length == 2 && c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (length == 0 || c < ' ' || c == 0x7f || c1) text[i] = '.';
        if (c1) text[i + 1] = '.';
        i += length == 0 ? 1 : length;
    }
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
    make_printable(out.what);
    return out;
}

void Trace::forget_oldest() {
    std::string& text = kept_[oldest_].text;
    bytes_ -= text.capacity();
    std::string().swap(text);
    bytes_ += text.capacity();
    oldest_ = (oldest_ + 1) % capacity_;
    --count_;
}

void Trace::on_message(bool outgoing, bool retransmission, const net::Flow& flow, std::string_view bytes,
                       Nanoseconds when) {
    if (capacity_ == 0 || bytes.size() + 1 > most_bytes_) return;
    const std::size_t at = (oldest_ + count_) % capacity_;  // count_ == capacity_: the oldest
    if (at == kept_.size()) {
        kept_.emplace_back();
        bytes_ += kept_.back().text.capacity();
    }
    if (count_ == capacity_) {
        oldest_ = (oldest_ + 1) % capacity_;
        --count_;
    }
    TracedMessage& slot = kept_[at];
    bytes_ -= slot.text.capacity();
    if (slot.text.capacity() > kUsual || slot.text.capacity() < bytes.size()) {
        std::string().swap(slot.text);
        slot.text.reserve(bytes.size());
    }
    slot.text.assign(bytes);
    bytes_ += slot.text.capacity();
    slot.time = when;
    slot.outgoing = outgoing;
    slot.retransmission = retransmission;
    slot.flow = flow;
    ++count_;
    while (bytes_ > most_bytes_ && count_ > 1) forget_oldest();
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
    for (std::size_t i = 0; i < count_; ++i) {
        const TracedMessage& message = kept_[(oldest_ + i) % capacity_];
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
