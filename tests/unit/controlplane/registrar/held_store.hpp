// A store in memory that holds its completions until the test lets them go, and can be told to fail.
#pragma once

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace strowger::registrar {

class HeldStore final : public store::Store {
  public:
    bool failing = false;
    bool full = false;
    std::map<std::int64_t, store::BindingRow> rows;

    bool submit(store::Batch batch, store::WriteDone done) override {
        if (full) return false;
        queue_.emplace_back(std::move(batch), std::move(done));
        return true;
    }
    bool read(store::Query, store::ReadDone) override { return false; }
    // One batch; false: none waits.
    bool commit_one() {
        if (queue_.empty()) return false;
        auto [batch, done] = std::move(queue_.front());
        queue_.pop_front();
        if (failing) {
            done({store::Status::unavailable, "disk full"});
            return true;
        }
        for (const store::Write& write : batch) apply(write);
        done({});
        return true;
    }
    std::size_t poll() override {
        std::size_t count = 0;
        while (commit_one()) ++count;
        return count;
    }
    void drain() override { poll(); }
    std::size_t load_bindings(const std::function<void(const store::BindingRow&)>& visit) override {
        for (const auto& [id, row] : rows) visit(row);
        return rows.size();
    }
    store::Answer read_now(const store::Query&, store::Outcome& outcome) override {
        outcome = {};
        return {};
    }
    [[nodiscard]] store::Health health() const override { return {}; }
    [[nodiscard]] std::size_t queued() const { return queue_.size(); }

  private:
    void apply(const store::Write& write) {
        if (const auto* put = std::get_if<store::PutBinding>(&write)) rows[put->row().id] = put->row();
        if (const auto* remove = std::get_if<store::RemoveBinding>(&write)) rows.erase(remove->id);
        if (const auto* refresh = std::get_if<store::RefreshBinding>(&write)) {
            const auto found = rows.find(refresh->row.id);
            if (found == rows.end()) return;
            found->second.cseq = refresh->row.cseq;
            found->second.branch = refresh->row.branch;
            found->second.expires = refresh->row.expires;
            found->second.updated = refresh->row.updated;
        }
    }
    std::deque<std::pair<store::Batch, store::WriteDone>> queue_;
};

}  // namespace strowger::registrar
