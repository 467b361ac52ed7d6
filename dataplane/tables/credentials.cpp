#include "strowger/tables/credentials.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>

namespace strowger::tables {

using digest::Algorithm;
using digest::Hash;

std::uint16_t Credentials::add_domain(Domain domain) {
    if (domains_.size() == kNoDomain) return kNoDomain;
    domains_.push_back(std::move(domain));
    return static_cast<std::uint16_t>(domains_.size() - 1);
}

bool Credentials::add(const Declared& subscriber) {
    constexpr std::size_t kLongest = 0xffff;
    const std::size_t text = subscriber.user.size() + subscriber.password.size();
    if (subscriber.user.size() > kLongest || subscriber.password.size() > kLongest ||
        texts_.size() + text > std::numeric_limits<std::uint32_t>::max())
        return false;
    Row row{.text = static_cast<std::uint32_t>(texts_.size()),
            .user_length = static_cast<std::uint16_t>(subscriber.user.size()),
            .password_length = static_cast<std::uint16_t>(subscriber.password.size()),
            .tenant = subscriber.tenant,
            .home = subscriber.home,
            .home_only = subscriber.home_only};
    texts_ += subscriber.user;
    texts_ += subscriber.password;
    if (subscriber.md5 || subscriber.sha256) {
        hashes_.push_back({{subscriber.md5, subscriber.sha256}});
        row.hashes = static_cast<std::uint32_t>(hashes_.size());
    }
    if (subscriber.digits == 0)
        rows_.push_back(row);
    else
        ranges_.push_back({subscriber.first, subscriber.last, subscriber.digits, row});
    return true;
}

void Credentials::seal(const HashKey& key) {
    key_ = key;
    std::vector<std::pair<std::string, std::uint32_t>> names;
    for (std::size_t i = 0; i < domains_.size(); ++i)
        names.emplace_back(domains_[i].name, static_cast<std::uint32_t>(i));
    by_name_.build(std::move(names), key);
    // Without exceptions shrink_to_fit() does nothing.
    texts_ = std::string(texts_.data(), texts_.size());
    rows_ = std::vector<Row>(rows_.begin(), rows_.end());
    slots_.assign(std::bit_ceil(rows_.size() + rows_.size() / 3 + 1), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        // Of equal names the one before is met first.
        std::size_t slot = hash_of(rows_[i].tenant, user_of(rows_[i])) & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

std::uint16_t Credentials::find_domain(std::string_view host) const noexcept {
    std::array<char, 256> room;
    if (host.empty() || host.size() > room.size()) return kNoDomain;
    std::transform(host.begin(), host.end(), room.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::uint32_t found = by_name_.find({room.data(), host.size()});
    return found == TextTable::kAbsent ? kNoDomain : static_cast<std::uint16_t>(found);
}

Credentials::Account Credentials::find(std::uint16_t domain, std::string_view user) const noexcept {
    Account out;
    if (domain >= domains_.size() || slots_.empty()) return out;
    const std::uint16_t tenant = domains_[domain].tenant;
    const auto reached = [&](const Row& row) {
        if (!row.home_only || row.home == domain) {
            out.table_ = this;
            out.row_ = &row;
        }
        return out;
    };
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash_of(tenant, user) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const Row& row = rows_[slots_[slot] - 1];
        if (row.tenant == tenant && user_of(row) == user) return reached(row);
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), number);
    if (user.empty() || error != std::errc{} || end != user.data() + user.size()) return out;
    for (const Range& range : ranges_)
        if (range.row.tenant == tenant && range.digits == user.size() && number >= range.first &&
            number <= range.last)
            return reached(range.row);
    return out;
}

bool Credentials::Account::has(Algorithm algorithm) const {
    return row_->password_length != 0 ||
           (row_->hashes != 0 &&
            table_->hashes_[row_->hashes - 1].of[static_cast<std::size_t>(algorithm)].has_value());
}

bool Credentials::Account::ha1(Algorithm algorithm, std::string_view user, bool qualified,
                               Hash& out) const noexcept {
    // A configured hash goes before the password; it is of the bare name.
    if (!qualified && row_->hashes != 0) {
        const auto& hash = table_->hashes_[row_->hashes - 1].of[static_cast<std::size_t>(algorithm)];
        if (hash) {
            out = *hash;
            return true;
        }
    }
    if (row_->password_length == 0) return false;
    const std::string_view realm = table_->domains_[row_->home].name;
    std::array<char, 512> room;
    std::string_view name = user;
    if (qualified) {
        if (user.size() + 1 + realm.size() > room.size()) return false;
        char* at = std::copy(user.begin(), user.end(), room.data());
        *at++ = '@';
        at = std::copy(realm.begin(), realm.end(), at);
        name = {room.data(), static_cast<std::size_t>(at - room.data())};
    }
    out = digest::ha1_of(algorithm, name, realm, table_->password_of(*row_), user);
    return true;
}

std::size_t Credentials::octets() const {
    return texts_.capacity() + rows_.capacity() * sizeof(Row) + slots_.capacity() * sizeof(std::uint32_t) +
           ranges_.capacity() * sizeof(Range) + hashes_.capacity() * sizeof(Hashes);
}

std::string_view Credentials::user_of(const Row& row) const {
    return std::string_view(texts_).substr(row.text, row.user_length);
}

std::string_view Credentials::password_of(const Row& row) const {
    return std::string_view(texts_).substr(row.text + row.user_length, row.password_length);
}

std::uint64_t Credentials::hash_of(std::uint16_t tenant, std::string_view user) const noexcept {
    return SipHash(key_).add(std::uint64_t{tenant}).add(user).finish();
}

}  // namespace strowger::tables
