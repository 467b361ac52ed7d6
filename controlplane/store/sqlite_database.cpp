#include "store/sqlite_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strowger::store {

namespace {

constexpr int kApplicationId = 0x53545257;  // "STRW"
constexpr int kSchema = 1;
constexpr int kPageOctets = 4096;

constexpr const char* kCreate = R"(
CREATE TABLE binding(
  id INTEGER PRIMARY KEY, version INTEGER NOT NULL, tenant TEXT NOT NULL, aor TEXT NOT NULL, contact TEXT NOT NULL,
  parameters TEXT NOT NULL, call_id TEXT NOT NULL, path TEXT NOT NULL, user_agent TEXT NOT NULL, realm TEXT NOT NULL,
  cseq INTEGER NOT NULL, branch INTEGER NOT NULL, q INTEGER NOT NULL, flags INTEGER NOT NULL,
  transport INTEGER NOT NULL, local BLOB NOT NULL, remote BLOB NOT NULL, expires INTEGER NOT NULL,
  updated INTEGER NOT NULL);
CREATE TABLE value(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE revision(number INTEGER PRIMARY KEY, time INTEGER NOT NULL, author TEXT NOT NULL, comment TEXT NOT NULL);
CREATE TABLE resource(
  kind TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, deleted INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(kind, name, revision)) WITHOUT ROWID;
CREATE INDEX resource_revision ON resource(revision);
)";

// Made before SQLite would, so that nobody else may read it: it holds passwords.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        const int why = errno;
        const std::size_t slash = path.rfind('/');
        const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
        throw DatabaseError(
            SQLITE_CANTOPEN,
            why == ENOENT
                ? fmt::format("directory {} does not exist: create it and let the daemon's user write to it",
                              directory)
                : fmt::format("{}: give the daemon's user write permission to {}", std::strerror(why),
                              directory));
    }
    ::close(file);
}

std::int64_t pragma(const Connection& connection, const char* sql) {
    Statement statement(connection, sql);
    const std::int64_t value = statement.step() ? statement.number(0) : 0;
    statement.reset();
    return value;
}

// Everything before the statements can be prepared.
const std::string& prepare_file(const std::string& path) {
    if (!path.empty()) create_private(path);
    static const std::string memory = ":memory:";
    return path.empty() ? memory : path;
}

void bind_endpoint(Statement& statement, int index, const wire::Endpoint& endpoint) {
    static_assert(sizeof(wire::Endpoint) == 18);  // address, then port in network order: the stored form
    statement.bind_blob(index, &endpoint, sizeof endpoint);
}

bool read_endpoint(std::string_view blob, wire::Endpoint& out) {
    if (blob.size() != sizeof out) return false;
    std::memcpy(&out, blob.data(), sizeof out);
    return true;
}

}  // namespace

Database::Schema::Schema(Connection& connection, const SqliteOptions& options) {
    sqlite3_busy_timeout(connection.get(), static_cast<int>(options.lock_wait_ms));
    const std::int64_t application = pragma(connection, "PRAGMA application_id");
    const std::int64_t schema = pragma(connection, "PRAGMA user_version");
    const bool fresh =
        application == 0 && schema == 0 && pragma(connection, "SELECT count(*) FROM sqlite_master") == 0;
    if (!fresh && application != kApplicationId)
        throw DatabaseError(SQLITE_NOTADB,
                            "it belongs to another program: name another file in system.database");
    if (schema > kSchema)
        throw DatabaseError(SQLITE_NOTADB, fmt::format("its schema {} was made by a newer version (this one "
                                                       "knows {}): start that version, or move the file away",
                                                       schema, kSchema));
    connection.execute("PRAGMA journal_mode=WAL");
    connection.execute(options.durability == Durability::power ? "PRAGMA synchronous=FULL"
                                                               : "PRAGMA synchronous=NORMAL");
    connection.execute(
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864");
    if (options.max_octets != 0)
        connection.execute(fmt::format("PRAGMA max_page_count={}", options.max_octets / kPageOctets));
    if (!fresh) return;
    connection.execute(fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={}; {} COMMIT",
                                   kApplicationId, kSchema, kCreate));
}

Database::Database(const SqliteOptions& options)
    : connection_(prepare_file(options.path)),
      schema_(connection_, options),
      begin_(connection_, "BEGIN IMMEDIATE"),
      commit_(connection_, "COMMIT"),
      savepoint_(connection_, "SAVEPOINT batch"),
      release_(connection_, "RELEASE batch"),
      undo_(connection_, "ROLLBACK TO batch"),
      put_binding_(connection_,
                   "INSERT OR REPLACE INTO binding(id, version, tenant, aor, contact, parameters, call_id, "
                   "path, user_agent, "
                   "realm, cseq, branch, q, flags, transport, local, remote, expires, updated) "
                   "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)"),
      refresh_binding_(connection_,
                       "UPDATE binding SET cseq=?2, branch=?3, expires=?4, updated=?5 WHERE id=?1"),
      remove_binding_(connection_, "DELETE FROM binding WHERE id=?1"),
      put_value_(connection_, "INSERT OR REPLACE INTO value(key, value) VALUES(?1,?2)"),
      remove_value_(connection_, "DELETE FROM value WHERE key=?1"),
      put_revision_(connection_, "INSERT INTO revision(number, time, author, comment) VALUES(?1,?2,?3,?4)"),
      put_resource_(connection_,
                    "INSERT INTO resource(kind, name, revision, deleted, text) VALUES(?1,?2,?3,?4,?5)") {}

