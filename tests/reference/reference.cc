// The reference evaluator. Written to be read against schema/policy.md, line by line.
#include "reference/reference.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace ringfence::reference {
namespace {

/// A rule as this evaluator sees it; `when` null: always.
struct Line {
  std::string id, reason;
  const Condition* when = nullptr;
  uint16_t then = 0;
  bool unknown_callee = false;
};

/// The value (not code) a fact has: unset settings take the policy's default, else the catalog's.
int64_t ValueOf(const Catalog& catalog, const Document& document, const Assignment& assignment,
                FactId id) {
  const FactInfo& fact = catalog.fact(id);
  const auto found = assignment.find(id);
  if (found != assignment.end()) {
    const FactCode code = found->second.value();
    if (!fact.can_be_unset) return code;
    if (code > 0) return int64_t{code} - 1;
  } else if (!fact.can_be_unset) {
    return fact.absent_code;
  }
  for (const PolicyDefault& chosen : document.defaults) {
    if (chosen.callee_fact == id || chosen.caller_fact == id) return chosen.value;
  }
  return fact.default_code;
}

bool Compare(int64_t left, CompareOp op, int64_t right) {
  switch (op) {
    case CompareOp::kEq:
      return left == right;
    case CompareOp::kNe:
      return left != right;
    case CompareOp::kLt:
      return left < right;
    case CompareOp::kLe:
      return left <= right;
    case CompareOp::kGt:
      return left > right;
    case CompareOp::kGe:
      return left >= right;
  }
  return false;
}

bool HoldsAt(const Catalog& catalog, const Document& document, const Condition& condition,
             uint32_t index, const Assignment& assignment) {
  const ConditionNode& node = condition.nodes[index];
  const auto value = [&](FactId id) { return ValueOf(catalog, document, assignment, id); };
  const auto number = [&] { return value(node.fact) + catalog.fact(node.fact).lowest; };
  const auto holds = [&](uint32_t child) {
    return HoldsAt(catalog, document, condition, child, assignment);
  };
  switch (node.op) {
    case ConditionNode::Op::kConst:
      return node.value;
    case ConditionNode::Op::kTest:
      return std::count(node.values.begin(), node.values.end(), value(node.fact)) > 0;
    case ConditionNode::Op::kCompare:
      return Compare(number(), node.compare, node.constant);
    case ConditionNode::Op::kIntIn:
      return std::count(node.constants.begin(), node.constants.end(), number()) > 0;
    case ConditionNode::Op::kSame:
      return Compare(value(node.fact), node.compare, value(node.other));
    case ConditionNode::Op::kNot:
      return !holds(node.a);
    case ConditionNode::Op::kAnd:
      return holds(node.a) && holds(node.b);
    case ConditionNode::Op::kOr:
      return holds(node.a) || holds(node.b);
    case ConditionNode::Op::kIf:
      return holds(node.a) ? holds(node.b) : holds(node.c);
  }
  return false;
}

void CollectFacts(const Condition& condition, std::set<FactId>* facts) {
  for (const ConditionNode& node : condition.nodes) {
    const bool one = node.op == ConditionNode::Op::kTest ||
                     node.op == ConditionNode::Op::kCompare || node.op == ConditionNode::Op::kIntIn;
    if (one || node.op == ConditionNode::Op::kSame) facts->insert(node.fact);
    if (node.op == ConditionNode::Op::kSame) facts->insert(node.other);
  }
}

/// Floor, then the rules as the combining algorithm sorts them, then otherwise.
std::vector<Line> EffectiveOrder(const Document& document, const DecisionRules& decision) {
  const auto line = [](const Rule& rule) {
    return Line{rule.id, rule.reason, &rule.when, rule.then, false};
  };
  const bool ring = decision.values.empty();
  std::vector<Line> lines;
  if (ring) {
    lines.push_back({"unknown_callee", "unknown_callee", nullptr, document.unknown_callee, true});
  }
  for (const Rule& rule : decision.floor) lines.push_back(line(rule));
  const auto weight = [&](const Rule& rule) -> int64_t {
    const bool refuses = ring && document.outcomes[rule.then].effect == Effect::kRefuse;
    switch (decision.combine) {
      case Combine::kFirstApplicable:
        return 0;
      case Combine::kDenyOverrides:
        return refuses ? 1 : 0;
      case Combine::kPermitOverrides:
        return refuses ? 0 : 1;
      case Combine::kHighest:
        return ring ? document.outcomes[rule.then].rank.value() : rule.then;
    }
    return 0;
  };
  std::set<int64_t, std::greater<>> weights;
  for (const Rule& rule : decision.rules) weights.insert(weight(rule));
  for (int64_t wanted : weights) {
    for (const Rule& rule : decision.rules) {
      if (weight(rule) == wanted) lines.push_back(line(rule));
    }
  }
  lines.push_back(
      {decision.otherwise.id, decision.otherwise.reason, nullptr, decision.otherwise.then, false});
  return lines;
}

/// Every code worth trying for a fact that could not be read.
std::vector<FactCode> CodesToTry(const Catalog& catalog, const std::vector<Line>& lines,
                                 FactId id) {
  const FactInfo& fact = catalog.fact(id);
  const FactCode shift = fact.can_be_unset ? 1 : 0;
  std::set<FactCode> codes;
  if (shift != 0) codes.insert(0);
  if (fact.type != FactType::kInt) {
    for (FactCode code = 0; code < fact.code_count(); ++code) codes.insert(code);
    return {codes.begin(), codes.end()};
  }
  const auto try_number = [&](int64_t number) {
    number = std::clamp(number, fact.lowest, fact.highest);
    codes.insert(static_cast<FactCode>(number - fact.lowest) + shift);
  };
  try_number(fact.lowest);
  try_number(fact.highest);
  for (const Line& line : lines) {
    if (line.when == nullptr) continue;
    for (const ConditionNode& node : line.when->nodes) {
      if (node.fact != id) continue;
      std::vector<int64_t> constants = node.constants;
      constants.push_back(node.constant);
      for (int64_t constant : constants) {
        for (int64_t step : {-1, 0, 1}) try_number(constant + step);
      }
    }
  }
  return {codes.begin(), codes.end()};
}

/// Positions in `lines` that decide for some values of the unavailable facts.
std::set<size_t> Reachable(const Catalog& catalog, const Document& document,
                           const std::vector<Line>& lines, const Assignment& assignment) {
  std::set<FactId> named;
  const FactId known = catalog.Find("callee.known").value();
  for (const Line& line : lines) {
    if (line.unknown_callee) named.insert(known);
    if (line.when != nullptr) CollectFacts(*line.when, &named);
  }
  std::vector<FactId> missing;
  for (FactId id : named) {
    const auto found = assignment.find(id);
    if (found != assignment.end() && !found->second.has_value()) missing.push_back(id);
  }
  std::set<size_t> reached;
  Assignment world = assignment;
  const std::function<void(size_t)> enumerate = [&](size_t depth) {
    if (depth < missing.size()) {
      for (FactCode code : CodesToTry(catalog, lines, missing[depth])) {
        world[missing[depth]] = code;
        enumerate(depth + 1);
      }
      return;
    }
    for (size_t i = 0; i < lines.size(); ++i) {
      const bool holds =
          lines[i].unknown_callee
              ? ValueOf(catalog, document, world, known) == 0
              : lines[i].when == nullptr || Holds(catalog, document, *lines[i].when, world);
      if (!holds) continue;
      reached.insert(i);
      return;
    }
  };
  enumerate(0);
  return reached;
}

struct Chosen {
  Line line;
  Basis basis = Basis::kComplete;
};

Chosen Choose(const Document& document, const DecisionRules& decision,
              const std::vector<Line>& lines, const std::set<size_t>& reached) {
  const Line& first = lines[*reached.begin()];
  if (reached.size() == 1) return {first, Basis::kComplete};
  for (size_t position : reached) {
    const uint16_t then = lines[position].then;
    const bool same =
        then == first.then || (decision.values.empty() &&
                               document.outcomes[then].name == document.outcomes[first.then].name &&
                               document.outcomes[then].told == document.outcomes[first.then].told);
    if (same) continue;
    const Rule& fallback = decision.on_unavailable;
    return {{fallback.id, fallback.reason, nullptr, fallback.then, false}, Basis::kOnUnavailable};
  }
  return {first, Basis::kPartial};
}

}  // namespace

