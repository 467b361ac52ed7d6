#include "config/bind.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/schema.hpp"
#include "model/suggest.hpp"
#include "model/values.hpp"

namespace strowger::config {

using model::Bounds;
using model::Kind;
using model::OptionRow;

namespace {

std::string shorten(std::string_view text) {
    if (text.empty()) return "\"\"";
    return text.size() <= 60 ? std::string(text) : std::string(text.substr(0, 57)) + "...";
}

// Reads the options of one resource and says what is wrong with them.
class Binder {
  public:
    Binder(const Document& document, Declared& out, std::vector<Problem>& problems)
        : document_(document), out_(out), problems_(problems) {}

    void resource(const RawResource& raw) {
        placed_ = false;
        place(raw);
        const RawOption* name = find(raw, "name");
        if (!placed_ && name != nullptr) out_.unplaced.insert(name->value.text);
    }

  private:
    void place(const RawResource& raw) {
        const RawOption* kind = find(raw, "kind");
        if (kind == nullptr)
            return complain(raw.line, "resource",
                            fmt::format("has no kind: add a line such as kind: realm ({})", kind_names()));
        const model::KindRow* row = scalar(kind->value) ? model::find_kind(kind->value.text) : nullptr;
        if (row == nullptr || row->name != kind->value.text) return unknown_kind(*kind);
        subject_ = row->name;
        switch (row->kind) {
#define SINGLETON(kind_name, Type, help) \
    case Kind::kind_name:                \
        return singleton(raw, *row, out_.resources.kind_name);
#define KIND(kind_name, Type, plural, help) \
    case Kind::kind_name:                   \
        return named(raw, *row, out_.resources.plural);
#include "strowger/config.def"
            case Kind::count_:
                return;
        }
    }

  private:
    static bool scalar(const RawValue& value) {
        return value.shape == RawValue::Shape::scalar && !value.null;
    }
    static const RawOption* find(const RawResource& raw, std::string_view key) {
        const auto found = std::ranges::find(raw.options, key, &RawOption::key);
        return found == raw.options.end() ? nullptr : &*found;
    }
    static std::string kind_names() {
        std::vector<std::string_view> names;
        for (const model::KindRow& row : model::kinds()) names.push_back(row.name);
        return fmt::format("kinds are {}", fmt::join(names, ", "));
    }

    void complain(int line, std::string subject, std::string allowed) {
        problems_.push_back({document_.file, line, std::move(subject), std::move(allowed)});
    }
    void complain_option(int line, std::string_view option, std::string_view text, std::string allowed) {
        complain(line,
                 text.empty() ? fmt::format("{}: {}", subject_, option)
                              : fmt::format("{}: {}: {}", subject_, option, shorten(text)),
                 std::move(allowed));
    }

    void unknown_kind(const RawOption& kind) {
        const auto& names = model::EnumNames<Kind>::values;
        complain(kind.line, fmt::format("kind: {}", shorten(kind.value.text)),
                 model::one_of(kind.value.text, names.data(), names.size()));
    }

    template <typename Resource>
    void singleton(const RawResource& raw, const model::KindRow& row, Resource& out) {
        if (const RawOption* name = find(raw, "name"))
            return complain_option(name->line, "name", name->value.text,
                                   "there is only one: remove this line");
        if (out_.has_system)
            return complain(raw.line, subject_, "declared twice: write its options in one resource");
        out_.has_system = true;
        options(raw, row, "", out);
    }

    template <typename Resource>
    void named(const RawResource& raw, const model::KindRow& row, model::ByName<Resource>& out) {
        const RawOption* name = find(raw, "name");
        if (name == nullptr)
            return complain(raw.line, subject_,
                            fmt::format("has no name: add a line such as name: my-{}", row.name));
        if (!scalar(name->value))
            return complain(name->line, fmt::format("{}: name", subject_), model::check_name(""));
        if (auto complaint = model::check_name(name->value.text); !complaint.empty())
            return complain_option(name->line, "name", name->value.text, std::move(complaint));
        subject_ = fmt::format("{} {}", row.name, name->value.text);
        if (const auto* first = out_.places.find(row.kind, name->value.text, "")) {
            placed_ = true;
            return complain(name->line, subject_,
                            fmt::format("declared twice: the first is in line {}", first->line));
        }
        Resource resource;
        resource.name = name->value.text;
        options(raw, row, resource.name, resource);
        out.emplace(resource.name, std::move(resource));
    }

