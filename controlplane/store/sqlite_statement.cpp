#include "store/sqlite_statement.hpp"

#include <sqlite3.h>

namespace strowger::store {

namespace {

[[noreturn]] void fail(sqlite3* handle) {
    throw DatabaseError(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

}  // namespace

bool DatabaseError::is_constraint() const {
    return (code_ & 0xff) == SQLITE_CONSTRAINT;
}

Connection::Connection(const std::string& path) {
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
        const DatabaseError error(handle_ != nullptr ? sqlite3_extended_errcode(handle_) : SQLITE_NOMEM,
                                  handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory");
        sqlite3_close_v2(handle_);
        throw error;
    }
}

Connection::~Connection() {
    sqlite3_close_v2(handle_);
}

void Connection::execute(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_);
}

Statement::Statement(const Connection& connection, const char* sql) {
    if (sqlite3_prepare_v3(connection.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) !=
        SQLITE_OK)
        fail(connection.get());
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

void Statement::check(int code) {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(handle_));
}

Statement& Statement::bind(int index, std::int64_t value) {
    check(sqlite3_bind_int64(handle_, index, value));
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    // An empty view may have no address, which SQLite would take for NULL.
    check(sqlite3_bind_text64(handle_, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_blob(int index, const void* data, std::size_t size) {
    check(sqlite3_bind_blob64(handle_, index, data, size, SQLITE_STATIC));
    return *this;
}

void Statement::run() {
    while (step()) {
    }
}

bool Statement::step() {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
        const DatabaseError error(code, sqlite3_errmsg(sqlite3_db_handle(handle_)));
        sqlite3_reset(handle_);
        throw error;
    }
    sqlite3_reset(handle_);
    return false;
}

void Statement::reset() {
    sqlite3_reset(handle_);
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return data == nullptr
               ? std::string{}
               : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return data == nullptr
               ? std::string_view{}
               : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

}  // namespace strowger::store
