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

/// The rule that decides where facts are unavailable: the first that can be reached, if all lead to
/// the same, else on_unavailable, which no diagram reaches otherwise.
Ref SettledRules(Space* space, const RuleList& list, Ref rules) {
  const Ref mixed = kLeafBit | list.on_unavailable;
  return space->WithUnavailable(rules, [&](Ref a, Ref b) {
    if (a == b) return a;
    const bool same = a != mixed && b != mixed &&
                      list.rules[a & ~kLeafBit].then == list.rules[b & ~kLeafBit].then;
    return same ? std::min(a, b) : mixed;
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

namespace {

/// Answers as cases can tell them apart: those of refusals without the pretended path.
Ref DecidedAnswers(Space* space, const PolicyDiagrams& policy, AnswerTable* table) {
  const Ref answers = AnswersOf(space, policy, table);
  return space->Map(answers, [&](Ref leaf) {
    Answer answer = (*table)[leaf];
    if (answer.effect == Effect::kRefuse) answer.extras.clear();
    return table->LeafOf(answer);
  });
}

}  // namespace

std::vector<FactId> OrderOf(const Program& program) {
  std::vector<FactId> order;
  for (const ProgramDecision& decision : program.decisions) {
    order.insert(order.end(), decision.order.begin(), decision.order.end());
  }
  return order;
}

Ref PossibleReads(Space* space) {
  const Layout& layout = space->layout();
  const auto place = [&](FactId fact) {
    const auto at = std::find(space->order().begin(), space->order().end(), fact);
    return static_cast<uint32_t>(at - space->order().begin());
  };
  const auto missing = [&](FactId fact) {
    const DiagramEdge edges[] = {{0, kFalseLeaf}, {layout.code_counts[fact], kTrueLeaf}};
    return space->mutable_builder()->Make(place(fact), edges);
  };
  Ref all = PossibleValues(space, space->possible());
  for (FactId id : space->order()) {
    const FactInfo& fact = layout.catalog.fact(id);
    if (fact.symmetric && fact.reverse > id) {
      const Ref one = missing(id), other = missing(fact.reverse);
      all = space->And(all, space->IfThenElse(one, other, space->Not(other)));
    }
    for (const FactId known : {layout.callee_known, layout.caller_known}) {
      const bool own = fact.group == layout.catalog.fact(known).group;
      if (id == known || (!own && fact.group != Group::kPair)) continue;
      const DiagramEdge absent[] = {{0, kTrueLeaf}, {1, kFalseLeaf}};
      const Ref gone = space->mutable_builder()->Make(place(known), absent);
      all = space->And(all, space->IfThenElse(gone, space->Not(missing(id)), kTrueLeaf));
    }
  }
  return all;
}

Comparison Compare(const Layout& layout, const Document& a, const Document& b,
                   std::span<const Condition> constraints, std::span<const FactId> preferred) {
  const Document* const documents[] = {&a, &b};
  Space space(layout, documents, constraints, preferred);
  AnswerTable table;
  Comparison comparison;
  const auto differ = [&](const PolicyDiagrams& one, const PolicyDiagrams& other, Ref possible) {
    const Ref answers = DecidedAnswers(&space, one, &table);
    const Ref different =
        space.Product(answers, DecidedAnswers(&space, other, &table),
                      [](Ref x, Ref y) { return x == y ? kFalseLeaf : kTrueLeaf; });
    const Ref found = space.And(different, possible);
    comparison.over_budget = space.exhausted();
    if (comparison.over_budget || found == kFalseLeaf) return;
    comparison.differs = space.Witness(found);
  };
  differ(space.policy(0), space.policy(1), space.possible());
  if (comparison.over_budget || comparison.differs) return comparison;
  differ(WithUnavailable(&space, space.policy(0)), WithUnavailable(&space, space.policy(1)),
         PossibleReads(&space));
  return comparison;
}

}  // namespace ringfence
