// What cases reached: which rules decided, and which tests of their conditions were seen both ways.
#include <algorithm>

#include "base/check.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

bool IsTest(const ConditionNode& node) {
  return node.op == Op::kTest || node.op == Op::kCompare || node.op == Op::kIntIn ||
         node.op == Op::kSame;
}

/// Position of the rule in effective order.
size_t Deciding(const ProgramDecision& decision, std::string_view rule) {
  const auto is_it = [&](const ProgramRule& candidate) { return candidate.id == rule; };
  const auto found = std::find_if(decision.rules.begin(), decision.rules.end(), is_it);
  CHECK(found != decision.rules.end());
  return static_cast<size_t>(found - decision.rules.begin());
}

}  // namespace

bool Coverage::Complete() const {
  const auto decided = [](const RuleCoverage& rule) { return rule.decided > 0; };
  const auto both = [](const ConditionCoverage& condition) {
    return condition.seen_true > 0 && condition.seen_false > 0;
  };
  return std::all_of(rules.begin(), rules.end(), decided) &&
         std::all_of(conditions.begin(), conditions.end(), both);
}

CoverageCounter::CoverageCounter(const Catalog& catalog, const Program& program) {
  for (const ProgramDecision& decision : program.decisions) {
    std::vector<RuleLeaves>& rules = decisions_.emplace_back();
    for (const ProgramRule& rule : decision.rules) {
      RuleLeaves& entry = rules.emplace_back();
      entry.rule = coverage_.rules.size();
      coverage_.rules.push_back({decision.name, rule.id, 0});
      const size_t first = coverage_.conditions.size();
      for (uint32_t node = 0; node < rule.when.nodes.size(); ++node) {
        if (!IsTest(rule.when.nodes[node])) continue;
        std::string text = FormatCondition(catalog, rule.when, node);
        size_t index = first;
        while (index < coverage_.conditions.size() && coverage_.conditions[index].text != text) {
          ++index;
        }
        if (index < coverage_.conditions.size()) continue;  // written twice, true together
        coverage_.conditions.push_back({decision.name, rule.id, std::move(text), 0, 0});
        entry.leaves.emplace_back(node, index);
      }
    }
  }
}

void CoverageCounter::Count(const ExplainContext& context, const Decision& decision) {
  CHECK(context.program.decisions.size() == decisions_.size());
  for (size_t i = 0; i < decisions_.size(); ++i) {
    const ProgramDecision& compiled = context.program.decisions[i];
    const std::string_view rule = i == 0 ? decision.rule : decision.extras[i - 1].rule;
    if (rule.empty()) continue;  // not decided, because `ring` refuses
    const size_t deciding = Deciding(compiled, rule);
    ++coverage_.rules[decisions_[i][deciding].rule].decided;
    if (deciding == compiled.on_unavailable) continue;
    for (size_t r = 0; r <= deciding; ++r) {
      for (const auto& [node, index] : decisions_[i][r].leaves) {
        const Truth truth = Evaluate(context, compiled.rules[r].when, node);
        if (truth == Truth::kTrue) ++coverage_.conditions[index].seen_true;
        if (truth == Truth::kFalse) ++coverage_.conditions[index].seen_false;
      }
    }
  }
}

}  // namespace ringfence
