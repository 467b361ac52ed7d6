#include "dialog/tokens.hpp"

#include <sys/random.h>

#include <charconv>
#include <cstdlib>

namespace strowger::dialog {
namespace {

void append_hex(std::string& out, std::uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
}

}  // namespace

std::uint64_t Tokens::number() {
    if (used_ == block_.size()) {
        auto* at = reinterpret_cast<char*>(block_.data());
        auto left = sizeof block_;
        while (left != 0) {
            const auto n = getrandom(at, left, 0);
            if (n <= 0) std::abort();  // cannot happen once the kernel has booted; tags must not be guessable
            at += n;
            left -= static_cast<std::size_t>(n);
        }
        used_ = 0;
    }
    const auto value = block_[used_++];
    return value != 0 ? value : number();
}

std::string Tokens::tag() {
    std::string out;
    out.reserve(16);
    append_hex(out, number());
    return out;
}

std::string Tokens::call_id() {
    std::string out;
    out.reserve(32);
    append_hex(out, number());
    append_hex(out, number());
    return out;
}

std::uint64_t key_of(std::string_view tag) noexcept {
    std::uint64_t value = 0;
    if (tag.size() != 16) return 0;
    const auto read = std::from_chars(tag.data(), tag.data() + 16, value, 16);
    return read.ec == std::errc{} && read.ptr == tag.data() + 16 ? value : 0;
}

}  // namespace strowger::dialog
