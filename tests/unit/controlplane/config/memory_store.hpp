// A store in memory for tests of the configuration: answers when polled, and can be told to fail.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "store/store.hpp"

namespace strowger::config {

class MemoryStore : public store::Store {
  public:
    bool failing = false;
    bool full = false;
    std::vector<store::RevisionRow> revisions;
    std::map<std::string, std::string> values;

    bool submit(store::Batch batch, store::WriteDone done) override {
        if (full) return false;
        due_.push_back([this, batch = std::move(batch), done = std::move(done)] {
            if (failing) return done({store::Status::unavailable, "disk full"});
            for (const store::Write& write : batch) {
                if (const auto* value = std::get_if<store::PutValue>(&write))
                    values[value->key] = value->value;
                if (const auto* value = std::get_if<store::RemoveValue>(&write)) values.erase(value->key);
                if (const auto* revision = std::get_if<store::PutRevision>(&write))
                    revisions.push_back(revision->row);
            }
            done({});
        });
        return true;
    }
    bool read(store::Query query, store::ReadDone done) override {
        if (full) return false;
        due_.push_back([this, query = std::move(query), done = std::move(done)] { done({}, answer(query)); });
        return true;
    }
    std::size_t poll() override {
        std::size_t count = 0;
        for (; !due_.empty(); ++count) {
            const auto next = std::move(due_.front());
            due_.pop_front();
            next();
        }
        return count;
    }
    void drain() override { poll(); }
    std::size_t load_bindings(const std::function<void(const store::BindingRow&)>&) override { return 0; }
    store::Answer read_now(const store::Query& query, store::Outcome& outcome) override {
        outcome = {};
        return answer(query);
    }
    [[nodiscard]] store::Health health() const override { return {}; }

  private:
    [[nodiscard]] store::Answer answer(const store::Query& query) const {
        store::Answer out;
        if (const auto* wanted = std::get_if<store::GetValues>(&query))
            for (const auto& entry : values)
                if (entry.first.starts_with(wanted->prefix)) out.values.push_back(entry);
        if (const auto* value = std::get_if<store::GetValue>(&query)) {
            const auto found = values.find(value->key);
            out.found = found != values.end();
            if (out.found) out.value = found->second;
        }
        if (const auto* wanted = std::get_if<store::GetResources>(&query)) {
            std::map<std::pair<std::string, std::string>, store::ResourceRow> rows;
            out.found = wanted->revision == 0;
            for (const store::RevisionRow& revision : revisions) {
                if (wanted->revision != 0 && revision.number > wanted->revision) break;
                out.found = out.found || revision.number == wanted->revision;
                out.revision = revision.number;
                for (const store::ResourceRow& row : revision.changes) {
                    if (row.deleted)
                        rows.erase({row.kind, row.name});
                    else
                        rows[{row.kind, row.name}] = row;
                }
            }
            for (const auto& [key, row] : rows) out.resources.push_back(row);
        }
        if (std::holds_alternative<store::GetRevisions>(query))
            out.revisions.assign(revisions.rbegin(), revisions.rend());
        return out;
    }
    std::deque<std::function<void()>> due_;
};

}  // namespace strowger::config
