// RAII over SQLite's C interface: a connection, a prepared statement, an error.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace strowger::store {

// what() is SQLite's phrase; `code` its extended result code.
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
    [[nodiscard]] int code() const { return code_; }
    // The rows contradict each other; the file is fine.
    [[nodiscard]] bool is_constraint() const;

  private:
    int code_;
};

class Connection {
  public:
    // Opens or creates; throws DatabaseError.
    explicit Connection(const std::string& path);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    void execute(const std::string& sql);
    [[nodiscard]] sqlite3* get() const { return handle_; }

  private:
    sqlite3* handle_ = nullptr;
};

// Texts and blobs that are bound must live until run() or the last step().
class Statement {
  public:
    Statement(const Connection& connection, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::string_view text);
    Statement& bind_blob(int index, const void* data, std::size_t size);
    // To the end, then ready for the next use.
    void run();
    // True: a row is there. False: the end; ready for the next use.
    bool step();
    void reset();
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;  // until the next step

  private:
    void check(int code);
    sqlite3_stmt* handle_ = nullptr;
};

}  // namespace strowger::store
