// Record data of NAPTR, SRV and address records, whatever a name server sends.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "resolver/records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace strowger::resolver;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto srv = parse_srv(text); srv && !srv->target.empty() && !host_name(srv->target))
        __builtin_trap();
    if (const auto naptr = parse_naptr(text); naptr && naptr->replacement.size() > 253) __builtin_trap();
    static_cast<void>(parse_address_record(Type::a, text));
    static_cast<void>(parse_address_record(Type::aaaa, text));
    if (const auto name = host_name(text); name && host_name(*name) != name) __builtin_trap();
    return 0;
}
