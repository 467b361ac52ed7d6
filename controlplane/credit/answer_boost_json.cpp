#include <algorithm>
#include <boost/json.hpp>

#include "credit/credit.hpp"

namespace strowger::credit {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLongestGrant = 30 * 86'400;
constexpr std::size_t kLongestRate = 64;

// A whole number that is not negative, also when it is written 120.0.
bool read_number(const json::value& value, std::uint64_t& out) {
    if (value.is_int64() && value.get_int64() >= 0) {
        out = static_cast<std::uint64_t>(value.get_int64());
    } else if (value.is_uint64()) {
        out = value.get_uint64();
    } else if (value.is_double() && value.get_double() >= 0 && value.get_double() < 1e15) {
        out = static_cast<std::uint64_t>(value.get_double());
    } else {
        return false;
    }
    return true;
}

}  // namespace

Answer read_answer(std::string_view text) {
    Answer out;
    json::error_code error;
    const json::value value = json::parse(text, error);
    const json::object* object = error ? nullptr : value.if_object();
    const json::value* grant = object == nullptr ? nullptr : object->if_contains("grant_s");
    std::uint64_t seconds = 0;
    if (grant == nullptr || !read_number(*grant, seconds)) {
        out.why = "the body is no JSON object with grant_s, a number of seconds";
        return out;
    }
    out.answered = true;
    out.grant_s = static_cast<std::uint32_t>(std::min(seconds, kLongestGrant));
    if (const json::value* rate = object->if_contains("rate"); rate != nullptr && rate->is_string())
        out.rate = rate->get_string().subview(0, std::min(kLongestRate, rate->get_string().size()));
    std::uint64_t code = 0;
    if (const json::value* given = object->if_contains("code");
        given != nullptr && read_number(*given, code) && code >= 400 && code < 700)
        out.code = static_cast<std::uint16_t>(code);
    return out;
}

}  // namespace strowger::credit
