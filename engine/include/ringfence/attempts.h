// Earlier calls: who tried to call whom lately, and what came of it.
// Takes attempts from an engine's Readers and the ends of calls from the host; gives the facts of
// the group `attempts` (schema/catalog.json) to every process on the store.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/question.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace ringfence {

struct AttemptsOptions {
  /// What was counted is on disk so soon, if the disk follows; 1 to 10,000.
  int flush_ms = 50;
  /// Events that may wait for the disk, 48 bytes of memory each; 1 to 2^24. An attempt is two; of
  /// one pair as many wait as facts can say, so one caller fills nothing up.
  size_t max_pending = 131072;
  /// Unix time in milliseconds; for tests and tools. Called from any thread. Empty: the system's.
  std::function<int64_t()> clock_ms;
};

struct AttemptsStats {
  uint64_t pending = 0;   ///< events that are not on disk yet
  uint64_t dropped = 0;   ///< events for which there was no room
  uint64_t unknown = 0;   ///< attempts and previews whose parties could not be looked up
  uint64_t flushes = 0;   ///< groups committed
  uint64_t failures = 0;  ///< groups that could not be; they are tried again
};

/// Counts for one store. Thread-safe; copies share one state, the last of them flushes.
//
/// With EngineOptions::attempts each Decide, and each question of a DecideBatch, counts as an
/// attempt once it is decided, whatever the decision: it is not among its own facts, but among
/// those of every decision of this process that begins after it. Preview counts as a preview, of
/// which only `caller.previews_1h` tells. Recheck and Explain count nothing. Counting takes some
/// hundred nanoseconds and allocates nothing; a thread commits what was counted in groups. Other
/// processes see what is committed. `kill -9` loses what was counted in the last flush_ms.
//
/// Only users the store knows are counted for. An attempt of an unknown caller, or of one without
/// account, is one of the callee's `unknown_calls_1h`; one to an unknown callee is among the
/// caller's `callees_1h`.
//
/// Fails closed: where events of a user were dropped, because the disk has not answered for so long
/// that max_pending waited, the group `attempts` is unavailable in this process for an hour, for
/// that user and the thirty-second part of all that shares the room. A row that is damaged makes
/// the group unavailable for its users until it would have expired.
//
/// A clock that goes back: events up to five seconds ahead have happened just now, others count
/// once their time has come.
class RINGFENCE_API Attempts {
 public:
  /// kReadOnly: the store takes no writes; kInvalidArgument: an option out of range.
  static Result<Attempts> Open(Store store, const AttemptsOptions& options = {});

  /// A call that was let through has been answered, or has not, at `time_ms` (Unix time; 0: now).
  /// They may come from any thread, late and in any order. kNotFound: caller or callee are not
  /// known, so nothing can be counted; kFull: dropped; kInvalidArgument: a bad id, a time before
  /// 1970 or more than five seconds ahead; errors of reading the store.
  Status Connected(const Party& caller, const Party& callee, int64_t time_ms = 0);
  Status Unanswered(const Party& caller, const Party& callee, int64_t time_ms = 0);

  /// For attempts and previews that no Reader of ours decided; an empty caller has no account.
  /// Errors as above, but for kNotFound.
  Status Attempted(const Party& caller, const Party& callee, int64_t time_ms = 0);
  Status Previewed(const Party& caller, const Party& callee, int64_t time_ms = 0);

  /// Returns when all that was counted before is on disk, or the error for which it cannot be; it
  /// waits on then.
  Status Flush();
  AttemptsStats Stats() const;

  /// The facts of the group `attempts` as the store has them at that time, for people. An empty
  /// caller has no account. Errors of reading the store; kCorrupt: a row is damaged.
  static Result<std::vector<Fact>> FactsOf(const Store& store, const Party& caller,
                                           const Party& callee, int64_t now_ms);

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  explicit Attempts(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace ringfence
