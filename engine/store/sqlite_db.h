// Thin ownership over SQLite: a connection, a prepared statement, and its errors as Status.
// Takes SQL of ours; gives rows. Nothing here knows the schema.
#pragma once

#include <ringfence/status.h>
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ringfence {

/// "cannot WHAT: SQLite's words (SQLITE_NAME number)" under the code a caller can act on.
Status SqliteStatus(sqlite3* db, int rc, std::string_view what);

/// Whether a failure is the file's fault and not the moment's.
bool IsCorruption(int rc);

/// A prepared statement. Bound texts and blobs are not copied: they must live until Reset().
class Statement {
 public:
  Statement() = default;

  void Bind(int index, int64_t value) { sqlite3_bind_int64(stmt_.get(), index, value); }
  void Bind(int index, std::string_view text) {
    // A null pointer would bind NULL, and the empty view has one.
    sqlite3_bind_text(stmt_.get(), index, text.empty() ? "" : text.data(),
                      static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void BindBlob(int index, std::string_view bytes) {
    Bind(index, std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
  }
  void Bind(int index, std::span<const uint8_t> blob) {
    sqlite3_bind_blob(stmt_.get(), index, blob.data(), static_cast<int>(blob.size()),
                      SQLITE_STATIC);
  }

  /// SQLITE_ROW, SQLITE_DONE or an error.
  int Step() { return sqlite3_step(stmt_.get()); }
  /// Steps a statement without rows to its end and resets it: SQLITE_OK or an error.
  int Run() {
    int rc = Step();
    while (rc == SQLITE_ROW) rc = Step();
    Reset();
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
  }
  void Reset() { sqlite3_reset(stmt_.get()); }

  int64_t Int(int column) const { return sqlite3_column_int64(stmt_.get(), column); }
  /// Valid until the next Step or Reset.
  std::string_view Text(int column) const;
  std::span<const uint8_t> Blob(int column) const;
  bool IsNull(int column) const { return Type(column) == SQLITE_NULL; }
  /// SQLITE_INTEGER, SQLITE_BLOB, ... as stored: ask before the value, which may convert.
  int Type(int column) const { return sqlite3_column_type(stmt_.get(), column); }
  int columns() const { return sqlite3_column_count(stmt_.get()); }

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* stmt) const { sqlite3_finalize(stmt); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> stmt_;
};

/// Resets a statement at the end of a scope, so that no early return leaves a cursor open.
class ResetGuard {
 public:
  explicit ResetGuard(Statement& statement) : statement_(statement) {}
  ~ResetGuard() { statement_.Reset(); }
  ResetGuard(const ResetGuard&) = delete;
  ResetGuard& operator=(const ResetGuard&) = delete;

 private:
  Statement& statement_;
};

/// One connection, for one thread at a time. mmap is off (a file truncated by somebody else must
/// not kill the host), and SQL kept in the file is not trusted.
class Connection {
 public:
  enum class Access {
    kRead,
    kReadImpatient,  ///< through ImpatientVfs(): hardly waits, whatever the busy timeout
    kWrite,
    kCreate,
  };

  Connection() = default;
  /// kNotFound, kReadOnly (kWrite of a file that cannot be written), kIo. Reads nothing yet.
  static Result<Connection> Open(const std::string& path, Access access, int busy_timeout_ms);
  /// An empty database of this connection alone.
  static Result<Connection> OpenMemory();

  Status Prepare(std::string_view sql, Statement* statement);
  /// Runs a text of several statements; rows are dropped.
  Status Execute(const char* sql, std::string_view what);
  /// The first column of the first row.
  Result<int64_t> QueryInt(std::string_view sql);
  Result<std::string> QueryText(std::string_view sql);

  /// Ends whatever transaction is open. Never fails: what SQLite could not roll back now it rolls
  /// back when the file is next read.
  void Rollback();
  Status Error(int rc, std::string_view what) const { return SqliteStatus(db_.get(), rc, what); }
  sqlite3* get() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace ringfence
