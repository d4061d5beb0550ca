// Rows of derived facts in the writer's transaction.
// Takes handles and packed bytes; keeps the statements for them.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "derived/rows.h"
#include "store/sqlite_db.h"

namespace ringfence {

class SqliteWrite;

/// Statements on the table `derived`; of the one connection that writes.
struct DerivedStatements {
  Statement words_by_id, name_by_id;
  Statement get, put, remove, each, forget, forget_about, sweep;
  int64_t swept_kind = 0, swept_a = 0, swept_b = 0;  ///< how far sweeps have come

  Status Prepare(Connection& db);
};

/// As StoreTransaction says. Every failure dooms the transaction.
class SqliteRows {
 public:
  explicit SqliteRows(SqliteWrite* write) : write_(*write) {}

  Status NameOf(int64_t handle, std::string* name);
  Status Get(RowKind kind, int64_t a, int64_t b, std::string* bytes);
  Status Put(RowKind kind, int64_t a, int64_t b, std::string_view bytes, int64_t expires_s);
  Status Delete(RowKind kind, int64_t a, int64_t b);
  Status Each(RowKind kind, int64_t a,
              const std::function<bool(int64_t b, std::string_view bytes)>& sink);
  Status SetFlag(int64_t user, UserFlag flag, bool on);
  Status Sweep(int64_t now_s, int limit);
  /// All rows of a user and about them.
  Status Forget(int64_t user);

 private:
  DerivedStatements& statements();
  Status Run(Statement& statement);

  SqliteWrite& write_;
};

}  // namespace ringfence
