// Items in the log's order -> report. One thread; memory does not grow with the log.
#pragma once

#include <ringfence/replay.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "replay/counts.h"
#include "replay/work.h"

namespace ringfence {

class ReplayTally {
 public:
  ReplayTally(const Catalog& catalog, const ReplayJob& job, size_t max_examples);

  void Add(const std::string& month, const ReplayItem& item);
  /// Sums are checked; examples lack facts and proofs.
  ReplayReport Finish();
  /// Of each of the report's examples.
  const std::vector<SimulatedAttempts>& ExampleAttempts() const { return example_attempts_; }

 private:
  using Bin = ReplayItem::Bin;
  /// Names of a policy's rules and outcomes as positions in the lists below.
  struct Slots {
    std::vector<size_t> rules, outcomes;
  };
  /// Names that occur, in the order of their first.
  class Names {
   public:
    size_t Find(const std::string& name);
    const std::string& operator[](size_t i) const { return names_[i]; }
    size_t size() const { return names_.size(); }

   private:
    std::map<std::string, size_t> positions_;
    std::vector<std::string> names_;
  };
  struct Flow {
    uint64_t entries = 0;
    ReplayChanges changes;
  };
  struct Use {
    uint64_t decisions = 0, first_ns = 0, last_ns = 0, order = 0;
  };

  void AddKeyEvent(const ReplayItem& item);
  void AddUse(const ReplayItem& item);
  void AddAnswers(const std::string& month, const ReplayItem& item);
  void AddChange(const std::string& month, const ReplayItem& item, const ReplayChanges& changes);
  void AddDivergence(const std::string& month, const ReplayItem& item);
  void AddExample(const std::string& month, const ReplayItem& item, const ReplayChanges& changes);
  void FinishBins();
  void FinishRules();
  void FinishPolicies();
  Slots& SlotsOf(const RecordedPolicy* policy, std::map<const RecordedPolicy*, Slots>* all,
                 Names* rules);
  ReplayAnswer Tell(const RecordedPolicy* policy, const RecordedAnswer& answer) const;

  const Catalog catalog_;
  const ReplayJob& job_;
  const size_t max_examples_;
  ReplayReport out_;
  std::array<uint64_t, kNotReplayableReasons> not_replayable_{};
  std::map<FactId, uint64_t> indeterminate_;
  /// Entries whose callee has no key, by epoch: so far, and of these such that somebody was erased
  /// since.
  std::map<uint32_t, uint64_t> without_key_, maybe_erased_;
  bool any_commit_ = false;
  std::map<std::pair<size_t, size_t>, Flow> flows_;
  Names old_rules_, new_rules_;
  std::vector<std::pair<std::string, Effect>> outcomes_;
  std::map<const RecordedPolicy*, Slots> from_slots_, to_slots_;
  std::vector<Flow> old_rule_counts_, new_rule_counts_;
  std::map<std::array<size_t, 4>, size_t> example_kinds_;
  std::vector<SimulatedAttempts> example_attempts_;
  std::array<uint64_t, kBurnIns> burn_in_{};
  DistinctCounter callers_, callees_;
  TopMovers top_callers_, top_callees_;
  Timeline timeline_;
  std::map<std::pair<std::string, bool>, Use> uses_;
  std::map<std::string, std::string> policy_names_;
  bool switched_too_often_ = false;
};

}  // namespace ringfence
