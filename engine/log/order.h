// What entries must be to each other: boots, times, policies, DETAILs, ends of months. Takes all
// entries of a log in order; gives findings and counts. Memory is bounded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/entry.h"
#include "log/findings.h"
#include "log/folder.h"
#include "log/sequence.h"

namespace ringfence {

/// Times may go back by as much between entries of several threads.
inline constexpr uint64_t kClockToleranceNs = 1'000'000'000;

class OrderCheck {
 public:
  OrderCheck(Findings* findings, const LogDescription& description)
      : findings_(findings), description_(description) {}

  /// `blobs` reads the month's blobs, and lives until the next month begins.
  void BeginMonth(const std::string& month, MonthReader* blobs);
  /// On-disk entries whose versions and CRCs were checked; `sound` says of which.
  void Add(uint64_t first, std::span<const uint8_t> on_disk, const std::vector<bool>& sound);
  /// What the month's first entry names as the month before.
  struct Genesis {
    bool read = false;
    std::optional<std::string> previous_origin;
    std::string previous_note;
  };
  const Genesis& genesis() const { return genesis_; }
  /// `complete`: every entry under its newest checkpoint was added; `last`: no month follows.
  void EndMonth(bool complete, bool last);
  void Finish(bool closed);

 private:
  void AddEntry(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes);
  void AddDecision(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes);
  void AddOwn(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes);
  void AddGenesis(uint64_t index, const Entry& entry);
  void AddPolicy(uint64_t index, const Entry& entry);
  void AddBoot(uint64_t index, const Entry& entry);
  void CheckDetails(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes);
  void CheckShadow(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes);
  void CheckPolicyRef(uint64_t index, uint64_t policy_ref);
  void CheckBlob(uint64_t index, const Hash& hash, std::string_view of);
  void CheckTime(uint64_t index, uint64_t time_ns, uint64_t* latest);
  void ClockStepped();
  void Add(std::string_view check, uint64_t index, std::string detail) {
    findings_->Add(check, month_, index, std::move(detail));
  }

  Findings* findings_;
  const LogDescription description_;
  SequenceCheck sequence_;

  // Of the log.
  uint64_t position_ = 0;  ///< entries of all months
  bool any_ = false;
  bool truncated_ = false;        ///< the first months are gone
  std::optional<uint16_t> boot_;  ///< of the latest BOOT entry
  uint16_t own_boot_ = 0;         ///< highest of entries that are no decisions
  uint64_t latest_decision_ns_ = 0, latest_own_ns_ = 0;
  std::optional<uint64_t> stepped_at_;  ///< position of the latest CLOCK that allows to go back
  struct Back {
    uint64_t position;
    std::string month;
    uint64_t index;
    uint64_t by_ns;
  };
  std::optional<Back> back_;  ///< a CLOCK that explains it may follow

  // Of the month.
  std::string month_;
  MonthReader* blobs_ = nullptr;
  Genesis genesis_;
  std::vector<uint64_t> policies_;  ///< indices of POLICY entries
  bool too_many_policies_ = false;
  uint64_t good_policy_ref_ = UINT64_MAX;
  std::set<std::pair<Hash, Hash>> good_blobs_;  ///< and digests
  std::optional<uint64_t> seal_;
  uint64_t size_ = 0;
  std::array<EntryBytes, 3> details_;
  size_t detail_count_ = 0;
  /// Of the decision that a shadow evaluation may stand behind.
  std::optional<EntryBytes> decision_;
  bool damaged_ = false;  ///< there is an entry that nobody knows what it was
};

}  // namespace ringfence
