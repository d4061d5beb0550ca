// What is to be reached, as sets of situations, and which situations reach it all. See
// case_cover.h.
#include "analyze/case_cover.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analyze/answers.h"
#include "analyze/groups.h"
#include "base/check.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

bool IsTest(Op op) {
  return op == Op::kTest || op == Op::kCompare || op == Op::kIntIn || op == Op::kSame;
}

/// One thing to reach.
struct Target {
  std::string what;  ///< that it is never reached
  Ref where = kFalseLeaf;
};

/// The targets of one policy, where any fact may be unavailable.
class Targets {
 public:
  Targets(Space* space, const Layout& layout)
      : space_(*space),
        layout_(layout),
        policy_(space->policy(0)),
        settled_(WithUnavailable(space, policy_)),
        possible_(PossibleReads(space)) {
    for (size_t d = 0; d < policy_.lists.size() && !space_.exhausted(); ++d) AddDecision(d);
  }

  std::vector<Target> Take() { return std::move(targets_); }

 private:
  void Add(std::string what, Ref where) { targets_.push_back({std::move(what), where}); }

  /// Where this decision is made: other decisions only where `ring` does not refuse.
  Ref Asked(size_t d) {
    if (d == 0) return possible_;
    const RuleList& ring = policy_.lists[0];
    const Ref lets = space_.Where(settled_.rules[0], [&](Ref leaf) {
      const uint16_t then = ring.rules[leaf & ~kLeafBit].then;
      return policy_.document->outcomes[then].effect != Effect::kRefuse;
    });
    return space_.And(possible_, lets);
  }

  void AddDecision(size_t d) {
    const RuleList& list = policy_.lists[d];
    const Ref asked = Asked(d);
    for (uint32_t r = 0; r < list.rules.size(); ++r) {
      const std::string name = list.decision->name + ": " + std::string(list.rules[r].id());
      const auto decides = [&](Ref leaf) { return (leaf & ~kLeafBit) == r; };
      Add(name + " never decides", space_.And(asked, space_.Where(settled_.rules[d], decides)));
    }
    for (uint32_t r = 0; r < list.otherwise; ++r) {
      const auto seen = [&](Ref leaf) {
        const uint32_t deciding = leaf & ~kLeafBit;
        return deciding >= r && deciding != list.on_unavailable;
      };
      AddTests(list, r, space_.And(asked, space_.Where(settled_.rules[d], seen)));
    }
  }

  void AddTests(const RuleList& list, uint32_t rule, Ref seen) {
    const Condition& when = *list.rules[rule].when;
    std::set<std::string> texts;
    for (uint32_t i = 0; i < when.nodes.size() && !space_.exhausted(); ++i) {
      if (!IsTest(when.nodes[i].op)) continue;
      const std::string text = FormatCondition(layout_.catalog, when, i);
      if (!texts.insert(text).second) continue;
      const Condition test{{when.nodes[i]}, text};
      const Ref holds = space_.Holds(*policy_.document, test);
      const std::string name = list.decision->name + ": " + std::string(list.rules[rule].id()) +
                               ": " + text + " is never ";
      Add(name + "true", space_.And(seen, WhereRead(holds)));
      Add(name + "false", space_.And(seen, WhereRead(space_.Not(holds))));
    }
  }

  /// The set, with none of the facts it tests unavailable.
  Ref WhereRead(Ref set) {
    return space_.WithUnavailable(set, [](Ref a, Ref b) { return a == b ? a : kFalseLeaf; });
  }

  Space& space_;
  const Layout& layout_;
  const PolicyDiagrams& policy_;
  const PolicyDiagrams settled_;
  const Ref possible_;
  std::vector<Target> targets_;
};

/// Of groups whose targets other groups reach as well, one after the other is left out.
std::vector<Situation> Needed(const Space& space, const std::vector<Target>& targets,
                              std::vector<Situation> situations) {
  std::vector<std::vector<bool>> reaches;
  std::vector<size_t> count(targets.size(), 0);
  for (const Situation& situation : situations) {
    std::vector<bool>& row = reaches.emplace_back();
    for (size_t t = 0; t < targets.size(); ++t) {
      row.push_back(space.At(targets[t].where, situation) == kTrueLeaf);
      count[t] += row.back() ? 1 : 0;
    }
  }
  for (size_t i = situations.size(); i-- > 0;) {
    bool needed = false;
    for (size_t t = 0; t < targets.size(); ++t) needed = needed || (reaches[i][t] && count[t] == 1);
    if (needed) continue;
    for (size_t t = 0; t < targets.size(); ++t) count[t] -= reaches[i][t] ? 1 : 0;
    reaches.erase(reaches.begin() + static_cast<std::ptrdiff_t>(i));
    situations.erase(situations.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return situations;
}

const std::string& Expected(const Case& one, std::string_view field) {
  const auto is_it = [&](const Expectation& expectation) { return expectation.field == field; };
  const auto found = std::find_if(one.expect.begin(), one.expect.end(), is_it);
  CHECK(found != one.expect.end() && found->value.has_value());
  return *found->value;
}

/// Cases by the rule that decides, each with a name of its own: "followed decides, 2".
std::vector<Case> Named(const Program& program, std::vector<Case> cases) {
  const std::vector<ProgramRule>& rules = program.decisions[0].rules;
  const auto position = [&](const Case& one) {
    const std::string& rule = Expected(one, "rule");
    const auto is_it = [&](const ProgramRule& candidate) { return candidate.id == rule; };
    return std::find_if(rules.begin(), rules.end(), is_it) - rules.begin();
  };
  std::stable_sort(cases.begin(), cases.end(),
                   [&](const Case& a, const Case& b) { return position(a) < position(b); });
  std::map<std::string, size_t> seen;
  for (Case& one : cases) {
    one.name = Expected(one, "rule") + " decides";
    const size_t before = seen[one.name]++;
    if (before > 0) one.name += ", " + std::to_string(before + 1);
  }
  return cases;
}

}  // namespace

Cover CoverPolicy(const Layout& layout, const Document& document, const Program& program,
                  std::span<const Condition> constraints) {
  const Document* const documents[] = {&document};
  Space space(layout, documents, constraints, OrderOf(program));
  Cover cover;
  std::vector<Target> targets = Targets(&space, layout).Take();
  cover.over_budget = space.exhausted();
  if (cover.over_budget) return cover;
  std::vector<Ref> sets;
  for (const Target& target : targets) {
    if (target.where == kFalseLeaf) cover.unreachable.push_back(target.what);
    if (target.where != kFalseLeaf) sets.push_back(target.where);
  }
  const Grouping grouping = GroupSets(&space, sets);
  cover.over_budget = space.exhausted() || grouping.over_budget;
  if (cover.over_budget) return cover;
  cover.at_least = grouping.at_least;
  std::vector<Situation> situations;
  situations.reserve(grouping.groups.size());
  for (Ref group : grouping.groups) situations.push_back(space.Witness(group));
  for (Situation& situation : Needed(space, targets, std::move(situations))) {
    cover.cases.push_back(CaseOf(layout, program, "", std::move(situation)));
  }
  cover.cases = Named(program, std::move(cover.cases));
  return cover;
}

}  // namespace ringfence
