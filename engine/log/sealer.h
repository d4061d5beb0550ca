// Rings -> month: takes the entries that deciding threads left, seals their facts, puts them and
// the log's own entries into the files. No threads of its own.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/checkpointer.h"
#include "log/companion.h"
#include "log/entry.h"
#include "log/folder.h"
#include "log/month_writer.h"
#include "log/rings.h"

namespace ringfence {

/// Time, replaced in tests. Thread-safe.
class LogClock {
 public:
  virtual ~LogClock() = default;
  virtual uint64_t UnixNs() = 0;
  virtual uint64_t MonotonicNs() = 0;
};
LogClock& SystemClock();

/// A month whose files are open.
struct OpenMonth {
  std::string month;    ///< "2026-11"
  bool sealed = false;  ///< it has its SEAL: nothing is added to it
  std::unique_ptr<MonthWriter> writer;
  std::unique_ptr<Checkpointer> checkpointer;
};
/// Makes the folder and the key of a new month; GENESIS is to be its first entry.
Result<OpenMonth> CreateMonth(const Publisher& publisher, const std::string& log,
                              const LogDescription& description, const std::string& month);
/// Writes a blob, if it is not there, and gives its hash.
Result<Hash> WriteBlob(LogFiles* files, const std::string& month_folder, std::string_view text);

/// Puts GENESIS into a month that has no entry. `previous_note`: the last checkpoint of the month
/// before, or empty.
Status AppendGenesis(const Publisher& publisher, const LogDescription& description,
                     uint64_t time_ns, std::string_view previous_note, OpenMonth* month);

/// An entry that no deciding thread made. Its time, boot and writer are set when it is written.
struct OwnEntry {
  Entry entry;
  int64_t pending_id = 0;  ///< of the companion; 0: not from there
  std::string blob;        ///< the text it names by its hash, if it is not a policy's
};
/// REPLAY of that report.
OwnEntry ReplayEntry(std::string report);

class Sealer {
 public:
  struct Setup {
    Publisher publisher;
    std::string log;
    LogDescription description;
    LogClock* clock = nullptr;
  };
  /// What the files hold of the boot that `control` is of.
  struct Accounted {
    uint64_t decisions = 0;
    std::array<uint64_t, 4> gaps{};  ///< by GapCause - 1
  };
  /// `control` lives as long as the Sealer; after a crash it is that of the boot before. The
  /// month's files end where its tree does.
  Sealer(Setup setup, ControlBlock* control, OpenMonth month, const Accounted& accounted);

  /// Adds the ring of another deciding thread.
  void AddRing(Ring* ring) { sources_.push_back({ring, 0}); }
  /// The text of the blob of a policy of the control's table; asked when a month needs it.
  using PolicyBlob = std::function<Result<std::string>(uint32_t number)>;
  void SetPolicyBlob(PolicyBlob blob) { policy_blob_ = std::move(blob); }

  /// Whoever was killed had put a decision, but not yet its shadow evaluation, which is number
  /// `seq` and waits in the first ring: it comes first now.
  void BeginWith(uint64_t seq) { begin_with_ = seq; }

  void Queue(OwnEntry entry) { own_.push_back(std::move(entry)); }
  /// Writes a blob of an entry that will be queued, so that the entry costs no waiting for the
  /// disk. Thread-safe.
  Status KeepBlob(const std::string& month_folder, std::string_view text);
  /// Puts the queue, then what waits in the rings (some thousands of slots at most) into the files,
  /// and gives the rings' room back. `appended` is the number of entries. kFull: some still wait;
  /// call again. Any other failure is final.
  Status Step(uint64_t* appended);
  /// A GAP for decisions that were not recorded since the last one goes into the queue. `killed`:
  /// nobody makes decisions of that boot any more, so those that are nowhere were cut short.
  void QueueGaps(bool killed = false);
  /// A CLOCK, if the clock was set since the last call; `heartbeat` asks for one in any case.
  void QueueClock(bool heartbeat);
  /// Everything put is on the disk. After a failure, which is final, the files hold nothing that
  /// was put since the last success: it may be readable now and gone later.
  Status Sync();

  /// Slots that are in the files already (recovery).
  using Known = std::function<bool(const RingSlot& slot)>;
  void SkipKnown(Known known) { known_ = std::move(known); }
  /// Ids of the companion's entries that the files now hold; to be told once they are synced.
  std::vector<int64_t> TakeWritten() { return std::exchange(written_, {}); }
  /// Notes in the control how far the files are accounted for.
  void Stamp();
  /// Entries of the month so far; its root.
  uint64_t size() const { return month_.writer->size(); }
  Hash Root() const { return month_.writer->Root(); }
  /// The clock is behind what the log has seen.
  bool clock_is_behind() const { return now_ns_ < latest_ns_; }
  uint64_t latest_ns() const { return latest_ns_; }
  void SetLatest(uint64_t time_ns) { latest_ns_ = time_ns; }
  /// Decisions that were made and are neither in the files nor counted as lost: under way, or in
  /// the rings.
  uint64_t UnderWay() const;

  /// Held while a checkpoint is published or the month changes.
  std::mutex& publishing() { return publishing_; }
  OpenMonth& month() { return month_; }
  const Accounted& accounted() const { return accounted_; }

 private:
  struct Source {
    Ring* ring;
    uint64_t taken;  ///< position after the last slot of the batch
  };
  void Collect();
  void Release();
  Status PutBatch();
  Status PutOwn();
  void QueueGap(GapPayload gap, uint64_t total);
  Status MakeRoom();
  void PutInBuffer(const EntryBytes& bytes);
  Status Flush();
  std::string MonthFor(uint64_t time_ns) const;
  /// Enters the month that an entry of that time goes to, if it is another one.
  Status EnterMonthOf(uint64_t time_ns);
  Status EnterMonth(const std::string& month);
  Status BeginMonth(const std::string& month, const std::string& last_note);
  Status PolicyRef(const RingSlot& slot, uint64_t* index);
  Status PutShadowPolicy(size_t decision);
  void PutEntry(Entry entry);
  uint64_t NextIndex() const { return size() + buffer_.size() / kEntryOnDiskBytes; }

  const Setup setup_;
  ControlBlock* const control_;
  OpenMonth month_;
  uint64_t month_ends_ns_;  ///< of the calendar
  std::mutex publishing_;
  std::mutex blobs_;  ///< held while one is written that did not come from the rings
  PolicyBlob policy_blob_;
  CtrCipher cipher_;
  std::vector<Source> sources_;
  size_t first_source_ = 0;  ///< where the next batch begins
  /// In the rings, by seq; what is not in buffer_ begins at next_.
  std::vector<const RingSlot*> batch_;
  size_t next_ = 0;
  std::vector<uint8_t> buffer_;  ///< on-disk entries that are not in the files yet
  std::deque<OwnEntry> own_;
  std::vector<int64_t> buffered_ids_, written_;
  std::map<uint32_t, uint64_t> policy_refs_;  ///< of this month, by number in the control's table
  uint64_t appended_ = 0;                     ///< entries, to all months
  Known known_;
  uint64_t begin_with_ = 0;
  Accounted accounted_;       ///< buffer included
  SealStamp synced_stamp_{};  ///< of what is on the disk
  std::array<uint64_t, 4> gaps_queued_{};
  uint64_t latest_ns_ = 0;  ///< of all entries
  uint64_t now_ns_ = 0;     ///< the clock, when QueueClock last looked
  /// Both clocks at the last CLOCK: a clock that stands still steps back bit by bit.
  uint64_t clock_unix_ns_ = 0, clock_monotonic_ns_ = 0;
};

}  // namespace ringfence
