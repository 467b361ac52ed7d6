#include "strowger/wire/sip_stream.hpp"

#include <algorithm>
#include <optional>

#include "strowger/wire/sip_values.hpp"
#include "wire/sip_chars.hpp"

namespace strowger::wire {
namespace {

std::string_view without_line_end(std::string_view line) {
    if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

// "SIP/…" at its start, or " SIP/…" as its last word. The tokeniser looks closer; here it only matters that
// the stream is still in step.
bool is_start_line(std::string_view line) {
    line = without_line_end(line);
    if (line.size() >= 8 && same_token(line.substr(0, 4), "SIP/")) return true;
    line = trim(line);
    const auto space = line.rfind(' ');
    return space != std::string_view::npos && space != 0 && line.size() - space > 5 &&
           same_token(line.substr(space + 1, 4), "SIP/");
}

// The head's Content-Length, or nullopt when it is absent, no number or ambiguous. `head` ends with its empty
// line.
std::optional<std::uint32_t> content_length(std::string_view head) {
    std::optional<std::uint32_t> found;
    head.remove_prefix(std::min(head.find('\n') + 1, head.size()));
    while (!head.empty()) {
        // A field and the lines that continue it.
        std::size_t end = head.find('\n');
        while (end + 1 < head.size() && (head[end + 1] == ' ' || head[end + 1] == '\t'))
            end = head.find('\n', end + 1);
        const auto field = head.substr(0, end);
        head.remove_prefix(end + 1);
        const auto colon = field.find(':');
        if (colon == std::string_view::npos ||
            header_of(trim(field.substr(0, colon))) != HeaderId::content_length)
            continue;
        const auto number = parse_number(trim(field.substr(colon + 1)));
        if (!number || (found && *found != *number)) return std::nullopt;
        found = number;
    }
    return found;
}

}  // namespace

std::string_view describe(StreamFault fault) noexcept {
    switch (fault) {
        case StreamFault::none:
            return "no fault";
        case StreamFault::start_line:
            return "the first line is no SIP start line";
        case StreamFault::head_too_large:
            return "the header fields are larger than the limit";
        case StreamFault::content_length:
            return "Content-Length is absent, no number, or ambiguous";
        case StreamFault::too_large:
            return "the message is larger than the limit";
    }
    return "no fault";
}

SipStream::SipStream(std::size_t most_head, std::size_t most_message) noexcept
    : most_head_(most_head), most_message_(std::min(most_message, kMaxMessage)) {}

StreamResult SipStream::breaks(StreamFault fault) noexcept {
    fault_ = fault;
    return {StreamEvent::broken, fault, 0};
}

// Before a start line.
StreamResult SipStream::between(std::string_view pending) noexcept {
    if (pending.empty()) return {};
    if (pending.front() == '\r' && pending.size() == 1) return {};
    const std::size_t length = pending.front() == '\n' ? 1 : pending.starts_with("\r\n") ? 2 : 0;
    if (length != 0) {
        const bool second = after_line_end_;
        after_line_end_ = !second;
        return {second ? StreamEvent::keep_alive : StreamEvent::line_end, StreamFault::none, length};
    }
    if (!is_char(pending.front(), kTokenChar)) return breaks(StreamFault::start_line);
    in_message_ = true;
    after_line_end_ = false;
    line_ = scanned_ = total_ = 0;
    return {};
}

// True when the empty line was found; total_ is then the head's length. Sets fault_ when it never will be.
bool SipStream::find_head(std::string_view pending) noexcept {
    while (true) {
        const std::size_t line_feed = pending.find('\n', scanned_);
        if (line_feed == std::string_view::npos) {
            scanned_ = pending.size();
            if (scanned_ > most_head_) fault_ = StreamFault::head_too_large;
            return false;
        }
        if (line_feed >= most_head_) {
            fault_ = StreamFault::head_too_large;
            return false;
        }
        const auto line = pending.substr(line_, line_feed + 1 - line_);
        if (line_ == 0 && !is_start_line(line)) {
            fault_ = StreamFault::start_line;
            return false;
        }
        line_ = scanned_ = line_feed + 1;
        if (without_line_end(line).empty()) {
            total_ = line_;
            return true;
        }
    }
}

StreamResult SipStream::next(std::string_view pending) noexcept {
    if (fault_ != StreamFault::none) return breaks(fault_);
    if (!in_message_) {
        const StreamResult result = between(pending);
        if (!in_message_) return result;
    }
    if (total_ == 0) {
        if (!find_head(pending)) return fault_ == StreamFault::none ? StreamResult{} : breaks(fault_);
        const auto body = content_length(pending.substr(0, total_));
        if (!body) return breaks(StreamFault::content_length);
        if (total_ > most_message_ || *body > most_message_ - total_) return breaks(StreamFault::too_large);
        total_ += *body;
    }
    if (pending.size() < total_) return {};
    in_message_ = false;
    return {StreamEvent::message, StreamFault::none, total_};
}

}  // namespace strowger::wire
