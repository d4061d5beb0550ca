// A log made of primitives, in memory, whose decisions follow from their facts: for tests of who
// replays logs, in which every byte can be tampered with. The same input gives the same bytes.
#pragma once

#include <ringfence/policy.h>
#include <ringfence/replay.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "facts/frame.h"
#include "log/keys.h"
#include "replay/replay.h"
#include "unit/log_builder.h"

namespace ringfence {

/// Facts by name, as a question's sources have them; "?": the whole group fails.
using FactTexts = std::map<std::string, std::string>;

class ReplayBuilder {
 public:
  /// `month` has begun, and a first boot is in it.
  explicit ReplayBuilder(const std::string& month = "2026-10", uint64_t seed = 1);

  /// Decisions from here on are by this policy. Gives the index of its POLICY entry. `catalog`: in
  /// its blob; empty: ours.
  uint64_t UsePolicy(const Policy& policy, const std::string& catalog = {});
  /// "allow": calls of those the callee follows ring, with `callee.allow_followed` on; others are
  /// silenced. Of path direct or relay.
  static Policy Allow();
  /// Like it, but for what happens to others: they are refused.
  static Policy Refuse();
  /// Of these rules; refuses (outcome "private") whom none of them rings.
  static Policy PolicyOf(const std::string& rules);

  /// The value of a fact that alone cannot be read: it costs the decision a DETAIL.
  static constexpr std::string_view kAloneUnavailable = "alone ?";

  /// A decision about callee number `callee`: DETAILs, then itself. Gives its index. Facts that are
  /// not given have the value of nothing held. `flags` are added.
  uint64_t Decide(int callee, const FactTexts& facts, uint16_t flags = 0);
  /// `count` decisions about random callees and facts.
  void DecideMany(uint64_t count);

  /// Signs and writes everything so far.
  void Finish();

  /// For callees 0 to `callees` - 1, of the epochs of the log's months, as `log keys` gives them.
  std::string FactsKeys(int callees) const;
  /// The same with one callee's key altered.
  std::string WithWrongKey(int callees, int wrong) const;
  /// What `log keys` would log about them.
  void AddKeyCommits(int callees);
  void AddErasure();

  struct Options {
    std::string facts_keys;  ///< empty: none
    std::optional<Policy> policy;
    ReplayMode mode = ReplayMode::kReproduce;
    ReplayAttempts attempts = ReplayAttempts::kRecorded;
    std::string month;
    uint64_t from_ns = 0, to_ns = UINT64_MAX;
    int threads = 1;
    bool compile_known_only = false;  ///< the policies of this class, which are compiled already
  };
  Result<ReplayReport> TryReplay(const Options& options);
  /// With the keys of callees 0 to 9; must succeed.
  ReplayReport Replayed();
  ReplayReport Replayed(const Options& options);

  Entry EntryAt(uint64_t index, size_t month = 0);
  /// Replaces it, with a good CRC.
  void SetEntry(uint64_t index, const Entry& entry, size_t month = 0);

  LogBuilder log;
  static constexpr int kCallees = 10;

 private:
  std::vector<FactsKey> Keys(int callees, int wrong) const;
  static Pseudonym CalleeName(int callee, uint32_t epoch);
  static Hash CalleeKey(int callee, uint32_t epoch);

  Layout layout_;
  std::mt19937_64 random_;
  std::optional<Policy> policy_;
  uint64_t policy_ref_ = 0;
  std::vector<uint32_t> epochs_;
};

inline uint64_t EntriesOf(const std::vector<ReplayReason>& reasons, std::string_view reason) {
  for (const ReplayReason& each : reasons) {
    if (each.reason == reason) return each.entries;
  }
  return 0;
}

/// The bin of one reason, and nothing else.
inline uint64_t NotReplayable(const ReplayReport& report, std::string_view reason) {
  return EntriesOf(report.not_replayable_by_reason, reason);
}

}  // namespace ringfence
