// The decision log's rows in the file: seeds as listings, the copies of checkpoints, the entries
// that wait. Writes are transactions of their own that are no revisions.
#include <ringfence/limits.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "store/log_rows.h"
#include "store/sqlite_store.h"
#include "store/sqlite_write.h"

namespace ringfence {
namespace {

// Steps to the next row. False at the end, or with `*status` not ok.
bool Next(Connection& db, Statement& statement, Status* status) {
  const int rc = statement.Step();
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) *status = db.Error(rc, "read the store");
  return false;
}

Status Damaged(const std::string& what) {
  return Status(StatusCode::kCorrupt, what + " is damaged or missing: run the doctor");
}

template <size_t N>
bool CopyBlob(std::span<const uint8_t> blob, std::array<uint8_t, N>* out) {
  if (blob.size() != N) return false;
  std::copy(blob.begin(), blob.end(), out->begin());
  return true;
}

// Columns: handle, name, seed or NULL.
Status ReadSeed(const Statement& select, LogSeedRow* row) {
  row->handle = select.Int(0);
  row->name = select.Text(1);
  if (CopyBlob(select.Blob(2), &row->seed)) return Status();
  return Damaged("the seed of user " + std::to_string(row->handle));
}

// Runs a statement once for each id.
Status RunEach(Connection& db, std::string_view sql, std::span<const int64_t> ids) {
  Statement statement;
  if (Status status = db.Prepare(sql, &statement); !status.ok()) return status;
  for (int64_t id : ids) {
    statement.Bind(1, id);
    if (const int rc = statement.Run(); rc != SQLITE_OK) return db.Error(rc, "write the store");
  }
  return Status();
}

Status ReadCheckpoint(Connection& db, std::string_view log, std::optional<LogCheckpointRow>* row) {
  Statement select;
  Status status =
      db.Prepare("SELECT origin, size, boot, note FROM log_checkpoints WHERE log = ?1", &select);
  if (!status.ok()) return status;
  select.Bind(1, log);
  if (!Next(db, select, &status)) return status;
  const int64_t size = select.Int(1);
  const int64_t boot = select.Int(2);
  if (size < 0 || boot < 0 || boot > 65535) return Damaged("the copy of a checkpoint");
  *row = {std::string(select.Text(0)), static_cast<uint64_t>(size), static_cast<uint16_t>(boot),
          std::string(select.Text(3))};
  return Status();
}

}  // namespace

Status SqliteStore::WithWriter(const std::function<Status(Connection&)>& work) {
  if (Status status = AcquireWriter(); !status.ok()) return status;
  SqliteWrite write(this);
  if (Status status = write.Start(); !status.ok()) return status;
  if (Status status = work(write.db()); !status.ok()) return status;
  return write.Commit(SqliteWrite::Revises::kNo).status();
}

Status SqliteStore::EachLogSeed(const std::function<bool(const LogSeedRow&)>& sink) {
  return WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare(
        "SELECT u.id, u.name, s.seed FROM users AS u LEFT JOIN log_seeds AS s ON s.user = u.id"
        " ORDER BY u.id",
        &select);
    if (!read.ok()) return read;
    LogSeedRow row;
    while (Next(db, select, &read)) {
      if (read = ReadSeed(select, &row); !read.ok()) return read;
      if (!sink(row)) return Status();
    }
    return read;
  });
}

Result<LogSeedRow> SqliteStore::FindLogSeed(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  LogSeedRow row;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare(
        "SELECT u.id, u.name, s.seed FROM users AS u LEFT JOIN log_seeds AS s ON s.user = u.id"
        " WHERE u.name = ?1",
        &select);
    if (!read.ok()) return read;
    select.Bind(1, user);
    if (Next(db, select, &read)) return ReadSeed(select, &row);
    return read.ok() ? NotKnown(user) : read;
  });
  if (!status.ok()) return status;
  return row;
}

Result<std::optional<LogCheckpointRow>> SqliteStore::LoadLogCheckpoint(std::string_view log) {
  std::optional<LogCheckpointRow> row;
  Status status = WithReader([&](Connection& db) { return ReadCheckpoint(db, log, &row); });
  if (!status.ok()) return status;
  return row;
}

