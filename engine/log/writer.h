// One opening of a log: its threads, its states, its rings. Takes recorders' entries and entries of
// the log's own; gives checkpoints.
#pragma once

#include <ringfence/log.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "log/companion.h"
#include "log/files.h"
#include "log/keys.h"
#include "log/recorder.h"
#include "log/recovery.h"
#include "log/rings.h"
#include "log/sealer.h"

namespace ringfence {

/// Makes folder and key file (DecisionLog::Init).
Status InitLog(LogFiles* files, const LogInit& init);

/// A lock on a log's folder, held until destroyed. Only one process, and one object in it, has it.
class FolderLock {
 public:
  static Result<FolderLock> Take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  /// A process that was forked meanwhile does not keep the lock, nor does it end it.
  ~FolderLock();
  /// The folder of that name is still the one that is locked.
  bool Holds(const std::string& folder) const;

 private:
  explicit FolderLock(int fd);
  int fd_;
  pid_t owner_;
};

/// Thread-safe.
class LogWriter : public std::enable_shared_from_this<LogWriter> {
 public:
  struct Setup {
    LogOptions options;
    LogFiles* files = nullptr;                ///< null: the system's
    LogClock* clock = nullptr;                ///< null: the system's
    std::shared_ptr<LogCompanion> companion;  ///< may be null
    bool threads = true;                      ///< false, in tests: nothing happens but in Flush
    std::string lock_folder;  ///< empty: the log's; in tests whose files are not the system's
  };
  /// As DecisionLog::Open.
  static Result<std::shared_ptr<LogWriter>> Open(Setup setup);
  ~LogWriter();

  /// For another deciding thread. kLimit: kMaxLogRings are in use; kFull: no memory for a ring.
  Result<std::unique_ptr<Recorder>> NewRecorder();
  /// The number under which decisions name a policy. Touches no disk.
  /// kLimit: kMaxLogPolicies different ones in one opening.
  Result<uint32_t> PolicyNumber(const Hash& digest, uint64_t store_number, std::string_view blob);
  /// An entry of the log's own; on its way when this returns.
  void Append(OwnEntry entry);
  /// A REPLAY entry, whose report is written first; on its way when this returns. kLimit: it has
  /// more than kMaxLogBlobBytes; kInvalidArgument: it is empty. What is not ok changes nothing.
  Status AppendReport(std::string report, int64_t pending_id = 0);
  /// Everything recorded and appended before is on disk and signed.
  Status Flush();
  /// What goes on recording meanwhile is in the log, or is told that it is not.
  Status Close();
  /// Waits for no disk.
  LogCounters Counters() const;
  /// Of the month entries go to now.
  std::string MonthFolder() const {
    const std::lock_guard<std::mutex> lock(sealing_);
    return sealer_->month().writer->folder();
  }

  const LogOptions& options() const { return setup_.options; }
  LogClock* clock() const { return setup_.clock; }
  const LogKeys& keys() const { return keys_; }
  const LogDescription& description() const { return description_; }
  uint16_t number() const { return description_.writer; }

  // For recorders.
  ControlBlock* control() const { return reinterpret_cast<ControlBlock*>(control_.data()); }
  bool IsForked() const { return all_forks.load(std::memory_order_relaxed) != forks_at_open_; }
  Recorded Unrecorded() const {
    return options().when_full == LogOptions::WhenFull::kRefuse ? Recorded::kRefuse
                                                                : Recorded::kCounted;
  }
  uint16_t ClockFlags() const { return clock_flags_.load(std::memory_order_relaxed); }
  void WakeSealer() { work_.notify_one(); }
  /// False: it is not known to be on the disk (which is full, or has failed), though it may be.
  bool WaitDurable(uint32_t ring, uint64_t position);
  /// Asks again and again for block_ms at most.
  template <class Done>
  bool WaitUntil(const Done& done);
  void ReturnRing(uint32_t number);

