#include "strowger/tables/locations.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace strowger::tables {
namespace {

using Word = std::atomic<std::uint64_t>;

constexpr std::size_t kClasses = 3;
constexpr std::size_t kHeaderWords = 5;
constexpr std::size_t kWords[kClasses] = {16, 32, 128};  // of a record, its header included
constexpr std::size_t kChunk = 4096;                     // records
constexpr std::size_t kChunks = 4096;
constexpr std::size_t kSlots = 7;
constexpr int kTries = 64;  // a reader that keeps losing its record gives up
constexpr std::uint64_t kHandleMask = (1ULL << 48) - 1;

// What a record says beside its texts: words 1 to 4.
struct Header {
    std::uint16_t aor = 0;  // lengths
    std::uint16_t uri = 0;
    std::uint16_t path = 0;
    ListenerId listener{};
    wire::IpAddress address;
    wire::be16 port;
    std::uint16_t datagram = 1;
    std::uint32_t seconds = 0;  // of CLOCK_MONOTONIC, rounded up
};
static_assert(sizeof(Header) == (kHeaderWords - 1) * 8);
static_assert(kWords[kClasses - 1] - kHeaderWords >= Locations::kMaxText / 8);

// Rounded up; what never ends becomes the most that fits.
std::uint32_t whole_seconds(Nanoseconds time) {
    const Nanoseconds seconds = time / kSecond + (time % kSecond > 0 ? 1 : 0);
    return static_cast<std::uint32_t>(std::clamp<Nanoseconds>(seconds, 0, UINT32_MAX));
}

std::size_t class_of(std::size_t text) {
    std::size_t c = 0;
    while (c < kClasses && text > (kWords[c] - kHeaderWords) * 8) ++c;
    return c;
}

}  // namespace

struct alignas(64) Locations::Bucket {
    Word slots[kSlots]{};  // tag << 48 | handle; 0: empty
    Word passed{};         // entries that belong here or before and lie further on
};

struct Locations::Index {
    explicit Index(std::size_t count) : mask(count - 1), buckets(std::make_unique<Bucket[]>(count)) {}
    const std::size_t mask;
    std::unique_ptr<Bucket[]> buckets;
};

// Word 0 is the sequence number: odd while the record is written.
struct Locations::Record {
    Word words[1];
};

struct Locations::Pool {
    std::array<std::atomic<Word*>, kChunks> chunks{};
    std::vector<std::uint32_t> free;
    std::uint32_t used = 0;
    ~Pool() {
        for (auto& chunk : chunks) delete[] chunk.load();
    }
};

Locations::Locations(const HashKey& key, std::size_t expected)
    : key_(key), pools_(std::make_unique<Pool[]>(kClasses)) {
    indexes_.push_back(std::make_unique<Index>(std::bit_ceil(expected / 4 + 1)));
    index_.store(indexes_.back().get(), std::memory_order_release);
}

Locations::~Locations() = default;

std::uint64_t Locations::hash_of(std::string_view aor) const noexcept {
    return SipHash(key_).add(aor).finish();
}

// Handles: 1 + class in the low bits, then the number.
Locations::Record* Locations::at(std::uint64_t handle) const noexcept {
    const std::size_t c = (handle & 3) - 1;
    const std::uint64_t number = handle >> 2;
    Word* chunk = pools_[c].chunks[number / kChunk].load(std::memory_order_acquire);
    return reinterpret_cast<Record*>(chunk + number % kChunk * kWords[c]);
}

std::uint64_t Locations::allocate(std::size_t text) {
    const std::size_t c = class_of(text);
    if (c == kClasses) return 0;
    Pool& pool = pools_[c];
    std::uint64_t number = pool.used;
    if (!pool.free.empty()) {
        number = pool.free.back();
        pool.free.pop_back();
    } else {
        if (pool.used == kChunk * kChunks) return 0;
        if (pool.used % kChunk == 0)
            pool.chunks[pool.used / kChunk].store(new Word[kChunk * kWords[c]](), std::memory_order_release);
        ++pool.used;
    }
    return number << 2 | (c + 1);
}

void Locations::release(std::uint64_t handle) {
    pools_[(handle & 3) - 1].free.push_back(static_cast<std::uint32_t>(handle >> 2));
}

