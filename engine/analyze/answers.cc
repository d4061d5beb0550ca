// Answers of policies, also where facts are unavailable. See answers.h.
#include "analyze/answers.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace ringfence {
namespace {

size_t PathDecision(const Document& document) {
  for (size_t i = 1; i < document.decisions.size(); ++i) {
    if (document.decisions[i].name == "path") return i;
  }
  return 0;
}

/// Numbers for tuples of rules while a product is built.
class TupleTable {
 public:
  Ref LeafOf(std::vector<uint32_t> rules) {
    const Ref next = kLeafBit | static_cast<Ref>(tuples_.size());
    const auto [entry, added] = leaves_.try_emplace(std::move(rules), next);
    if (added) tuples_.push_back(&entry->first);
    return entry->second;
  }
  const std::vector<uint32_t>& operator[](Ref leaf) const { return *tuples_[leaf & ~kLeafBit]; }

 private:
  std::map<std::vector<uint32_t>, Ref> leaves_;
  std::vector<const std::vector<uint32_t>*> tuples_;
};

/// What the evaluator settles on: the first rule that is reachable if all lead to one outcome, else
/// `on_unavailable`, which no diagram reaches by itself.
Ref SettledRules(Space* space, const RuleList& list, Ref rules) {
  const Ref several = kLeafBit | list.on_unavailable;
  const auto then = [&](Ref leaf) { return list.rules[leaf & ~kLeafBit].then; };
  return space->WithUnavailable(rules, [&](Ref a, Ref b) {
    if (a == several || b == several || then(a) != then(b)) return several;
    return std::min(a, b);
  });
}

}  // namespace

Ref AnswerTable::LeafOf(const Answer& answer) {
  const Ref next = kLeafBit | static_cast<Ref>(answers_.size());
  const auto [entry, added] = leaves_.try_emplace(answer, next);
  if (added) answers_.push_back(&entry->first);
  return entry->second;
}

Answer AnswerOf(const PolicyDiagrams& policy, const std::vector<uint32_t>& rules) {
  const Document& document = *policy.document;
  const Outcome& outcome = document.outcomes[policy.lists[0].rules[rules[0]].then];
  Answer answer{outcome.effect,
                outcome.signal,
                outcome.record,
                outcome.sip_status,
                outcome.retry_after_s,
                outcome.told,
                {}};
  const auto value = [&](size_t decision, uint32_t rule) {
    const DecisionRules& of = document.decisions[decision];
    answer.extras.emplace_back(of.name, of.values[policy.lists[decision].rules[rule].then]);
  };
  if (outcome.effect != Effect::kRefuse) {
    for (size_t i = 1; i < rules.size(); ++i) value(i, rules[i]);
  } else if (outcome.signal == Signal::kRinging) {
    const size_t path = PathDecision(document);
    if (path != 0) value(path, policy.lists[path].on_unavailable);
  }
  std::sort(answer.extras.begin(), answer.extras.end());
  return answer;
}

Ref AnswersOf(Space* space, const PolicyDiagrams& policy, AnswerTable* table) {
  TupleTable tuples;
  Ref all =
      space->Map(policy.rules[0], [&](Ref leaf) { return tuples.LeafOf({leaf & ~kLeafBit}); });
  for (size_t i = 1; i < policy.rules.size(); ++i) {
    all = space->Product(all, policy.rules[i], [&](Ref before, Ref leaf) {
      std::vector<uint32_t> rules = tuples[before];
      const Outcome& outcome = policy.document->outcomes[policy.lists[0].rules[rules[0]].then];
      // Nothing else is decided: one tuple, whatever the other rules say.
      rules.push_back(outcome.effect == Effect::kRefuse ? 0 : leaf & ~kLeafBit);
      return tuples.LeafOf(std::move(rules));
    });
  }
  return space->Map(all, [&](Ref leaf) { return table->LeafOf(AnswerOf(policy, tuples[leaf])); });
}

PolicyDiagrams WithUnavailable(Space* space, const PolicyDiagrams& policy) {
  PolicyDiagrams settled = policy;
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    settled.rules[i] = SettledRules(space, policy.lists[i], policy.rules[i]);
  }
  return settled;
}

Ref PossibleValues(Space* space, Ref set) {
  return space->WithUnavailable(set, [](Ref a, Ref b) { return a == kTrueLeaf ? a : b; });
}

std::optional<bool> Equivalent(const Layout& layout, const Document& a, const Document& b,
                               std::span<const Condition> constraints,
                               std::span<const FactId> preferred) {
  const Document* const documents[] = {&a, &b};
  Space space(layout, documents, constraints, preferred);
  AnswerTable table;
  const auto differ = [&](Ref one, Ref other, Ref possible) {
    const Ref different =
        space.Product(one, other, [](Ref x, Ref y) { return x == y ? kFalseLeaf : kTrueLeaf; });
    return space.And(different, possible);
  };
  const Ref different = differ(AnswersOf(&space, space.policy(0), &table),
                               AnswersOf(&space, space.policy(1), &table), space.possible());
  if (space.exhausted()) return std::nullopt;
  if (different != kFalseLeaf) return false;
  const PolicyDiagrams of_a = WithUnavailable(&space, space.policy(0));
  const PolicyDiagrams of_b = WithUnavailable(&space, space.policy(1));
  const Ref unavailable = differ(AnswersOf(&space, of_a, &table), AnswersOf(&space, of_b, &table),
                                 PossibleValues(&space, space.possible()));
  if (space.exhausted()) return std::nullopt;
  return unavailable == kFalseLeaf;
}

}  // namespace ringfence
