// Reads of the SQLite store: values, resources as of a revision, history.
#include "store/sqlite_database.hpp"

namespace strowger::store {

namespace {

std::int64_t limit_of(std::uint32_t limit) {
    return limit == 0 ? -1 : static_cast<std::int64_t>(limit);
}

Answer read_value(const Connection& connection, const GetValue& query) {
    Answer out;
    Statement s(connection, "SELECT value FROM value WHERE key=?1");
    s.bind(1, query.key);
    out.found = s.step();
    if (out.found) out.value = s.blob(0);
    return out;
}

Answer read_values(const Connection& connection, const GetValues& query) {
    Answer out;
    Statement s(connection, "SELECT key, value FROM value WHERE substr(key, 1, length(?1))=?1 ORDER BY key");
    s.bind(1, query.prefix);
    while (s.step()) out.values.emplace_back(s.text(0), s.blob(1));
    out.found = !out.values.empty();
    return out;
}

Answer read_resources(const Connection& connection, const GetResources& query) {
    Answer out;
    Statement last(connection,
                   "SELECT number FROM revision WHERE number=?1 OR ?1=0 ORDER BY number DESC LIMIT 1");
    last.bind(1, query.revision);
    const bool exists = last.step();
    out.found = exists || query.revision == 0;
    if (!exists) return out;
    out.revision = last.number(0);
    // With max(), SQLite takes the other columns from the row that has it.
    Statement s(connection,
                "SELECT kind, name, text FROM (SELECT kind, name, text, deleted, max(revision) FROM resource "
                "WHERE revision<=?1 GROUP BY kind, name) WHERE deleted=0 ORDER BY kind, name");
    s.bind(1, out.revision);
    while (s.step()) out.resources.push_back({s.text(0), s.text(1), s.text(2), false});
    return out;
}

Answer read_history(const Connection& connection, const GetHistory& query) {
    Answer out;
    Statement s(
        connection,
        "SELECT revision, time, author, comment, kind, name, text, deleted FROM resource JOIN revision "
        "ON number=revision WHERE (?1='' OR kind=?1) AND (?2='' OR name=?2) "
        "ORDER BY revision DESC, kind, name LIMIT ?3");
    s.bind(1, query.kind).bind(2, query.name).bind(3, limit_of(query.limit));
    while (s.step())
        out.versions.push_back({s.number(0),
                                s.number(1),
                                s.text(2),
                                s.text(3),
                                {s.text(4), s.text(5), s.text(6), s.number(7) != 0}});
    out.found = !out.versions.empty();
    return out;
}

Answer read_revisions(const Connection& connection, const GetRevisions& query) {
    Answer out;
    Statement s(connection,
                "SELECT number, time, author, comment FROM revision ORDER BY number DESC LIMIT ?1");
    Statement changes(connection,
                      "SELECT kind, name, deleted FROM resource WHERE revision=?1 ORDER BY kind, name");
    s.bind(1, limit_of(query.limit));
    while (s.step()) {
        RevisionRow& row =
            out.revisions.emplace_back(RevisionRow{s.number(0), s.number(1), s.text(2), s.text(3), {}});
        changes.bind(1, row.number);
        while (changes.step())
            row.changes.push_back({changes.text(0), changes.text(1), {}, changes.number(2) != 0});
    }
    out.found = !out.revisions.empty();
    return out;
}

}  // namespace

Answer Database::answer(const Query& query) {
    struct Visitor {
        const Connection& connection;
        Answer operator()(const GetValue& q) const { return read_value(connection, q); }
        Answer operator()(const GetValues& q) const { return read_values(connection, q); }
        Answer operator()(const GetResources& q) const { return read_resources(connection, q); }
        Answer operator()(const GetHistory& q) const { return read_history(connection, q); }
        Answer operator()(const GetRevisions& q) const { return read_revisions(connection, q); }
    };
    return std::visit(Visitor{connection_}, query);
}

}  // namespace strowger::store
