// One write transaction on the file, whatever is written in it.
#include "store/sqlite_write.h"

#include <array>

#include "store/sqlite_schema.h"

namespace ringfence {

Status SqliteWrite::Start() {
  if (const int rc = writer_.begin.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  // The file may have been migrated since it was opened.
  const ResetGuard reset(writer_.min_writer);
  const int rc = writer_.min_writer.Step();
  if (rc != SQLITE_ROW) return FailSqlite(rc == SQLITE_DONE ? SQLITE_CORRUPT : rc);
  if (writer_.min_writer.Int(0) > kStoreSchemaVersion) {
    return Fail(Status(StatusCode::kSchema,
                       "the store was migrated: to write it a program must know schema " +
                           std::to_string(writer_.min_writer.Int(0)) + ", and this one knows " +
                           std::to_string(kStoreSchemaVersion)));
  }
  return Status();
}

void SqliteWrite::Close() {
  if (!open_) return;
  writer_.db.Rollback();
  open_ = false;
  store_->ReleaseWriter();
}

Status SqliteWrite::Fail(Status status) {
  failure_ = status;
  writer_.db.Rollback();
  return status;
}

Status SqliteWrite::Usable() const {
  if (!failure_.ok()) return failure_;
  if (!open_) return Status(StatusCode::kClosed, "the transaction was committed before");
  return Status();
}

Status SqliteWrite::FindId(std::string_view user, bool* found, int64_t* id) {
  Statement& find = writer_.find_user;
  find.Bind(1, user);
  const ResetGuard reset(find);
  const int rc = find.Step();
  *found = rc == SQLITE_ROW;
  if (rc == SQLITE_DONE) return Status();
  if (rc != SQLITE_ROW) return FailSqlite(rc);
  *id = find.Int(0);
  return Status();
}

Status SqliteWrite::Find(std::string_view user, bool* found, int64_t* id, UserWords* words) {
  Statement& find = writer_.find_user;
  find.Bind(1, user);
  const ResetGuard reset(find);
  const int rc = find.Step();
  *found = rc == SQLITE_ROW;
  if (rc == SQLITE_DONE) return Status();
  if (rc != SQLITE_ROW) return FailSqlite(rc);
  *id = find.Int(0);
  if (!UnpackUser(find.Blob(1), words)) {
    return Fail(Status(StatusCode::kCorrupt,
                       "the settings of user " + std::to_string(*id) + " are damaged"));
  }
  return Status();
}

Status SqliteWrite::Insert(std::string_view user, const UserWords& words, int64_t* id) {
  const std::array<uint8_t, kUserBytes> packed = PackUser(words);
  SeedBytes seed;
  if (!writer_.random.Fill(seed)) return Fail(Status(StatusCode::kIo, kNoRandomBytes));
  writer_.insert_user.Bind(1, user);
  writer_.insert_user.Bind(2, std::span<const uint8_t>(packed));
  if (const int rc = writer_.insert_user.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  *id = sqlite3_last_insert_rowid(writer_.db.get());
  writer_.insert_seed.Bind(1, *id);
  writer_.insert_seed.Bind(2, std::span<const uint8_t>(seed));
  const int rc = writer_.insert_seed.Run();
  return rc == SQLITE_OK ? Status() : FailSqlite(rc);
}

Status SqliteWrite::Update(int64_t id, const UserWords& words) {
  const std::array<uint8_t, kUserBytes> packed = PackUser(words);
  writer_.update_user.Bind(1, id);
  writer_.update_user.Bind(2, std::span<const uint8_t>(packed));
  const int rc = writer_.update_user.Run();
  return rc == SQLITE_OK ? Status() : FailSqlite(rc);
}

Status SqliteWrite::Intern(std::string_view user, int64_t* id) {
  bool found = false;
  UserWords words;
  if (Status status = Find(user, &found, id, &words); !status.ok() || found) return status;
  return Insert(user, kNewUser, id);
}

Status SqliteWrite::CountErasure() {
  const int rc = writer_.count_forget.Run();
  return rc == SQLITE_OK ? Status() : FailSqlite(rc);
}

Status SqliteWrite::Bump(uint64_t* revision) {
  const ResetGuard reset(writer_.bump);
  int rc = writer_.bump.Step();
  if (rc != SQLITE_ROW) return FailSqlite(rc == SQLITE_DONE ? SQLITE_CORRUPT : rc);
  *revision = static_cast<uint64_t>(writer_.bump.Int(0));
  rc = writer_.bump.Step();
  return rc == SQLITE_DONE ? Status() : FailSqlite(rc);
}

Result<uint64_t> SqliteWrite::Commit(Revises revises) {
  if (Status status = Usable(); !status.ok()) return status;
  uint64_t revision = 0;
  if (revises == Revises::kYes) {
    if (Status status = Bump(&revision); !status.ok()) return status;
  }
  if (const int rc = writer_.commit.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  if (revises != Revises::kNo) store_->write_epoch_.fetch_add(1);
  Close();
  return revision;
}

}  // namespace ringfence
