#include "publish/token_keys.hpp"

#include <cstring>

#include "random/random.hpp"

namespace strowger::publish {
namespace {

constexpr const char* kName = "token_keys";

// As the store has it, version 1.
struct Stored {
    std::uint8_t version = 1;
    std::uint8_t id[2]{};
    std::uint8_t valid[2]{};
    std::uint8_t unused[3]{};
    std::int64_t made = 0;
    HashKey key[2]{};
    HashKey choice{};
};
static_assert(sizeof(Stored) == 64);

}  // namespace

TokenKeys::TokenKeys(store::Store* store, std::int64_t now, std::string& warning) : store_(store) {
    if (store != nullptr) {
        store::Outcome outcome;
        const store::Answer answer = store->read_now(store::GetValue{kName}, outcome);
        Stored stored;
        if (outcome.ok() && answer.found && answer.value.size() == sizeof stored) {
            std::memcpy(&stored, answer.value.data(), sizeof stored);
            for (std::size_t i = 0; i < 2; ++i)
                keys_[i] = {static_cast<std::uint8_t>(stored.id[i] & 15), stored.valid[i] != 0, stored.key[i]};
            choice_ = stored.choice;
            made_ = stored.made;
            if (stored.version == 1 && keys_[0].valid) return;
        }
    }
    keys_ = {};
    keys_[0] = {0, true, random_key()};
    choice_ = random_key();
    made_ = now;
    save(warning);
}

bool TokenKeys::renew(std::int64_t now, std::int64_t lifetime) {
    // A clock that was put back does not make keys old or immortal.
    if (made_ > now) made_ = now;
    if (now - made_ < lifetime) return false;
    renew_now(now);
    return true;
}

void TokenKeys::renew_now(std::int64_t now) {
    keys_[1] = keys_[0];
    keys_[0] = {static_cast<std::uint8_t>((keys_[1].id + 1) & 15), true, random_key()};
    made_ = now;
    std::string ignored;
    save(ignored);
}

void TokenKeys::save(std::string& warning) {
    if (store_ == nullptr) return;
    Stored stored;
    stored.made = made_;
    stored.choice = choice_;
    for (std::size_t i = 0; i < 2; ++i) {
        stored.id[i] = keys_[i].id;
        stored.valid[i] = keys_[i].valid ? 1 : 0;
        stored.key[i] = keys_[i].key;
    }
    const std::string text(reinterpret_cast<const char*>(&stored), sizeof stored);
    const auto note = [&](const store::Outcome& outcome) { warning = outcome.reason; };
    if (!store_->submit({store::PutValue{kName, text}}, note)) warning = "the store's queue is full";
    store_->drain();
}

}  // namespace strowger::publish