bool Holds(const Catalog& catalog, const Document& document, const Condition& condition,
           const Assignment& assignment) {
  return HoldsAt(catalog, document, condition, condition.root(), assignment);
}

Answer Decide(const Catalog& catalog, const Document& document, const Assignment& assignment) {
  Answer answer;
  for (const DecisionRules& decision : document.decisions) {
    const bool ring = decision.values.empty();
    if (!ring && answer.effect == Effect::kRefuse) {
      answer.extras.push_back({decision.name, "", "", Basis::kComplete});
      continue;
    }
    const std::vector<Line> lines = EffectiveOrder(document, decision);
    const std::set<size_t> reached = Reachable(catalog, document, lines, assignment);
    const Chosen chosen = Choose(document, decision, lines, reached);
    if (!ring) {
      answer.extras.push_back(
          {decision.name, decision.values[chosen.line.then], chosen.line.id, chosen.basis});
      continue;
    }
    const Outcome& outcome = document.outcomes[chosen.line.then];
    answer.effect = outcome.effect;
    answer.outcome = outcome.name;
    answer.told = outcome.told;
    answer.rule = chosen.line.id;
    answer.reason = chosen.line.reason;
    answer.basis = chosen.basis;
    for (size_t position : reached) {
      const Effect effect = document.outcomes[lines[position].then].effect;
      answer.effects = static_cast<uint8_t>(answer.effects | (1u << static_cast<unsigned>(effect)));
    }
  }
  return answer;
}

}  // namespace ringfence::reference