Database::~Database() = default;

void Database::rollback() noexcept {
    // Fails when SQLite has rolled back by itself; then there is nothing to do.
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Database::put(const Batch& batch, std::string& reason) {
    bool may_contradict = false;
    for (const Write& write : batch)
        may_contradict = may_contradict || std::holds_alternative<PutRevision>(write);
    if (!may_contradict) {
        for (const Write& write : batch) put(write);
        return true;
    }
    savepoint_.run();
    try {
        for (const Write& write : batch) put(write);
    } catch (const DatabaseError& error) {
        if (!error.is_constraint()) throw;
        undo_.run();
        release_.run();
        reason = "the revision exists already, or names a resource twice";
        return false;
    }
    release_.run();
    return true;
}

void Database::put(const Write& write) {
    struct Visitor {
        Database& db;
        void operator()(const PutBinding& w) const { db.put(w.row()); }
        void operator()(const RefreshBinding& w) const {
            db.refresh_binding_.bind(1, w.row.id)
                .bind(2, w.row.cseq)
                .bind(3, w.row.branch)
                .bind(4, w.row.expires)
                .bind(5, w.row.updated)
                .run();
        }
        void operator()(const RemoveBinding& w) const { db.remove_binding_.bind(1, w.id).run(); }
        void operator()(const PutValue& w) const {
            db.put_value_.bind(1, w.key).bind_blob(2, w.value.data(), w.value.size()).run();
        }
        void operator()(const RemoveValue& w) const { db.remove_value_.bind(1, w.key).run(); }
        void operator()(const PutRevision& w) const { db.put(w.row); }
    };
    std::visit(Visitor{*this}, write);
}

void Database::put(const BindingRow& row) {
    Statement& s = put_binding_;
    s.bind(1, row.id).bind(2, BindingRow::kVersion).bind(3, row.tenant).bind(4, row.aor).bind(5, row.contact);
    s.bind(6, row.parameters)
        .bind(7, row.call_id)
        .bind(8, row.path)
        .bind(9, row.user_agent)
        .bind(10, row.realm);
    s.bind(11, row.cseq).bind(12, row.branch).bind(13, row.q).bind(14, row.flags);
    s.bind(15, static_cast<std::int64_t>(row.transport));
    bind_endpoint(s, 16, row.local);
    bind_endpoint(s, 17, row.remote);
    s.bind(18, row.expires).bind(19, row.updated).run();
}

void Database::put(const RevisionRow& row) {
    put_revision_.bind(1, row.number).bind(2, row.time).bind(3, row.author).bind(4, row.comment).run();
    for (const ResourceRow& resource : row.changes)
        put_resource_.bind(1, resource.kind)
            .bind(2, resource.name)
            .bind(3, row.number)
            .bind(4, resource.deleted ? 1 : 0)
            .bind(5, resource.text)
            .run();
}

std::size_t Database::each_binding(const std::function<void(const BindingRow&)>& visit) {
    Statement s(connection_,
                "SELECT id, version, tenant, aor, contact, parameters, call_id, path, user_agent, realm, "
                "cseq, branch, q, "
                "flags, transport, local, remote, expires, updated FROM binding");
    std::size_t visited = 0;
    std::size_t broken = 0;
    BindingRow row;
    while (s.step()) {
        row.id = s.number(0);
        row.tenant = s.text(2);
        row.aor = s.text(3);
        row.contact = s.text(4);
        row.parameters = s.text(5);
        row.call_id = s.text(6);
        row.path = s.text(7);
        row.user_agent = s.text(8);
        row.realm = s.text(9);
        row.cseq = static_cast<std::uint32_t>(s.number(10));
        row.branch = static_cast<std::uint32_t>(s.number(11));
        row.q = static_cast<std::uint16_t>(s.number(12));
        row.flags = static_cast<std::uint16_t>(s.number(13));
        const std::int64_t transport = s.number(14);
        row.transport = static_cast<net::TransportKind>(transport);
        row.expires = s.number(17);
        row.updated = s.number(18);
        const bool whole = read_endpoint(s.blob(15), row.local) && read_endpoint(s.blob(16), row.remote);
        if (s.number(1) > BindingRow::kVersion || !whole || transport < 0 ||
            transport > static_cast<std::int64_t>(net::TransportKind::wss)) {
            ++broken;
            continue;
        }
        visit(row);
        ++visited;
    }
    if (broken != 0)
        spdlog::error(
            "store: {} registrations could not be read and are left out: their rows are damaged or of a "
            "newer version",
            broken);
    return visited;
}

}  // namespace strowger::store
