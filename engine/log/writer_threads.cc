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
/// A write to the database makes every Reader look at it anew: the copy may be so much older.
constexpr uint64_t kCopyEveryNs = 10 * kNsPerSecond;

}  // namespace

// --- Sealing

Status LogWriter::CheckFence() const {
  const Result<std::string> text = setup_.files->ReadWhole(options().path + "/state/boot", 16);
  if (!text.ok()) return text.status();
  if (*text == std::to_string(boot_) + "\n" && lock_->Holds(setup_.lock_folder)) return Status();
  return Status(StatusCode::kClosed, "another writer has opened the log: this one stops");
}

void LogWriter::EnterFull() {
  auto expected = static_cast<uint32_t>(WriterState::kRunning);
  control()->state.compare_exchange_strong(expected, static_cast<uint32_t>(WriterState::kFull));
  if (options().ballast_bytes == 0) return;
  // If even that fails, what waits goes on waiting.
  if (!setup_.files->Remove(options().path + "/state/ballast").ok()) return;
}

void LogWriter::LeaveFull() {
  if (control()->state != static_cast<uint32_t>(WriterState::kFull)) return;
  const uint64_t now = clock()->MonotonicNs();
  if (setup_.threads && now < next_full_try_ns_) return;
  next_full_try_ns_ = now + kNsPerSecond;
  const Status room = MakeBallast();
  if (!room.ok()) {
    // A part of it would take the room that what waits needs.
    if (!setup_.files->Remove(options().path + "/state/ballast").ok()) return;
    return;
  }
  control()->state = static_cast<uint32_t>(WriterState::kRunning);
}

