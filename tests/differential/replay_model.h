// What a replay must say, a second time and by brute force: the reference evaluator, every value of
// every fact the log does not have, and plain sums.
#pragma once

#include <ringfence/replay.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "differential/replay_log.h"

namespace ringfence::differential {

/// What an answer is to both parties.
struct Observable {
  Effect effect = Effect::kRefuse;
  Signal signal = Signal::kNothing;
  Record record = Record::kNothing;
  uint16_t sip_status = 0;
  uint32_t retry_after_s = 0;
  std::string told, path;
  auto operator<=>(const Observable&) const = default;
};
Observable ObservableOf(const Document& document, const reference::Answer& answer);
std::string PathOf(const reference::Answer& answer);

/// Every way in which a policy could have answered.
struct Possible {
  std::set<Observable> observables;
  std::set<std::pair<std::string, std::string>> rules;  ///< rule of `ring`, outcome
  uint8_t effects = 0;                                  ///< bit per Effect
  std::vector<FactId> missing;  ///< facts the policy names and the log does not have
};
/// What is recorded as unavailable stays so. At most `most_worlds` combinations, else nullopt.
std::optional<Possible> EveryAnswer(const Catalog& catalog, const KnownPolicy& policy,
                                    const Logged& entry, double most_worlds);

/// The sums of a what-if report over entries whose bins are known.
struct WhatIfSums {
  uint64_t entries = 0, reproduced = 0, changed = 0, indeterminate = 0, other_rule = 0;
  uint64_t maybe_gained = 0, maybe_lost = 0;
  ReplayChanges changes;
  std::map<std::string, uint64_t> indeterminate_by_fact;
  std::map<std::tuple<std::string, std::string, Effect, Effect>, std::pair<uint64_t, ReplayChanges>>
      flows;
  std::map<std::string, std::pair<uint64_t, ReplayChanges>> old_rules, new_rules;
  std::map<std::string, ReplayChanges> callers, callees;  ///< of changed answers
  uint64_t first_change_ns = 0, last_change_ns = 0;

  /// Adds one entry as a report about it alone tells it.
  void Add(const Logged& entry, const ReplayReport& alone);
  /// Compares with a report about all of them; `policy` is the other one.
  void Check(const KnownPolicy& policy, const ReplayReport& report) const;

 private:
  void CheckParties(const std::map<std::string, ReplayChanges>& parties,
                    const ReplayDistinct& distinct, const std::vector<ReplayMover>& top) const;
};

/// Effects over time, and policies, as they must stand in a report about these entries.
void CheckTimes(const ReplayLog& log, const ReplayReport& report);

inline bool operator==(const ReplayChanges& a, const ReplayChanges& b) {
  return a.gained == b.gained && a.lost == b.lost && a.kind == b.kind;
}
inline void AddTo(const ReplayChanges& from, ReplayChanges* to) {
  to->gained += from.gained;
  to->lost += from.lost;
  to->kind += from.kind;
}

}  // namespace ringfence::differential
