#include "sip/seal.hpp"

#include <bit>
#include <cstring>

#include "sip/base64url.hpp"

namespace strowger::sip {
namespace {

constexpr std::size_t kTag = 16;
using Tag = Aes128::Block;

Tag tag_of(const tables::TokenKey& key, const SealBinding& binding, std::string_view text) {
    const std::uint64_t head =
        std::uint64_t{binding.listener} << 8 | static_cast<std::uint64_t>(binding.kind);
    return std::bit_cast<Tag>(SipHash(key.seal_hash, SipHash::Width::w128)
                                  .add(head)
                                  .add(binding.first)
                                  .add(binding.second)
                                  .add(text)
                                  .finish_wide());
}

// RFC 5297 2.6: with these two bits clear no carry leaves the counter's word.
Tag counter_of(Tag tag) {
    tag[8] &= 0x7f;
    tag[12] &= 0x7f;
    return tag;
}

}  // namespace

bool seal(const tables::TokenKey& key, const SealBinding& binding, std::string_view text,
          MessageText& out) noexcept {
    if (text.size() > kMostSealed) return false;
    char* const written = out.room_for(base64url_size(kTag + text.size()));
    if (written == nullptr) return false;
    std::array<char, kTag + kMostSealed> bytes;
    const Tag tag = tag_of(key, binding, text);
    std::memcpy(bytes.data(), tag.data(), kTag);
    key.seal_cipher.count(counter_of(tag), text.data(), bytes.data() + kTag, text.size());
    write_base64url(bytes.data(), kTag + text.size(), written);
    return true;
}

bool open_sealed(const tables::TokenKey& key, const SealBinding& binding, std::string_view sealed,
                 OpenedRoom& room, std::string_view& out) noexcept {
    const std::size_t size = sealed.size() * 3 / 4;
    if (size < kTag || size > room.bytes_.size() || !read_base64url(sealed, room.bytes_.data())) return false;
    Tag tag;
    std::memcpy(tag.data(), room.bytes_.data(), kTag);
    char* const text = room.bytes_.data() + kTag;
    key.seal_cipher.count(counter_of(tag), text, text, size - kTag);
    out = {text, size - kTag};
    const auto wanted = std::bit_cast<HashKey>(tag_of(key, binding, out));
    const auto found = std::bit_cast<HashKey>(tag);
    return ((wanted[0] ^ found[0]) | (wanted[1] ^ found[1])) == 0;
}

}  // namespace strowger::sip
