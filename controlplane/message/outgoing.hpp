// A message on its way out: bytes with a reference count, so that a transaction can send them again and a
// worker can copy them later. Control thread only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace strowger::message {

// The buffer itself: header and `capacity` bytes behind it.
struct OutgoingBuffer {
    std::uint32_t references;
    std::uint32_t length;
    std::uint32_t capacity;
    [[nodiscard]] char* data() { return reinterpret_cast<char*>(this + 1); }
};

// A counted reference. Empty by default.
class Outgoing {
  public:
    Outgoing() = default;
    // A buffer with room for `capacity` bytes (rounded up to its class), length 0.
    [[nodiscard]] static Outgoing allocate(std::size_t capacity);
    [[nodiscard]] static Outgoing copy(std::string_view bytes);
    // The same bytes in a buffer that is not much larger than they are, for what is kept long; `message`
    // itself when its buffer is none.
    [[nodiscard]] static Outgoing compact(const Outgoing& message);

    Outgoing(const Outgoing& other) : buffer_(other.buffer_) {
        if (buffer_ != nullptr) ++buffer_->references;
    }
    Outgoing(Outgoing&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
    Outgoing& operator=(Outgoing other) noexcept {
        std::swap(buffer_, other.buffer_);
        return *this;
    }
    ~Outgoing() { release(buffer_); }

    [[nodiscard]] explicit operator bool() const { return buffer_ != nullptr; }
    [[nodiscard]] std::span<char> room() { return {buffer_->data(), buffer_->capacity}; }
    void set_length(std::size_t length) { buffer_->length = static_cast<std::uint32_t>(length); }
    [[nodiscard]] std::string_view text() const {
        return buffer_ == nullptr ? std::string_view{} : std::string_view{buffer_->data(), buffer_->length};
    }

    // For rings: gives the reference away as a token; adopt() takes it back.
    [[nodiscard]] void* leak() { return std::exchange(buffer_, nullptr); }
    [[nodiscard]] static Outgoing adopt(void* token) { return Outgoing(static_cast<OutgoingBuffer*>(token)); }

  private:
    explicit Outgoing(OutgoingBuffer* buffer) : buffer_(buffer) {}
    static void release(OutgoingBuffer* buffer);
    OutgoingBuffer* buffer_ = nullptr;
};

}  // namespace strowger::message
