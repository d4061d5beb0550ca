// Writes to the file: one transaction at a time, applied whole or not at all, durable when
// acknowledged.
#include <array>
#include <utility>

#include "base/sha256.h"
#include "base/utf8.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"

namespace ringfence {

Status SqliteWriter::Prepare() {
  const std::pair<Statement*, std::string_view> statements[] = {
      {&begin, "BEGIN IMMEDIATE"},
      {&commit, "COMMIT"},
      {&min_writer, "SELECT min_writer FROM meta WHERE id = 1"},
      {&bump, "UPDATE meta SET revision = revision + 1 WHERE id = 1 RETURNING revision"},
      {&find_user, "SELECT id, settings FROM users WHERE name = ?1"},
      {&insert_user, "INSERT INTO users (name, settings) VALUES (?1, ?2)"},
      {&update_user, "UPDATE users SET settings = ?2 WHERE id = ?1"},
      {&delete_user, "DELETE FROM users WHERE id = ?1"},
      {&find_pair, "SELECT forward, reverse FROM pairs WHERE callee = ?1 AND caller = ?2"},
      {&put_pair,
       "INSERT INTO pairs (callee, caller, forward, reverse) VALUES (?1, ?2, ?3, ?4)"
       " ON CONFLICT (callee, caller) DO UPDATE"
       " SET forward = excluded.forward, reverse = excluded.reverse"},
      {&delete_pair, "DELETE FROM pairs WHERE callee = ?1 AND caller = ?2"},
      {&delete_mirrors,
       "DELETE FROM pairs WHERE caller = ?1 AND callee IN"
       " (SELECT caller FROM pairs WHERE callee = ?1)"},
      {&delete_pairs, "DELETE FROM pairs WHERE callee = ?1"},
      {&count_forget, "UPDATE meta SET forgets = forgets + 1 WHERE id = 1"},
      {&insert_policy,
       "INSERT INTO policies (name, digest, text, text_sha256, note, activated_at_s)"
       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
      {&set_policy, "UPDATE meta SET policy_number = ?1 WHERE id = 1"},
  };
  for (const auto& [statement, sql] : statements) {
    if (Status status = db.Prepare(sql, statement); !status.ok()) return status;
  }
  return Status();
}

class SqliteTransaction final : public StoreTransaction {
 public:
  /// Takes over the writer's gate.
  explicit SqliteTransaction(SqliteStore* store) : store_(store), writer_(*store->writer_) {}
  ~SqliteTransaction() override { Close(); }
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  Status Start();
  Status AddUser(std::string_view user) override;
  Status SetUser(std::string_view user, FactId fact, FactCode code) override;
  Status Relate(std::string_view subject, FactId relation, std::string_view object,
                FactCode code) override;
  Status Forget(std::string_view user, ForgetReport* report) override;
  Status AddPolicy(PolicyRecord* record) override;
  Result<uint64_t> Commit() override;

 private:
  const RowFormat& format() const { return *store_->format_; }
  /// Rolls back what is not committed and lets the next writer in.
  void Close();
  /// A failure that is not the caller's fault: what was written is undone at once, so that no other
  /// process waits for nothing, and this transaction can no longer commit. The gate stays shut
  /// until the end, because the caller of this may still have a statement to reset.
  Status Fail(Status status);
  Status FailSqlite(int rc) { return Fail(writer_.db.Error(rc, "write the store")); }
  Status Usable() const;

  /// Ok with `*found` false: nobody of that name.
  Status Find(std::string_view user, bool* found, int64_t* id, UserWords* words);
  Status Insert(std::string_view user, const UserWords& words, int64_t* id);
  Status Intern(std::string_view user, int64_t* id);
  Status PutPair(int64_t callee, int64_t caller, const PairWords& pair);

  SqliteStore* store_;
  SqliteWriter& writer_;
  bool open_ = true;  ///< holds the gate
  Status failure_;
};

Status SqliteTransaction::Start() {
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

void SqliteTransaction::Close() {
  if (!open_) return;
  writer_.db.Rollback();
  open_ = false;
  store_->ReleaseWriter();
}

Status SqliteTransaction::Fail(Status status) {
  failure_ = status;
  writer_.db.Rollback();
  return status;
}

Status SqliteTransaction::Usable() const {
  if (!failure_.ok()) return failure_;
  if (!open_) return Status(StatusCode::kClosed, "the transaction was committed before");
  return Status();
}

Status SqliteTransaction::Find(std::string_view user, bool* found, int64_t* id, UserWords* words) {
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

Status SqliteTransaction::Insert(std::string_view user, const UserWords& words, int64_t* id) {
  const std::array<uint8_t, kUserBytes> packed = PackUser(words);
  writer_.insert_user.Bind(1, user);
  writer_.insert_user.Bind(2, std::span<const uint8_t>(packed));
  if (const int rc = writer_.insert_user.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  *id = sqlite3_last_insert_rowid(writer_.db.get());
  return Status();
}

Status SqliteTransaction::Intern(std::string_view user, int64_t* id) {
  bool found = false;
  UserWords words;
  if (Status status = Find(user, &found, id, &words); !status.ok() || found) return status;
  return Insert(user, kNewUser, id);
}

Status SqliteTransaction::AddUser(std::string_view user) {
  if (Status status = Usable(); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  int64_t id = 0;
  return Intern(user, &id);
}

Status SqliteTransaction::SetUser(std::string_view user, FactId fact, FactCode code) {
  if (Status status = Usable(); !status.ok()) return status;
  if (Status status = format().CheckSetUser(user, fact, code); !status.ok()) return status;
  bool found = false;
  int64_t id = 0;
  UserWords words = kNewUser;
  if (Status status = Find(user, &found, &id, &words); !status.ok()) return status;
  const UserWords before = words;
  format().PutUser(fact, code, &words);
  if (!found) return Insert(user, words, &id);
  if (words == before) return Status();
  const std::array<uint8_t, kUserBytes> packed = PackUser(words);
  writer_.update_user.Bind(1, id);
  writer_.update_user.Bind(2, std::span<const uint8_t>(packed));
  const int rc = writer_.update_user.Run();
  return rc == SQLITE_OK ? Status() : FailSqlite(rc);
}

Status SqliteTransaction::PutPair(int64_t callee, int64_t caller, const PairWords& pair) {
  Statement& statement = pair.empty() ? writer_.delete_pair : writer_.put_pair;
  statement.Bind(1, callee);
  statement.Bind(2, caller);
  if (!pair.empty()) {
    statement.Bind(3, int64_t{pair.forward});
    statement.Bind(4, int64_t{pair.reverse});
  }
  const int rc = statement.Run();
  return rc == SQLITE_OK ? Status() : FailSqlite(rc);
}

Status SqliteTransaction::Relate(std::string_view subject, FactId relation, std::string_view object,
                                 FactCode code) {
  if (Status status = Usable(); !status.ok()) return status;
  Status status = format().CheckRelate(subject, relation, object, code);
  if (!status.ok()) return status;
  int64_t from = 0;
  int64_t to = 0;
  if (status = Intern(subject, &from); !status.ok()) return status;
  if (status = Intern(object, &to); !status.ok()) return status;
  PairWords pair;
  {
    writer_.find_pair.Bind(1, from);
    writer_.find_pair.Bind(2, to);
    const ResetGuard reset(writer_.find_pair);
    const int rc = writer_.find_pair.Step();
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return FailSqlite(rc);
    if (rc == SQLITE_ROW) {
      pair.forward = static_cast<uint32_t>(writer_.find_pair.Int(0));
      pair.reverse = static_cast<uint32_t>(writer_.find_pair.Int(1));
    }
  }
  const PairWords before = pair;
  format().PutRelation(relation, code, &pair);
  if (pair == before) return Status();
  if (status = PutPair(from, to, pair); !status.ok()) return status;
  return PutPair(to, from, pair.Mirrored());
}

Status SqliteTransaction::Forget(std::string_view user, ForgetReport* report) {
  if (Status status = Usable(); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  int64_t id = 0;
  {
    // Not Find: a user whose row is damaged can be forgotten too.
    writer_.find_user.Bind(1, user);
    const ResetGuard reset(writer_.find_user);
    const int rc = writer_.find_user.Step();
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return FailSqlite(rc);
    report->existed = rc == SQLITE_ROW;
    if (!report->existed) return Status();
    id = writer_.find_user.Int(0);
  }
  for (Statement* statement :
       {&writer_.delete_mirrors, &writer_.delete_pairs, &writer_.delete_user}) {
    statement->Bind(1, id);
    if (const int rc = statement->Run(); rc != SQLITE_OK) return FailSqlite(rc);
    if (statement == &writer_.delete_pairs) {
      report->pairs_removed = static_cast<uint64_t>(sqlite3_changes(writer_.db.get()));
    }
  }
  const int rc = writer_.count_forget.Run();
  return rc == SQLITE_OK ? Status() : FailSqlite(rc);
}

Status SqliteTransaction::AddPolicy(PolicyRecord* record) {
  if (Status status = Usable(); !status.ok()) return status;
  const std::string checksum = Sha256Hex(record->text);
  Statement& insert = writer_.insert_policy;
  insert.Bind(1, record->name);
  insert.Bind(2, record->digest);
  insert.Bind(3, record->text);
  insert.Bind(4, checksum);
  insert.Bind(5, record->note);
  insert.Bind(6, record->activated_at_s);
  if (const int rc = insert.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  const int64_t number = sqlite3_last_insert_rowid(writer_.db.get());
  writer_.set_policy.Bind(1, number);
  if (const int rc = writer_.set_policy.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  record->number = number;
  record->in_force = true;
  return Status();
}

Result<uint64_t> SqliteTransaction::Commit() {
  if (Status status = Usable(); !status.ok()) return status;
  uint64_t revision = 0;
  {
    const ResetGuard reset(writer_.bump);
    int rc = writer_.bump.Step();
    if (rc != SQLITE_ROW) return FailSqlite(rc == SQLITE_DONE ? SQLITE_CORRUPT : rc);
    revision = static_cast<uint64_t>(writer_.bump.Int(0));
    rc = writer_.bump.Step();
    if (rc != SQLITE_DONE) return FailSqlite(rc);
  }
  if (const int rc = writer_.commit.Run(); rc != SQLITE_OK) return FailSqlite(rc);
  store_->write_epoch_.fetch_add(1);
  Close();
  return revision;
}

Result<std::unique_ptr<StoreTransaction>> SqliteStore::Begin() {
  if (Status status = AcquireWriter(); !status.ok()) return status;
  auto transaction = std::make_unique<SqliteTransaction>(this);
  if (Status status = transaction->Start(); !status.ok()) return status;
  return std::unique_ptr<StoreTransaction>(std::move(transaction));
}

}  // namespace ringfence
