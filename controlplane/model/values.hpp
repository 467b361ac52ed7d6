// Text to value and back, for every value type of an option: what a file says and what `get` shows are one
// language.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/bounds.hpp"
#include "model/types.hpp"

namespace strowger::model {

// read(text, bounds, out): empty when `out` was set; otherwise what is allowed, as the end of a sentence that
// starts with the offending text ("from 0 to 4094").
using Complaint = std::string;

Complaint read(std::string_view text, const Bounds& bounds, bool& out);
Complaint read(std::string_view text, const Bounds& bounds, std::uint16_t& out);
Complaint read(std::string_view text, const Bounds& bounds, std::uint32_t& out);
Complaint read(std::string_view text, const Bounds& bounds, Duration& out);
Complaint read(std::string_view text, const Bounds& bounds, Decimal& out);
Complaint read(std::string_view text, const Bounds& bounds, std::string& out);
Complaint read(std::string_view text, const Bounds& bounds, Secret& out);
Complaint read(std::string_view text, const Bounds& bounds, wire::IpAddress& out);
Complaint read(std::string_view text, const Bounds& bounds, wire::Endpoint& out);
Complaint read(std::string_view text, const Bounds& bounds, wire::Prefix& out);
Complaint read(std::string_view text, const Bounds& bounds, PortRange& out);
Complaint read(std::string_view text, const Bounds& bounds, UserRange& out);
Complaint read(std::string_view text, const Bounds& bounds, Listener& out);
Complaint read(std::string_view text, const Bounds& bounds, Target& out);
Complaint read(std::string_view text, const Bounds& bounds, Destination& out);
Complaint read(std::string_view text, const Bounds& bounds, Member& out);
Complaint read(std::string_view text, const Bounds& bounds, OpenHours& out);
Complaint read(std::string_view text, const Bounds& bounds, TrunkMember& out);
Complaint read(std::string_view text, const Bounds& bounds, Date& out);
Complaint read(std::string_view text, const Bounds& bounds, Pattern& out);
Complaint read(std::string_view text, const Bounds& bounds, Rewrite& out);
Complaint read(std::string_view text, const Bounds& bounds, FeatureCode& out);

// "2-5,8": appends each number.
Complaint read_numbers(std::string_view text, const Bounds& bounds, Numbers& out);

// "one of a, b, c", with the likely one first when `text` is close to it.
[[nodiscard]] Complaint one_of(std::string_view text, const std::string_view* names, std::size_t count);

template <typename E>
requires std::is_enum_v<E> Complaint read(std::string_view text, const Bounds&, E& out) {
    constexpr auto& names = EnumNames<E>::values;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) {
            out = static_cast<E>(i);
            return {};
        }
    return one_of(text, names.data(), names.size());
}

// The form of a resource's name: "" or a complaint.
[[nodiscard]] Complaint check_name(std::string_view text);

template <Kind K>
Complaint read(std::string_view text, const Bounds&, Ref<K>& out) {
    if (auto complaint = check_name(text); !complaint.empty()) return complaint;
    out.name = text;
    return {};
}

template <typename T>
Complaint read(std::string_view text, const Bounds& bounds, std::optional<T>& out) {
    T value{};
    auto complaint = read(text, bounds, value);
    if (complaint.empty()) out = std::move(value);
    return complaint;
}

// The text that read() would take back. A secret is written in full: callers that show it use kHidden.
[[nodiscard]] std::string write(bool value);
[[nodiscard]] std::string write(std::uint16_t value);
[[nodiscard]] std::string write(std::uint32_t value);
[[nodiscard]] std::string write(Duration value);
[[nodiscard]] std::string write(Decimal value);
[[nodiscard]] std::string write(const std::string& value);
[[nodiscard]] std::string write(const Secret& value);
[[nodiscard]] std::string write(const wire::IpAddress& value);
[[nodiscard]] std::string write(const wire::Endpoint& value);
[[nodiscard]] std::string write(const wire::Prefix& value);
[[nodiscard]] std::string write(const PortRange& value);
[[nodiscard]] std::string write(const UserRange& value);
[[nodiscard]] std::string write(const Listener& value);
[[nodiscard]] std::string write(const Target& value);
[[nodiscard]] std::string write(const Destination& value);
[[nodiscard]] std::string write(const Member& value);
[[nodiscard]] std::string write(const OpenHours& value);
[[nodiscard]] std::string write(const TrunkMember& value);
[[nodiscard]] std::string write(const Date& value);
[[nodiscard]] std::string write(const Pattern& value);
[[nodiscard]] std::string write(const Rewrite& value);
[[nodiscard]] std::string write(const FeatureCode& value);
template <typename E>
requires std::is_enum_v<E> std::string write(E value) {
    return std::string(name_of(value));
}
template <Kind K>
std::string write(const Ref<K>& value) {
    return value.name;
}
template <typename T>
std::string write(const std::optional<T>& value) {
    return value ? write(*value) : std::string();
}

// Stands for a secret that is set. Applying it leaves the secret as it is.
inline constexpr std::string_view kHidden = "(hidden)";

template <typename T>
inline constexpr bool kIsList = false;
template <typename T>
inline constexpr bool kIsList<std::vector<T>> = true;

// "10m" lower-cased ASCII comparison for domains and header names.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace strowger::model