bool Locations::put(std::string_view aor, const Contact& contact) {
    const std::size_t text = aor.size() + contact.uri.size() + contact.path.size();
    const std::uint64_t handle = text > kMaxText ? 0 : allocate(text);
    if (handle == 0) {
        remove(aor);
        return false;
    }
    const Header header{.aor = static_cast<std::uint16_t>(aor.size()),
                        .uri = static_cast<std::uint16_t>(contact.uri.size()),
                        .path = static_cast<std::uint16_t>(contact.path.size()),
                        .listener = contact.listener,
                        .address = contact.remote.address,
                        .port = contact.remote.port,
                        .datagram = contact.datagram ? std::uint16_t{1} : std::uint16_t{0},
                        .seconds = whole_seconds(contact.expires)};
    std::array<std::uint64_t, kHeaderWords - 1 + kMaxText / 8> words{};
    std::memcpy(words.data(), &header, sizeof header);
    char* at_text = reinterpret_cast<char*>(words.data() + kHeaderWords - 1);
    for (const std::string_view part : {aor, contact.uri, contact.path})
        at_text = std::copy(part.begin(), part.end(), at_text);

    Word* record = at(handle)->words;
    const std::uint64_t sequence = record[0].load(std::memory_order_relaxed);
    record[0].store(sequence + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    const std::size_t used = kHeaderWords - 1 + (text + 7) / 8;
    for (std::size_t i = 0; i < used; ++i) record[i + 1].store(words[i], std::memory_order_relaxed);
    record[0].store(sequence + 2, std::memory_order_release);

    const std::uint64_t hash = hash_of(aor);
    const std::uint64_t old = find_handle(aor, hash);
    Index& index = *indexes_.back();
    if (old != 0) {
        // In its place: a reader finds the old record or the new one.
        for (std::size_t b = hash & index.mask;; b = (b + 1) & index.mask)
            for (Word& slot : index.buckets[b].slots)
                if ((slot.load(std::memory_order_relaxed) & kHandleMask) == old) {
                    slot.store(hash >> 48 << 48 | handle, std::memory_order_release);
                    release(old);
                    return true;
                }
    }
    ++size_;
    if (size_ * 10 > (index.mask + 1) * kSlots * 7) grow();
    insert(*indexes_.back(), hash, handle);
    return true;
}

bool Locations::remove(std::string_view aor) {
    const std::uint64_t hash = hash_of(aor);
    const std::uint64_t handle = find_handle(aor, hash);
    if (handle == 0) return false;
    erase(hash, handle);
    release(handle);
    --size_;
    return true;
}

void Locations::insert(Index& index, std::uint64_t hash, std::uint64_t handle) {
    for (std::size_t b = hash & index.mask;; b = (b + 1) & index.mask) {
        Bucket& bucket = index.buckets[b];
        for (Word& slot : bucket.slots) {
            if (slot.load(std::memory_order_relaxed) != 0) continue;
            slot.store(hash >> 48 << 48 | handle, std::memory_order_release);
            return;
        }
        bucket.passed.fetch_add(1, std::memory_order_release);
    }
}

void Locations::erase(std::uint64_t hash, std::uint64_t handle) {
    Index& index = *indexes_.back();
    std::size_t b = hash & index.mask;
    const auto slot_of = [&](Bucket& bucket) {
        return std::find_if(std::begin(bucket.slots), std::end(bucket.slots), [&](const Word& slot) {
            return (slot.load(std::memory_order_relaxed) & kHandleMask) == handle;
        });
    };
    Word* slot = slot_of(index.buckets[b]);
    while (slot == std::end(index.buckets[b].slots)) {
        b = (b + 1) & index.mask;
        slot = slot_of(index.buckets[b]);
    }
    slot->store(0, std::memory_order_release);
    for (std::size_t p = hash & index.mask; p != b; p = (p + 1) & index.mask)
        index.buckets[p].passed.fetch_sub(1, std::memory_order_release);
}

void Locations::grow() {
    const Index& old = *indexes_.back();
    auto next = std::make_unique<Index>((old.mask + 1) * 2);
    Text room;
    std::uint32_t seconds = 0;
    for (std::size_t b = 0; b <= old.mask; ++b)
        for (const Word& slot : old.buckets[b].slots) {
            const std::uint64_t handle = slot.load(std::memory_order_relaxed) & kHandleMask;
            if (handle == 0) continue;
            insert(*next, hash_of(read_aor(handle, room, seconds)), handle);
        }
    index_.store(next.get(), std::memory_order_release);
    indexes_.push_back(std::move(next));
}

std::string_view Locations::read_aor(std::uint64_t handle, Text& room, std::uint32_t& seconds) const noexcept {
    const Word* record = at(handle)->words;
    std::array<std::uint64_t, kHeaderWords - 1> words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = record[i + 1].load(std::memory_order_relaxed);
    Header header;
    std::memcpy(static_cast<void*>(&header), words.data(), sizeof header);
    for (std::size_t i = 0; i < (header.aor + 7u) / 8; ++i)
        room[i] = record[kHeaderWords + i].load(std::memory_order_relaxed);
    seconds = header.seconds;
    return {reinterpret_cast<const char*>(room.data()), header.aor};
}

void Locations::sweep(Nanoseconds now, std::size_t buckets) {
    const Index& index = *indexes_.back();
    Text room;
    std::uint32_t seconds = 0;
    for (buckets = std::min(buckets, index.mask + 1); buckets != 0; --buckets)
        for (const Word& slot : index.buckets[swept_++ & index.mask].slots) {
            const std::uint64_t handle = slot.load(std::memory_order_relaxed) & kHandleMask;
            if (handle == 0) continue;
            const std::string_view aor = read_aor(handle, room, seconds);
            if (Nanoseconds{seconds} * kSecond <= now) remove(aor);
        }
}

std::uint64_t Locations::find_handle(std::string_view aor, std::uint64_t hash) const noexcept {
    Text room;
    const Index& index = *indexes_.back();
    for (std::size_t b = hash & index.mask;; b = (b + 1) & index.mask) {
        const Bucket& bucket = index.buckets[b];
        for (const Word& slot : bucket.slots) {
            const std::uint64_t value = slot.load(std::memory_order_relaxed);
            if (value == 0 || value >> 48 != hash >> 48) continue;
            const Word* record = at(value & kHandleMask)->words;
            const std::size_t length = record[1].load(std::memory_order_relaxed) & 0xffff;
            if (length != aor.size()) continue;
            for (std::size_t i = 0; i < (length + 7) / 8; ++i)
                room[i] = record[kHeaderWords + i].load(std::memory_order_relaxed);
            if (std::memcmp(room.data(), aor.data(), length) == 0) return value & kHandleMask;
        }
        if (bucket.passed.load(std::memory_order_relaxed) == 0) return 0;
    }
}

bool Locations::find(std::string_view aor, Text& room, Contact& out) const noexcept {
    const std::uint64_t hash = hash_of(aor);
    for (int tries = 0; tries < kTries; ++tries) {
        const Index& index = *index_.load(std::memory_order_acquire);
        bool moved = false;
        for (std::size_t b = hash & index.mask, seen = 0; seen <= index.mask && !moved;
             b = (b + 1) & index.mask, ++seen) {
            const Bucket& bucket = index.buckets[b];
            for (const Word& slot : bucket.slots) {
                const std::uint64_t value = slot.load(std::memory_order_acquire);
                if (value == 0 || value >> 48 != hash >> 48) continue;
                const std::uint64_t handle = value & kHandleMask;
                const Word* record = at(handle)->words;
                const std::uint64_t sequence = record[0].load(std::memory_order_acquire);
                std::array<std::uint64_t, kHeaderWords - 1> words;
                for (std::size_t i = 0; i < words.size(); ++i)
                    words[i] = record[i + 1].load(std::memory_order_relaxed);
                Header header;
                std::memcpy(static_cast<void*>(&header), words.data(), sizeof header);
                const std::size_t text = std::size_t{header.aor} + header.uri + header.path;
                const std::size_t fits = (kWords[(handle & 3) - 1] - kHeaderWords) * 8;
                for (std::size_t i = 0; text <= fits && i < (text + 7) / 8; ++i)
                    room[i] = record[kHeaderWords + i].load(std::memory_order_relaxed);
                std::atomic_thread_fence(std::memory_order_acquire);
                // Written meanwhile, or given to another address: look anew.
                moved = (sequence & 1) != 0 || record[0].load(std::memory_order_relaxed) != sequence ||
                        slot.load(std::memory_order_relaxed) != value || text > fits;
                if (moved) break;
                const auto* bytes = reinterpret_cast<const char*>(room.data());
                if (header.aor != aor.size() || std::memcmp(bytes, aor.data(), aor.size()) != 0) continue;
                out = {.uri = {bytes + header.aor, header.uri},
                       .path = {bytes + header.aor + header.uri, header.path},
                       .listener = header.listener,
                       .remote = {header.address, header.port},
                       .datagram = header.datagram != 0,
                       .expires = Nanoseconds{header.seconds} * kSecond};
                return true;
            }
            if (!moved && bucket.passed.load(std::memory_order_acquire) == 0) return false;
        }
        if (!moved) return false;
    }
    return false;
}

std::size_t Locations::octets() const {
    std::size_t sum = sizeof(Pool) * kClasses;
    for (const auto& index : indexes_) sum += (index->mask + 1) * sizeof(Bucket);
    for (std::size_t c = 0; c < kClasses; ++c)
        sum += (pools_[c].used + kChunk - 1) / kChunk * kChunk * kWords[c] * 8 + pools_[c].free.capacity() * 4;
    return sum;
}

}  // namespace strowger::tables