    template <typename Resource>
    void options(const RawResource& raw, const model::KindRow& row, const std::string& name,
                 Resource& resource) {
        const std::size_t problems_before = problems_.size();
        placed_ = true;
        out_.places.add(row.kind, name, "", {document_.file, raw.line});
        for (const RawOption& option : raw.options) {
            if (option.key == "kind" || option.key == "name") continue;
            out_.places.add(row.kind, name, option.key, {document_.file, option.line});
            bool known = false;
            model::each_option<Resource>([&](const OptionRow& option_row, auto member) {
                if (option_row.name != option.key) return;
                known = true;
                read(option, option_row.bounds, resource.*member);
            });
            if (!known) unknown_option(option, row.kind);
        }
        model::each_option<Resource>([&](const OptionRow& option_row, auto) {
            if (option_row.bounds.required && find(raw, option_row.name) == nullptr)
                complain_option(raw.line, option_row.name, "",
                                fmt::format("is missing: {}", option_row.help));
        });
        if (problems_.size() != problems_before) out_.broken.emplace(row.kind, name);
    }

    void unknown_option(const RawOption& option, Kind kind) {
        std::vector<std::string_view> names;
        for (const OptionRow& row : model::options(kind)) names.push_back(row.name);
        complain_option(option.line, shorten(option.key), "",
                        fmt::format("no such option; {}a {} has {}", model::did_you_mean(option.key, names),
                                    model::row_of(kind).name, fmt::join(names, ", ")));
    }

    template <typename T>
    void read(const RawOption& option, const Bounds& bounds, T& out) {
        if (option.value.shape != RawValue::Shape::scalar)
            return complain_option(option.value.line, option.key, "a list", "one value is allowed here");
        if (option.value.null)
            return complain_option(option.line, option.key, "",
                                   "has no value: write one, or remove the line");
        if (auto complaint = read_scalar(option.value.text, bounds, out); !complaint.empty())
            complain_option(option.value.line, option.key, option.value.text, std::move(complaint));
    }
    template <typename T>
    static model::Complaint read_scalar(const std::string& text, const Bounds& bounds, T& out) {
        return model::read(text, bounds, out);
    }
    static model::Complaint read_scalar(const std::string& text, const Bounds& bounds, model::Secret& out) {
        if (text != model::kHidden) return model::read(text, bounds, out);
        out.value = text;
        return {};
    }

    void read(const RawOption& option, const Bounds& bounds, model::Numbers& out) {
        if (option.value.shape == RawValue::Shape::scalar && !option.value.null) {
            if (auto complaint = model::read_numbers(option.value.text, bounds, out); !complaint.empty())
                complain_option(option.value.line, option.key, option.value.text, std::move(complaint));
            return;
        }
        read_list(option, bounds, out);
    }
    template <typename T>
    void read(const RawOption& option, const Bounds& bounds, std::vector<T>& out) {
        read_list(option, bounds, out);
    }
    template <typename T>
    void read_list(const RawOption& option, const Bounds& bounds, std::vector<T>& out) {
        if (option.value.shape != RawValue::Shape::list)
            return complain_option(option.value.line, option.key, option.value.text,
                                   fmt::format("a list is needed: write {}: [{}]", option.key,
                                               option.value.null ? "..." : shorten(option.value.text)));
        if (option.value.items.size() < bounds.min_entries || option.value.items.size() > bounds.max_entries)
            return complain_option(
                option.value.line, option.key, fmt::format("{} entries", option.value.items.size()),
                fmt::format("from {} to {} are allowed", bounds.min_entries, bounds.max_entries));
        for (const RawValue& item : option.value.items) {
            T value{};
            auto complaint = item.null ? model::Complaint("an empty entry: write a value, or remove it")
                                       : model::read(item.text, bounds, value);
            if (complaint.empty() && std::ranges::find(out, value) != out.end())
                complaint = "written twice in this list";
            if (!complaint.empty()) {
                complain_option(item.line, option.key, item.text, std::move(complaint));
                continue;
            }
            out.push_back(std::move(value));
        }
    }

    const Document& document_;
    Declared& out_;
    std::vector<Problem>& problems_;
    std::string subject_;  // "realm access"
    bool placed_ = false;
};

}  // namespace

void Places::add(Kind kind, std::string_view name, std::string_view option, Place place) {
    places_.emplace(std::tuple(kind, std::string(name), std::string(option)), std::move(place));
}

const Places::Place* Places::find(Kind kind, std::string_view name, std::string_view option) const {
    auto found = places_.find(std::tuple(kind, std::string(name), std::string(option)));
    if (found == places_.end()) found = places_.find(std::tuple(kind, std::string(name), std::string()));
    return found == places_.end() ? nullptr : &found->second;
}

Declared bind(const Document& document, std::vector<Problem>& problems) {
    Declared declared;
    Binder binder(document, declared, problems);
    for (const RawResource& raw : document.resources) binder.resource(raw);
    return declared;
}

}  // namespace strowger::config
