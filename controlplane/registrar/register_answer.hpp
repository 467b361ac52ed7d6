// The header lines of a REGISTER's 200 (RFC 3261 10.3 item 8).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "registrar/binding.hpp"

namespace strowger::registrar {

// Appends Contact for each binding with the seconds that it has left (rounded up), Path, and Require:
// outbound where it was used.
void append_answer(std::span<const Binding> bindings, std::string_view path, Nanoseconds now,
                   std::string& out);

// "Date: Sat, 13 Nov 2010 23:29:00 GMT" (20.17), with CRLF.
void append_date(std::int64_t unix_now, std::string& out);

}  // namespace strowger::registrar
