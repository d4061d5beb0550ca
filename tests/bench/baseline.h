// What a decision is measured against: the point reads it needs, written directly against SQLite by
// somebody who knows the tables and keeps dense ids. It decides nothing.
#pragma once

#include <ringfence/catalog.h>
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ringfence::bench {

/// A connection set up like a Reader's, with prepared statements. Failures end the program.
class Baseline {
 public:
  explicit Baseline(const std::string& path);

  void Begin() { Run(begin_); }
  void Commit() { Run(commit_); }
  /// The id of a user who exists.
  int64_t LookUp(std::string_view name);
  /// Reads those of callee, caller and pair that `groups` names. Gives something that depends on
  /// every value read.
  uint64_t Read(GroupSet groups, int64_t callee, int64_t caller);

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Statement Prepare(const char* sql);
  void Run(const Statement& statement);
  uint64_t ReadUser(int64_t id);
  uint64_t ReadPair(int64_t callee, int64_t caller);

  std::unique_ptr<sqlite3, Close> db_;
  Statement begin_, commit_, id_by_name_, user_, pair_;
};

}  // namespace ringfence::bench