/// Everything that was in the rings when it began. Holds sealing_.
Status LogWriter::Drain(uint64_t* appended) {
  std::vector<uint64_t> until;
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

/// One round. Holds sealing_.
Status LogWriter::Round(bool must_sync) {
  LeaveFull();
  if (Status status = CheckFence(); !status.ok()) return status;
  uint64_t appended = 0;
  Status status = Drain(&appended);
  const uint64_t now = clock()->MonotonicNs();
  const bool due = must_sync || now - last_sync_ns_ >= uint64_t(options().flush_ms) * kNsPerMs;
  const bool full = control()->state != static_cast<uint32_t>(WriterState::kRunning);
  if (status.ok() && due) {
    const uint64_t idle = now - last_append_ns_;
    const bool heartbeat =
        options().heartbeat_s > 0 && idle >= uint64_t(options().heartbeat_s) * kNsPerSecond;
    if (!full || stopping_) sealer_->QueueGaps();
    sealer_->QueueClock(heartbeat);
    if (!sealer_->clock_is_behind()) clock_flags_ = 0;
    status = sealer_->Step(&appended);
  }
  if (appended > 0) {
    last_append_ns_ = now;
    unsynced_ = true;
  }
  if (!status.ok() && status.code() != StatusCode::kFull) return status;
  if (!unsynced_ || !due) return Status();
  return SyncAndTell(appended);
}

Status LogWriter::SyncAndTell(uint64_t appended) {
  std::vector<uint64_t> tails;
  for (const auto& ring : rings_) tails.push_back(ring->header().tail.load());
  if (Status status = sealer_->Sync(); !status.ok()) return status;
  last_sync_ns_ = clock()->MonotonicNs();
  unsynced_ = false;
  const std::lock_guard<std::mutex> state(state_);
  std::copy(tails.begin(), tails.end(), durable_to_.begin());
  sealed_ += appended;
  synced_head_ = {sealer_->month().month, sealer_->size(), sealer_->Root()};
  const std::vector<int64_t> written = sealer_->TakeWritten();
  pending_done_.insert(pending_done_.end(), written.begin(), written.end());
  news_.notify_all();
  head_.notify_one();
  return Status();
}

Status LogWriter::SealOnce() {
  uint64_t wanted = 0;
  {
    const std::lock_guard<std::mutex> state(state_);
    if (!failure_.ok()) return failure_;
    wanted = flush_wanted_;
  }
  Status status;
  {
    const std::lock_guard<std::mutex> lock(sealing_);
    status = Round(true);
  }
  if (!status.ok()) {
    Fail(status);
    return status;
  }
  const std::lock_guard<std::mutex> state(state_);
  flush_sealed_ = wanted;
  head_.notify_one();
  return Status();
}

void LogWriter::SealLoop() {
  auto wait = kPoll;
  for (;;) {
    bool stop = false, flush = false;
    {
      std::unique_lock<std::mutex> state(state_);
      // A producer that finds its ring half full does not take the lock: the time limit is what
      // bounds a wake-up that was missed.
      if (!stopping_ && flush_wanted_ == flush_sealed_) work_.wait_for(state, wait);
      stop = stopping_;
      flush = flush_wanted_ != flush_sealed_;
    }
    Status status;
    if (stop || flush || options().ack == LogOptions::Ack::kDurable) {
      status = SealOnce();
    } else {
      const std::lock_guard<std::mutex> lock(sealing_);
      status = Round(false);
      wait = unsynced_ ? kPoll : std::min(10 * kPoll, milliseconds(options().flush_ms));
    }
    if (!status.ok()) Fail(status);
    if (!status.ok() || stop) break;
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

Status LogWriter::CheckpointOnce() {
  Head head;
  uint64_t flush = 0;
  bool asked = false;
  std::vector<int64_t> done;
  {
    const std::lock_guard<std::mutex> state(state_);
    if (!failure_.ok()) return failure_;
    head = synced_head_;
    flush = flush_sealed_;
    asked = flush != flush_done_;
    done = std::exchange(pending_done_, {});
  }
  uint64_t size = 0;
  Status status = PublishHead(head, asked, &size);
  if (status.code() == StatusCode::kFull) {
    EnterFull();
    status = PublishHead(head, false, &size);
  }
  if (!status.ok()) {
    if (status.code() != StatusCode::kFull) Fail(status);
    const std::lock_guard<std::mutex> state(state_);
    pending_done_.insert(pending_done_.end(), done.begin(), done.end());
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
  const Result<std::vector<PendingEntry>> waiting = setup_.companion->Pending();
  const std::lock_guard<std::mutex> lock(sealing_);
  if (!told) {
    const std::lock_guard<std::mutex> state(state_);
    pending_done_.insert(pending_done_.end(), done.begin(), done.end());
  } else {
    std::erase_if(pending_seen_, [&](int64_t id) {
      return std::find(done.begin(), done.end(), id) != done.end();
    });
  }
  if (!waiting.ok()) return Status();
  for (const PendingEntry& pending : *waiting) {
    const auto seen = std::find(pending_seen_.begin(), pending_seen_.end(), pending.id);
    if (seen != pending_seen_.end()) continue;
    pending_seen_.push_back(pending.id);
    OwnEntry own;
    own.entry.header.kind = pending.kind;
    own.entry.payload = pending.payload;
    own.pending_id = pending.id;
    sealer_->Queue(std::move(own));
  }
  return Status();
}

void LogWriter::CheckpointLoop() {
  for (bool last = false; !last;) {
    {
      std::unique_lock<std::mutex> state(state_);
      head_.wait_for(state, milliseconds(options().checkpoint_ms), [&] {
        return sealer_done_ || flush_sealed_ != flush_done_ ||
               synced_head_.size >= checkpoint_size_ + kEntriesPerCheckpoint;
      });
      last = sealer_done_;
    }
    const Status status = CheckpointOnce();
    if (!status.ok() && status.code() != StatusCode::kFull) return;
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

Status LogWriter::Close() {
  {
    const std::lock_guard<std::mutex> state(state_);
    if (closed_ || sealer_ == nullptr) return failure_;
    stopping_ = true;
    work_.notify_all();
  }
  if (seal_thread_.joinable()) seal_thread_.join();
  if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
  Status status = failure_;
  if (!setup_.threads && status.ok()) status = Flush();
  if (status.ok()) {
    control()->state = static_cast<uint32_t>(WriterState::kClosed);
    // Decisions that were being recorded meanwhile, and what waits in the database.
    for (int round = 0; round < 2 && status.ok(); ++round) {
      status = SealOnce();
      last_copy_ns_ = 0;
      if (status.ok()) status = CheckpointOnce();
    }
  }
  if (status.ok()) status = setup_.files->Replace(options().path + "/state/clean", "", 0644);
  if (status.ok()) status = ring_folder_->Clear();
  const std::lock_guard<std::mutex> state(state_);
  closed_ = true;
  news_.notify_all();
  return status;
}

LogWriter::~LogWriter() {
  if (IsForked()) {
    if (seal_thread_.joinable()) seal_thread_.detach();
    if (checkpoint_thread_.joinable()) checkpoint_thread_.detach();
    return;
  }
  if (!Close().ok()) return;  // the next opening recovers
}

}  // namespace ringfence
