// One write transaction on the file, whatever is written in it: the gate, the lock, the user rows
// everybody needs, the first failure, the commit.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <string_view>

#include "store/rows.h"
#include "store/sqlite_store.h"

namespace ringfence {

class SqliteWrite {
 public:
  /// Takes over the writer's gate, which the caller has acquired.
  explicit SqliteWrite(SqliteStore* store) : store_(store), writer_(*store->writer_) {}
  ~SqliteWrite() { Close(); }
  SqliteWrite(const SqliteWrite&) = delete;
  SqliteWrite& operator=(const SqliteWrite&) = delete;

  Status Start();
  /// Ok, or what doomed this transaction, or kClosed after its commit.
  Status Usable() const;
  /// A failure that is not the caller's fault: what was written is undone at once, so that no other
  /// process waits for nothing, and this transaction can no longer commit. The gate stays shut
  /// until the end, because the caller of this may still have a statement to reset.
  Status Fail(Status status);
  Status FailSqlite(int rc) { return Fail(writer_.db.Error(rc, "write the store")); }

  /// Ok with `*found` false: nobody of that name. Not the settings: those of a user whose row is
  /// damaged do not matter to everybody.
  Status FindId(std::string_view user, bool* found, int64_t* id);
  Status Find(std::string_view user, bool* found, int64_t* id, UserWords* words);
  /// Gives the user a seed, too.
  Status Insert(std::string_view user, const UserWords& words, int64_t* id);
  Status Update(int64_t id, const UserWords& words);
  Status Intern(std::string_view user, int64_t* id);
  /// Counts a removal that a purge must follow.
  Status CountErasure();

  enum class Revises : uint8_t {
    kNo,        ///< no decision depends on what was written
    kCounters,  ///< decisions do, but it is no revision
    kYes,
  };
  /// The new revision, else 0. Counted in the store's write epoch unless kNo. Ends this
  /// transaction.
  Result<uint64_t> Commit(Revises revises);

  SqliteWriter& writer() { return writer_; }
  Connection& db() { return writer_.db; }
  const RowFormat& format() const { return *store_->format_; }

 private:
  /// Rolls back what is not committed and lets the next writer in.
  void Close();
  Status Bump(uint64_t* revision);

  SqliteStore* store_;
  SqliteWriter& writer_;
  bool open_ = true;  ///< holds the gate
  Status failure_;
};

}  // namespace ringfence
