// The smallest sets of changes that would alter the effect.
#include "eval/nearest.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

/// One fact taking one other value.
struct Candidate {
  FactId fact = 0;
  FactCode code = 0;
};

/// Positions in the list of candidates, ascending; `size` of them count.
struct Combination {
  std::array<size_t, 3> at{};
  size_t size = 0;

  bool Includes(const Combination& part) const {
    return std::includes(at.begin(), at.begin() + static_cast<ptrdiff_t>(size), part.at.begin(),
                         part.at.begin() + static_cast<ptrdiff_t>(part.size));
  }
};

class Search {
 public:
  Search(const ExplainContext& context, Effect effect) : context_(context), effect_(effect) {
    scratch_.Prepare(context.program);
    ListCandidates();
  }

  /// Tries every combination of exactly `size` candidates whose parts do not alter the effect.
  void Try(size_t size) {
    Combination combination;
    combination.size = size;
    Extend(&combination, 0, 0);
  }

  const std::vector<std::pair<Combination, Effect>>& found() const { return found_; }
  const Candidate& candidate(size_t i) const { return candidates_[i]; }

 private:
  void ListCandidates() {
    const ProgramDecision& ring = context_.program.decisions[0];
    for (FactId id : ring.order) {
      const FactInfo& fact = context_.layout.catalog.fact(id);
      if (fact.changeable_by == Who::kNobody || context_.frame.unavailable.Contains(id)) continue;
      const FactCode now = context_.frame.Get(context_.layout.places[id]);
      if (now >= context_.layout.code_counts[id]) continue;
      for (FactCode value : ValuesWorthTrying(ring, fact)) {
        const bool reachable = fact.changeable_to.empty() ||
                               std::find(fact.changeable_to.begin(), fact.changeable_to.end(),
                                         value) != fact.changeable_to.end();
        if (!reachable || value == EffectiveValue(context_, id)) continue;
        candidates_.push_back({id, fact.can_be_unset ? value + 1 : value});
      }
    }
  }

  /// Every value of a bool or enum; of an int, the one of each interval nearest to today's.
  std::vector<FactCode> ValuesWorthTrying(const ProgramDecision& ring, const FactInfo& fact) const {
    const FactCode shift = fact.can_be_unset ? 1 : 0;
    std::vector<FactCode> values;
    if (fact.type != FactType::kInt) {
      for (FactCode code = shift; code < fact.code_count(); ++code) values.push_back(code - shift);
      return values;
    }
    const FactCode now = EffectiveValue(context_, fact.id);
    for (const ProgramNode& node : ring.nodes) {
      if (node.fact != fact.id) continue;
      for (uint32_t i = 0; i + 1 < node.class_count; ++i) {
        const FactCode cut = ring.cuts[node.first_cut + i];
        if (cut <= shift) continue;
        values.push_back(now >= cut - shift ? cut - shift - 1 : cut - shift);
      }
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  void Extend(Combination* combination, size_t depth, size_t first) {
    if (depth == combination->size) {
      Test(*combination);
      return;
    }
    for (size_t i = first; i < candidates_.size(); ++i) {
      const bool same_fact =
          depth > 0 && candidates_[combination->at[depth - 1]].fact == candidates_[i].fact;
      if (same_fact) continue;
      combination->at[depth] = i;
      Extend(combination, depth + 1, i + 1);
    }
  }

  void Test(const Combination& combination) {
    for (const auto& [smaller, effect] : found_) {
      if (combination.Includes(smaller)) return;
    }
    scratch_.frame = context_.frame;
    scratch_.frame.loaded = static_cast<GroupSet>((1u << kGroupCount) - 1);
    for (size_t i = 0; i < combination.size; ++i) {
      const Candidate& change = candidates_[combination.at[i]];
      scratch_.frame.Put(context_.layout.places[change.fact], change.code);
      const FactInfo& fact = context_.layout.catalog.fact(change.fact);
      if (fact.symmetric) {
        scratch_.frame.Put(context_.layout.places[fact.reverse], change.code);
      }
    }
    Decision decision;
    Evaluate(context_.program, context_.layout, Question{}, Sources{{}, 0}, &scratch_, &decision);
    if (decision.effect != effect_) found_.emplace_back(combination, decision.effect);
  }

  const ExplainContext& context_;
  Effect effect_;
  EvalScratch scratch_;
  std::vector<Candidate> candidates_;
  std::vector<std::pair<Combination, Effect>> found_;
};

FactChange Describe(const ExplainContext& context, const Candidate& candidate) {
  const FactInfo& fact = context.layout.catalog.fact(candidate.fact);
  const FactCode value = fact.can_be_unset ? candidate.code - 1 : candidate.code;
  FactChange change;
  change.id = candidate.fact;
  change.name = fact.name;
  change.from = SeeFact(context, candidate.fact).value;
  change.to = context.layout.catalog.FormatValue(candidate.fact, candidate.code);
  change.by = fact.changeable_by;
  const size_t index = fact.type == FactType::kInt ? 0 : value;
  if (index < fact.change.size()) {
    change.sentence = FillSentence(context, fact, fact.change[index], value);
  }
  if (change.sentence.empty()) change.sentence = "set " + change.name + " to " + change.to;
  return change;
}

/// Changes one party can make alone come first: callee, caller, operator, then those that need
/// several.
int WhoOrder(uint8_t who) {
  if (who == static_cast<uint8_t>(Who::kCallee)) return 0;
  if (who == static_cast<uint8_t>(Who::kCaller)) return 1;
  if (who == static_cast<uint8_t>(Who::kOperator)) return 2;
  return 3 + who;
}

}  // namespace

void FindNearest(const ExplainContext& context, const Decision& decision, int max_changes,
                 int max_sets, Explanation* explanation) {
  CHECK(max_changes >= 1 && max_changes <= 3);
  const ProgramDecision& ring = context.program.decisions[0];
  for (const ProgramRule& rule : ring.rules) {
    if (rule.id != decision.rule) continue;
    explanation->floor_decides = rule.floor;
    if (rule.floor || rule.id == "unknown_callee") return;
  }
  Search search(context, decision.effect);
  for (int size = 1; size <= max_changes; ++size) search.Try(static_cast<size_t>(size));
  for (const auto& [combination, effect] : search.found()) {
    ChangeSet set;
    set.effect = effect;
    for (size_t i = 0; i < combination.size; ++i) {
      set.changes.push_back(Describe(context, search.candidate(combination.at[i])));
      set.who = static_cast<uint8_t>(set.who | static_cast<uint8_t>(set.changes.back().by));
    }
    explanation->nearest.push_back(std::move(set));
  }
  const auto before = [](const ChangeSet& a, const ChangeSet& b) {
    return std::make_tuple(a.changes.size(), WhoOrder(a.who)) <
           std::make_tuple(b.changes.size(), WhoOrder(b.who));
  };
  std::stable_sort(explanation->nearest.begin(), explanation->nearest.end(), before);
  const auto limit = static_cast<size_t>(max_sets);
  explanation->nearest_truncated = explanation->nearest.size() > limit;
  if (explanation->nearest_truncated) explanation->nearest.resize(limit);
}

}  // namespace ringfence
