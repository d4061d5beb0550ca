// See work.h.
#include "replay/work.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "facts/fact_set.h"

namespace ringfence {
namespace {

// Before a decision stand its DETAILs; before a shadow, those, its decision, and that one's.
constexpr uint64_t kMostBefore = 7;

FactId FirstOf(const FactSet& set) {
  for (size_t word = 0; word < std::size(set.words); ++word) {
    if (set.words[word] == 0) continue;
    return static_cast<FactId>(word * 64 + static_cast<size_t>(std::countr_zero(set.words[word])));
  }
  return 0;
}

bool InPolicy(const RecordedPolicy& policy, const RecordedAnswer& answer) {
  return answer.rule < policy.names.rules.size() && answer.outcome < policy.names.outcomes.size() &&
         answer.path <= policy.names.paths.size();
}

}  // namespace

RecordedAnswer AnswerOf(const Entry& decision) {
  RecordedAnswer answer;
  answer.effect = decision.header.effect;
  answer.rule = decision.header.rule;
  answer.outcome = decision.decision.outcome;
  answer.path = decision.decision.path;
  answer.basis = decision.decision.basis;
  return answer;
}

std::string_view FirstDifference(const RecordedAnswer& recorded, const RecordedAnswer& derived) {
  if (recorded.effect != derived.effect) return "effect";
  if (recorded.outcome != derived.outcome) return "outcome";
  if (recorded.path != derived.path) return "path";
  if (recorded.basis != derived.basis) return "basis";
  if (recorded.rule != derived.rule) return "rule";
  if (recorded.read_digest != derived.read_digest) return "facts read";
  return {};
}

Status ReplayWorker::Run(const std::string& month, uint64_t first, uint64_t count,
                         std::span<const SimulatedAttempts> attempts,
                         std::vector<ReplayItem>* items) {
  const uint64_t before = std::min(first, kMostBefore);
  CHECK(count > 0 && items != nullptr);
  CHECK(attempts.size() == (job_.simulate ? count : 0));
  if (month != stretch_.month()) last_ref_ = UINT64_MAX;
  if (Status status = stretch_.Read(month, first - before, before + count); !status.ok()) {
    return status;
  }
  last_decision_ = nullptr;
  groups_[current_].detail_count = 0;
  for (uint64_t i = 0; i < before + count; ++i) {
    const bool wanted = i >= before;
    Group& group = groups_[current_];
    const uint64_t index = first - before + i;
    Result<Entry> entry = stretch_.At(i);
    if (!entry.ok()) {
      // Nobody knows what it was, nor when.
      ReplayItem item;
      item.bin = Bin::kNotReplayable;
      item.index = index;
      if (wanted) items->push_back(item);
      group.detail_count = 0;
      last_decision_ = nullptr;
      continue;
    }
    if (entry->header.kind == EntryKind::kDetail) {
      if (group.detail_count < group.details.size()) group.details[group.detail_count++] = *entry;
      continue;
    }
    if (entry->header.kind == EntryKind::kDecision) {
      group.index = index;
      group.entry = *std::move(entry);
      if (wanted) {
        attempts_ = job_.simulate ? attempts[i - before] : SimulatedAttempts();
        if (Status status = AddDecision(group, items); !status.ok()) return status;
      }
      last_decision_ = &group;
      current_ = 1 - current_;
    } else if (wanted) {
      AddOwn(*entry, index, items);
    }
    groups_[current_].detail_count = 0;
  }
  return Status();
}

void ReplayWorker::AddOwn(const Entry& entry, uint64_t index, std::vector<ReplayItem>* items) {
  ReplayItem item;
  item.index = index;
  item.time_ns = entry.header.time_ns;
  if (entry.header.kind == EntryKind::kErasure) {
    item.bin = Bin::kErasure;
  } else if (entry.header.kind == EntryKind::kGap) {
    GapPayload gap;
    Get(entry, &gap);
    if (!InRange(item.time_ns)) return;
    item.bin = Bin::kNotReplayable;
    // A count nobody can have made would make all sums wrong.
    const bool possible = gap.count <= UINT64_MAX >> 16;
    item.reason = possible ? NotReplayable::kGap : NotReplayable::kDamaged;
    item.count = possible ? gap.count : 1;
  } else if (entry.header.kind == EntryKind::kKeyCommit && job_.keys != nullptr) {
    KeyCommitPayload commit;
    Get(entry, &commit);
    const EpochFactsKeys* const keys = job_.keys->Find(commit.epoch);
    if (keys == nullptr || keys->Root() != commit.root) return;
    item.bin = Bin::kCommit;
    item.epoch = commit.epoch;
  } else {
    return;
  }
  items->push_back(item);
}

Status ReplayWorker::FindPolicy(const Group& group, const RecordedPolicy** policy) {
  const uint64_t ref = group.entry.header.policy_ref;
  if (ref != last_ref_ || ref >= group.index) {
    Result<const RecordedPolicy*> found = job_.policies->Get(stretch_.month(), ref, group.index);
    if (!found.ok()) return found.status();
    last_policy_ = *found;
    last_ref_ = ref < group.index ? ref : UINT64_MAX;
  }
  *policy = last_policy_;
  return Status();
}

Status ReplayWorker::AddDecision(const Group& group, std::vector<ReplayItem>* items) {
  const EntryHeader& header = group.entry.header;
  if (!InRange(header.time_ns)) return Status();
  ReplayItem item;
  item.index = group.index;
  item.time_ns = header.time_ns;
  item.shadow = (header.flags & entry_flags::kShadow) != 0;
  item.caller = group.entry.decision.caller;
  item.callee = group.entry.decision.callee;
  item.was = AnswerOf(group.entry);
  if (Status status = FindPolicy(group, &item.from); !status.ok()) return status;
  if (job_.mode == ReplayMode::kShadow) {
    if (Status status = AddShadow(group, &item); !status.ok()) return status;
  } else if (!item.shadow || job_.mode == ReplayMode::kReproduce) {
    Judge(group, &item);
  }
  items->push_back(item);
  return Status();
}

Status ReplayWorker::AddShadow(const Group& group, ReplayItem* item) {
  if (!item->shadow) return Status();
  item->bin = Bin::kNotReplayable;
  item->now = item->was;
  item->to = item->from;
  item->from = nullptr;
  const EntryHeader& header = group.entry.header;
  const bool paired = last_decision_ != nullptr &&
                      last_decision_->entry.header.boot == header.boot &&
                      last_decision_->entry.header.seq + 1 == header.seq &&
                      (last_decision_->entry.header.flags & entry_flags::kShadow) == 0;
  item->reason = NotReplayable::kAlone;
  if (!paired) return Status();
  item->was = AnswerOf(last_decision_->entry);
  if (Status status = FindPolicy(*last_decision_, &item->from); !status.ok()) return status;
  for (const RecordedPolicy* policy : {item->from, item->to}) {
    item->reason = policy->why;
    if (!policy->usable) return Status();
  }
  item->reason = NotReplayable::kDiverges;
  if (!InPolicy(*item->from, item->was) || !InPolicy(*item->to, item->now)) return Status();
  item->bin = BinOf(*item);
  return Status();
}

bool ReplayWorker::Open(const Group& group, ReplayItem* item) {
  const EntryHeader& header = group.entry.header;
  item->bin = Bin::kSealed;
  if (job_.keys == nullptr) return false;
  item->epoch = EpochOf(header.time_ns);
  if (epoch_keys_ == nullptr || epoch_keys_->epoch() != item->epoch) {
    epoch_keys_ = job_.keys->Find(item->epoch);
  }
  if (epoch_keys_ == nullptr) return false;
  const Hash* const key = epoch_keys_->KeyOf(group.entry);
  if (key == nullptr) {
    item->bin = (header.flags & entry_flags::kEpochKey) != 0 ? Bin::kSealed : Bin::kNoKey;
    return false;
  }
  item->bin = Bin::kNotReplayable;
  const auto details = static_cast<size_t>(header.flags >> entry_flags::kDetailShift & 3);
  item->reason = NotReplayable::kDamaged;
  if (details != group.detail_count) return false;
  item->reason = NotReplayable::kWrongKey;
  const std::optional<OpenedFacts> facts =
      OpenFacts(&cipher_, *key, group.entry, std::span(group.details).first(group.detail_count));
  if (facts) facts_ = *facts;
  return facts.has_value();
}

void ReplayWorker::Prepare(Deriver* deriver, const RecordedPolicy** prepared,
                           const RecordedPolicy* policy) {
  if (*prepared == policy) return;
  deriver->Prepare(policy->compiled.program);
  *prepared = policy;
}

ReplayItem::Bin ReplayWorker::BinOf(const ReplayItem& item) {
  DCHECK(InPolicy(*item.from, item.was) && InPolicy(*item.to, item.now));
  if (item.from != same_from_ || item.to != same_to_) {
    same_ = &job_.policies->Compare(item.from, item.to);
    same_from_ = item.from;
    same_to_ = item.to;
  }
  const bool is_same = same_->Outcomes(item.was.outcome, item.now.outcome) &&
                       same_->Paths(item.was.path, item.now.path);
  return is_same ? Bin::kReproduced : Bin::kChanged;
}

void ReplayWorker::Judge(const Group& group, ReplayItem* item) {
  if (!Open(group, item)) return;
  item->bin = Bin::kNotReplayable;
  DCHECK(item->from != nullptr);
  const RecordedPolicy& policy = *item->from;
  item->reason = policy.why;
  if (!policy.usable) return;
  Prepare(&recorded_, &recorded_for_, &policy);
  recorded_.Derive(policy.compiled.program, facts_, policy.unknown, &derived_);
  item->was.read_digest = facts_.record.read_digest;
  item->now = derived_.answer;
  item->now.read_digest = digests_.Of(*policy.compiled.program.layout, derived_.tested);
  item->to = &policy;
  const bool holds = FirstDifference(item->was, item->now).empty();
  if (job_.mode == ReplayMode::kReproduce) {
    item->bin = holds ? Bin::kReproduced : Bin::kChanged;
    return;
  }
  item->reason = NotReplayable::kDiverges;
  if (!holds) return;
  const RecordedPolicy& other = *job_.other;
  Prepare(&other_, &other_for_, &other);
  const Layout& layout = *other.compiled.program.layout;
  const bool simulate = Simulate(layout, policy.unknown);
  const OpenedFacts& facts = simulate ? simulated_.facts : facts_;
  const FactSet& unknown = simulate ? simulated_.unknown : policy.unknown;
  if (job_.against != nullptr && !JudgeAgainst(facts, unknown, item)) return;
  other_.DeriveOther(other.compiled.program, facts, unknown, &derived_);
  item->attempts = attempts_;
  item->simulated = simulate && !Both(derived_.tested, simulated_.filled).Empty();
  item->to = &other;
  item->now = derived_.answer;
  if (derived_.indeterminate) {
    item->bin = Bin::kIndeterminate;
    item->fact = FirstOf(derived_.missing);
    item->effects = derived_.effects;
    return;
  }
  item->bin = BinOf(*item);
  if (item->bin == Bin::kChanged) item->situation = SituationOf(layout, facts, unknown);
}

bool ReplayWorker::JudgeAgainst(const OpenedFacts& facts, const FactSet& unknown,
                                ReplayItem* item) {
  item->under = item->from;
  item->from = job_.against;
  Prepare(&against_, &against_for_, job_.against);
  against_.DeriveOther(job_.against->compiled.program, facts, unknown, &derived_);
  item->was = derived_.answer;
  if (!derived_.indeterminate) return true;
  item->bin = Bin::kIndeterminate;
  item->fact = FirstOf(derived_.missing);
  return false;
}

size_t ReplayWorker::SituationOf(const Layout& layout, const OpenedFacts& facts,
                                 const FactSet& unknown) const {
  using State = OpenedFacts::State;
  const auto fits = [&](const DiffCondition& condition) {
    const State state = unknown.Contains(condition.fact) ? State::kNotCollected
                                                         : facts.StateOf(layout, condition.fact);
    if (state == State::kNotCollected) return true;
    const FactCode code = state == State::kUnavailable ? layout.code_counts[condition.fact]
                                                       : facts.Value(layout, condition.fact);
    return std::any_of(condition.codes.begin(), condition.codes.end(), [&](const auto& range) {
      return range.first <= code && code <= range.second;
    });
  };
  for (size_t i = 0; i < job_.situations.size(); ++i) {
    const std::vector<DiffCondition>& all = job_.situations[i];
    if (std::all_of(all.begin(), all.end(), fits)) return i;
  }
  return SIZE_MAX;
}

bool ReplayWorker::Simulate(const Layout& layout, const FactSet& unknown) {
  if (!attempts_.known) return false;
  simulated_.facts = facts_;
  simulated_.unknown = unknown;
  simulated_.filled = FactSet();
  const auto fill = [&](std::optional<FactId> id, FactCode code) {
    if (!id) return;
    const bool is_unknown = unknown.Contains(*id);
    if (!is_unknown && facts_.StateOf(layout, *id) != OpenedFacts::State::kNotCollected) return;
    const FactPlace& place = layout.places[*id];
    uint32_t& word = simulated_.facts.record.words[place.word];
    word = (word & ~(place.mask << place.shift)) | code << place.shift;
    simulated_.facts.collected[place.word] |= 1u << place.shift;
    Remove(&simulated_.unknown, *id);
    simulated_.filled.Insert(*id);
  };
  fill(job_.attempt_ids.since_attempt_ms, attempts_.since_attempt_ms);
  fill(job_.attempt_ids.attempts_1h, attempts_.attempts_1h);
  fill(job_.attempt_ids.callees_1h, attempts_.callees_1h);
  return !simulated_.filled.Empty();
}

Result<ReplayWorker::Closer> ReplayWorker::LookCloser(const std::string& month, uint64_t index,
                                                      const SimulatedAttempts& attempts) {
  std::vector<ReplayItem> items;
  const auto of_entry = std::span(&attempts, job_.simulate ? 1 : 0);
  if (Status status = Run(month, index, 1, of_entry, &items); !status.ok()) return status;
  Closer closer;
  if (last_decision_ == nullptr || last_decision_->index != index || items.empty()) return closer;
  const Group& group = *last_decision_;
  closer.request_id = ToHex(group.entry.decision.request_id);
  ReplayItem again = items[0];
  const RecordedPolicy* policy = nullptr;
  if (Status status = FindPolicy(group, &policy); !status.ok()) return status;
  if (!policy->usable || !Open(group, &again)) return closer;
  const Layout& layout = *policy->compiled.program.layout;
  Prepare(&recorded_, &recorded_for_, policy);
  recorded_.Derive(policy->compiled.program, facts_, policy->unknown, &derived_);
  FactSet tested = derived_.tested;
  FactSet simulated;
  if (job_.other != nullptr) {
    Prepare(&other_, &other_for_, job_.other);
    const bool simulate = Simulate(layout, policy->unknown);
    other_.Derive(job_.other->compiled.program, simulate ? simulated_.facts : facts_,
                  simulate ? simulated_.unknown : policy->unknown, &derived_);
    InsertAll(&tested, derived_.tested);
    if (simulate) simulated = Both(derived_.tested, simulated_.filled);
  }
  closer.facts = ListFacts(layout, facts_, &tested);
  for (const std::string& fact : ListFacts(layout, simulated_.facts, &simulated)) {
    closer.facts.push_back(fact + " (simulated)");
  }
  return closer;
}

}  // namespace ringfence
