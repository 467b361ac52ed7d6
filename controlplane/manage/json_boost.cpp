// With boost_json_source.cpp, the only file of the folder that knows Boost.JSON.
#include <boost/json.hpp>

#include "manage/json.hpp"

namespace strowger::manage {

namespace json = boost::json;

namespace {

json::value value_of(const Text& text) {
    return json::string(text);
}
json::value value_of(const Texts& texts) {
    return json::array(texts.begin(), texts.end());
}
json::value value_of(Count count) {
    return count;
}
json::value value_of(Number number) {
    return number;
}
json::value value_of(Flag flag) {
    return flag;
}

template <typename Row>
json::object object_of(const Row& row) {
    json::object object;
    each(row, [&](std::string_view name, const auto& value) { object.emplace(name, value_of(value)); });
    return object;
}

template <typename Row>
json::array array_of(const std::vector<Row>& rows) {
    json::array array;
    array.reserve(rows.size());
    for (const Row& row : rows) array.push_back(object_of(row));
    return array;
}

std::string joined(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
    return text;
}

}  // namespace

std::string json_of(const StatusRow& row) {
    return json::serialize(object_of(row));
}

std::string json_of(const CallDetail& detail) {
    return json::serialize(json::object{
        {"call", object_of(detail.call)}, {"legs", array_of(detail.legs)}, {"ladder", detail.ladder}});
}

std::string json_of(const Trace& trace) {
    return json::serialize(json::object{{"messages", array_of(trace.messages)}, {"ladder", trace.ladder}});
}

template <typename Row>
std::string json_of(const std::vector<Row>& rows) {
    return json::serialize(array_of(rows));
}
template std::string json_of(const std::vector<PortRow>&);
template std::string json_of(const std::vector<WorkerRow>&);
template std::string json_of(const std::vector<CallRow>&);
template std::string json_of(const std::vector<LegRow>&);
template std::string json_of(const std::vector<RegistrationRow>&);
template std::string json_of(const std::vector<TrunkRow>&);
template std::string json_of(const std::vector<AccountRow>&);
template std::string json_of(const std::vector<LcrRow>&);
template std::string json_of(const std::vector<CounterValueRow>&);
template std::string json_of(const std::vector<DecisionRow>&);

std::string json_of(const config::Outcome& outcome) {
    constexpr const char* kWhat[] = {"added", "changed", "removed"};
    json::array changes;
    for (const model::Change& change : outcome.changes)
        changes.push_back(json::object{{"what", kWhat[static_cast<std::size_t>(change.what)]},
                                       {"kind", model::name_of(change.kind)},
                                       {"name", change.name},
                                       {"restart", change.needs_restart()},
                                       {"text", model::to_text(change)}});
    return json::serialize(json::object{{"version", outcome.version},
                                        {"applied", outcome.applied},
                                        {"changes", std::move(changes)},
                                        {"warning", outcome.warning}});
}

std::string json_of(const std::vector<store::RevisionRow>& revisions) {
    json::array array;
    for (const store::RevisionRow& revision : revisions)
        array.push_back(json::object{{"version", revision.number},
                                     {"time_ms", revision.time},
                                     {"author", revision.author},
                                     {"comment", revision.comment}});
    return json::serialize(array);
}

std::string json_of(const std::vector<model::ShownResource>& resources) {
    json::array array;
    for (const model::ShownResource& resource : resources) {
        json::object options;
        for (const model::ShownOption& option : resource.options) {
            if (!option.set) continue;
            if (option.list)
                options.emplace(option.name, json::array(option.values.begin(), option.values.end()));
            else
                options.emplace(option.name, joined(option.values));
        }
        array.push_back(json::object{{"kind", model::name_of(resource.kind)},
                                     {"name", resource.name},
                                     {"options", std::move(options)}});
    }
    return json::serialize(array);
}

std::string describe_json(const model::ShownResource& resource, const std::vector<FeatureRow>& features) {
    json::array array;
    const auto rows = model::options(resource.kind);
    for (std::size_t i = 0; i < rows.size(); ++i)
        array.push_back(json::object{{"option", rows[i].name},
                                     {"value", joined(resource.options[i].values)},
                                     {"default", model::default_text(resource.kind, rows[i].name)},
                                     {"set", resource.options[i].set},
                                     {"when", rows[i].when == model::When::live ? "live" : "restart"},
                                     {"help", rows[i].help}});
    for (const FeatureRow& row : features)
        array.push_back(json::object{{"option", row.aor + " " + row.feature},
                                     {"value", row.value},
                                     {"default", ""},
                                     {"set", true},
                                     {"when", "live"},
                                     {"help", "Set from a phone; goes before " + row.feature}});
    return json::serialize(array);
}

std::string yaml_json(std::string_view yaml) {
    return json::serialize(json::object{{"yaml", yaml}});
}

HttpAnswer error_answer(unsigned status, std::string_view error,
                        const std::vector<config::Problem>& problems) {
    json::array list;
    for (const config::Problem& problem : problems) list.emplace_back(config::to_string(problem));
    return {.status = status,
            .body = json::serialize(json::object{{"error", error}, {"problems", std::move(list)}})};
}

}  // namespace strowger::manage
