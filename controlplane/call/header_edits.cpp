#include "call/header_edits.hpp"

#include <algorithm>
#include <deque>
#include <string_view>

#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;
using wire::same_token;

constexpr std::size_t kLongestValue = 4'096;

struct Field {
    std::string_view name;
    std::string_view value;
    HeaderId id = HeaderId::other;
};

// One line whatever came: a folded value has line breaks inside.
std::string on_one_line(std::string text) {
    for (char& c : text)
        if (c == '\r' || c == '\n' || c == '\0') c = ' ';
    return text;
}

class Editor {
  public:
    explicit Editor(const wire::SipMessage& message) : message_(message) {
        const auto& view = message.view();
        fields_.reserve(view.header_count + 8u);
        for (std::size_t i = 0; i < view.header_count; ++i)
            fields_.push_back(
                {message.text(view.headers[i].name), message.text(view.headers[i].value), view.headers[i].id});
    }

    void carry_out(const HeaderEdit& edit) {
        pattern::Groups groups{};
        if (!concerns(edit) || !holds(edit, groups)) return;
        switch (edit.action) {
            case model::HeaderAction::add:
                if (const auto* value = keep(pattern::expand(edit.value, groups))) add(edit.header, *value);
                return;
            case model::HeaderAction::remove:
                changed_ |= std::erase_if(fields_, [&](const Field& f) { return is(f, edit.header); }) != 0;
                return;
            case model::HeaderAction::replace:
                return replace(edit, groups);
            case model::HeaderAction::copy: {
                const auto before = fields_;
                for (const Field& field : before)
                    if (is(field, edit.source)) add(edit.header, field.value);
                return;
            }
        }
    }

    [[nodiscard]] bool changed() const { return changed_; }

    // False: it has grown too long.
    bool write(std::string& out) const {
        const auto& view = message_.view();
        const auto head = message_.text({0, view.head_length});
        const auto start = head.find_first_not_of("\r\n");
        std::string text(head.substr(start, head.find('\n', start) + 1 - start));
        for (const Field& field : fields_) {
            text += field.name;
            text += ": ";
            text += field.value;
            text += "\r\n";
        }
        text += "\r\n";
        text += message_.body();
        if (text.size() > wire::kMaxMessage) return false;
        out = std::move(text);
        return true;
    }

  private:
    static bool is(const Field& field, std::string_view name) {
        const auto id = wire::header_of(name);
        return id != HeaderId::other ? field.id == id : field.id == HeaderId::other && same_token(field.name, name);
    }

    [[nodiscard]] bool concerns(const HeaderEdit& edit) const {
        if (edit.messages != model::Messages::both &&
            (edit.messages == model::Messages::requests) != message_.is_request())
            return false;
        const auto& view = message_.view();
        const auto named = wire::method_name(view.method);
        const auto method = named.empty() ? message_.method_text() : named;
        return edit.methods.empty() || std::find(edit.methods.begin(), edit.methods.end(), method) != edit.methods.end();
    }

    [[nodiscard]] bool holds(const HeaderEdit& edit, pattern::Groups& groups) const {
        const auto has = [&](std::string_view name) {
            return std::any_of(fields_.begin(), fields_.end(), [&](const Field& f) { return is(f, name); });
        };
        if (!edit.unless_header.empty() && has(edit.unless_header)) return false;
        if (edit.if_header.empty()) return true;
        for (const Field& field : fields_) {
            if (!is(field, edit.if_header)) continue;
            groups[0] = field.value;
            if (edit.if_matches == nullptr || edit.if_matches->matches(field.value, &groups)) return true;
        }
        return false;
    }

    // nullptr: it is too long.
    const std::string* keep(std::string value) {
        if (value.size() > kLongestValue) return nullptr;
        return &kept_.emplace_back(on_one_line(std::move(value)));
    }

    void add(std::string_view name, std::string_view value) {
        if (fields_.size() >= wire::kMaxHeaders) return;
        fields_.push_back({name, value, wire::header_of(name)});
        changed_ = true;
    }

    void replace(const HeaderEdit& edit, const pattern::Groups& groups) {
        const auto first =
            std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return is(f, edit.header); });
        if (first == fields_.end()) return;
        const auto* value = keep(pattern::expand(edit.value, groups));
        if (value == nullptr) return;
        first->value = *value;
        fields_.erase(std::remove_if(first + 1, fields_.end(), [&](const Field& f) { return is(f, edit.header); }),
                      fields_.end());
        changed_ = true;
    }

    const wire::SipMessage& message_;
    std::vector<Field> fields_;
    std::deque<std::string> kept_;  // referred to by fields
    bool changed_ = false;
};

}  // namespace

bool edit(const HeaderEdits& edits, const wire::SipMessage& message, std::string& out) {
    if (edits.empty()) return false;
    Editor editor(message);
    for (const auto& edit : edits) editor.carry_out(*edit);
    return editor.changed() && editor.write(out);
}

}  // namespace strowger::call
