// Linear hashing (Litwin 1980) over records that carry their own chain link: grows one bucket an insertion,
// so that a table of millions never stops to be rehashed. Buckets are 4 bytes; about one record a bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace strowger::registrar {

// Access gives: std::uint64_t hash(Handle), Handle& next(Handle). Handle 0 ends a chain. With Handle&
// previous(Handle), too, records of one hash are removed at once, however many there are.
template <typename Access>
class LinearHash {
  public:
    using Handle = std::uint32_t;
    explicit LinearHash(Access access) : access_(access) {
        segments_.push_back(std::make_unique<Handle[]>(kSegment));
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t buckets() const { return buckets_; }
    [[nodiscard]] std::size_t octets() const { return segments_.size() * kSegment * sizeof(Handle); }
    // First of the chain that holds all records with this hash, and others.
    [[nodiscard]] Handle first(std::uint64_t hash) const {
        return const_cast<LinearHash*>(this)->head(bucket_of(hash));
    }
    [[nodiscard]] Handle first_of_bucket(std::size_t bucket) const {
        return const_cast<LinearHash*>(this)->head(bucket);
    }

    void insert(Handle record) {
        push(record);
        ++size_;
        if (size_ > buckets_) split();
    }
    void remove(Handle record) {
        --size_;
        if constexpr (requires { access_.previous(record); }) {
            const Handle before = access_.previous(record);
            const Handle after = access_.next(record);
            if (after != 0) access_.previous(after) = before;
            (before != 0 ? access_.next(before) : head(bucket_of(access_.hash(record)))) = after;
        } else {
            Handle* at = &head(bucket_of(access_.hash(record)));
            while (*at != record) at = &access_.next(*at);
            *at = access_.next(record);
        }
    }

  private:
    static constexpr std::size_t kSegment = 4096;

    Handle& head(std::size_t bucket) { return segments_[bucket / kSegment][bucket % kSegment]; }
    void push(Handle record) {
        Handle& at = head(bucket_of(access_.hash(record)));
        if constexpr (requires { access_.previous(record); }) {
            access_.previous(record) = 0;
            if (at != 0) access_.previous(at) = record;
        }
        access_.next(record) = at;
        at = record;
    }
    // Buckets below buckets_ - level_ were split: they take one bit more.
    [[nodiscard]] std::size_t bucket_of(std::uint64_t hash) const {
        const std::size_t bucket = hash & (2 * level_ - 1);
        return bucket < buckets_ ? bucket : hash & (level_ - 1);
    }
    void split() {
        if (buckets_ == 2 * level_) level_ *= 2;
        const std::size_t from = buckets_ - level_;
        if (buckets_ % kSegment == 0) segments_.push_back(std::make_unique<Handle[]>(kSegment));
        Handle chain = head(from);
        head(from) = 0;
        ++buckets_;
        while (chain != 0) {
            const Handle record = chain;
            chain = access_.next(record);
            push(record);
        }
    }

    Access access_;
    std::vector<std::unique_ptr<Handle[]>> segments_;
    std::size_t level_ = kSegment;  // power of two; level_ <= buckets_ <= 2 * level_
    std::size_t buckets_ = kSegment;
    std::size_t size_ = 0;
};

}  // namespace strowger::registrar
