// Prepared point reads on the store's tables.
#include "bench/baseline.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ringfence::bench {
namespace {

void Demand(bool holds, sqlite3* db, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "baseline: cannot %s: %s\n", what, sqlite3_errmsg(db));
  std::exit(1);
}

}  // namespace

Baseline::Baseline(const std::string& path) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  const int rc = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  db_.reset(db);
  Demand(rc == SQLITE_OK, db, "open the store");
  // As the store's own sessions: what differs must be what is done with the rows.
  const char* pragmas =
      "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA query_only=ON; "
      "PRAGMA cache_size=-8192";
  Demand(sqlite3_exec(db, pragmas, nullptr, nullptr, nullptr) == SQLITE_OK, db, "set it up");
  begin_ = Prepare("BEGIN");
  commit_ = Prepare("COMMIT");
  id_by_name_ = Prepare("SELECT id FROM users WHERE name = ?1");
  user_ = Prepare("SELECT settings FROM users WHERE id = ?1");
  pair_ = Prepare("SELECT forward, reverse FROM pairs WHERE callee = ?1 AND caller = ?2");
}

Baseline::Statement Baseline::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int rc =
      sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  Demand(rc == SQLITE_OK, db_.get(), "prepare");
  return Statement(statement);
}

void Baseline::Run(const Statement& statement) {
  const int rc = sqlite3_step(statement.get());
  Demand(rc == SQLITE_DONE, db_.get(), "begin or commit");
  sqlite3_reset(statement.get());
}

int64_t Baseline::LookUp(std::string_view name) {
  sqlite3_stmt* const statement = id_by_name_.get();
  sqlite3_bind_text(statement, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
  Demand(sqlite3_step(statement) == SQLITE_ROW, db_.get(), "find a user");
  const int64_t id = sqlite3_column_int64(statement, 0);
  sqlite3_reset(statement);
  return id;
}

uint64_t Baseline::ReadUser(int64_t id) {
  sqlite3_stmt* const statement = user_.get();
  sqlite3_bind_int64(statement, 1, id);
  Demand(sqlite3_step(statement) == SQLITE_ROW, db_.get(), "read a user");
  uint64_t value = 0;
  const void* const settings = sqlite3_column_blob(statement, 0);
  Demand(sqlite3_column_bytes(statement, 0) >= 8, db_.get(), "read settings");
  std::memcpy(&value, settings, sizeof value);
  sqlite3_reset(statement);
  return value;
}

uint64_t Baseline::ReadPair(int64_t callee, int64_t caller) {
  sqlite3_stmt* const statement = pair_.get();
  sqlite3_bind_int64(statement, 1, callee);
  sqlite3_bind_int64(statement, 2, caller);
  const int rc = sqlite3_step(statement);
  Demand(rc == SQLITE_ROW || rc == SQLITE_DONE, db_.get(), "read a pair");
  uint64_t value = 0;
  if (rc == SQLITE_ROW) {
    value = static_cast<uint64_t>(sqlite3_column_int64(statement, 0)) << 32 |
            static_cast<uint64_t>(sqlite3_column_int64(statement, 1));
  }
  sqlite3_reset(statement);
  return value;
}

uint64_t Baseline::Read(GroupSet groups, int64_t callee, int64_t caller) {
  uint64_t value = 0;
  if ((groups & Bit(Group::kCallee)) != 0) value ^= ReadUser(callee);
  if ((groups & Bit(Group::kCaller)) != 0) value ^= ReadUser(caller);
  if ((groups & Bit(Group::kPair)) != 0) value ^= ReadPair(callee, caller);
  return value;
}

}  // namespace ringfence::bench
