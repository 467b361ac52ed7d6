// How a binding and its address of record lie in the location table. Private to location.cpp and its tests.
#pragma once

#include <cstdint>
#include <string_view>

#include "net/flow.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::registrar {

// Text follows: the AoR. Links are slab handles.
struct AddressRecord {
    std::uint32_t next = 0;  // in its hash chain
    std::uint32_t first_binding = 0;
    std::uint32_t tenant = 0;  // interned
    std::uint16_t length = 0;
    [[nodiscard]] char* text() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] std::string_view aor() const { return {reinterpret_cast<const char*>(this + 1), length}; }
    [[nodiscard]] std::size_t size() const { return sizeof *this + length; }
};
static_assert(sizeof(AddressRecord) == 16);

// Text follows: contact, parameters, Call-ID, path.
struct BindingRecord {
    std::int64_t id = 0;
    Nanoseconds expires = 0;
    std::uint64_t connection = 0;
    wire::Endpoint remote;  // 18
    RealmId realm{};
    std::uint32_t next_by_id = 0;
    std::uint32_t next_by_source = 0;
    std::uint32_t previous_by_source = 0;
    std::uint32_t next_of_address = 0;
    std::uint32_t address = 0;
    std::uint32_t next_expiring = 0;
    std::uint32_t previous_expiring = 0;
    std::uint32_t cseq = 0;
    std::uint32_t branch = 0;
    std::uint32_t updated = 0;     // unix time, seconds: until 2106
    std::uint32_t user_agent = 0;  // interned
    std::uint32_t local = 0;       // interned
    ListenerId listener{};
    std::uint16_t q = 0;
    std::uint16_t flags = 0;
    std::uint16_t contact_length = 0;
    std::uint16_t parameters_length = 0;
    std::uint16_t call_id_length = 0;
    std::uint16_t path_length = 0;
    WorkerId worker{};
    net::TransportKind transport{};

    [[nodiscard]] char* text() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] std::size_t text_length() const {
        return std::size_t{contact_length} + parameters_length + call_id_length + path_length;
    }
    [[nodiscard]] std::size_t size() const { return sizeof *this + text_length(); }
};
static_assert(sizeof(BindingRecord) <= 112);

}  // namespace strowger::registrar
