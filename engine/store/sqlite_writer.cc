// Writes to the file: one transaction at a time, applied whole or not at all, durable when
// acknowledged.
#include <utility>

#include "base/sha256.h"
#include "base/utf8.h"
#include "store/log_rows.h"
#include "store/sqlite_store.h"
#include "store/sqlite_write.h"

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
      {&insert_seed, "INSERT INTO log_seeds (user, seed) VALUES (?1, ?2)"},
      {&delete_seed, "DELETE FROM log_seeds WHERE user = ?1"},
      // Only where there is a log to take it over.
      {&add_erasure,
       "INSERT INTO log_outbox (kind, payload) SELECT ?1, ?2"
       " WHERE EXISTS (SELECT 1 FROM log_checkpoints)"},
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
      {&delete_book, "DELETE FROM contact_books WHERE callee = ?1"},
      {&delete_chunks,
       "DELETE FROM contact_chunks WHERE id BETWEEN ?1 << 12 AND (?1 << 12) + 4095"},
      {&delete_parts,
       "DELETE FROM contact_parts WHERE upload IN"
       " (SELECT id FROM contact_uploads WHERE account = ?1)"},
      {&delete_upload, "DELETE FROM contact_uploads WHERE account = ?1"},
      {&delete_identifiers, "DELETE FROM contact_identifiers WHERE account = ?1"},
      {&delete_quota, "DELETE FROM contact_quotas WHERE account = ?1"},
      {&bury_owner,
       "UPDATE contact_owners SET account = 0, erased_at_s = ?3, moved_at_s = max(?2,"
       " coalesce((SELECT max(synced_at_s) FROM contact_books), 0),"
       " coalesce((SELECT max(opened_at_s) FROM contact_uploads), 0)) WHERE account = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    if (Status status = db.Prepare(sql, statement); !status.ok()) return status;
  }
  return derived.Prepare(db);
}

namespace {

class SqliteTransaction final : public StoreTransaction {
 public:
  /// Takes over the writer's gate.
  explicit SqliteTransaction(SqliteStore* store)
      : write_(store), writer_(write_.writer()), rows_(&write_) {}

  Status Start() { return write_.Start(); }
  Status AddUser(std::string_view user) override;
  Status SetUser(std::string_view user, FactId fact, FactCode code) override;
  Status Relate(std::string_view subject, FactId relation, std::string_view object,
                FactCode code) override;
  Status Forget(std::string_view user, int64_t now_s, ForgetReport* report) override;
  Status AddPolicy(PolicyRecord* record) override;
  Status FindHandle(std::string_view user, int64_t* handle) override;
  Status Intern(std::string_view user, int64_t* handle) override;
  Status NameOf(int64_t handle, std::string* name) override {
    return IfUsable([&] { return rows_.NameOf(handle, name); });
  }
  Status GetRow(RowKind kind, int64_t a, int64_t b, std::string* bytes) override {
    return IfUsable([&] { return rows_.Get(kind, a, b, bytes); });
  }
  Status PutRow(RowKind kind, int64_t a, int64_t b, std::string_view bytes,
                int64_t expires_s) override {
    return IfUsable([&] { return rows_.Put(kind, a, b, bytes, expires_s); });
  }
  Status DeleteRow(RowKind kind, int64_t a, int64_t b) override {
    return IfUsable([&] { return rows_.Delete(kind, a, b); });
  }
  Status EachRow(RowKind kind, int64_t a,
                 const std::function<bool(int64_t b, std::string_view bytes)>& sink) override {
    return IfUsable([&] { return rows_.Each(kind, a, sink); });
  }
  Status SetFlag(int64_t user, UserFlag flag, bool on) override {
    return IfUsable([&] { return rows_.SetFlag(user, flag, on); });
  }
  Status SweepRows(int64_t now_s, int limit) override {
    return IfUsable([&] { return rows_.Sweep(now_s, limit); });
  }
  Result<uint64_t> Commit() override { return write_.Commit(SqliteWrite::Revises::kYes); }
  Status CommitCounters() override {
    return write_.Commit(SqliteWrite::Revises::kCounters).status();
  }

 private:
  Status PutPair(int64_t callee, int64_t caller, const PairWords& pair);
  Status ForgetContacts(int64_t account, int64_t now_s);
  Status LogErasure(int64_t now_s, std::string* case_id);

  template <class Do>
  Status IfUsable(const Do& use) {
    Status status = write_.Usable();
    return status.ok() ? use() : status;
  }

  SqliteWrite write_;
  SqliteWriter& writer_;
  SqliteRows rows_;
};

Status SqliteTransaction::FindHandle(std::string_view user, int64_t* handle) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  bool found = false;
  Status status = write_.FindId(user, &found, handle);
  if (!found) *handle = 0;
  return status;
}

Status SqliteTransaction::Intern(std::string_view user, int64_t* handle) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  return write_.Intern(user, handle);
}

Status SqliteTransaction::AddUser(std::string_view user) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  int64_t id = 0;
  return write_.Intern(user, &id);
}

Status SqliteTransaction::SetUser(std::string_view user, FactId fact, FactCode code) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  if (Status status = write_.format().CheckSetUser(user, fact, code); !status.ok()) return status;
  bool found = false;
  int64_t id = 0;
  UserWords words = kNewUser;
  if (Status status = write_.Find(user, &found, &id, &words); !status.ok()) return status;
  const UserWords before = words;
  write_.format().PutUser(fact, code, &words);
  if (!found) return write_.Insert(user, words, &id);
  if (words == before) return Status();
  return write_.Update(id, words);
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
  return rc == SQLITE_OK ? Status() : write_.FailSqlite(rc);
}