Status SqliteStore::SaveLogCheckpoint(std::string_view log, const LogCheckpointRow& copy) {
  return WithWriter([&](Connection& db) -> Status {
    std::optional<LogCheckpointRow> stored;
    Status status = ReadCheckpoint(db, log, &stored);
    if (status.ok()) status = CheckCheckpoint(stored.has_value() ? &*stored : nullptr, copy);
    if (!status.ok()) return status;
    Statement put;
    status = db.Prepare(
        "INSERT INTO log_checkpoints (log, origin, size, boot, note) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (log) DO UPDATE SET origin = ?2, size = ?3, boot = ?4, note = ?5",
        &put);
    if (!status.ok()) return status;
    put.Bind(1, log);
    put.Bind(2, copy.origin);
    put.Bind(3, static_cast<int64_t>(copy.size));
    put.Bind(4, int64_t{copy.boot});
    put.Bind(5, copy.note);
    const int rc = put.Run();
    return rc == SQLITE_OK ? Status() : db.Error(rc, "write the store");
  });
}

Result<std::vector<LogOutboxRow>> SqliteStore::LogOutbox() {
  std::vector<LogOutboxRow> rows;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare("SELECT id, kind, payload FROM log_outbox ORDER BY id", &select);
    if (!read.ok()) return read;
    while (Next(db, select, &read)) {
      LogOutboxRow& row = rows.emplace_back();
      row.id = select.Int(0);
      const int64_t kind = select.Int(1);
      row.kind = static_cast<uint8_t>(kind);
      if (row.kind == 0 || row.kind != kind || !CopyBlob(select.Blob(2), &row.payload)) {
        return Damaged("entry " + std::to_string(row.id) + " that waits for the log");
      }
    }
    return read;
  });
  if (!status.ok()) return status;
  return rows;
}

Result<int64_t> SqliteStore::AddToLogOutbox(uint8_t kind,
                                            std::span<const uint8_t, kLogPayloadBytes> payload) {
  if (Status status = CheckLogKind(kind); !status.ok()) return status;
  int64_t id = 0;
  Status status = WithWriter([&](Connection& db) -> Status {
    Statement add;
    Status added = db.Prepare("INSERT INTO log_outbox (kind, payload) VALUES (?1, ?2)", &add);
    if (!added.ok()) return added;
    add.Bind(1, int64_t{kind});
    add.Bind(2, payload);
    if (const int rc = add.Run(); rc != SQLITE_OK) return db.Error(rc, "write the store");
    id = sqlite3_last_insert_rowid(db.get());
    return Status();
  });
  if (!status.ok()) return status;
  return id;
}

Status SqliteStore::RemoveFromLogOutbox(std::span<const int64_t> ids) {
  if (ids.empty()) return Status();
  return WithWriter(
      [&](Connection& db) { return RunEach(db, "DELETE FROM log_outbox WHERE id = ?1", ids); });
}

Result<std::vector<LogReportRow>> SqliteStore::LogReports(std::string_view log) {
  std::vector<LogReportRow> rows;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare(
        "SELECT id, report FROM log_reports WHERE log = ?1 ORDER BY id LIMIT ?2", &select);
    if (!read.ok()) return read;
    select.Bind(1, log);
    select.Bind(2, static_cast<int64_t>(kMaxLogReports));
    while (Next(db, select, &read)) {
      const std::span<const uint8_t> report = select.Blob(1);
      rows.push_back({select.Int(0), std::string(report.begin(), report.end())});
    }
    return read;
  });
  if (!status.ok()) return status;
  return rows;
}

Result<int64_t> SqliteStore::AddLogReport(std::string_view log, std::string_view report) {
  int64_t id = 0;
  Status status = WithWriter([&](Connection& db) -> Status {
    Statement count, add;
    Status added = db.Prepare("SELECT count(*) FROM log_reports WHERE log = ?1", &count);
    if (!added.ok()) return added;
    count.Bind(1, log);
    if (!Next(db, count, &added)) return added;
    added = CheckReport(report, static_cast<size_t>(count.Int(0)));
    if (added.ok()) {
      added = db.Prepare("INSERT INTO log_reports (log, report) VALUES (?1, ?2)", &add);
    }
    if (!added.ok()) return added;
    add.Bind(1, log);
    add.Bind(2, std::span(reinterpret_cast<const uint8_t*>(report.data()), report.size()));
    if (const int rc = add.Run(); rc != SQLITE_OK) return db.Error(rc, "write the store");
    id = sqlite3_last_insert_rowid(db.get());
    return Status();
  });
  if (!status.ok()) return status;
  return id;
}

Status SqliteStore::RemoveLogReports(std::span<const int64_t> ids) {
  if (ids.empty()) return Status();
  return WithWriter(
      [&](Connection& db) { return RunEach(db, "DELETE FROM log_reports WHERE id = ?1", ids); });
}

}  // namespace ringfence
