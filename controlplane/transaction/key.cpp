#include "transaction/key.hpp"

#include <array>
#include <cstring>

#include "random/random.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::transaction {
namespace {

constexpr std::string_view kCookie = "z9hG4bK";

// Parts with a separator that no part contains, in a bounded buffer; what does not fit is hashed away by
// length.
class Joined {
  public:
    void add(std::string_view part) {
        if (length_ + part.size() + 1 > buffer_.size()) part = part.substr(0, buffer_.size() - length_ - 1);
        std::memcpy(buffer_.data() + length_, part.data(), part.size());
        length_ += part.size();
        buffer_[length_++] = '\n';
    }
    // A host's case does not count.
    void add_folded(std::string_view part) {
        const std::size_t from = length_;
        add(part);
        for (std::size_t i = from; i < length_; ++i)
            if (buffer_[i] >= 'A' && buffer_[i] <= 'Z') buffer_[i] = static_cast<char>(buffer_[i] | 0x20);
    }
    [[nodiscard]] bool full() const { return length_ + 1 >= buffer_.size(); }
    [[nodiscard]] std::string_view text() const { return {buffer_.data(), length_}; }

  private:
    std::array<char, 2048> buffer_;
    std::size_t length_ = 0;
};

void write_text(std::uint64_t value, std::size_t characters, char* out) {
    constexpr char kAlphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.";
    for (std::size_t i = 0; i < characters; ++i, value >>= 5) out[i] = kAlphabet[value & 31];
}

std::string_view tag_of(const wire::SipMessage& message, wire::HeaderId id) {
    const auto address = wire::parse_name_address(message.header(id));
    return address ? address->tag() : std::string_view{};
}

}  // namespace

KeyMaker::KeyMaker() : low_(random_key()), high_(random_key()), secret_(random_key()) {}

Key KeyMaker::server(const wire::SipMessage& request, wire::Method method) const {
    std::string_view rest = request.header(wire::HeaderId::via);
    std::string_view element;
    if (!wire::next_in_list(rest, element)) return {};
    const auto via = wire::parse_via(element);
    if (!via) return {};
    Joined joined;
    const std::string_view branch = via->branch();
    if (branch.size() > kCookie.size() && wire::same_token(branch.substr(0, kCookie.size()), kCookie)) {
        joined.add(branch);
        joined.add_folded(via->host);
        const std::uint16_t port = via->port;
        joined.add({reinterpret_cast<const char*>(&port), sizeof port});
    } else {
        joined.add(request.uri());
        joined.add(tag_of(request, wire::HeaderId::from));
        joined.add(request.header(wire::HeaderId::call_id));
        const auto cseq = wire::parse_cseq(request.header(wire::HeaderId::cseq));
        const std::uint32_t number = cseq ? cseq->number : 0;
        joined.add({reinterpret_cast<const char*>(&number), sizeof number});
        joined.add(element);
    }
    joined.add(method == wire::Method::other ? request.method_text() : wire::method_name(method));
    return joined.full() ? Key{} : of(joined.text());
}

Key KeyMaker::client(std::string_view branch, std::string_view method) const {
    Joined joined;
    joined.add(branch);
    joined.add(method);
    return of(joined.text());
}

Key KeyMaker::merged(const wire::SipMessage& request) const {
    if (!tag_of(request, wire::HeaderId::to).empty()) return {};
    Joined joined;
    joined.add("merged");
    joined.add(tag_of(request, wire::HeaderId::from));
    joined.add(request.header(wire::HeaderId::call_id));
    joined.add(request.header(wire::HeaderId::cseq));
    return joined.full() ? Key{} : of(joined.text());
}

std::size_t KeyMaker::branch(char* out) {
    std::memcpy(out, kCookie.data(), kCookie.size());
    const std::uint64_t number = ++branches_;
    const std::string_view text(reinterpret_cast<const char*>(&number), sizeof number);
    write_text(secret_(text, 1), 12, out + kCookie.size());
    write_text(secret_(text, 2), 12, out + kCookie.size() + 12);
    return kCookie.size() + 24;
}

void KeyMaker::tag(std::uint64_t value, char* out) const {
    const std::string_view text(reinterpret_cast<const char*>(&value), sizeof value);
    write_text(secret_(text, 3), 12, out);
    write_text(secret_(text, 4), 4, out + 12);
}

}  // namespace strowger::transaction
