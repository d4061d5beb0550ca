// A log on a disk in memory that fails as it is told, rings that survive a crash, and a clock that
// stands where a test puts it. Keeps account of what was decided and compares it with the log.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "contract/temporary_folder.h"
#include "fault/fault_files.h"
#include "fault/memory_files.h"
#include "log/verify.h"
#include "log/writer.h"
#include "unit/log_writer_support.h"

namespace ringfence {

/// The second copy of the newest checkpoint, and entries that wait, in memory.
class TestCompanion final : public LogCompanion {
 public:
  Result<std::optional<CheckpointCopy>> LoadCheckpoint(std::string_view) override { return copy; }
  Status SaveCheckpoint(std::string_view, const CheckpointCopy& saved) override {
    copy = saved;
    return Status();
  }
  Result<std::vector<PendingEntry>> Pending(std::string_view) override { return pending; }
  Status Done(const std::vector<int64_t>& ids) override {
    std::erase_if(pending, [&](const PendingEntry& entry) {
      return std::find(ids.begin(), ids.end(), entry.id) != ids.end();
    });
    return Status();
  }

  std::optional<CheckpointCopy> copy;
  std::vector<PendingEntry> pending;
};

/// Entries of all months as they are on a disk, signed or not, up to the first that is not whole.
std::vector<Entry> EntriesOn(LogFiles* files, const std::string& log);
std::vector<EntryKind> KindsOf(const std::vector<Entry>& entries);
/// The payloads of one kind.
template <class Payload>
std::vector<Payload> PayloadsOf(const std::vector<Entry>& entries, EntryKind kind) {
  std::vector<Payload> payloads;
  for (const Entry& entry : entries) {
    if (entry.header.kind == kind) Get(entry, &payloads.emplace_back());
  }
  return payloads;
}
/// What a verification of the log has to say, a line each; empty: nothing.
std::string FindingsOn(LogFiles* files, const std::string& log);
/// A digest of every file below a folder: names and contents.
std::string DigestOf(LogFiles* files, const std::string& folder);

class LogWorld {
 public:
  LogWorld();
  ~LogWorld();

  /// With `threads` false: nothing happens but in Seal, Checkpoint, Flush, and Close.
  LogWriter::Setup Setup();
  Status TryOpen();
  void Open();
  Status Close();
  /// Without looking how that ends.
  void Leave();

  /// A decision, by the recorder of that number (made if needed).
  Recorded Decide(size_t recorder = 0, uint8_t details = 0);
  /// Likewise, with a shadow evaluation that has so many DETAILs.
  Recorded DecideWithShadow(size_t recorder = 0, uint8_t details = 0, uint8_t shadow_details = 0);
  void DecideMany(uint64_t count, size_t recorder = 0) {
    for (uint64_t i = 0; i < count; ++i) Decide(recorder);
  }
  Recorder* RecorderAt(size_t number);
  /// Of the policy decisions are made under, and of others.
  uint32_t policy(std::string_view name = "first");

  /// All that is recorded so far is on the disk from then on, if it succeeds.
  Status Flush();

  /// The process is killed: files and rings stay as they are.
  void Crash();
  /// Remembers what a process would leave that is killed the first time `when` is true.
  void KillWhen(std::function<bool(FileOp op, const std::string& path)> when);
  /// As if it had been killed there; false: it never was.
  bool CrashThere();
  /// The power fails: rings are gone, and of the files what the disk may hold.
  void LosePower(MemoryFiles::Loss loss, uint64_t seed);
  /// As Crash, without the rings.
  void RemoveRings();

  std::string Path(std::string_view name) const { return log + "/" + std::string(name); }
  /// Of the newest month.
  std::string MonthPath(std::string_view name) const;
  std::vector<Entry> Entries() { return EntriesOn(disk.get(), log); }
  std::string Findings() { return FindingsOn(disk.get(), log); }
  std::string RingPath() const { return rings_; }
  /// What was flushed is in the log, and nothing twice. Of boots that did not lose power: entries
  /// and GAPs count what was decided; and what was answered `kYes` is there, unless `sync_failed`,
  /// with its shadow evaluation, if it had one, behind it.
  void CheckAccounts(bool sync_failed = false);
  /// The log goes on, and what it has flushed then survives that the power fails.
  void CheckGoesOn();

  const std::string log = "log";
  std::unique_ptr<MemoryFiles> disk;
  std::unique_ptr<FaultFiles> files;
  TestClock clock;
  LogOptions options;
  std::shared_ptr<TestCompanion> companion;  ///< null: none
  std::shared_ptr<LogWriter> writer;
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::mt19937_64 random;

  /// Of each boot.
  struct Account {
    uint64_t decisions = 0;
    std::set<RequestId> recorded;
    std::set<RequestId> with_shadow;  ///< of these
    std::set<RequestId> flushed;
    bool power_lost = false;
  };
  std::map<uint16_t, Account> accounts;

 private:
  Recorded Record(size_t recorder, const DecisionRecord& record, const DecisionRecord* shadow);
  void CheckShadows(const Account& account, const std::vector<Entry>& decisions);
  void KeepRings();
  void BringBackRings();

  TemporaryFolder folder_;
  std::string rings_;
  int locks_ = 0;
  std::unique_ptr<MemoryFiles> at_kill_;
  std::vector<std::unique_ptr<MemoryFiles>> old_disks_;
  std::vector<std::unique_ptr<FaultFiles>> old_files_;
};

}  // namespace ringfence
