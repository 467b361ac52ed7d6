#include "message/incoming.hpp"

#include <cstddef>
#include <cstring>
#include <new>
#include <string>

#include "message/buffers.hpp"

namespace strowger::message {
namespace {

constexpr std::size_t kOverRead = 64;  // the tokeniser may read that far past the end

// Bytes of a view that are in use.
std::size_t used(const wire::SipView& view) {
    return offsetof(wire::SipView, headers) + view.header_count * sizeof(wire::HeaderField);
}

}  // namespace

// One allocation: this, the used part of the table, the bytes.
struct Incoming::Block {
    std::uint32_t references = 1;
    std::uint32_t size = 0;  // of the allocation
    net::Flow flow;
    Nanoseconds received = 0;
    wire::SipMessage sip;
    rings::Verified verified;

    static Block* make(const net::Flow& flow, Nanoseconds received, const wire::SipView& view,
                       std::string_view bytes) {
        const std::size_t table = (used(view) + 15) & ~std::size_t{15};
        std::size_t size = sizeof(Block) + table + bytes.size() + kOverRead;
        auto* block = new (take_buffer(size)) Block;
        block->size = static_cast<std::uint32_t>(size);
        char* at = reinterpret_cast<char*>(block + 1);
        std::memcpy(at, &view, used(view));
        std::memcpy(at + table, bytes.data(), bytes.size());
        block->flow = flow;
        block->received = received;
        block->sip = wire::SipMessage(at + table, static_cast<std::uint32_t>(bytes.size()),
                                      reinterpret_cast<const wire::SipView*>(at));
        return block;
    }
};

Incoming Incoming::from_punt(const rings::Punt& punt, const wire::Endpoint& local) {
    const net::Flow flow{.transport = net::TransportKind::udp,
                         .realm = punt.realm,
                         .listener = punt.listener,
                         .worker = punt.worker,
                         .local = local,
                         .remote = punt.source};
    Block* const block = Block::make(flow, punt.received, *punt.view, {punt.data, punt.length});
    block->verified = punt.verified;
    return Incoming(block);
}

Incoming Incoming::parse(const net::Flow& flow, std::string_view bytes, Nanoseconds received,
                         wire::TokeniseStatus& status) {
    if (bytes.size() > wire::kMaxMessage) {
        status = wire::TokeniseStatus::too_long;
        return {};
    }
    std::string padded(bytes);
    padded.append(kOverRead, '\0');
    wire::SipView view;
    status = wire::tokenise(padded.data(), static_cast<std::uint32_t>(bytes.size()), view);
    if (status != wire::TokeniseStatus::ok) return {};
    return Incoming(Block::make(flow, received, view, bytes));
}

Incoming Incoming::with(std::string_view bytes) const {
    wire::TokeniseStatus status;
    Incoming out = parse(block_->flow, bytes, block_->received, status);
    if (out) out.block_->verified = block_->verified;
    return out;
}

Incoming::Incoming(const Incoming& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
}

Incoming::~Incoming() {
    if (block_ == nullptr || --block_->references != 0) return;
    const std::size_t size = block_->size;
    block_->~Block();
    give_buffer(block_, size);
}

const wire::SipMessage& Incoming::sip() const {
    return block_->sip;
}
const net::Flow& Incoming::flow() const {
    return block_->flow;
}
Nanoseconds Incoming::received() const {
    return block_->received;
}
const rings::Verified& Incoming::verified() const {
    return block_->verified;
}

}  // namespace strowger::message
