// get, describe, apply, diff, delete, history, rollback, override.
#include <fmt/format.h>

#include <charconv>

#include "manage/api.hpp"
#include "manage/json.hpp"
#include "model/suggest.hpp"
#include "model/values.hpp"

namespace strowger::manage {

namespace {

std::uint64_t number(std::string_view text, std::uint64_t otherwise) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? value : otherwise;
}

config::Request request_of(const HttpRequest& http, bool dry_run) {
    return {.author = http.author, .dry_run = dry_run || !http.flag("dry_run").empty()};
}

config::Done answer_with(AnswerDone done) {
    return [done = std::move(done)](const config::Outcome& outcome) {
        if (!outcome.problems.empty())
            return done(error_answer(422, "nothing was changed", outcome.problems));
        done({.body = json_of(outcome)});
    };
}

void apply(config::Configuration& configuration, const HttpRequest& http, bool dry_run, AnswerDone done) {
    const std::string_view file = http.flag("file");
    if (http.body.empty())
        return done(error_answer(400, "the body is empty: it must be the YAML of resources"));
    configuration.apply(http.body, std::string(file.empty() ? "body" : file), request_of(http, dry_run),
                        answer_with(std::move(done)));
}

// The resources that KIND and NAME ask for; false when an error was answered.
bool select(const config::Configuration& configuration, const HttpRequest& http, const AnswerDone& done,
            std::vector<model::ShownResource>& shown) {
    const std::string_view kind_name = http.segment("KIND");
    const std::string_view name = http.segment("NAME");
    if (kind_name == "all") {
        shown = model::show_all(configuration.model(), model::Secrets::hide);
        return true;
    }
    const model::KindRow* kind = model::find_kind(kind_name);
    if (kind == nullptr) {
        const auto& names = model::EnumNames<model::Kind>::values;
        done(error_answer(404, fmt::format("kind {}: {}, or all", kind_name,
                                           model::one_of(kind_name, names.data(), names.size()))));
        return false;
    }
    shown = model::show_kind(configuration.model(), kind->kind, model::Secrets::hide);
    if (name.empty()) return true;
    std::vector<std::string> names;
    for (const model::ShownResource& resource : shown) names.push_back(resource.name);
    std::erase_if(shown, [&](const model::ShownResource& resource) { return resource.name != name; });
    if (!shown.empty()) return true;
    const std::vector<std::string_view> known(names.begin(), names.end());
    done(error_answer(404, fmt::format("there is no {} {}; {}`strowger get {}` shows those there are",
                                       kind->name, name, model::did_you_mean(name, known), kind->plural)));
    return false;
}

void get(const config::Configuration& configuration, const HttpRequest& http, const AnswerDone& done) {
    std::vector<model::ShownResource> shown;
    if (!select(configuration, http, done, shown)) return;
    if (http.flag("yaml").empty()) return done({.body = json_of(shown)});
    done({.type = "application/yaml", .body = model::yaml_of(shown)});
}

// One resource; a kind without a name is described as if nothing were set.
void describe(const config::Configuration& configuration, Provider& provider, const HttpRequest& http,
              const AnswerDone& done) {
    const model::KindRow* kind = model::find_kind(http.segment("KIND"));
    if (kind != nullptr && !kind->singleton && http.segment("NAME").empty())
        return done({.body = describe_json(model::show_defaults(kind->kind))});
    std::vector<model::ShownResource> shown;
    if (!select(configuration, http, done, shown)) return;
    if (shown.size() != 1) return done(error_answer(400, "name a kind to describe, or a kind and a name"));
    const bool subscriber = shown.front().kind == model::Kind::subscriber;
    done({.body = describe_json(shown.front(), subscriber ? provider.features(shown.front().name)
                                                          : std::vector<FeatureRow>{})});
}

// A change of the resource like any other: recorded, and rolled back the same way.
void override_schedule(config::Configuration& configuration, const HttpRequest& http,
                       const AnswerDone& done) {
    const auto& schedules = configuration.model().schedules;
    const auto found = schedules.find(http.segment("SCHEDULE"));
    if (found == schedules.end())
        return done(error_answer(
            404, fmt::format("there is no schedule {}; `strowger get schedules` shows those there are",
                             http.segment("SCHEDULE"))));
    auto schedule = found->second;
    const std::string_view state = http.segment("STATE");
    if (state == "on")
        schedule.override = model::Override::open;
    else if (state == "off")
        schedule.override = model::Override::closed;
    else if (state == "auto")
        schedule.override = model::Override::none;
    else
        return done(error_answer(400, fmt::format("{}: a schedule is on, off or auto", state)));
    configuration.apply(model::yaml_of(model::show(found->first, schedule, model::Secrets::reveal)),
                        "override", request_of(http, false), answer_with(done));
}

void history(config::Configuration& configuration, const HttpRequest& http, const AnswerDone& done) {
    constexpr std::uint64_t kDefault = 20;
    constexpr std::uint64_t kMost = 1000;
    if (http.segment("VERSION").empty()) {
        const std::uint64_t limit = std::min(number(http.flag("limit"), kDefault), kMost);
        return configuration.history(
            static_cast<std::uint32_t>(limit),
            [done](const std::string& error, const std::vector<store::RevisionRow>& rows) {
                if (!error.empty()) return done(error_answer(503, error));
                done({.body = json_of(rows)});
            });
    }
    configuration.at_version(number(http.segment("VERSION"), 0),
                             [done](const std::string& error, const std::string& yaml) {
                                 if (!error.empty()) return done(error_answer(404, error));
                                 done({.type = "application/yaml", .body = yaml});
                             });
}

}  // namespace

void serve_resources(Router& router, config::Configuration& configuration, Provider& provider) {
    router.on(Command::get_,
              [&](const HttpRequest& http, const AnswerDone& done) { get(configuration, http, done); });
    router.on(Command::describe_,
              [&](const HttpRequest& http, const AnswerDone& done) {
        describe(configuration, provider, http, done);
    });
    router.on(Command::apply_, [&](const HttpRequest& http, const AnswerDone& done) {
        apply(configuration, http, false, done);
    });
    router.on(Command::diff_, [&](const HttpRequest& http, const AnswerDone& done) {
        apply(configuration, http, true, done);
    });
    router.on(Command::delete_, [&](const HttpRequest& http, const AnswerDone& done) {
        configuration.remove(http.segment("KIND"), http.segment("NAME"), request_of(http, false),
                             answer_with(done));
    });
    router.on(Command::history_,
              [&](const HttpRequest& http, const AnswerDone& done) { history(configuration, http, done); });
    router.on(Command::override_, [&](const HttpRequest& http, const AnswerDone& done) {
        override_schedule(configuration, http, done);
    });
    router.on(Command::rollback_, [&](const HttpRequest& http, const AnswerDone& done) {
        configuration.rollback(number(http.segment("VERSION"), 0), request_of(http, false),
                               answer_with(done));
    });
}

}  // namespace strowger::manage
