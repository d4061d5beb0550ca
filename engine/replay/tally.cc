// See tally.h.
#include "replay/tally.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"

namespace ringfence {
namespace {

constexpr size_t kMostMovers = 10;
constexpr size_t kMostPeriods = 1000;
constexpr size_t kExamplesOfAKind = 3;
constexpr size_t kMostPolicies = 2048;
constexpr uint64_t kFlapNs = 1'000'000'000;
constexpr uint8_t kEffects = 5;

uint8_t EffectOf(const RecordedAnswer& answer) {
  // A number no version of ours writes is nothing that rings.
  return answer.effect < kEffects ? answer.effect : 0;
}

ReplayChanges ChangesOf(const ReplayItem& item) {
  ReplayChanges changes;
  if (item.bin != ReplayItem::Bin::kChanged) return changes;
  const bool was = EffectOf(item.was) != 0;
  const bool now = EffectOf(item.now) != 0;
  changes.gained = !was && now ? 1 : 0;
  changes.lost = was && !now ? 1 : 0;
  changes.kind = was == now ? 1 : 0;
  return changes;
}

void AddTo(const ReplayChanges& changes, ReplayChanges* sum) {
  sum->gained += changes.gained;
  sum->lost += changes.lost;
  sum->kind += changes.kind;
}

}  // namespace

size_t ReplayTally::Names::Find(const std::string& name) {
  const auto [at, is_new] = positions_.try_emplace(name, names_.size());
  if (is_new) names_.push_back(name);
  return at->second;
}

ReplayTally::ReplayTally(const Catalog& catalog, const ReplayJob& job, size_t max_examples)
    : catalog_(catalog), job_(job), max_examples_(max_examples) {
  out_.mode = job.mode;
  out_.attempts = job.simulate ? ReplayAttempts::kSimulated : ReplayAttempts::kRecorded;
  out_.situations.resize(job.situations.size());
  if (job.other == nullptr) return;
  // In the policy's order, whether or not a decision reaches them.
  SlotsOf(job.other, &to_slots_, &new_rules_);
}

ReplayTally::Slots& ReplayTally::SlotsOf(const RecordedPolicy* policy,
                                         std::map<const RecordedPolicy*, Slots>* all,
                                         Names* rules) {
  const auto [at, is_new] = all->try_emplace(policy);
  Slots& slots = at->second;
  if (!is_new) return slots;
  for (const std::string& rule : policy->names.rules) slots.rules.push_back(rules->Find(rule));
  const Program& program = *policy->compiled.program.program;
  for (const ProgramOutcome& outcome : program.outcomes) {
    const std::pair key(outcome.name, outcome.effect);
    const auto found = std::find(outcomes_.begin(), outcomes_.end(), key);
    slots.outcomes.push_back(static_cast<size_t>(found - outcomes_.begin()));
    if (found == outcomes_.end()) outcomes_.push_back(key);
  }
  return slots;
}

void ReplayTally::Add(const std::string& month, const ReplayItem& item) {
  if (item.bin == Bin::kErasure || item.bin == Bin::kCommit) return AddKeyEvent(item);
  if (item.shadow) ++out_.shadow;
  const bool is_decision = item.from != nullptr || item.to != nullptr;
  if (is_decision) AddUse(item);
  if (item.bin == Bin::kPassedBy) return;
  out_.entries += item.count;
  if (item.simulated) {
    ++out_.simulated;
    ++burn_in_[static_cast<size_t>(item.attempts.burn_in)];
  }
  switch (item.bin) {
    case Bin::kReproduced:
      ++out_.reproduced;
      break;
    case Bin::kChanged:
      ++out_.changed;
      if (item.situation < out_.situations.size()) ++out_.situations[item.situation];
      break;
    case Bin::kIndeterminate: {
      ++out_.indeterminate;
      ++indeterminate_[item.fact];
      constexpr EffectSet kRefuses = 1;
      const bool was_through = EffectOf(item.was) != 0;
      if (!was_through && (item.effects & ~kRefuses) != 0) ++out_.maybe_gained;
      if (was_through && (item.effects & kRefuses) != 0) ++out_.maybe_lost;
      break;
    }
    case Bin::kNotReplayable:
      out_.not_replayable += item.count;
      not_replayable_[static_cast<size_t>(item.reason)] += item.count;
      break;
    case Bin::kSealed:
      ++out_.sealed;
      break;
    case Bin::kNoKey:
      ++without_key_[item.epoch];
      break;
    case Bin::kPassedBy:
    case Bin::kErasure:
    case Bin::kCommit:
      break;
  }
  if (is_decision) AddAnswers(month, item);
}

// An erased callee's key is gone from everywhere: it is not among those that are there, although
// they are all there were when they were exported, and the log says that somebody was erased
// before. Otherwise the key may just not have been given.
void ReplayTally::AddKeyEvent(const ReplayItem& item) {
  if (item.bin == Bin::kErasure) {
    for (const auto& [epoch, entries] : without_key_) maybe_erased_[epoch] += entries;
    without_key_.clear();
    return;
  }
  any_commit_ = true;
  const auto found = maybe_erased_.find(item.epoch);
  if (found == maybe_erased_.end()) return;
  out_.not_replayable += found->second;
  not_replayable_[static_cast<size_t>(NotReplayable::kErased)] += found->second;
  maybe_erased_.erase(found);
}

void ReplayTally::AddUse(const ReplayItem& item) {
  if (out_.first_ns == 0 || item.time_ns < out_.first_ns) out_.first_ns = item.time_ns;
  out_.last_ns = std::max(out_.last_ns, item.time_ns);
  // A shadow evaluation's own policy is `to` in kShadow, and `from` in the other modes.
  const RecordedPolicy* policy = item.under != nullptr ? item.under : item.from;
  DCHECK(policy != nullptr || job_.mode == ReplayMode::kShadow);
  if (item.shadow && job_.mode == ReplayMode::kShadow) policy = item.to;
  const std::pair key(policy->digest, item.shadow);
  if (uses_.size() < kMostPolicies || uses_.contains(key)) {
    const auto [at, is_new] = uses_.try_emplace(key);
    Use& use = at->second;
    if (is_new) use = {0, item.time_ns, item.time_ns, uses_.size()};
    ++use.decisions;
    use.first_ns = std::min(use.first_ns, item.time_ns);
    use.last_ns = std::max(use.last_ns, item.time_ns);
    if (is_new) policy_names_[policy->digest] = policy->compiled.name;
  }
  if (item.shadow) return;
  std::vector<ReplayPolicyPeriod>& periods = out_.policy_periods;
  if (periods.empty() || periods.back().digest != policy->digest) {
    const size_t count = periods.size();
    const bool flapped = count >= 2 && periods[count - 2].digest == policy->digest &&
                         periods[count - 1].to_ns <= periods[count - 1].from_ns + kFlapNs;
    if (flapped) {
      periods[count - 2].decisions += periods[count - 1].decisions;
      periods.pop_back();
    } else if (count < kMostPeriods) {
      periods.push_back({policy->digest, item.time_ns, item.time_ns, 0});
    } else {
      switched_too_often_ = true;
      return;
    }
  }
  ReplayPolicyPeriod& period = periods.back();
  ++period.decisions;
  period.from_ns = std::min(period.from_ns, item.time_ns);
  period.to_ns = std::max(period.to_ns, item.time_ns);
}

void ReplayTally::AddAnswers(const std::string& month, const ReplayItem& item) {
  ReplayPeriod& period = timeline_.At(item.time_ns);
  ++period.was[EffectOf(item.was)];
  const bool covered = item.bin == Bin::kReproduced || item.bin == Bin::kChanged;
  if (!covered) return;
  ++period.now[EffectOf(item.now)];
  if (job_.mode == ReplayMode::kReproduce) {
    if (item.bin == Bin::kChanged) AddDivergence(month, item);
    return;
  }
  const ReplayChanges changes = ChangesOf(item);
  AddTo(changes, &period.changes);
  const Slots& from = SlotsOf(item.from, &from_slots_, &old_rules_);
  const Slots& to = SlotsOf(item.to, &to_slots_, &new_rules_);
  const auto count = [&](Flow* flow) {
    ++flow->entries;
    AddTo(changes, &flow->changes);
  };
  DCHECK(item.was.rule < from.rules.size() && item.now.rule < to.rules.size());
  DCHECK(item.was.outcome < from.outcomes.size() && item.now.outcome < to.outcomes.size());
  const size_t old_rule = from.rules[item.was.rule];
  const size_t new_rule = to.rules[item.now.rule];
  old_rule_counts_.resize(std::max(old_rule_counts_.size(), old_rule + 1));
  new_rule_counts_.resize(std::max(new_rule_counts_.size(), new_rule + 1));
  count(&old_rule_counts_[old_rule]);
  count(&new_rule_counts_[new_rule]);
  count(&flows_[{from.outcomes[item.was.outcome], to.outcomes[item.now.outcome]}]);
  if (item.bin == Bin::kChanged) {
    AddChange(month, item, changes);
  } else if (old_rules_[old_rule] != new_rules_[new_rule]) {
    ++out_.other_rule;
  }
}

void ReplayTally::AddChange(const std::string& month, const ReplayItem& item,
                            const ReplayChanges& changes) {
  DCHECK(changes.all() == 1);
  AddTo(changes, &out_.changes);
  if (out_.first_change_ns == 0 || item.time_ns < out_.first_change_ns) {
    out_.first_change_ns = item.time_ns;
  }
  out_.last_change_ns = std::max(out_.last_change_ns, item.time_ns);
  // Nobody has a pseudonym of zeros: a caller without account.
  if (item.caller != Pseudonym{}) {
    callers_.Add(item.caller);
    top_callers_.Add(item.caller, changes);
  }
  callees_.Add(item.callee);
  top_callees_.Add(item.callee, changes);
  AddExample(month, item, changes);
}

void ReplayTally::AddExample(const std::string& month, const ReplayItem& item,
                             const ReplayChanges& changes) {
  if (out_.examples.size() >= max_examples_) return;
  const Slots& from = from_slots_.at(item.from);
  const Slots& to = to_slots_.at(item.to);
  size_t& of_this_kind =
      example_kinds_[{from.outcomes[item.was.outcome], to.outcomes[item.now.outcome],
                      from.rules[item.was.rule], to.rules[item.now.rule]}];
  if (of_this_kind >= kExamplesOfAKind) return;
  ++of_this_kind;
  ReplayExample example;
  example.month = month;
  example.index = item.index;
  example.time_ns = item.time_ns;
  example.caller = ToHex(item.caller);
  example.callee = ToHex(item.callee);
  example.was = Tell(item.from, item.was);
  example.now = Tell(item.to, item.now);
  example.change = changes.gained != 0 ? "gained" : changes.lost != 0 ? "lost" : "kind";
  out_.examples.push_back(std::move(example));
  example_attempts_.push_back(item.attempts);
}

void ReplayTally::AddDivergence(const std::string& month, const ReplayItem& item) {
  if (out_.divergences.size() >= kMaxDiagnostics) return;
  out_.divergences.push_back({month, item.index, std::string(FirstDifference(item.was, item.now)),
                              Tell(item.from, item.was), Tell(item.from, item.now)});
}

ReplayAnswer ReplayTally::Tell(const RecordedPolicy* policy, const RecordedAnswer& answer) const {
  ReplayAnswer told;
  told.effect = static_cast<Effect>(EffectOf(answer));
  told.outcome = policy->names.Outcome(answer.outcome);
  told.rule = policy->names.Rule(answer.rule);
  told.path = policy->names.Path(answer.path);
  told.basis = static_cast<Basis>(std::min(answer.basis & 3, 2));
  return told;
}

ReplayReport ReplayTally::Finish() {
  FinishBins();
  FinishRules();
  FinishPolicies();
  out_.width_s = timeline_.width_s();
  out_.periods = timeline_.Periods();
  out_.callers = callers_.Count();
  out_.callees = callees_.Count();
  out_.top_callers = top_callers_.Top(kMostMovers);
  out_.top_callees = top_callees_.Top(kMostMovers);
  CHECK(out_.entries ==
        out_.reproduced + out_.changed + out_.indeterminate + out_.not_replayable + out_.sealed);
  return std::move(out_);
}

void ReplayTally::FinishBins() {
  for (const auto& [epoch, entries] : without_key_) out_.sealed += entries;
  const bool exported = job_.keys != nullptr && job_.keys->is_exported();
  for (const auto& [epoch, entries] : maybe_erased_) {
    if (exported) {
      out_.sealed += entries;
    } else {
      out_.not_replayable += entries;
      not_replayable_[static_cast<size_t>(NotReplayable::kErased)] += entries;
    }
  }
  for (size_t i = 0; i < not_replayable_.size(); ++i) {
    if (not_replayable_[i] == 0) continue;
    const auto reason = static_cast<NotReplayable>(i);
    out_.not_replayable_by_reason.push_back({std::string(ToString(reason)), not_replayable_[i]});
  }
  for (size_t i = 1; i < burn_in_.size(); ++i) {
    if (burn_in_[i] == 0) continue;
    out_.burn_in_by_reason.push_back({ToString(static_cast<BurnIn>(i)), burn_in_[i]});
  }
  for (const auto& [fact, entries] : indeterminate_) {
    out_.indeterminate_by_fact.push_back({catalog_.fact(fact).name, entries});
  }
  const auto before = [](const ReplayReason& a, const ReplayReason& b) {
    return a.reason < b.reason;
  };
  std::sort(out_.indeterminate_by_fact.begin(), out_.indeterminate_by_fact.end(), before);
  std::sort(out_.burn_in_by_reason.begin(), out_.burn_in_by_reason.end(), before);
  if (exported && !any_commit_) {
    out_.notes.emplace_back(
        "no KEYCOMMIT in this log is of the facts keys that were given: nothing says that they are "
        "the ones that were exported");
  }
}

void ReplayTally::FinishRules() {
  for (const auto& [key, flow] : flows_) {
    const auto& [from_name, from_effect] = outcomes_[key.first];
    const auto& [to_name, to_effect] = outcomes_[key.second];
    out_.flows.push_back({from_name, to_name, from_effect, to_effect, flow.entries, flow.changes});
  }
  const auto by_names = [](const ReplayFlow& a, const ReplayFlow& b) {
    return std::tie(a.from, a.to, a.from_effect, a.to_effect) <
           std::tie(b.from, b.to, b.from_effect, b.to_effect);
  };
  std::sort(out_.flows.begin(), out_.flows.end(), by_names);
  new_rule_counts_.resize(new_rules_.size());
  const auto tell = [](const Names& names, const std::vector<Flow>& counts,
                       std::vector<ReplayRule>* out) {
    for (size_t i = 0; i < counts.size(); ++i) {
      out->push_back({names[i], counts[i].entries, counts[i].changes});
    }
  };
  tell(old_rules_, old_rule_counts_, &out_.old_rules);
  tell(new_rules_, new_rule_counts_, &out_.new_rules);
  std::erase_if(out_.old_rules, [](const ReplayRule& rule) { return rule.entries == 0; });
  std::sort(out_.old_rules.begin(), out_.old_rules.end(),
            [](const ReplayRule& a, const ReplayRule& b) { return a.id < b.id; });
}

void ReplayTally::FinishPolicies() {
  std::vector<std::pair<uint64_t, ReplayPolicyUse>> uses;
  uses.reserve(uses_.size());
  for (const auto& [key, use] : uses_) {
    uses.push_back({use.order,
                    {policy_names_[key.first], key.first, use.decisions, use.first_ns, use.last_ns,
                     key.second}});
  }
  std::sort(uses.begin(), uses.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [order, use] : uses) out_.policies.push_back(std::move(use));
  if (switched_too_often_) {
    out_.notes.push_back("policies changed more than " + std::to_string(kMostPeriods) +
                         " times: later changes are not listed");
  }
}

}  // namespace ringfence
