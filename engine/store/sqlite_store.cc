// The store in an SQLite file: opening it, and handing out connections.
#include "store/sqlite_store.h"

#include "store/sqlite_schema.h"
#include "store/sqlite_session.h"

namespace ringfence {
namespace {

// FULL: a commit has reached the disk before it is acknowledged. What is deleted is overwritten at
// once where it lies; copies that moving a row has left elsewhere are Purge's business.
constexpr const char* kWriterPragmas =
    "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-65536";

// Idle connections kept for listings; more of them at once are opened and closed as they come.
constexpr size_t kMaxIdleReaders = 4;

}  // namespace

Result<std::unique_ptr<StoreBackend>> SqliteStore::Open(const StoreOptions& options,
                                                        const Layout& layout) {
  if (options.busy_timeout_ms < 0) {
    return Status(StatusCode::kInvalidArgument, "busy_timeout_ms must not be negative");
  }
  std::unique_ptr<SqliteStore> store(
      new SqliteStore(options, std::make_shared<const RowFormat>(layout)));
  const Status status =
      options.mode == StoreOptions::Mode::kReadOnly ? store->OpenReadOnly() : store->OpenWriter();
  if (!status.ok()) return status;
  return std::unique_ptr<StoreBackend>(std::move(store));
}

Status SqliteStore::OpenWriter() {
  const bool create = options_.mode == StoreOptions::Mode::kCreate;
  Result<Connection> opened = Connection::Open(
      options_.path, create ? Connection::Access::kCreate : Connection::Access::kWrite,
      options_.busy_timeout_ms);
  if (!opened.ok()) return opened.status();
  auto writer = std::make_unique<SqliteWriter>();
  writer->db = std::move(*opened);
  Connection& db = writer->db;
  Status status = create ? CreateIfEmpty(db, *format_) : Status();
  if (status.ok()) status = CheckSchema(db, SchemaUse::kWrite);
  if (!status.ok()) return status;
  // Only now is it certain that the file is ours to change.
  Result<std::string> mode = db.QueryText("PRAGMA journal_mode=WAL");
  if (!mode.ok()) return mode.status();
  if (*mode != "wal") {
    return Status(StatusCode::kIo, "the file system gives no shared memory for a write-ahead log");
  }
  status = db.Execute(kWriterPragmas, "open the store");
  if (status.ok()) status = UpdateEntries(db, *format_);
  if (status.ok()) status = writer->Prepare();
  if (status.ok()) writer_ = std::move(writer);
  return status;
}

Status SqliteStore::OpenReadOnly() {
  return WithReader([this](Connection& db) -> Status {
    Result<std::vector<StoredEntry>> file = ReadEntries(db);
    if (!file.ok()) return file.status();
    return MissingEntries(EntriesOf(*format_), *file).status();
  });
}

Result<std::vector<std::string>> SqliteStore::UnknownEntries() {
  std::vector<std::string> names;
  const Status status = WithReader([&](Connection& db) -> Status {
    Result<std::vector<StoredEntry>> file = ReadEntries(db);
    if (file.ok()) names = NamesNotIn(EntriesOf(*format_), *file);
    return file.status();
  });
  if (!status.ok()) return status;
  return names;
}

Result<std::unique_ptr<StoreSession>> SqliteStore::NewSession(
    std::shared_ptr<const ContactVault> vault) {
  return SqliteSession::Open(options_.path, options_.busy_timeout_ms, format_, std::move(vault));
}

Status SqliteStore::AcquireWriter() {
  if (writer_ == nullptr) {
    return Status(StatusCode::kReadOnly, "the store was opened for reading only");
  }
  if (!gate_.Acquire(options_.busy_timeout_ms)) {
    return Status(StatusCode::kBusy, "another transaction of this process is open");
  }
  return Status();
}

Result<Connection> SqliteStore::TakeReader() {
  Connection db;
  {
    const std::lock_guard lock(readers_mutex_);
    if (!readers_.empty()) {
      db = std::move(readers_.back());
      readers_.pop_back();
    }
  }
  if (db.get() == nullptr) {
    Result<Connection> opened =
        Connection::Open(options_.path, Connection::Access::kRead, options_.busy_timeout_ms);
    if (!opened.ok()) return opened.status();
    db = std::move(*opened);
  }
  // The file may have been migrated since the connection was opened.
  Status status = db.Execute("BEGIN", "read the store");
  if (status.ok()) status = CheckSchema(db, SchemaUse::kRead);
  if (!status.ok()) return status;
  return db;
}

void SqliteStore::ReturnReader(Connection db, bool healthy) {
  db.Rollback();
  const std::lock_guard lock(readers_mutex_);
  if (healthy && readers_.size() < kMaxIdleReaders) readers_.push_back(std::move(db));
}

Status SqliteStore::WithReader(const std::function<Status(Connection&)>& work) {
  Result<Connection> db = TakeReader();
  if (!db.ok()) return db.status();
  Status status = work(*db);
  ReturnReader(std::move(*db), status.ok());
  return status;
}

Result<std::unique_ptr<StoreBackend>> OpenSqliteStore(const StoreOptions& options,
                                                      const Layout& layout) {
  return SqliteStore::Open(options, layout);
}

}  // namespace ringfence
