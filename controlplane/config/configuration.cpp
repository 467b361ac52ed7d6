#include "config/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "config/load.hpp"
#include "model/check.hpp"
#include "model/show.hpp"
#include "model/values.hpp"

namespace strowger::config {

using model::Secrets;

namespace {

// Key of the store's value that holds the file as it was last read at a start.
constexpr const char* kFileKey = "config.file";

Outcome refused(std::string subject, std::string allowed, std::uint64_t version) {
    Outcome outcome;
    outcome.problems.push_back({"", 0, std::move(subject), std::move(allowed)});
    outcome.version = version;
    return outcome;
}

std::string text_of(const std::vector<store::ResourceRow>& rows) {
    std::string text;
    for (const store::ResourceRow& row : rows) {
        if (!text.empty()) text += "---\n";
        text += row.text;
    }
    return text;
}

// The rows that turn `before` into `after` in the store.
std::vector<store::ResourceRow> rows_of(const model::Model& before, const model::Model& after) {
    std::vector<store::ResourceRow> rows;
    for (const model::Change& change : model::diff(before, after)) {
        store::ResourceRow row{
            .kind = std::string(model::name_of(change.kind)), .name = change.name, .text = {}};
        row.deleted = change.what == model::Change::What::removed;
        if (!row.deleted)
            if (const auto shown = model::show(after, change.kind, change.name, Secrets::reveal))
                row.text = model::yaml_of(*shown);
        rows.push_back(std::move(row));
    }
    return rows;
}

template <typename Resource>
void carry_over(const model::ByName<Resource>& old_file, const model::ByName<Resource>& new_file,
                model::ByName<Resource>& running) {
    for (const auto& [name, resource] : old_file)
        if (!new_file.contains(name)) running.erase(name);
    for (const auto& [name, resource] : new_file) {
        const auto old = old_file.find(name);
        if (old == old_file.end() || !(old->second == resource)) running.insert_or_assign(name, resource);
    }
}

// What changed between two readings of the file, made to the running model.
void carry_over(const model::Model& old_file, const model::Model& new_file, model::Model& running) {
    if (!(old_file.system == new_file.system)) running.system = new_file.system;
#define KIND(kind, Type, plural, help) carry_over(old_file.plural, new_file.plural, running.plural);
#include "strowger/config.def"
}

// Removes the resource; false: there is none. A singleton always is.
bool erase(model::Model& model, model::Kind kind, std::string_view name) {
    const auto from = [&](auto& collection) {
        const auto found = collection.find(name);
        if (found == collection.end()) return false;
        collection.erase(found);
        return true;
    };
    switch (kind) {
#define SINGLETON(kind_name, Type, help) \
    case model::Kind::kind_name:         \
        return model.kind_name = {}, name.empty();
#define KIND(kind_name, Type, plural, help) \
    case model::Kind::kind_name:            \
        return from(model.plural);
#include "strowger/config.def"
        case model::Kind::count_:
            break;
    }
    return false;
}

}  // namespace

Outcome Configuration::start(std::string_view text, const std::string& file) {
    LoadResult from_file = load_text(text, file);
    Outcome outcome;
    outcome.problems = std::move(from_file.problems);
    if (!outcome.problems.empty()) return outcome;
    if (settings_.store == nullptr) {
        model_ = std::move(from_file.model);
        outcome.applied = true;
        return outcome;
    }

    store::Outcome read;
    const store::Answer stored = settings_.store->read_now(store::GetResources{}, read);
    if (!read.ok()) return refused("database", read.reason, 0);
    const store::Answer last_file = settings_.store->read_now(store::GetValue{kFileKey}, read);
    if (!read.ok()) return refused("database", read.reason, 0);

    LoadResult running = load_text(text_of(stored.resources), "database");
    LoadResult old_file = load_text(last_file.value, "database");
    if (stored.revision != 0 && !running.ok()) {
        outcome.problems = std::move(running.problems);
        return outcome;
    }
    recorded_ = running.model;
    model_ = std::move(running.model);
    model_.version = static_cast<std::uint64_t>(stored.revision);
    carry_over(old_file.model, from_file.model, model_);
    for (const model::Finding& finding : model::check(model_))
        outcome.problems.push_back(
            {file, 0, model::subject_of(finding),
             finding.complaint + " (together with resources that were applied earlier)"});
    if (!outcome.problems.empty()) {
        model_ = {};
        return outcome;
    }

    std::vector<store::ResourceRow> rows = rows_of(recorded_, model_);
    outcome.changes = model::diff(recorded_, model_);
    store::Batch batch{
        store::PutValue{kFileKey, model::yaml_of(model::show_all(from_file.model, Secrets::reveal))}};
    if (!rows.empty()) {
        ++model_.version;
        batch.push_back(store::PutRevision{{.number = static_cast<std::int64_t>(model_.version),
                                            .time = settings_.unix_ms(),
                                            .author = "file " + file,
                                            .comment = model::summary(outcome.changes),
                                            .changes = std::move(rows)}});
    }
    std::string failure;
    if (!settings_.store->submit(std::move(batch),
                                 [&](const store::Outcome& done) { failure = done.reason; }))
        failure = "its queue is full";
    settings_.store->drain();
    recorded_ = model_;
    outcome.version = model_.version;
    outcome.applied = true;
    if (!failure.empty())
        outcome.warning = fmt::format("the configuration is not recorded in the database: {}", failure);
    return outcome;
}

void Configuration::apply(std::string_view text, const std::string& file, const Request& request,
                          const Done& done) {
    LoadResult next = load_onto(model_, text, file);
    if (next.ok()) return commit(std::move(next.model), request, "apply", done);
    Outcome outcome;
    outcome.problems = std::move(next.problems);
    outcome.version = model_.version;
    done(outcome);
}

void Configuration::remove(std::string_view kind, std::string_view name, const Request& request,
                           const Done& done) {
    const model::KindRow* row = model::find_kind(kind);
    if (row == nullptr) {
        const auto& names = model::EnumNames<model::Kind>::values;
        return done(refused(fmt::format("kind {}", kind), model::one_of(kind, names.data(), names.size()),
                            model_.version));
    }
    model::Model next = model_;
    if (!erase(next, row->kind, name))
        return done(
            refused(fmt::format("{} {}", row->name, name),
                    fmt::format("there is none: `strowger get {}` shows those there are", row->plural),
                    model_.version));
    Outcome outcome;
    for (const model::Finding& finding : model::check(next))
        outcome.problems.push_back({"", 0, model::subject_of(finding), finding.complaint});
    if (outcome.problems.empty()) return commit(std::move(next), request, "delete", done);
    outcome.version = model_.version;
    done(outcome);
}

void Configuration::rollback(std::uint64_t version, const Request& request, const Done& done) {
    if (settings_.store == nullptr)
        return done(
            refused("history", "nothing is recorded: the daemon runs without a database", model_.version));
    const auto loaded = [this, version, request, done](const store::Outcome& read,
                                                       const store::Answer& answer) {
        if (!read.ok()) return done(refused("database", read.reason, model_.version));
        if (!answer.found)
            return done(refused(fmt::format("version {}", version),
                                "there is none: `strowger history` shows those there are", model_.version));
        LoadResult then = load_text(text_of(answer.resources), fmt::format("version {}", version));
        if (then.ok())
            return commit(std::move(then.model), request, fmt::format("rollback to {}", version), done);
        Outcome outcome;
        outcome.problems = std::move(then.problems);
        outcome.version = model_.version;
        done(outcome);
    };
    if (version == 0 ||
        !settings_.store->read(store::GetResources{static_cast<std::int64_t>(version)}, loaded))
        done(refused(fmt::format("version {}", version),
                     version == 0 ? "versions are counted from 1" : "the database is behind: try again",
                     model_.version));
}

void Configuration::history(std::uint32_t limit, HistoryDone done) {
    if (settings_.store == nullptr)
        return done("nothing is recorded: the daemon runs without a database", {});
    const auto answered = [done](const store::Outcome& read, store::Answer answer) {
        done(read.reason, std::move(answer.revisions));
    };
    if (!settings_.store->read(store::GetRevisions{limit}, answered))
        done("the database is behind: try again", {});
}

void Configuration::at_version(std::uint64_t version,
                               std::function<void(const std::string&, std::string)> done) {
    if (settings_.store == nullptr)
        return done("nothing is recorded: the daemon runs without a database", {});
    const auto answered = [done, version](const store::Outcome& read, const store::Answer& answer) {
        if (!read.ok()) return done(read.reason, {});
        if (!answer.found)
            return done(
                fmt::format("there is no version {}: `strowger history` shows those there are", version), {});
        const LoadResult then = load_text(text_of(answer.resources), "database");
        done({}, model::yaml_of(model::show_all(then.model, Secrets::hide)));
    };
    if (version == 0) return done("versions are counted from 1", {});
    if (!settings_.store->read(store::GetResources{static_cast<std::int64_t>(version)}, answered))
        done("the database is behind: try again", {});
}

void Configuration::commit(model::Model next, const Request& request, std::string comment, const Done& done) {
    Outcome outcome;
    outcome.changes = model::diff(model_, next);
    outcome.version = model_.version;
    if (request.dry_run || outcome.changes.empty()) return done(outcome);
    next.version = model_.version + 1;
    if (std::string why = settings_.publish(next, outcome.changes); !why.empty())
        return done(refused("configuration", std::move(why), model_.version));
    model_ = std::move(next);
    outcome.version = model_.version;
    outcome.applied = true;
    if (settings_.applied) settings_.applied(outcome, request.author);
    comment += ": " + model::summary(outcome.changes);
    const model::Model before = recorded_;
    record(before, request, std::move(comment), std::move(outcome), done);
}

void Configuration::record(const model::Model& before, const Request& request, std::string comment,
                           Outcome outcome, const Done& done) {
    if (settings_.store == nullptr) return done(outcome);
    store::Batch batch{store::PutRevision{{.number = static_cast<std::int64_t>(model_.version),
                                           .time = settings_.unix_ms(),
                                           .author = request.author,
                                           .comment = std::move(comment),
                                           .changes = rows_of(before, model_)}}};
    // What the store does not take is written again with the next change.
    auto missed = std::make_shared<const model::Model>(before);
    recorded_ = model_;
    const auto fail = [this, missed](Outcome& result, const std::string& reason) {
        recorded_ = *missed;
        result.warning = fmt::format(
            "live, but not recorded ({}): a restart would lose it; apply again when that is mended", reason);
    };
    const auto written = [fail, outcome, done](const store::Outcome& write) mutable {
        if (!write.ok()) fail(outcome, write.reason);
        done(outcome);
    };
    if (settings_.store->submit(std::move(batch), written)) return;
    fail(outcome, "the database is behind");
    done(outcome);
}

}  // namespace strowger::config
