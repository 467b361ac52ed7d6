#include "call/feature_settings.hpp"

#include <algorithm>

#include "model/values.hpp"

namespace strowger::call {
namespace {

constexpr std::string_view kPrefix = "features/";

std::size_t place(model::Feature feature) {
    return static_cast<std::size_t>(feature);
}

bool is_empty(const FeatureSettings::Values& values) {
    return std::none_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
}

// One line a feature: "forward_always=2001".
std::string text_of(const FeatureSettings::Values& values) {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) {
            out += model::name_of(static_cast<model::Feature>(i));
            out += '=';
            out += *values[i];
            out += '\n';
        }
    return out;
}

FeatureSettings::Values values_of(std::string_view text) {
    FeatureSettings::Values out;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto equals = line.find('=');
        const auto& names = model::EnumNames<model::Feature>::values;
        const auto at = std::find(names.begin(), names.end(), line.substr(0, equals));
        if (at != names.end() && equals != std::string_view::npos)
            out[static_cast<std::size_t>(at - names.begin())] = line.substr(equals + 1);
    }
    return out;
}

}  // namespace

std::size_t FeatureSettings::restore() {
    if (store_ == nullptr) return 0;
    store::Outcome outcome;
    for (const auto& [key, value] : store_->read_now(store::GetValues{std::string(kPrefix)}, outcome).values)
        if (auto values = values_of(value); !is_empty(values)) values_[key.substr(kPrefix.size())] = std::move(values);
    return values_.size();
}

bool FeatureSettings::set(const std::string& aor, model::Feature feature, FeatureValue value,
                          std::function<void(bool ok)> done) {
    if (store_ == nullptr) return false;
    // Each row has all settings of the subscriber: the next write must know of those on their way.
    const auto writing = written_.find(aor);
    const auto* committed = find(aor);
    Values next = writing != written_.end() ? writing->second : committed != nullptr ? *committed : Values{};
    next[place(feature)] = value;
    std::string key(kPrefix);
    key += aor;
    store::Batch batch;
    if (is_empty(next))
        batch.push_back(store::RemoveValue{std::move(key)});
    else
        batch.push_back(store::PutValue{std::move(key), text_of(next)});
    const auto committed_now = [this, aor, next, done = std::move(done)](const store::Outcome& outcome) {
        if (--on_the_way_[aor] == 0) {
            on_the_way_.erase(aor);
            written_.erase(aor);
        }
        if (outcome.ok()) {
            if (is_empty(next))
                values_.erase(aor);
            else
                values_[aor] = next;
        }
        done(outcome.ok());
    };
    if (!store_->submit(std::move(batch), committed_now)) return false;
    written_[aor] = next;
    ++on_the_way_[aor];
    return true;
}

const FeatureSettings::Values* FeatureSettings::find(std::string_view aor) const {
    const auto at = values_.find(aor);
    return at == values_.end() ? nullptr : &at->second;
}

FeatureValue FeatureSettings::find(std::string_view aor, model::Feature feature) const {
    const auto* values = find(aor);
    return values == nullptr ? FeatureValue{} : (*values)[place(feature)];
}

SubscriberPolicy FeatureSettings::effective(std::string_view aor, SubscriberPolicy declared) const {
    const auto* values = find(aor);
    if (values == nullptr) return declared;
    const auto flag = [&](model::Feature feature, bool& out) {
        if (const auto& value = (*values)[place(feature)]) out = *value == "on";
    };
    const auto destination = [&](model::Feature feature, model::Destination& out) {
        const auto& value = (*values)[place(feature)];
        if (!value) return;
        out = {};
        if (*value != "off") out.user = *value;
    };
    using model::Feature;
    flag(Feature::do_not_disturb, declared.do_not_disturb);
    flag(Feature::reject_anonymous, declared.reject_anonymous);
    destination(Feature::forward_always, declared.always);
    destination(Feature::forward_busy, declared.busy);
    destination(Feature::forward_no_answer, declared.no_answer);
    destination(Feature::forward_unreachable, declared.unreachable);
    return declared;
}

std::optional<FeatureRequest> read_feature_code(const model::FeatureCodes& codes, std::string_view dialled) {
    using What = FeatureRequest::What;
    FeatureRequest out;
    const auto begins = [&](std::string_view with) {
        if (!dialled.starts_with(with)) return false;
        dialled.remove_prefix(with.size());
        return true;
    };
    if (begins("*#"))
        out.what = What::ask;
    else if (begins("##"))
        out.what = What::reset;
    else if (begins("#"))
        out.what = What::off;
    else if (begins("**") || begins("*"))
        out.what = What::set;
    else
        return std::nullopt;
    const auto code = dialled.substr(0, dialled.find_first_of("*#"));
    const auto at = std::find_if(codes.begin(), codes.end(), [&](const auto& c) { return c.code == code; });
    if (at == codes.end()) return std::nullopt;
    out.feature = at->feature;
    dialled.remove_prefix(code.size());
    if (out.what == What::set && begins("*")) {
        out.number = dialled.substr(0, dialled.find('#'));
        dialled.remove_prefix(out.number.size());
    }
    if (!dialled.empty() && dialled != "#") return std::nullopt;
    return out;
}

}  // namespace strowger::call
