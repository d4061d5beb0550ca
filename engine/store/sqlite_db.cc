// Thin ownership over SQLite: a connection, a prepared statement, and its errors as Status.
#include "store/sqlite_db.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/check.h"
#include "base/utf8.h"
#include "store/sqlite_vfs.h"

namespace ringfence {
namespace {

StatusCode CodeOf(int rc) {
  switch (rc & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return StatusCode::kBusy;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StatusCode::kReadOnly;
    case SQLITE_FULL:
      return StatusCode::kFull;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return StatusCode::kIo;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StatusCode::kCorrupt;
    default:
      return StatusCode::kInternal;
  }
}

std::string SystemError(int error) { return std::generic_category().message(error); }

// A new file is its owner's alone: who calls whom is nobody else's business, and SQLite would let
// the umask decide. The files beside it (-wal, -shm) take its permissions.
Status MakePrivateFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) {
    close(fd);
    return Status();
  }
  const int error = errno;
  if (error == EEXIST) return Status();
  const StatusCode code = error == EACCES || error == EPERM || error == EROFS
                              ? StatusCode::kReadOnly
                              : (error == ENOSPC ? StatusCode::kFull : StatusCode::kIo);
  return Status(code, "cannot create '" + Printable(path, 200) + "': " + SystemError(error));
}

Status CheckPath(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    const int error = errno;
    const StatusCode code =
        error == ENOENT || error == ENOTDIR ? StatusCode::kNotFound : StatusCode::kIo;
    return Status(code, "cannot open '" + Printable(path, 200) + "': " + SystemError(error));
  }
  if (!S_ISREG(info.st_mode)) {
    return Status(StatusCode::kIo, "cannot open '" + Printable(path, 200) + "': not a file");
  }
  return Status();
}

}  // namespace

Status SqliteStatus(sqlite3* db, int rc, std::string_view what) {
  CHECK(rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE);
  // The connection's own message says more (which table, which constraint), if it is about this
  // failure.
  const bool same = db != nullptr && sqlite3_extended_errcode(db) == rc;
  const char* words = same ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
  std::string text =
      "cannot " + std::string(what) + ": " + words + " (SQLite " + std::to_string(rc) + ")";
  if (rc == SQLITE_READONLY_DIRECTORY || rc == SQLITE_READONLY_CANTINIT) {
    text += ": even reading needs the files -wal and -shm beside it, or the right to make them";
  }
  return Status(CodeOf(rc), std::move(text));
}

bool IsCorruption(int rc) { return (rc & 0xFF) == SQLITE_CORRUPT || (rc & 0xFF) == SQLITE_NOTADB; }

std::string_view Statement::Text(int column) const {
  // The pointer first: asking for it is what makes the bytes text.
  const unsigned char* text = sqlite3_column_text(stmt_.get(), column);
  const int size = sqlite3_column_bytes(stmt_.get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<size_t>(size)};
}

std::span<const uint8_t> Statement::Blob(int column) const {
  const void* blob = sqlite3_column_blob(stmt_.get(), column);
  const int size = sqlite3_column_bytes(stmt_.get(), column);
  if (blob == nullptr) return {};
  return {static_cast<const uint8_t*>(blob), static_cast<size_t>(size)};
}

Result<Connection> Connection::Open(const std::string& path, Access access, int busy_timeout_ms) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return Status(StatusCode::kInvalidArgument, "the path of a store is empty or holds a NUL");
  }
  if (sqlite3_threadsafe() == 0) {
    return Status(StatusCode::kInternal, "this SQLite was built for a single thread");
  }
  if (access == Access::kCreate) {
    if (Status status = MakePrivateFile(path); !status.ok()) return status;
  }
  if (Status status = CheckPath(path); !status.ok()) return status;
  // A relative path never starts with a name SQLite has other plans for ("file:", ":memory:").
  const std::string name = path.front() == '/' ? path : "./" + path;
  const bool read = access == Access::kRead || access == Access::kReadImpatient;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  const char* vfs = access == Access::kReadImpatient ? ImpatientVfs() : StrictVfs();
  if (vfs == nullptr) return Status(StatusCode::kInternal, "this SQLite has no file system");
  sqlite3* db = nullptr;
  const int rc = sqlite3_open_v2(name.c_str(), &db, flags, vfs);
  Connection connection;
  connection.db_.reset(db);
  const std::string what = "open '" + Printable(path, 200) + "'";
  if (rc != SQLITE_OK) return SqliteStatus(db, rc, what);
  // SQLite falls back to reading what it may not write.
  if (!read && sqlite3_db_readonly(db, "main") == 1) {
    return Status(StatusCode::kReadOnly, "cannot write '" + Printable(path, 200) + "'");
  }
  sqlite3_busy_timeout(db, busy_timeout_ms);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (Status status = connection.Execute("PRAGMA mmap_size=0; PRAGMA cell_size_check=ON", what);
      !status.ok()) {
    return status;
  }
  return connection;
}

Result<Connection> Connection::OpenMemory() {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
  const int rc = sqlite3_open_v2(":memory:", &db, flags, nullptr);
  Connection connection;
  connection.db_.reset(db);
  if (rc != SQLITE_OK) return SqliteStatus(db, rc, "open a database in memory");
  return connection;
}

Status Connection::Prepare(std::string_view sql, Statement* statement) {
  sqlite3_stmt* stmt = nullptr;
  const char* rest = nullptr;
  const int rc = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &stmt, &rest);
  statement->stmt_.reset(stmt);
  if (rc == SQLITE_ERROR) {
    // Our own SQL is right, so a table or a column of it is missing.
    return Status(StatusCode::kSchema, std::string("the store's tables are not as this version "
                                                   "makes them: ") +
                                           sqlite3_errmsg(db_.get()));
  }
  if (rc != SQLITE_OK) return Error(rc, "read the store's schema");
  CHECK(stmt != nullptr && rest == sql.data() + sql.size());
  return Status();
}

Status Connection::Execute(const char* sql, std::string_view what) {
  const int rc = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? Status() : Error(rc, what);
}

Result<int64_t> Connection::QueryInt(std::string_view sql) {
  Statement statement;
  if (Status status = Prepare(sql, &statement); !status.ok()) return status;
  const int rc = statement.Step();
  if (rc == SQLITE_ROW) return statement.Int(0);
  if (rc == SQLITE_DONE) return Status(StatusCode::kCorrupt, "a row of the store is missing");
  return Error(rc, "read the store");
}

Result<std::string> Connection::QueryText(std::string_view sql) {
  Statement statement;
  if (Status status = Prepare(sql, &statement); !status.ok()) return status;
  const int rc = statement.Step();
  if (rc == SQLITE_ROW) return std::string(statement.Text(0));
  if (rc == SQLITE_DONE) return Status(StatusCode::kCorrupt, "a row of the store is missing");
  return Error(rc, "read the store");
}

void Connection::Rollback() {
  if (sqlite3_get_autocommit(db_.get()) == 0) {
    static_cast<void>(sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr));
  }
}

}  // namespace ringfence
