// Attempts: counts events, and commits them in groups from a thread of its own.
#include <ringfence/attempts.h>

#include <chrono>
#include <utility>

#include "api/attempt_rows.h"
#include "api/attempts_impl.h"
#include "base/utf8.h"
#include "derived/recent.h"
#include "facts/frame.h"

namespace ringfence {
namespace {

// Some 20 microseconds each: so long a group keeps other writers waiting.
constexpr size_t kGroupEvents = 2048;
// Rows looked at with each group, and every few seconds where there is none.
constexpr int kSweepRows = 32;
constexpr int kIdleSweepRows = 256;
constexpr std::chrono::seconds kIdle(5);
constexpr size_t kMaxIdleSessions = 8;
constexpr int kMaxFlushMs = 10000;
constexpr size_t kMaxPending = size_t{1} << 24;

Status CheckParty(const Party& party) {
  if (party.handle > 0) return Status();
  if (party.handle < 0) return Status(StatusCode::kInvalidArgument, "a handle is greater than 0");
  return CheckId(party.id);
}

/// Collects what a source says of the group `attempts`.
class FactList final : public GroupWriter {
 public:
  explicit FactList(const Catalog& catalog) {
    for (const FactInfo& fact : catalog.facts()) {
      if (fact.group == Group::kAttempts) facts_.push_back({fact.id, fact.absent_code});
    }
  }
  void Set(FactId id, FactCode code) override {
    for (Fact& fact : facts_) {
      if (fact.id == id) fact.code = code;
    }
  }
  void SetUnavailable(FactId id) override { Set(id, kUnavailableCode); }
  void SetPacked(std::span<const uint32_t> /*words*/) override {}
  std::vector<Fact> Take() { return std::move(facts_); }

 private:
  std::vector<Fact> facts_;
};

}  // namespace

bool FindParties(StoreSession* session, const Party& caller, const Party& callee,
                 FoundParties* found) noexcept {
  const auto find = [&](const Party& party, bool is_callee, int64_t* handle) {
    const ReadState state = session->LogHandle(party, is_callee, handle);
    if (state != ReadState::kRead) *handle = 0;
    return state != ReadState::kUnavailable;
  };
  return find(callee, true, &found->callee) &&
         (caller.empty() || find(caller, false, &found->caller));
}

Attempts::Impl::Impl(Store opened, const AttemptsOptions& given, const SipHashKey& user_key)
    : store(std::move(opened)),
      options([&] {
        AttemptsOptions complete = given;
        if (!complete.clock_ms) complete.clock_ms = SystemContext()->now_ms;
        return complete;
      }()),
      pending(std::make_shared<PendingCalls>(given.max_pending)),
      user_key_(user_key),
      thread_([this] { Run(); }) {}

Attempts::Impl::~Impl() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  thread_.join();
  // What cannot be written now is lost, as it would be had the process been killed.
  static_cast<void>(Flush());
}

uint64_t Attempts::Impl::UserKey(int64_t handle, std::string_view id) const {
  return ringfence::UserKey(user_key_, handle, id);
}

void Attempts::Impl::Run() {
  auto last_work = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  const std::chrono::milliseconds pause(options.flush_ms);
  while (!stopping_.wait_for(lock, pause, [this] { return stop_; })) {
    lock.unlock();
    const auto now = std::chrono::steady_clock::now();
    if (pending->size() > 0) {
      last_work = now;
      static_cast<void>(Flush());  // counted as a failure, and tried again
    } else if (now - last_work >= kIdle) {
      last_work = now;
      Sweep();
    }
    lock.lock();
  }
}

Status Attempts::Impl::FlushGroup(size_t* taken) {
  const std::lock_guard lock(flushing_);
  pending->Take(kGroupEvents, &group_);
  *taken = group_.size();
  if (group_.empty()) return Status();
  const int64_t now_ms = options.clock_ms();
  const auto commit = [&]() -> Status {
    Result<std::unique_ptr<StoreTransaction>> transaction = store.impl()->backend->Begin();
    if (!transaction.ok()) return transaction.status();
    Status status = WriteEvents(group_, now_ms, transaction->get());
    if (status.ok()) status = (*transaction)->SweepRows(now_ms / kSecondMs, kSweepRows);
    return status.ok() ? (*transaction)->CommitCounters() : status;
  };
  Status status = commit();
  pending->Settle(status.ok());
  (status.ok() ? flushes : failures).fetch_add(1, std::memory_order_relaxed);
  return status;
}

void Attempts::Impl::Sweep() {
  Result<std::unique_ptr<StoreTransaction>> transaction = store.impl()->backend->Begin();
  if (!transaction.ok()) return;
  const int64_t now_s = options.clock_ms() / kSecondMs;
  Status status = (*transaction)->SweepRows(now_s, kIdleSweepRows);
  if (status.ok()) status = (*transaction)->CommitCounters();
}

Status Attempts::Impl::Flush() {
  for (;;) {
    size_t taken = 0;
    if (Status status = FlushGroup(&taken); !status.ok()) return status;
    // There was room for more, so all that had been counted is committed.
    if (taken < kGroupEvents) return Status();
  }
}

