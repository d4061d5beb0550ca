// A log made of primitives alone, in memory, for tests of who reads logs: every byte of it can be
// tampered with, hashed and signed anew. Takes entries; gives the files of months.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fault/memory_files.h"
#include "log/folder.h"

namespace ringfence {

class LogBuilder {
 public:
  /// Of one month; its files are written by Write.
  struct Month {
    std::string name;
    std::vector<EntryBytes> entries;
    std::vector<uint64_t> sizes;     ///< of its checkpoints
    std::vector<std::string> notes;  ///< the checkpoints
  };

  LogBuilder();

  /// GENESIS, which names the last checkpoint of the month before.
  void BeginMonth(const std::string& name);
  /// SEAL and the last checkpoint.
  void EndMonth();
  uint64_t Add(Entry entry);  ///< its index; time and writer are filled in
  uint64_t AddBoot(uint16_t boot, BootPayload payload = {});
  uint64_t AddPolicy(std::string_view name = "first");
  uint64_t AddDecision() { return Add(Decision()); }
  void AddDecisions(uint64_t count);
  /// The shadow evaluation of a decision that was just made; under the last policy.
  Entry Shadow(const Entry& decision);
  /// A decision under the last policy, with the next number.
  Entry Decision();
  uint64_t AddGap(uint64_t count, uint64_t first_seq, uint64_t last_seq, uint16_t boot);
  uint64_t AddClock(ClockEvent event);
  std::string Checkpoint();  ///< over all entries of the month
  /// Decides without a trace.
  void SkipSeqs(uint64_t count) { seq_ += count; }

  Month& month(size_t number = 0) { return months_[number]; }
  Month& last() { return months_.back(); }
  /// Entries, hashes, tiles, checkpoints, keys; for all months.
  void Write();
  /// Every checkpoint anew, over the entries as they are now.
  void Resign(size_t number = 0);
  /// Its folder and all files in it.
  void RemoveMonth(size_t number);
  /// The entry's CRC, after it was changed.
  void Reseal(uint64_t index, size_t number = 0) { PutEntryCrc(&months_[number].entries[index]); }
  Hash WriteBlob(const std::string& month, std::string_view text);

  std::string Path(std::string_view name, size_t number = 0) const {
    return log + "/" + months_[number].name + "/" + std::string(name);
  }
  std::string Origin(size_t number) const { return OriginOf(description, months_[number].name); }
  VerifierKey Key(size_t number = 0) const {
    return MakeVerifierKey(Origin(number), kNoteEd25519, PublicKeyOf(signing_seed));
  }

  MemoryFiles files;
  const std::string log = "log";
  LogDescription description;
  Hash signing_seed{};
  uint64_t time_ns = 0;  ///< of the next entry
  uint64_t step_ns = 1'000'000;

 private:
  Hash RootAt(const Month& month, uint64_t size) const;
  std::string Note(const Month& month, uint64_t size) const;
  void WriteMonth(const Month& month);

  std::vector<Month> months_;
  uint16_t boot_ = 1;
  uint64_t seq_ = 0;
  uint64_t policy_ = 0;
};

/// A policy blob whose digest is right.
std::string TestPolicyBlob(std::string_view name, Hash* digest);

}  // namespace ringfence
