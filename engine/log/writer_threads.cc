// The sealing and the checkpointing thread of an open log, full disks, failures, closing.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"
#include "log/writer.h"

namespace ringfence {
namespace {

using std::chrono::milliseconds;

constexpr uint64_t kNsPerMs = 1'000'000;
constexpr uint64_t kNsPerSecond = 1'000'000'000;
/// A busy sealer looks at the rings this often, an idle one ten times less; a ring that is half
/// full wakes it.
constexpr auto kPoll = milliseconds(2);
constexpr uint64_t kEntriesPerCheckpoint = 65536;
constexpr auto kLongestDecision = std::chrono::seconds(5);

/// What other processes put into the log through the companion. The rest is the writer's own, and a
/// REPLAY without its report is none.
bool MayBeAskedFor(const PendingEntry& pending) {
  if (pending.kind == EntryKind::kReplay) return !pending.report.empty();
  return pending.kind == EntryKind::kErasure || pending.kind == EntryKind::kKeyCommit ||
         pending.kind == EntryKind::kAccess;
}
/// A write to the database makes every Reader look at it anew: the copy may be so much older.
constexpr uint64_t kCopyEveryNs = 10 * kNsPerSecond;

}  // namespace

// --- Sealing

Status LogWriter::CheckFence() const {
  const Result<std::string> text = setup_.files->ReadWhole(StatePath("boot"), 16);
  if (!text.ok()) return text.status();
  if (*text == std::to_string(boot_) + "\n" && lock_->Holds(setup_.lock_folder)) return Status();
  return Status(StatusCode::kClosed, "another writer has opened the log: this one stops");
}

/// Holds sealing_.
void LogWriter::EnterFull() {
  auto expected = static_cast<uint32_t>(WriterState::kRunning);
  control()->state.compare_exchange_strong(expected, static_cast<uint32_t>(WriterState::kFull));
  if (options().ballast_bytes == 0) return;
  // If even that fails, what waits goes on waiting.
  if (!setup_.files->Remove(StatePath("ballast")).ok()) return;
}

void LogWriter::LeaveFull() {
  auto expected = static_cast<uint32_t>(WriterState::kFull);
  if (control()->state != expected) return;
  const uint64_t now = clock()->MonotonicNs();
  if (setup_.threads && now < next_full_try_ns_) return;
  next_full_try_ns_ = now + kNsPerSecond;
  const Status room = MakeBallast();
  if (!room.ok()) {
    // A part of it would take the room that what waits needs.
    if (!setup_.files->Remove(StatePath("ballast")).ok()) return;
    return;
  }
  control()->state.compare_exchange_strong(expected, static_cast<uint32_t>(WriterState::kRunning));
}

/// Everything that was in the rings when it began. Holds sealing_.
Status LogWriter::Drain(uint64_t* appended) {
  std::vector<uint64_t> until;
  until.reserve(rings_.size());
  for (const auto& ring : rings_) until.push_back(ring->header().head.load());
  const auto behind = [&] {
    for (size_t i = 0; i < until.size(); ++i) {
      if (rings_[i]->header().tail.load() < until[i]) return true;
    }
    return false;
  };
  do {
    Status status = sealer_->Step(appended);
    if (status.code() == StatusCode::kFull) {
      EnterFull();
      status = sealer_->Step(appended);
    }
    if (!status.ok()) return status;
  } while (behind());
  return Status();
}

/// One round. Holds sealing_. kFull: some still wait.
Status LogWriter::Round(bool must_sync) {
  if (Status status = CheckFence(); !status.ok()) return status;
  LeaveFull();
  uint64_t appended = 0;
  Status status = Drain(&appended);
  const uint64_t now = clock()->MonotonicNs();
  const bool due = must_sync || now - last_sync_ns_ >= uint64_t(options().flush_ms) * kNsPerMs;
  if (status.ok() && due) {
    const uint64_t idle = now - last_append_ns_;
    const bool heartbeat =
        options().heartbeat_s > 0 && idle >= uint64_t(options().heartbeat_s) * kNsPerSecond;
    const bool full = control()->state != static_cast<uint32_t>(WriterState::kRunning);
    if (!full || stopping_) sealer_->QueueGaps();
    sealer_->QueueClock(heartbeat);
    clock_flags_ = sealer_->clock_is_behind() ? entry_flags::kClockUnsynchronised : uint16_t{0};
    status = sealer_->Step(&appended);
  }
  if (appended > 0) last_append_ns_ = now;
  unsynced_ += appended;
  if (!status.ok() && status.code() != StatusCode::kFull) return status;
  if (unsynced_ > 0 && due) {
    if (Status synced = SyncAndTell(); !synced.ok()) return synced;
  }
  return status;
}

Status LogWriter::SyncAndTell() {
  std::vector<uint64_t> tails;
  tails.reserve(rings_.size());
  for (const auto& ring : rings_) tails.push_back(ring->header().tail.load());
  if (Status status = sealer_->Sync(); !status.ok()) return status;
  last_sync_ns_ = clock()->MonotonicNs();
  const std::lock_guard<std::mutex> state(state_);
  std::copy(tails.begin(), tails.end(), durable_to_.begin());
  sealed_ += std::exchange(unsynced_, 0);
  synced_head_ = {sealer_->month().month, sealer_->size(), sealer_->Root()};
  const std::vector<int64_t> written = sealer_->TakeWritten();
  pending_done_.insert(pending_done_.end(), written.begin(), written.end());
  news_.notify_all();
  head_.notify_one();
  return Status();
}

Status LogWriter::SealOnce(bool must_sync) {
  uint64_t wanted = 0;
  {
    const std::lock_guard<std::mutex> state(state_);
    if (!failure_.ok()) return failure_;
    wanted = flush_wanted_;
  }
  Status status;
  {
    const std::lock_guard<std::mutex> lock(sealing_);
    status = Round(must_sync);
  }
  const bool full = status.code() == StatusCode::kFull;
  if (!status.ok() && !full) {
    Fail(status);
    return status;
  }
  const std::lock_guard<std::mutex> state(state_);
  stuck_ = full;
  if (must_sync) {
    flush_seen_ = wanted;
    (full ? flush_full_ : flush_sealed_) = wanted;
    head_.notify_one();
  }
  if (full) news_.notify_all();
  return status;
}

void LogWriter::SealLoop() {
  const bool durable = options().ack == LogOptions::Ack::kDurable;
  auto wait = kPoll;
  uint64_t durable_seen = 0;
  for (bool stop = false; !stop;) {
    bool flush = false;
    {
      std::unique_lock<std::mutex> state(state_);
      // A producer that finds its ring half full does not take the lock: the time limit is what
      // bounds a wake-up that was missed.
      if (!stopping_ && flush_wanted_ == flush_seen_ && durable_wanted_ == durable_seen) {
        work_.wait_for(state, wait);
      }
      stop = stopping_;
      flush = flush_wanted_ != flush_seen_;
      durable_seen = durable_wanted_;
    }
    const Status status = SealOnce(stop || flush || durable);
    if (!status.ok() && status.code() != StatusCode::kFull) break;
    const std::lock_guard<std::mutex> lock(sealing_);
    if (!durable)
      wait = unsynced_ > 0 ? kPoll : std::min(10 * kPoll, milliseconds(options().flush_ms));
  }
  const std::lock_guard<std::mutex> state(state_);
  sealer_done_ = true;
  head_.notify_one();
}

// --- Checkpoints

Status LogWriter::PublishHead(const Head& head, bool copy, uint64_t* size) {
  const std::lock_guard<std::mutex> publishing(sealer_->publishing());
  Checkpointer& checkpointer = *sealer_->month().checkpointer;
  *size = checkpointer.size();
  // A month that ended meanwhile has had its last checkpoint.
  if (sealer_->month().month != head.month) return Status();
  if (Status status = checkpointer.Publish(head.size, head.root); !status.ok()) return status;
  *size = checkpointer.size();
  const uint64_t now = clock()->MonotonicNs();
  if (!copy && now - last_copy_ns_ < kCopyEveryNs) return Status();
  last_copy_ns_ = now;
  return checkpointer.Copy();
}

Status LogWriter::CheckpointOnce(bool must_copy) {
  Head head;
  uint64_t flush = 0;
  bool copy = must_copy;
  std::vector<int64_t> done;
  {
    const std::lock_guard<std::mutex> state(state_);
    if (!failure_.ok()) return failure_;
    head = synced_head_;
    flush = flush_sealed_;
    copy |= flush > std::max(flush_done_, flush_full_);
    done = std::exchange(pending_done_, {});
  }
  uint64_t size = 0;
  Status status = CheckFence();
  if (status.ok()) status = PublishHead(head, copy, &size);
  if (status.code() == StatusCode::kFull) {
    {
      const std::lock_guard<std::mutex> sealing(sealing_);
      EnterFull();
    }
    status = PublishHead(head, copy, &size);
  }
  if (!status.ok()) {
    const bool full = status.code() == StatusCode::kFull;
    if (!full) Fail(status);
    const std::lock_guard<std::mutex> state(state_);
    pending_done_.insert(pending_done_.end(), done.begin(), done.end());
    if (full) flush_full_ = std::max(flush_full_, flush);
    news_.notify_all();
    return status;
  }
  {
    const std::lock_guard<std::mutex> state(state_);
    checkpoint_size_ = size;
    flush_done_ = flush;
    news_.notify_all();
  }
  return ExchangePending(done);
}

/// Tells the companion what is logged, and takes what waits there.
Status LogWriter::ExchangePending(const std::vector<int64_t>& done) {
  if (setup_.companion == nullptr) return Status();
  // A database that cannot be reached now is asked again a second later.
  const bool told = done.empty() || setup_.companion->Done(done).ok();
  Result<std::vector<PendingEntry>> waiting = setup_.companion->Pending(description_.name);
  if (!told) {
    const std::lock_guard<std::mutex> state(state_);
    pending_done_.insert(pending_done_.end(), done.begin(), done.end());
  } else {
    std::erase_if(pending_seen_, [&](int64_t id) {
      return std::find(done.begin(), done.end(), id) != done.end();
    });
  }
  if (waiting.ok()) TakePending(*std::move(waiting));
  return Status();
}

void LogWriter::TakePending(std::vector<PendingEntry> waiting) {
  for (PendingEntry& pending : waiting) {
    const auto seen = std::find(pending_seen_.begin(), pending_seen_.end(), pending.id);
    if (seen != pending_seen_.end() || !MayBeAskedFor(pending)) continue;
    if (pending.kind == EntryKind::kReplay) {
      // No room for it now, or never: it stays there, and is asked for again.
      if (!AppendReport(std::move(pending.report), pending.id).ok()) continue;
    } else {
      OwnEntry own;
      own.entry.header.kind = pending.kind;
      own.entry.payload = pending.payload;
      own.pending_id = pending.id;
      const std::lock_guard<std::mutex> lock(sealing_);
      sealer_->Queue(std::move(own));
    }
    pending_seen_.push_back(pending.id);
  }
}

void LogWriter::CheckpointLoop() {
  bool full = false;
  for (bool last = false; !last;) {
    {
      std::unique_lock<std::mutex> state(state_);
      // Where there was no room, there is none a moment later.
      head_.wait_for(state, milliseconds(options().checkpoint_ms), [&] {
        return sealer_done_ ||
               (!full && (flush_sealed_ > std::max(flush_done_, flush_full_) ||
                          synced_head_.size >= checkpoint_size_ + kEntriesPerCheckpoint));
      });
      last = sealer_done_;
    }
    const Status status = CheckpointOnce();
    full = status.code() == StatusCode::kFull;
    if (!status.ok() && !full) return;
  }
}

// --- Ending

void LogWriter::Fail(const Status& status) {
  control()->state = static_cast<uint32_t>(WriterState::kFailed);
  const std::lock_guard<std::mutex> state(state_);
  if (failure_.ok()) failure_ = status;
  news_.notify_all();
  head_.notify_one();
}

/// What waits in the database, and decisions that were being recorded when the state became
/// kClosed: they end soon, in a ring or as a loss.
Status LogWriter::SealRest() {
  const auto limit = std::chrono::steady_clock::now() + kLongestDecision;
  bool given_up = false;
  for (int rounds = 2; rounds > 0;) {
    if (Status status = SealOnce(); !status.ok()) return status;
    if (Status status = CheckpointOnce(true); !status.ok()) return status;
    const std::lock_guard<std::mutex> lock(sealing_);
    if (given_up || sealer_->UnderWay() == 0) {
      --rounds;
    } else if (std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    } else {
      sealer_->QueueGaps(true);  // of a thread that was stopped, or is gone
      given_up = true;
    }
  }
  return Status();
}

Status LogWriter::Close() {
  if (IsForked()) return Usable();
  const std::lock_guard<std::mutex> closing(closing_);
  {
    const std::lock_guard<std::mutex> state(state_);
    if (closed_ || sealer_ == nullptr) return closing_status_;
    stopping_ = true;
    work_.notify_all();
  }
  if (seal_thread_.joinable()) seal_thread_.join();
  if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
  Status status = failure_;
  if (status.ok()) {
    control()->state = static_cast<uint32_t>(WriterState::kClosed);
    status = SealRest();
  }
  if (status.ok()) status = setup_.files->Replace(StatePath("clean"), "", 0644);
  if (status.ok()) status = ring_folder_->Remove();
  const std::lock_guard<std::mutex> state(state_);
  closed_ = true;
  closing_status_ = status;
  ring_lock_.reset();
  lock_.reset();
  news_.notify_all();
  return status;
}

LogWriter::~LogWriter() {
  if (!Close().ok()) return;  // the next opening recovers
}

/// In a child that was forked the threads are not there, and what they waited for cannot be
/// destroyed: it stays as it is, but for the lock, which is not the child's to keep.
void LogWriter::Destroy(LogWriter* writer) {
  if (writer->IsForked()) {
    writer->ring_lock_.reset();
    writer->lock_.reset();
  } else {
    delete writer;
  }
}

}  // namespace ringfence
