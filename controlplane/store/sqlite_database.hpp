// The SQLite file itself: schema, prepared statements, rows in and out. One thread at a time; errors are
// exceptions that do not leave the store.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "store/rows.hpp"
#include "store/sqlite_statement.hpp"
#include "store/sqlite_store.hpp"

namespace strowger::store {

class Database {
  public:
    // Throws DatabaseError, with a sentence that says what to do.
    explicit Database(const SqliteOptions& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // A group: begin, any number of put(), commit. After an exception: rollback().
    void begin() { begin_.run(); }
    void commit() { commit_.run(); }
    void rollback() noexcept;
    // All rows of the batch. Throws; false: refused, nothing of it is in the group.
    bool put(const Batch& batch, std::string& reason);

    Answer answer(const Query& query);
    std::size_t each_binding(const std::function<void(const BindingRow&)>& visit);

  private:
    void put(const Write& write);
    void put(const BindingRow& row);
    void put(const RevisionRow& row);

    // Sets the connection up and creates the tables, before statements are prepared.
    struct Schema {
        Schema(Connection& connection, const SqliteOptions& options);
    };
    Connection connection_;
    Schema schema_;
    Statement begin_, commit_, savepoint_, release_, undo_;
    Statement put_binding_, refresh_binding_, remove_binding_, put_value_, remove_value_, put_revision_,
        put_resource_;
};

}  // namespace strowger::store
