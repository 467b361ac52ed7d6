// The operator's domains and subscribers as digest authentication asks for them: whose is this name, and what
// must it prove. Written by the control plane before publish; read-only after, and shared by all tables until
// a subscriber or a tenant changes. Ranges stay ranges; a subscriber by name takes 20 bytes, its texts and 4
// to 8 bytes of index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/digest/hash.hpp"
#include "strowger/siphash.hpp"
#include "strowger/tables/text_table.hpp"

namespace strowger::tables {

class Credentials {
  public:
    static constexpr std::uint16_t kNoDomain = 0xffff;

    struct Domain {
        std::string name;  // lower case
        std::uint16_t tenant = 0;
        std::uint16_t realm =
            0;  // domain of challenges to users that have none of their own: the tenant's first
    };
    // A declared subscriber, alone or a range.
    struct Declared {
        std::string_view user;    // of one alone
        std::uint64_t first = 0;  // of a range: first..last, written with `digits` digits
        std::uint64_t last = 0;
        std::uint8_t digits = 0;  // 0: one alone
        std::uint16_t tenant = 0;
        std::uint16_t home = 0;           // Domain of its address of record
        bool home_only = false;           // known at no other domain of the tenant
        std::string_view password;        // "{user}" stands for the user; empty: there are hashes
        std::optional<digest::Hash> md5;  // H(A1)
        std::optional<digest::Hash> sha256;
    };

    // In the order in which they count: of two names, or two ranges that hold a number, the first. Domains go
    // before the subscribers that live there, and seal() after all. False: no room (2^32 bytes of texts), or
    // texts too long.
    std::uint16_t add_domain(Domain domain);
    bool add(const Declared& subscriber);
    void seal(const HashKey& key);

    // Any case. kNoDomain: not ours.
    [[nodiscard]] std::uint16_t find_domain(std::string_view host) const noexcept;
    [[nodiscard]] const Domain& domain(std::uint16_t id) const { return domains_[id]; }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::size_t octets() const;

    // A subscriber as it is kept.
    struct Row {
        std::uint32_t text = 0;  // in texts_: user, then password
        std::uint16_t user_length = 0;
        std::uint16_t password_length = 0;
        std::uint32_t hashes = 0;  // 1 + index in hashes_; 0: none
        std::uint16_t tenant = 0;
        std::uint16_t home = 0;
        bool home_only = false;
    };

    // One that was found; valid as long as the table.
    class Account {
      public:
        explicit operator bool() const { return row_ != nullptr; }
        [[nodiscard]] std::uint16_t home() const { return row_->home; }
        [[nodiscard]] bool has(digest::Algorithm algorithm) const;
        // H(A1) of its name, or of name@home. False: there is none.
        bool ha1(digest::Algorithm algorithm, std::string_view user, bool qualified,
                 digest::Hash& out) const noexcept;

      private:
        friend class Credentials;
        const Credentials* table_ = nullptr;
        const Row* row_ = nullptr;
    };
    // `user` (unescaped) at a domain of ours.
    [[nodiscard]] Account find(std::uint16_t domain, std::string_view user) const noexcept;

  private:
    struct Range {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::uint8_t digits = 0;
        Row row;
    };
    struct Hashes {
        std::optional<digest::Hash> of[digest::kAlgorithms];
    };
    [[nodiscard]] std::string_view user_of(const Row& row) const;
    [[nodiscard]] std::string_view password_of(const Row& row) const;
    [[nodiscard]] std::uint64_t hash_of(std::uint16_t tenant, std::string_view user) const noexcept;

    HashKey key_{};
    std::vector<Domain> domains_;
    TextTable by_name_;
    std::string texts_;
    std::vector<Row> rows_;             // names
    std::vector<std::uint32_t> slots_;  // 1 + index in rows_; 0: empty
    std::vector<Range> ranges_;
    std::vector<Hashes> hashes_;
};

}  // namespace strowger::tables
