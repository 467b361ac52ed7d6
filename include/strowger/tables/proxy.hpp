// What the stateless proxy knows (RFC 3261 16.11): whose messages it may forward, the keys of its tokens, and
// where things go. Part of the snapshot.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/aes128.hpp"
#include "strowger/ids.hpp"
#include "strowger/siphash.hpp"
#include "strowger/tables/dialplan.hpp"
#include "strowger/tables/domains.hpp"
#include "strowger/tables/locations.hpp"
#include "strowger/tables/text_table.hpp"
#include "strowger/tables/trunks.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// A key of branch and Record-Route tokens. `id` (0-15) is written into the token. What hides one side from the other
// is sealed under two keys that are derived from it.
struct TokenKey {
    TokenKey() = default;
    TokenKey(std::uint8_t number, bool is_valid, const HashKey& secret) noexcept;

    std::uint8_t id = 0;
    bool valid = false;
    HashKey key{};
    HashKey seal_hash{};
    Aes128 seal_cipher;
};

// Calls from `prefix` are a trunk's.
struct ProxySource {
    wire::Prefix prefix;
    TrunkId trunk{};
    std::uint16_t tenant = 0;
    bool stateless = false;
    bool hides = false;  // as ProxyRealm's
};

// Whether requests to peers of a realm go where their own came from.
enum class ProxyNat : std::uint8_t {
    off,    // always to the Contact
    auto_,  // when the Contact is a private address or a name
    on,
};

struct ProxyRealm {
    bool stateless = false;
    bool trusted = false;
    bool hides = false;  // messages of stateless calls that leave here show nothing of the other side
    bool registered_callers = false;  // without digest, a caller is known by where it registered from
    ProxyNat nat = ProxyNat::auto_;
    std::uint16_t tenant = 0;
    std::uint16_t default_domain = Domains::kNoDomain;  // of requests that carry one of our addresses
    ListenerId listener_v4 = kNone<ListenerId>;         // that requests leave from
    ListenerId listener_v6 = kNone<ListenerId>;
    std::vector<ProxySource> sources;         // longest prefix first
    std::vector<std::string> remove_headers;  // of messages that leave here

    [[nodiscard]] ListenerId listener(bool v4) const { return v4 ? listener_v4 : listener_v6; }
    // Whether what leaves to a peer there shows nothing of the other side: its trunk's word, else the realm's.
    [[nodiscard]] bool hides_from(const wire::IpAddress& peer) const noexcept {
        for (const ProxySource& trunk : sources)
            if (trunk.prefix.contains(peer)) return trunk.hides;
        return hides;
    }
};

// A registration as the worker finds its caller: realm, source and address of record in one text.
class CallerKey {
  public:
    CallerKey(RealmId realm, const wire::Endpoint& source, std::string_view aor) noexcept {
        if (aor.size() > text_.size() - kHead) return;
        std::memcpy(text_.data(), &realm, sizeof realm);
        std::memcpy(text_.data() + sizeof realm, &source, sizeof source);
        if (!aor.empty()) std::memcpy(text_.data() + kHead, aor.data(), aor.size());
        length_ = kHead + aor.size();
    }
    // Empty: the address of record is too long.
    [[nodiscard]] std::string_view text() const { return {text_.data(), length_}; }

  private:
    static constexpr std::size_t kHead = sizeof(RealmId) + sizeof(wire::Endpoint);
    std::array<char, 320> text_;
    std::size_t length_ = 0;
};

struct Proxy {
    bool enabled = false;  // some realm or trunk is stateless
    std::uint16_t retry_after_s = 5;
    std::array<TokenKey, 2> keys;    // [0] signs, both are believed
    HashKey choice_key{};            // of the choice of trunk targets; the same over restarts
    std::vector<ProxyRealm> realms;  // by RealmId
    std::vector<Trunk> trunks;       // by TrunkId
    TextTable trunk_domains;         // to TrunkId
    // Of the configuration alone: tables that differ in something else share them.
    std::shared_ptr<const Domains> domains = std::make_shared<Domains>();
    std::shared_ptr<const Dialplan> dialplan = std::make_shared<Dialplan>();
    std::shared_ptr<const Locations> locations;
    std::shared_ptr<const Locations> callers;  // by CallerKey

    // A listener's name in tokens: a hash of realm and address, the same after a restart.
    void name_listener(ListenerId listener, std::uint32_t tag, const wire::Endpoint& local);
    // kNone: there is no such listener any more.
    [[nodiscard]] ListenerId listener_of(std::uint32_t tag) const noexcept;
    [[nodiscard]] std::uint32_t tag_of(ListenerId listener) const noexcept {
        return index(listener) < names_.size() ? names_[index(listener)].tag : 0;
    }
    // Its address and port as Via and URIs write them; of a named one.
    [[nodiscard]] std::string_view text_of(ListenerId listener) const noexcept {
        return names_[index(listener)].text;
    }

  private:
    struct Name {
        std::uint32_t tag = 0;  // 0: no such listener
        std::string text;
    };
    std::vector<Name> names_;  // by ListenerId
};

}  // namespace strowger::tables
