// What copies of an Attempts share: the events that pend, and the thread that commits them.
#pragma once

#include <ringfence/attempts.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/store_impl.h"
#include "base/siphash.h"
#include "derived/pending.h"

namespace ringfence {

/// The handles of a question's parties; 0: not known, or no account.
struct FoundParties {
  int64_t caller = 0, callee = 0;
};
/// In the session's snapshot; an empty caller has no account. False: the store could not be read.
bool FindParties(StoreSession* session, const Party& caller, const Party& callee,
                 FoundParties* found) noexcept;

struct Attempts::Impl {
  Impl(Store opened, const AttemptsOptions& given, const SipHashKey& user_key);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// For a party that was looked up, or (handle 0) is not known.
  PendingParties Parties(int64_t caller, int64_t callee, std::string_view callee_id) const {
    return {callee, caller, UserKey(callee, callee_id)};
  }
  /// One of an engine's Readers has decided, or drawn a button. Allocates nothing.
  void CountAttempt(const FoundParties& parties, std::string_view callee_id, int64_t now_ms) {
    pending->CountAttempt(Parties(parties.caller, parties.callee, callee_id), now_ms);
  }
  void CountPreview(const FoundParties& parties, std::string_view callee_id, int64_t now_ms) {
    pending->CountPreview(Parties(parties.caller, parties.callee, callee_id), now_ms);
  }
  /// Looks both up in the store; an empty caller has no account.
  Status Find(const Party& caller, const Party& callee, PendingParties* parties);
  /// `time_ms` as the host gives it. kAttempt, kPreview, kConnected or kUnanswered.
  Status Count(PendingKind kind, const Party& caller, const Party& callee, int64_t time_ms);
  Status Flush();

  Store store;
  const AttemptsOptions options;
  const std::shared_ptr<PendingCalls> pending;
  std::atomic<uint64_t> unknown{0}, flushes{0}, failures{0};

 private:
  uint64_t UserKey(int64_t handle, std::string_view id) const;
  void Run();
  /// Commits one group; `*taken` events were in it.
  Status FlushGroup(size_t* taken);
  void Sweep();

  const SipHashKey user_key_;
  std::mutex sessions_mutex_;
  std::vector<std::unique_ptr<StoreSession>> sessions_;  ///< idle; to look parties up with

  std::mutex flushing_;  ///< one group at a time
  std::vector<PendingEvent> group_;

  std::mutex mutex_;  ///< of the rest
  std::condition_variable stopping_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace ringfence
