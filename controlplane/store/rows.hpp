// The rows of the store, plain values with their own text: what is written down of bindings, applied
// resources and small keyed values. Every row kind has a version; a reader of an older one knows what is
// missing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "net/flow.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::store {

// A registered contact. `id` is given by the registrar and never used again for another binding.
struct BindingRow {
    static constexpr std::uint16_t kVersion = 1;
    std::int64_t id = 0;
    std::string tenant;
    std::string aor;         // "user@domain", user unescaped, domain in lower case
    std::string contact;     // URI without angle brackets
    std::string parameters;  // of the Contact header without q and expires: ";+sip.instance=…;reg-id=1"
    std::string call_id;
    std::string path;  // values of Path, top first, separated by ", "
    std::string user_agent;
    std::string realm;  // by name: ids change between runs
    std::uint32_t cseq = 0;
    std::uint32_t branch = 0;  // hash of the REGISTER's branch: tells its repetition after a restart
    std::uint16_t q = 1000;    // thousandths
    std::uint16_t flags = 0;   // registrar::BindingFlags
    net::TransportKind transport = net::TransportKind::udp;
    wire::Endpoint local;
    wire::Endpoint remote;     // where the REGISTER came from
    std::int64_t expires = 0;  // unix time, seconds
    std::int64_t updated = 0;  // unix time, seconds
};

// What an ordinary refresh changes of a BindingRow; much cheaper to write.
struct BindingRefresh {
    std::int64_t id = 0;
    std::uint32_t cseq = 0;
    std::uint32_t branch = 0;
    std::int64_t expires = 0;
    std::int64_t updated = 0;
};

// One resource within a revision. `text` is its YAML as applied; with `deleted` it is empty.
struct ResourceRow {
    std::string kind;  // "trunk"
    std::string name;  // empty for a singleton
    std::string text;
    bool deleted = false;
};

// One change of the configuration: all its resources or none are recorded.
struct RevisionRow {
    std::int64_t number = 0;  // given by the writer, ascending
    std::int64_t time = 0;    // unix time, milliseconds
    std::string author;
    std::string comment;
    std::vector<ResourceRow> changes;
};

// One version of one resource, as `history` lists it.
struct VersionRow {
    std::int64_t revision = 0;
    std::int64_t time = 0;  // unix time, milliseconds
    std::string author;
    std::string comment;
    ResourceRow resource;
};

// --- writes

// Inserts or replaces by id. The row is shared, so that batches are small and cheap to copy.
class PutBinding {
  public:
    PutBinding(BindingRow row)
        : row_(std::make_shared<const BindingRow>(std::move(row))) {}  // NOLINT: a row is one
    [[nodiscard]] const BindingRow& row() const { return *row_; }

  private:
    std::shared_ptr<const BindingRow> row_;
};
struct RefreshBinding {
    BindingRefresh row;
};  // an unknown id changes nothing
struct RemoveBinding {
    std::int64_t id = 0;
};
struct PutValue {
    std::string key;
    std::string value;
};
struct RemoveValue {
    std::string key;
};
struct PutRevision {
    RevisionRow row;
};  // fails when the number exists

using Write = std::variant<PutBinding, RefreshBinding, RemoveBinding, PutValue, RemoveValue, PutRevision>;

// All of it is committed, or nothing.
using Batch = std::vector<Write>;

// --- reads

struct GetValue {
    std::string key;
};
// All whose key begins so.
struct GetValues {
    std::string prefix;
};
// All resources as they stood after `revision`; 0: as they stand now.
struct GetResources {
    std::int64_t revision = 0;
};
// Newest first. `kind` and `name` empty: of everything. `limit` 0: no limit.
struct GetHistory {
    std::string kind;
    std::string name;
    std::uint32_t limit = 0;
};
// Revisions without their texts (changes hold kind, name and deleted), newest first.
struct GetRevisions {
    std::uint32_t limit = 0;
};

using Query = std::variant<GetValue, GetValues, GetResources, GetHistory, GetRevisions>;

// The members that the query asks for are filled.
struct Answer {
    bool found = false;  // GetValue: the key exists. GetResources: the revision exists (0 always does)
    std::string value;
    std::vector<std::pair<std::string, std::string>> values;  // GetValues: key and value, by key
    std::int64_t revision = 0;  // GetResources: the one that was read; 0: nothing applied yet
    std::vector<ResourceRow> resources;
    std::vector<VersionRow> versions;
    std::vector<RevisionRow> revisions;
};

}  // namespace strowger::store