  /// In tests: one round of the sealer (everything that waits, then sync), one of the checkpointer.
  Status SealOnce(bool must_sync = true);
  Status CheckpointOnce(bool must_copy = false);

 private:
  explicit LogWriter(Setup setup) : setup_(std::move(setup)) {}
  static void Destroy(LogWriter* writer);
  Status Start();
  Status FindKeys();
  Status OpenMonthAndRings(const Proven& proven);
  Status RaiseBoot(const Proven& proven);
  Status MakeBallast();
  Result<RecoveredRings> RecoverPrevious(OpenMonth* month);
  Status ForgetPrevious();
  std::string StatePath(std::string_view name) const {
    return options().path + "/state/" + std::string(name);
  }
  void QueueBoot(const Tail& tail, const RecoveredRings& rings);
  Sealer::Setup SealerSetup() const;

  void SealLoop();
  void CheckpointLoop();
  Status Drain(uint64_t* appended);
  Status Round(bool must_sync);
  Status SyncAndTell();
  Status SealRest();
  Status Usable() const;
  void EnterFull();
  void LeaveFull();
  Status CheckFence() const;
  struct Head {
    std::string month;
    uint64_t size = 0;
    Hash root{};
  };
  Status PublishHead(const Head& head, bool copy, uint64_t* size);
  Status ExchangePending(const std::vector<int64_t>& done);
  void TakePending(std::vector<PendingEntry> waiting);
  void Fail(const Status& status);

  static std::atomic<uint32_t> all_forks;

  Setup setup_;
  LogDescription description_;
  LogKeys keys_;
  std::optional<FolderLock> lock_, ring_lock_;
  std::optional<RingFolder> ring_folder_;
  uint16_t boot_ = 0;
  uint16_t previous_boot_ = 0;
  bool previous_clean_ = false;
  uint32_t forks_at_open_ = 0;
  SharedMemory control_;
  std::atomic<uint16_t> clock_flags_{0};

  std::mutex closing_;  ///< one Close at a time

  /// Of the sealer and everything it works on. Never held while publishing.
  mutable std::mutex sealing_;
  std::unique_ptr<Sealer> sealer_;
  std::vector<std::unique_ptr<Ring>> rings_;  ///< grows under sealing_ and state_: either is enough
  std::vector<uint32_t> free_rings_;
  uint64_t last_append_ns_ = 0;  ///< of the monotonic clock
  uint64_t last_sync_ns_ = 0;
  uint64_t next_full_try_ns_ = 0;
  uint64_t unsynced_ = 0;  ///< entries

  // Of the checkpointing thread.
  uint64_t last_copy_ns_ = 0;
  std::vector<int64_t> pending_seen_;  ///< taken from the companion, not done yet

  std::mutex policies_;  ///< between looking for one and adding it

  /// Of what the threads tell each other.
  mutable std::mutex state_;
  std::condition_variable work_, head_, news_;
  Head synced_head_;
  std::vector<uint64_t> durable_to_;  ///< of each ring
  std::vector<int64_t> pending_done_;
  uint64_t sealed_ = 0;
  uint64_t checkpoint_size_ = 0;
  /// Flushes by number: asked for, looked at by the sealer, sealed, signed, given up for want of
  /// room.
  uint64_t flush_wanted_ = 0, flush_seen_ = 0, flush_sealed_ = 0, flush_done_ = 0, flush_full_ = 0;
  uint64_t durable_wanted_ = 0;  ///< waits begun
  bool stuck_ = false;           ///< the sealer has found no room
  std::atomic<bool> stopping_{false};
  bool sealer_done_ = false, closed_ = false;
  Status failure_, closing_status_;

  std::thread seal_thread_, checkpoint_thread_;
};

template <class Done>
bool LogWriter::WaitUntil(const Done& done) {
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(options().block_ms);
  while (std::chrono::steady_clock::now() < limit) {
    WakeSealer();
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    if (done()) return true;
  }
  return false;
}

}  // namespace ringfence
