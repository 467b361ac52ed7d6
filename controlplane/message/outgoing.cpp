#include "message/outgoing.hpp"

#include <cstring>
#include <new>

#include "message/buffers.hpp"

namespace strowger::message {

Outgoing Outgoing::allocate(std::size_t capacity) {
    std::size_t size = sizeof(OutgoingBuffer) + capacity;
    auto* buffer = new (take_buffer(size)) OutgoingBuffer;
    buffer->references = 1;
    buffer->length = 0;
    buffer->capacity = static_cast<std::uint32_t>(size - sizeof(OutgoingBuffer));
    return Outgoing(buffer);
}

Outgoing Outgoing::copy(std::string_view bytes) {
    Outgoing out = allocate(bytes.size());
    std::memcpy(out.room().data(), bytes.data(), bytes.size());
    out.set_length(bytes.size());
    return out;
}

Outgoing Outgoing::compact(const Outgoing& message) {
    const bool fits =
        message.buffer_ == nullptr || message.buffer_->length > message.buffer_->capacity / 4 * 3;
    return fits ? message : copy(message.text());
}

void Outgoing::release(OutgoingBuffer* buffer) {
    if (buffer == nullptr || --buffer->references != 0) return;
    give_buffer(buffer, sizeof(OutgoingBuffer) + buffer->capacity);
}

}  // namespace strowger::message