Status SqliteTransaction::Relate(std::string_view subject, FactId relation, std::string_view object,
                                 FactCode code) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  Status status = write_.format().CheckRelate(subject, relation, object, code);
  if (!status.ok()) return status;
  int64_t from = 0;
  int64_t to = 0;
  if (status = write_.Intern(subject, &from); !status.ok()) return status;
  if (status = write_.Intern(object, &to); !status.ok()) return status;
  PairWords pair;
  {
    writer_.find_pair.Bind(1, from);
    writer_.find_pair.Bind(2, to);
    const ResetGuard reset(writer_.find_pair);
    const int rc = writer_.find_pair.Step();
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return write_.FailSqlite(rc);
    if (rc == SQLITE_ROW) {
      pair.forward = static_cast<uint32_t>(writer_.find_pair.Int(0));
      pair.reverse = static_cast<uint32_t>(writer_.find_pair.Int(1));
    }
  }
  const PairWords before = pair;
  write_.format().PutRelation(relation, code, &pair);
  if (pair == before) return Status();
  if (status = PutPair(from, to, pair); !status.ok()) return status;
  return PutPair(to, from, pair.Mirrored());
}

Status SqliteTransaction::Forget(std::string_view user, int64_t now_s, ForgetReport* report) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  int64_t id = 0;
  // Not Find: a user whose row is damaged can be forgotten too.
  Status status = write_.FindId(user, &report->existed, &id);
  if (!status.ok() || !report->existed) return status;
  for (Statement* statement : {&writer_.delete_mirrors, &writer_.delete_pairs, &writer_.delete_user,
                               &writer_.delete_seed}) {
    statement->Bind(1, id);
    if (const int rc = statement->Run(); rc != SQLITE_OK) return write_.FailSqlite(rc);
    if (statement == &writer_.delete_pairs) {
      report->pairs_removed = static_cast<uint64_t>(sqlite3_changes(writer_.db.get()));
    }
  }
  if (status = ForgetContacts(id, now_s); !status.ok()) return status;
  if (status = rows_.Forget(id); !status.ok()) return status;
  if (status = LogErasure(now_s, &report->case_id); !status.ok()) return status;
  return write_.CountErasure();
}

// What contact sync holds of an account. That the identifiers were somebody's is kept for a while,
// without saying whose: else the next owner of a telephone number would match in old books.
Status SqliteTransaction::ForgetContacts(int64_t account, int64_t now_s) {
  for (Statement* statement :
       {&writer_.delete_book, &writer_.delete_chunks, &writer_.delete_parts, &writer_.delete_upload,
        &writer_.delete_identifiers, &writer_.delete_quota}) {
    statement->Bind(1, account);
    if (const int rc = statement->Run(); rc != SQLITE_OK) return write_.FailSqlite(rc);
  }
  writer_.bury_owner.Bind(1, account);
  writer_.bury_owner.Bind(2, now_s);
  writer_.bury_owner.Bind(3, now_s + kTombstoneS);
  const int rc = writer_.bury_owner.Run();
  return rc == SQLITE_OK ? Status() : write_.FailSqlite(rc);
}

Status SqliteTransaction::LogErasure(int64_t now_s, std::string* case_id) {
  LogOutboxRow row;
  std::string id;
  if (!MakeErasure(&writer_.random, now_s, &row, &id)) {
    return write_.Fail(Status(StatusCode::kIo, kNoRandomBytes));
  }
  writer_.add_erasure.Bind(1, int64_t{row.kind});
  writer_.add_erasure.Bind(2, std::span<const uint8_t>(row.payload));
  if (const int rc = writer_.add_erasure.Run(); rc != SQLITE_OK) return write_.FailSqlite(rc);
  if (sqlite3_changes(writer_.db.get()) > 0) *case_id = std::move(id);
  return Status();
}

Status SqliteTransaction::AddPolicy(PolicyRecord* record) {
  if (Status status = write_.Usable(); !status.ok()) return status;
  const std::string checksum = Sha256Hex(record->text);
  Statement& insert = writer_.insert_policy;
  insert.Bind(1, record->name);
  insert.Bind(2, record->digest);
  insert.Bind(3, record->text);
  insert.Bind(4, checksum);
  insert.Bind(5, record->note);
  insert.Bind(6, record->activated_at_s);
  if (const int rc = insert.Run(); rc != SQLITE_OK) return write_.FailSqlite(rc);
  const int64_t number = sqlite3_last_insert_rowid(writer_.db.get());
  writer_.set_policy.Bind(1, number);
  if (const int rc = writer_.set_policy.Run(); rc != SQLITE_OK) return write_.FailSqlite(rc);
  record->number = number;
  record->in_force = true;
  return Status();
}

}  // namespace

Result<std::unique_ptr<StoreTransaction>> SqliteStore::Begin() {
  if (Status status = AcquireWriter(); !status.ok()) return status;
  auto transaction = std::make_unique<SqliteTransaction>(this);
  if (Status status = transaction->Start(); !status.ok()) return status;
  return std::unique_ptr<StoreTransaction>(std::move(transaction));
}

}  // namespace ringfence
