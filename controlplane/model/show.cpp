#include "model/show.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/values.hpp"

namespace strowger::model {

namespace {

template <typename T>
std::vector<std::string> texts_of(const T& value, Secrets) {
    std::string text = write(value);
    if (text.empty()) return {};
    return {std::move(text)};
}
std::vector<std::string> texts_of(const Secret& value, Secrets secrets) {
    if (value.empty()) return {};
    return {secrets == Secrets::reveal ? value.value : std::string(kHidden)};
}
template <typename T>
std::vector<std::string> texts_of(const std::vector<T>& values, Secrets) {
    std::vector<std::string> texts;
    texts.reserve(values.size());
    for (const T& value : values) texts.push_back(write(value));
    return texts;
}

template <typename Resource>
void show_each(const ByName<Resource>& collection, Secrets secrets, std::vector<ShownResource>& out) {
    for (const auto& [name, resource] : collection) out.push_back(show(name, resource, secrets));
}

// Plain where no YAML reader could take it for anything else.
std::string quoted(const std::string& text) {
    const bool plain = !text.empty() && text.front() != '-' && text.front() != '.' && text != "null" &&
                       text != "Null" && text != "NULL" && std::ranges::all_of(text, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') ||
                                  std::string_view("_-./+").find(c) != std::string_view::npos;
                       });
    if (plain) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string yaml_value(const ShownOption& option) {
    if (!option.list) return option.values.empty() ? "\"\"" : quoted(option.values.front());
    std::vector<std::string> entries;
    for (const std::string& value : option.values) entries.push_back(quoted(value));
    return fmt::format("[{}]", fmt::join(entries, ", "));
}

}  // namespace

template <typename Resource>
ShownResource show(const std::string& name, const Resource& resource, Secrets secrets) {
    static const Resource defaults{};
    ShownResource shown{.kind = Schema<Resource>::kind, .name = name, .options = {}};
    each_option<Resource>([&](const OptionRow& row, auto member) {
        using Value = std::remove_cvref_t<decltype(resource.*member)>;
        shown.options.push_back({.name = row.name,
                                 .list = kIsList<Value>,
                                 .set = !(resource.*member == defaults.*member),
                                 .values = texts_of(resource.*member, secrets)});
    });
    return shown;
}

#define SINGLETON(kind, Type, help) template ShownResource show(const std::string&, const Type&, Secrets);
#define KIND(kind, Type, plural, help) template ShownResource show(const std::string&, const Type&, Secrets);
#include "strowger/config.def"

std::optional<ShownResource> show(const Model& model, Kind kind, const std::string& name, Secrets secrets) {
    const auto from = [&](const auto& collection) -> std::optional<ShownResource> {
        const auto found = collection.find(name);
        if (found == collection.end()) return std::nullopt;
        return show(name, found->second, secrets);
    };
    switch (kind) {
#define SINGLETON(kind_name, Type, help) \
    case Kind::kind_name:                \
        return show(name, model.kind_name, secrets);
#define KIND(kind_name, Type, plural, help) \
    case Kind::kind_name:                   \
        return from(model.plural);
#include "strowger/config.def"
        case Kind::count_:
            break;
    }
    return std::nullopt;
}

std::vector<ShownResource> show_kind(const Model& model, Kind kind, Secrets secrets) {
    std::vector<ShownResource> shown;
    switch (kind) {
#define SINGLETON(kind_name, Type, help)                     \
    case Kind::kind_name:                                    \
        shown.push_back(show("", model.kind_name, secrets)); \
        break;
#define KIND(kind_name, Type, plural, help)      \
    case Kind::kind_name:                        \
        show_each(model.plural, secrets, shown); \
        break;
#include "strowger/config.def"
        case Kind::count_:
            break;
    }
    return shown;
}

std::vector<ShownResource> show_all(const Model& model, Secrets secrets) {
    std::vector<ShownResource> all;
    for (const KindRow& row : kinds()) {
        for (ShownResource& shown : show_kind(model, row.kind, secrets)) {
            const bool declared = !row.singleton || std::ranges::any_of(shown.options, &ShownOption::set);
            if (declared) all.push_back(std::move(shown));
        }
    }
    return all;
}

std::string yaml_of(const ShownResource& resource) {
    std::string text = fmt::format("kind: {}\n", name_of(resource.kind));
    if (!resource.name.empty()) text += fmt::format("name: {}\n", quoted(resource.name));
    for (const ShownOption& option : resource.options)
        if (option.set) text += fmt::format("{}: {}\n", option.name, yaml_value(option));
    return text;
}

std::string yaml_of(const std::vector<ShownResource>& resources) {
    std::string text;
    for (const ShownResource& resource : resources) {
        if (!text.empty()) text += "---\n";
        text += yaml_of(resource);
    }
    return text;
}

ShownResource show_defaults(Kind kind) {
    switch (kind) {
#define SINGLETON(kind_name, Type, help) \
    case Kind::kind_name:                \
        return show("", Type{}, Secrets::hide);
#define KIND(kind_name, Type, plural, help) \
    case Kind::kind_name:                   \
        return show("", Type{}, Secrets::hide);
#include "strowger/config.def"
        case Kind::count_:
            break;
    }
    return {};
}

std::string default_text(Kind kind, std::string_view option) {
    for (const ShownOption& shown : show_defaults(kind).options)
        if (shown.name == option) return fmt::format("{}", fmt::join(shown.values, ", "));
    return {};
}

}  // namespace strowger::model
