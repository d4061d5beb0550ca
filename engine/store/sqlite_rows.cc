// Rows of derived facts in the writer's transaction.
#include "store/sqlite_rows.h"

#include <utility>

#include "store/sqlite_write.h"

namespace ringfence {
namespace {

void BindKey(Statement& statement, RowKind kind, int64_t a, int64_t b) {
  statement.Bind(1, static_cast<int64_t>(kind));
  statement.Bind(2, a);
  statement.Bind(3, b);
}

std::string BytesOf(std::span<const uint8_t> blob) { return {blob.begin(), blob.end()}; }

}  // namespace

Status DerivedStatements::Prepare(Connection& db) {
  const std::pair<Statement*, std::string_view> statements[] = {
      {&words_by_id, "SELECT settings FROM users WHERE id = ?1"},
      {&name_by_id, "SELECT name FROM users WHERE id = ?1"},
      {&get, "SELECT data FROM derived WHERE kind = ?1 AND a = ?2 AND b = ?3"},
      {&put,
       "INSERT INTO derived (kind, a, b, data, expires_s) VALUES (?1, ?2, ?3, ?4, ?5)"
       " ON CONFLICT (kind, a, b) DO UPDATE"
       " SET data = excluded.data, expires_s = excluded.expires_s"},
      {&remove, "DELETE FROM derived WHERE kind = ?1 AND a = ?2 AND b = ?3"},
      {&each, "SELECT b, data FROM derived WHERE kind = ?1 AND a = ?2 ORDER BY b"},
      // One range of the primary key for each kind.
      {&forget,
       "WITH RECURSIVE k (kind) AS (SELECT 1 UNION ALL SELECT kind + 1 FROM k WHERE kind < ?2)"
       " DELETE FROM derived WHERE kind IN (SELECT kind FROM k) AND a = ?1"},
      {&forget_about, "DELETE FROM derived WHERE b = ?1 AND b <> 0"},
      {&sweep,
       "SELECT kind, a, b, expires_s FROM derived WHERE (kind, a, b) > (?1, ?2, ?3)"
       " ORDER BY kind, a, b LIMIT ?4"},
  };
  for (const auto& [statement, sql] : statements) {
    if (Status status = db.Prepare(sql, statement); !status.ok()) return status;
  }
  return Status();
}

DerivedStatements& SqliteRows::statements() { return write_.writer().derived; }

Status SqliteRows::Run(Statement& statement) {
  const int rc = statement.Run();
  return rc == SQLITE_OK ? Status() : write_.FailSqlite(rc);
}

Status SqliteRows::NameOf(int64_t handle, std::string* name) {
  Statement& find = statements().name_by_id;
  find.Bind(1, handle);
  const ResetGuard reset(find);
  const int rc = find.Step();
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return write_.FailSqlite(rc);
  *name = rc == SQLITE_ROW ? std::string(find.Text(0)) : std::string();
  return Status();
}

Status SqliteRows::Get(RowKind kind, int64_t a, int64_t b, std::string* bytes) {
  Statement& get = statements().get;
  BindKey(get, kind, a, b);
  const ResetGuard reset(get);
  const int rc = get.Step();
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return write_.FailSqlite(rc);
  *bytes = rc == SQLITE_ROW ? BytesOf(get.Blob(0)) : std::string();
  return Status();
}

Status SqliteRows::Put(RowKind kind, int64_t a, int64_t b, std::string_view bytes,
                       int64_t expires_s) {
  Statement& put = statements().put;
  BindKey(put, kind, a, b);
  put.BindBlob(4, bytes);
  put.Bind(5, expires_s);
  return Run(put);
}

Status SqliteRows::Delete(RowKind kind, int64_t a, int64_t b) {
  BindKey(statements().remove, kind, a, b);
  return Run(statements().remove);
}

Status SqliteRows::Each(RowKind kind, int64_t a,
                        const std::function<bool(int64_t b, std::string_view bytes)>& sink) {
  Statement& each = statements().each;
  each.Bind(1, static_cast<int64_t>(kind));
  each.Bind(2, a);
  const ResetGuard reset(each);
  int rc = 0;
  while ((rc = each.Step()) == SQLITE_ROW) {
    if (!sink(each.Int(0), BytesOf(each.Blob(1)))) return Status();
  }
  return rc == SQLITE_DONE ? Status() : write_.FailSqlite(rc);
}

Status SqliteRows::SetFlag(int64_t user, UserFlag flag, bool on) {
  UserWords words{};
  {
    Statement& find = statements().words_by_id;
    find.Bind(1, user);
    const ResetGuard reset(find);
    const int rc = find.Step();
    if (rc != SQLITE_ROW) return write_.FailSqlite(rc == SQLITE_DONE ? SQLITE_CORRUPT : rc);
    if (!UnpackUser(find.Blob(0), &words)) return write_.FailSqlite(SQLITE_CORRUPT);
  }
  if (HasFlag(words, flag) == on) return Status();
  PutFlag(flag, on, &words);
  return write_.Update(user, words);
}

Status SqliteRows::Sweep(int64_t now_s, int limit) {
  DerivedStatements& own = statements();
  struct Key {
    RowKind kind;
    int64_t a, b;
  };
  std::vector<Key> expired;
  int seen = 0;
  {
    own.sweep.Bind(1, own.swept_kind);
    own.sweep.Bind(2, own.swept_a);
    own.sweep.Bind(3, own.swept_b);
    own.sweep.Bind(4, limit);
    const ResetGuard reset(own.sweep);
    int rc = 0;
    while ((rc = own.sweep.Step()) == SQLITE_ROW) {
      ++seen;
      own.swept_kind = own.sweep.Int(0);
      own.swept_a = own.sweep.Int(1);
      own.swept_b = own.sweep.Int(2);
      const int64_t expires_s = own.sweep.Int(3);
      if (expires_s == 0 || expires_s > now_s) continue;
      expired.push_back({static_cast<RowKind>(own.swept_kind), own.swept_a, own.swept_b});
    }
    if (rc != SQLITE_DONE) return write_.FailSqlite(rc);
  }
  if (seen < limit) own.swept_kind = own.swept_a = own.swept_b = 0;
  for (const Key& key : expired) {
    if (Status status = Delete(key.kind, key.a, key.b); !status.ok()) return status;
  }
  return Status();
}

Status SqliteRows::Forget(int64_t user) {
  statements().forget.Bind(1, user);
  statements().forget.Bind(2, int64_t{kRowKinds});
  if (Status status = Run(statements().forget); !status.ok()) return status;
  statements().forget_about.Bind(1, user);
  return Run(statements().forget_about);
}

}  // namespace ringfence
