// Nearest changes by brute force.
#include "differential/nearest.h"

#include <algorithm>
#include <set>

namespace ringfence::differential {
namespace {

FactCode ValueNow(const Catalog& catalog, const Document& document,
                  const reference::Assignment& assignment, FactId id) {
  const FactInfo& fact = catalog.fact(id);
  const auto found = assignment.find(id);
  if (found == assignment.end()) {
    return fact.can_be_unset ? DefaultValue(catalog, document, id) : fact.absent_code;
  }
  const FactCode code = found->second.value();
  if (!fact.can_be_unset) return code;
  return code == 0 ? DefaultValue(catalog, document, id) : code - 1;
}

class BruteForce {
 public:
  BruteForce(const Catalog& catalog, const Document& document,
             const reference::Assignment& assignment)
      : catalog_(catalog), document_(document), assignment_(assignment) {
    document_.decisions.resize(1);  // only `ring` has an effect
    const reference::Answer now = reference::Decide(catalog, document_, assignment);
    effect_ = now.effect;
    lifted_ = now.rule != "unknown_callee";
    for (const Rule& rule : document_.decisions[0].floor) lifted_ &= rule.id != now.rule;
  }

  std::vector<ChangesSet> Search(const std::vector<FactId>& candidates) {
    if (!lifted_) return {};
    ListCandidates(candidates);
    for (size_t size = 1; size <= 3; ++size) Extend(size, 0);
    return found_;
  }

 private:
  void ListCandidates(const std::vector<FactId>& facts) {
    for (FactId id : facts) {
      const FactInfo& fact = catalog_.fact(id);
      const auto known = assignment_.find(id);
      const bool available = known == assignment_.end() || known->second.has_value();
      if (fact.changeable_by == Who::kNobody || !available) continue;
      const FactCode now = ValueNow(catalog_, document_, assignment_, id);
      std::set<FactCode> values;
      if (fact.type == FactType::kInt) {
        for (int64_t constant : ConstantsOf(document_, id)) {
          const auto first_above = static_cast<FactCode>(constant - fact.lowest);
          if (now < first_above) values.insert(first_above);
          if (now >= first_above && first_above > 0) values.insert(first_above - 1);
        }
      } else {
        const FactCode shift = fact.can_be_unset ? 1 : 0;
        for (FactCode value = 0; value + shift < fact.code_count(); ++value) values.insert(value);
        values.erase(now);
      }
      for (FactCode value : values) {
        const auto& allowed = fact.changeable_to;
        const bool can =
            allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
        if (can) candidates_.push_back({id, value});
      }
    }
  }

  void Extend(size_t size, size_t first) {
    if (chosen_.size() == size) {
      Try();
      return;
    }
    for (size_t i = first; i < candidates_.size(); ++i) {
      if (!chosen_.empty() && chosen_.back().fact == candidates_[i].fact) continue;
      chosen_.push_back(candidates_[i]);
      Extend(size, i + 1);
      chosen_.pop_back();
    }
  }

  void Try() {
    for (const ChangesSet& smaller : found_) {
      if (std::includes(chosen_.begin(), chosen_.end(), smaller.changes.begin(),
                        smaller.changes.end())) {
        return;
      }
    }
    reference::Assignment changed = assignment_;
    ChangesSet set;
    for (const Change& change : chosen_) {
      const FactInfo& fact = catalog_.fact(change.fact);
      const FactCode code = fact.can_be_unset ? change.value + 1 : change.value;
      changed[change.fact] = code;
      if (fact.symmetric) changed[fact.reverse] = code;
      set.who = static_cast<uint8_t>(set.who | static_cast<uint8_t>(fact.changeable_by));
    }
    set.effect = reference::Decide(catalog_, document_, changed).effect;
    if (set.effect == effect_) return;
    set.changes = chosen_;
    found_.push_back(std::move(set));
  }

  const Catalog& catalog_;
  Document document_;
  const reference::Assignment& assignment_;
  Effect effect_ = Effect::kRefuse;
  bool lifted_ = true;
  std::vector<Change> candidates_, chosen_;
  std::vector<ChangesSet> found_;
};

/// Sets with equal rank may come in any order.
std::pair<size_t, int> Rank(const ChangesSet& set) {
  constexpr Who kAlone[] = {Who::kCallee, Who::kCaller, Who::kOperator};
  for (int i = 0; i < 3; ++i) {
    if (set.who == static_cast<uint8_t>(kAlone[i])) return {set.changes.size(), i};
  }
  return {set.changes.size(), 3 + set.who};
}

}  // namespace

std::vector<FactId> PickChangeable(const Catalog& catalog, size_t count, Random& random) {
  std::set<FactId> picked;
  while (picked.size() < count) {
    for (FactId id : PickFacts(catalog, count, random)) {
      const FactInfo& fact = catalog.fact(id);
      if (fact.changeable_by == Who::kNobody && !random.Percent(20)) continue;
      if (fact.symmetric && picked.count(fact.reverse) > 0) continue;
      picked.insert(id);
    }
  }
  return {picked.begin(), picked.end()};
}

std::vector<ChangesSet> NearestByReference(const Catalog& catalog, const Document& document,
                                           const std::vector<FactId>& candidates,
                                           const reference::Assignment& assignment) {
  return BruteForce(catalog, document, assignment).Search(candidates);
}

std::string CompareNearest(const Catalog& catalog, const Explanation& explanation,
                           std::vector<ChangesSet> all, size_t max_sets) {
  if (explanation.nearest_truncated != (all.size() > max_sets)) return "truncation";
  if (explanation.nearest.size() != std::min(all.size(), max_sets)) {
    return std::to_string(explanation.nearest.size()) + " sets listed, " +
           std::to_string(all.size()) + " exist";
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const ChangesSet& a, const ChangesSet& b) { return Rank(a) < Rank(b); });
  std::set<ChangesSet> listed;
  for (size_t i = 0; i < explanation.nearest.size(); ++i) {
    const ChangeSet& given = explanation.nearest[i];
    ChangesSet set;
    set.effect = given.effect;
    set.who = given.who;
    for (const FactChange& change : given.changes) {
      const Result<FactCode> code = catalog.ParseValue(change.id, change.to);
      if (!code.ok()) return change.name + " to " + change.to;
      const bool shifted = catalog.fact(change.id).can_be_unset;
      set.changes.push_back({change.id, shifted ? *code - 1 : *code});
    }
    std::sort(set.changes.begin(), set.changes.end());
    if (std::find(all.begin(), all.end(), set) == all.end()) return "a set that should not be";
    if (!listed.insert(set).second) return "a set twice";
    if (Rank(set) != Rank(all[i])) return "order";
  }
  return "";
}

}  // namespace ringfence::differential