Status Attempts::Impl::Find(const Party& caller, const Party& callee, PendingParties* parties) {
  if (Status status = CheckParty(callee); !status.ok()) return status;
  if (!caller.empty()) {
    if (Status status = CheckParty(caller); !status.ok()) return status;
  }
  std::unique_ptr<StoreSession> session;
  {
    const std::lock_guard lock(sessions_mutex_);
    if (!sessions_.empty()) {
      session = std::move(sessions_.back());
      sessions_.pop_back();
    }
  }
  if (session == nullptr) {
    Result<std::unique_ptr<StoreSession>> opened = store.impl()->backend->NewSession(nullptr);
    if (!opened.ok()) return opened.status();
    session = std::move(*opened);
  }
  FoundParties found;
  session->BeginSnapshot();
  const bool read = FindParties(session.get(), caller, callee, &found);
  SnapshotInfo info;
  Status status = read ? Status() : session->Info(&info);
  session->EndSnapshot();
  if (!read && status.ok()) status = Status(StatusCode::kIo, "the store could not be read");
  if (!status.ok()) return status;
  *parties = Parties(found.caller, found.callee, callee.id);
  const std::lock_guard lock(sessions_mutex_);
  if (sessions_.size() < kMaxIdleSessions) sessions_.push_back(std::move(session));
  return Status();
}

Status Attempts::Impl::Count(PendingKind kind, const Party& caller, const Party& callee,
                             int64_t time_ms) {
  const int64_t now_ms = options.clock_ms();
  if (time_ms < 0 || time_ms > now_ms + kAheadMs) {
    return Status(StatusCode::kInvalidArgument, "a call cannot be before 1970, or in the future");
  }
  PendingParties parties;
  if (Status status = Find(caller, callee, &parties); !status.ok()) return status;
  const EventTime time(now_ms, time_ms == 0 ? now_ms : time_ms);
  bool kept = false;
  if (kind == PendingKind::kAttempt) {
    kept = pending->CountAttempt(parties, time);
  } else if (kind == PendingKind::kPreview) {
    kept = pending->CountPreview(parties, time);
  } else if (parties.caller == 0 || parties.callee == 0) {
    return Status(StatusCode::kNotFound, "caller or callee are not known");
  } else {
    kept = pending->CountEnd(kind, parties, time);
  }
  if (kept) return Status();
  return Status(StatusCode::kFull, "too many events of calls wait for the disk");
}

Result<Attempts> Attempts::Open(Store store, const AttemptsOptions& options) {
  if (options.flush_ms < 1 || options.flush_ms > kMaxFlushMs) {
    return Status(StatusCode::kInvalidArgument, "flush_ms must be 1 to 10,000");
  }
  if (options.max_pending < 1 || options.max_pending > kMaxPending) {
    return Status(StatusCode::kInvalidArgument, "max_pending must be 1 to 2^24");
  }
  StoreBackend& backend = *store.impl()->backend;
  // A lock that somebody else holds now says nothing against the store.
  Result<std::unique_ptr<StoreTransaction>> writing = backend.Begin();
  if (!writing.ok() && writing.status().code() != StatusCode::kBusy) return writing.status();
  if (writing.ok()) writing->reset();
  Result<SipHashKey> user_key = backend.CohortKey();
  if (!user_key.ok()) return user_key.status();
  return Attempts(std::make_shared<Impl>(std::move(store), options, *user_key));
}

Status Attempts::Connected(const Party& caller, const Party& callee, int64_t time_ms) {
  return impl_->Count(PendingKind::kConnected, caller, callee, time_ms);
}

Status Attempts::Unanswered(const Party& caller, const Party& callee, int64_t time_ms) {
  return impl_->Count(PendingKind::kUnanswered, caller, callee, time_ms);
}

Status Attempts::Attempted(const Party& caller, const Party& callee, int64_t time_ms) {
  return impl_->Count(PendingKind::kAttempt, caller, callee, time_ms);
}

Status Attempts::Previewed(const Party& caller, const Party& callee, int64_t time_ms) {
  return impl_->Count(PendingKind::kPreview, caller, callee, time_ms);
}

Status Attempts::Flush() { return impl_->Flush(); }

AttemptsStats Attempts::Stats() const {
  AttemptsStats stats;
  stats.pending = impl_->pending->size();
  stats.dropped = impl_->pending->dropped();
  stats.unknown = impl_->unknown.load(std::memory_order_relaxed);
  stats.flushes = impl_->flushes.load(std::memory_order_relaxed);
  stats.failures = impl_->failures.load(std::memory_order_relaxed);
  return stats;
}

Result<std::vector<Fact>> Attempts::FactsOf(const Store& store, const Party& caller,
                                            const Party& callee, int64_t now_ms) {
  if (Status status = CheckParty(callee); !status.ok()) return status;
  if (!caller.empty()) {
    if (Status status = CheckParty(caller); !status.ok()) return status;
  }
  Result<std::unique_ptr<StoreSession>> session = store.impl()->backend->NewSession(nullptr);
  if (!session.ok()) return session.status();
  (*session)->UseContext(
      std::make_shared<const DerivedContext>(DerivedContext{[now_ms] { return now_ms; }, nullptr}));
  Question question;
  question.caller = caller;
  question.callee = callee;
  question.caller_without_account = caller.empty();
  FactList facts(store.catalog());
  (*session)->BeginSnapshot();
  const ReadState state = (*session)->Read(Group::kAttempts, question, facts);
  SnapshotInfo info;
  Status status = (*session)->Info(&info);
  (*session)->EndSnapshot();
  if (!status.ok()) return status;
  if (state == ReadState::kUnavailable) {
    return Status(StatusCode::kCorrupt, "a row of earlier calls is damaged");
  }
  return facts.Take();
}

}  // namespace ringfence
