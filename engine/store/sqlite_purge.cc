// Purge: makes sure that nothing of a forgotten user is left anywhere in the files.
//
// secure_delete overwrites a row where it lies, but when SQLite splits or merges pages it leaves
// older copies of rows in a page's free space, and the write-ahead log keeps pages as they were. So
// the file is rebuilt (VACUUM) and the log emptied; both are needed, in this order.
#include <algorithm>

#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"

namespace ringfence {
namespace {

bool IsBusy(int rc) { return (rc & 0xFF) == SQLITE_BUSY || (rc & 0xFF) == SQLITE_LOCKED; }

// How long to wait for readers to leave: decisions take microseconds, and who stays longer stays.
// All writers wait meanwhile.
constexpr int kReadersLeaveMs = 250;

// Copies the log into the file and cuts it to nothing. `*emptied` is false while somebody reads an
// older snapshot.
Status EmptyLog(Connection& db, bool* emptied) {
  const int rc =
      sqlite3_wal_checkpoint_v2(db.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  *emptied = rc == SQLITE_OK;
  return *emptied || IsBusy(rc) ? Status() : db.Error(rc, "empty the write-ahead log");
}

Result<bool> PurgeFile(Connection& db) {
  // First without rebuilding: where somebody holds an old snapshot, that would be work for nothing.
  bool emptied = false;
  Status status = EmptyLog(db, &emptied);
  if (!status.ok() || !emptied) {
    if (!status.ok()) return status;
    return false;
  }
  Result<Meta> meta = ReadMeta(db);
  if (!meta.ok()) return meta.status();
  if (meta->forgets == meta->forgets_purged) return true;
  const int rc = sqlite3_exec(db.get(), "VACUUM", nullptr, nullptr, nullptr);
  if (IsBusy(rc)) return false;
  if (rc != SQLITE_OK) return db.Error(rc, "rebuild the store");
  if (status = EmptyLog(db, &emptied); !status.ok()) return status;
  if (!emptied) return false;
  // What another process forgot meanwhile is not covered, hence the count read before.
  Statement update;
  status =
      db.Prepare("UPDATE meta SET forgets_purged = max(forgets_purged, ?1) WHERE id = 1", &update);
  if (!status.ok()) return status;
  update.Bind(1, meta->forgets);
  if (const int updated = update.Run(); updated != SQLITE_OK) {
    if (IsBusy(updated)) return false;
    return db.Error(updated, "write the store");
  }
  meta = ReadMeta(db);
  if (!meta.ok()) return meta.status();
  return meta->forgets == meta->forgets_purged;
}

}  // namespace

Result<bool> SqliteStore::Purge() {
  if (Status status = AcquireWriter(); !status.ok()) return status;
  sqlite3_busy_timeout(writer_->db.get(), std::min(kReadersLeaveMs, options_.busy_timeout_ms));
  Result<bool> purged = PurgeFile(writer_->db);
  sqlite3_busy_timeout(writer_->db.get(), options_.busy_timeout_ms);
  writer_->db.Rollback();
  ReleaseWriter();
  return purged;
}

Result<bool> SqliteStore::PurgeDue() {
  bool due = true;
  Status status = WithReader([&](Connection& db) -> Status {
    Result<Meta> meta = ReadMeta(db);
    if (!meta.ok()) return meta.status();
    due = meta->forgets != meta->forgets_purged;
    return Status();
  });
  if (!status.ok()) return status;
  return due;
}

}  // namespace ringfence
