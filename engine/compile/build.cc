// First pass: one decision's rules in the order in which the first that applies decides.
#include <algorithm>

#include "base/check.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

/// Rules of greater weight come first; equal ones stay in the order of the document.
int64_t Weight(const Document& document, const DecisionRules& decision, const Rule& rule) {
  const bool ring = decision.values.empty();
  const bool refuses = ring && document.outcomes[rule.then].effect == Effect::kRefuse;
  switch (decision.combine) {
    case Combine::kFirstApplicable:
      return 0;
    case Combine::kDenyOverrides:
      return refuses ? 1 : 0;
    case Combine::kPermitOverrides:
      return refuses ? 0 : 1;
    case Combine::kHighest:
      // Values are declared from lowest to highest.
      return ring ? document.outcomes[rule.then].rank.value_or(0) : rule.then;
  }
  CHECK_MSG(false, "no such combining algorithm");
  return 0;
}

OrderedRule Ordered(const Rule& rule, bool floor, bool reserved) {
  return {&rule, &rule.when, floor, reserved, rule.then};
}

}  // namespace

Condition UnknownCalleeCondition(FactId callee_known) {
  Condition condition;
  ConditionNode known, negation;
  known.op = ConditionNode::Op::kTest;
  known.fact = callee_known;
  known.values = {1};
  negation.op = ConditionNode::Op::kNot;
  negation.a = 0;
  condition.nodes = {known, negation};
  condition.text = "!callee.known";
  return condition;
}

RuleList BuildRules(const Document& document, const DecisionRules& decision,
                    const Condition& unknown_callee) {
  RuleList list;
  list.document = &document;
  list.decision = &decision;
  if (decision.values.empty()) {
    list.rules.push_back({nullptr, &unknown_callee, false, true, document.unknown_callee});
  }
  for (const Rule& rule : decision.floor) list.rules.push_back(Ordered(rule, true, false));
  const auto first = static_cast<std::ptrdiff_t>(list.rules.size());
  for (const Rule& rule : decision.rules) list.rules.push_back(Ordered(rule, false, false));
  std::stable_sort(list.rules.begin() + first, list.rules.end(),
                   [&](const OrderedRule& a, const OrderedRule& b) {
                     return Weight(document, decision, *a.rule) >
                            Weight(document, decision, *b.rule);
                   });
  CHECK(list.rules.size() + 2 <= UINT16_MAX);
  list.otherwise = static_cast<uint16_t>(list.rules.size());
  list.rules.push_back(Ordered(decision.otherwise, false, true));
  list.on_unavailable = static_cast<uint16_t>(list.rules.size());
  list.rules.push_back(Ordered(decision.on_unavailable, false, true));
  return list;
}

std::string DumpRules(const RuleList& rules) {
  CHECK(rules.document != nullptr && rules.decision != nullptr);
  std::string out = "decision " + rules.decision->name + ", " +
                    std::string(ToString(rules.decision->combine)) + "\n";
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    const OrderedRule& rule = rules.rules[i];
    const std::string& then = rules.decision->values.empty()
                                  ? rules.document->outcomes[rule.then].name
                                  : rules.decision->values[rule.then];
    out += "  " + std::to_string(i) + " " + std::string(rule.id()) + " -> " + then;
    if (rule.floor) out += " [floor]";
    if (rule.reserved) out += " [reserved]";
    if (i < rules.otherwise) out += ": " + rule.when->text;
    out += "\n";
  }
  return out;
}

}  // namespace ringfence
