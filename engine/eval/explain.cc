// Why a decision is what it is: rules in effective order, their conditions, facts, sentences.
#include "eval/explain.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

Truth FromBool(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth Negate(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return FromBool(truth == Truth::kFalse);
}

Truth And(Truth left, Truth right) {
  if (left == Truth::kFalse || right == Truth::kFalse) return Truth::kFalse;
  if (left == Truth::kUnknown || right == Truth::kUnknown) return Truth::kUnknown;
  return Truth::kTrue;
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

bool Unavailable(const ExplainContext& context, FactId fact) {
  return context.frame.unavailable.Contains(fact) ||
         context.frame.Get(context.layout.places[fact]) >= context.layout.code_counts[fact];
}

Truth EvaluateLeaf(const ExplainContext& context, const ConditionNode& node) {
  if (Unavailable(context, node.fact)) return Truth::kUnknown;
  const FactCode value = EffectiveValue(context, node.fact);
  const int64_t number = value + context.layout.catalog.fact(node.fact).lowest;
  switch (node.op) {
    case Op::kTest:
      return FromBool(std::find(node.values.begin(), node.values.end(), value) !=
                      node.values.end());
    case Op::kCompare:
      return FromBool(Compare(number, node.compare, node.constant));
    case Op::kIntIn:
      return FromBool(std::find(node.constants.begin(), node.constants.end(), number) !=
                      node.constants.end());
    case Op::kSame:
      if (Unavailable(context, node.other)) return Truth::kUnknown;
      return FromBool(Compare(value, node.compare, EffectiveValue(context, node.other)));
    default:
      CHECK(false);
  }
  return Truth::kUnknown;
}

/// Facts of the subtree, each once, in order of first use.
void CollectFacts(const Condition& condition, uint32_t index, std::vector<FactId>* facts) {
  const ConditionNode& node = condition.nodes[index];
  const auto add = [&](FactId fact) {
    if (std::find(facts->begin(), facts->end(), fact) == facts->end()) facts->push_back(fact);
  };
  switch (node.op) {
    case Op::kConst:
      return;
    case Op::kSame:
      add(node.fact);
      add(node.other);
      return;
    case Op::kTest:
    case Op::kCompare:
    case Op::kIntIn:
      add(node.fact);
      return;
    case Op::kNot:
      CollectFacts(condition, node.a, facts);
      return;
    case Op::kIf:
      CollectFacts(condition, node.a, facts);
      CollectFacts(condition, node.b, facts);
      CollectFacts(condition, node.c, facts);
      return;
    case Op::kAnd:
    case Op::kOr:
      CollectFacts(condition, node.a, facts);
      CollectFacts(condition, node.b, facts);
      return;
  }
}

/// The facts that make the subtree what it is: of a true `||` only the true sides, and so on.
void CollectGrounds(const ExplainContext& context, const Condition& condition, uint32_t index,
                    std::vector<FactId>* facts) {
  const ConditionNode& node = condition.nodes[index];
  const Truth truth = Evaluate(context, condition, index);
  switch (node.op) {
    case Op::kNot:
      CollectGrounds(context, condition, node.a, facts);
      return;
    case Op::kAnd:
    case Op::kOr: {
      const Truth settles = FromBool(node.op == Op::kOr);
      for (uint32_t child : {node.a, node.b}) {
        const bool counts = truth != settles || Evaluate(context, condition, child) == truth;
        if (counts) CollectGrounds(context, condition, child, facts);
      }
      return;
    }
    case Op::kIf: {
      CollectGrounds(context, condition, node.a, facts);
      const bool taken = Evaluate(context, condition, node.a) == Truth::kTrue;
      CollectGrounds(context, condition, taken ? node.b : node.c, facts);
      return;
    }
    default:
      CollectFacts(condition, index, facts);
  }
}

/// Splits at the outermost operator: a && b && c gives three parts.
void SplitParts(const ExplainContext& context, const Condition& condition, uint32_t index, Op op,
                std::vector<ConditionSeen>* parts) {
  const ConditionNode& node = condition.nodes[index];
  if (node.op == op && (op == Op::kAnd || op == Op::kOr)) {
    SplitParts(context, condition, node.a, op, parts);
    SplitParts(context, condition, node.b, op, parts);
    return;
  }
  ConditionSeen part;
  part.text = FormatCondition(context.layout.catalog, condition, index);
  part.truth = Evaluate(context, condition, index);
  CollectFacts(condition, index, &part.facts);
  parts->push_back(std::move(part));
}

RuleSeen SeeRule(const ExplainContext& context, const ProgramDecision& decision,
                 const ProgramRule& rule) {
  RuleSeen seen;
  seen.id = rule.id;
  seen.then = decision.values.empty() ? context.program.outcomes[rule.then].name
                                      : decision.values[rule.then];
  seen.floor = rule.floor;
  seen.truth = Evaluate(context, rule.when, rule.when.root());
  const ConditionNode& root = rule.when.nodes.back();
  if (root.op == Op::kConst && rule.reserved) return seen;
  seen.text = FormatCondition(context.layout.catalog, rule.when);
  SplitParts(context, rule.when, rule.when.root(), root.op, &seen.parts);
  return seen;
}

void Append(std::string* text, const std::string& sentence) {
  if (sentence.empty()) return;
  *text += text->empty() ? "" : "; ";
  *text += sentence;
}

std::string UnavailableFacts(const ExplainContext& context, const ProgramDecision& ring) {
  std::string names;
  for (FactId fact : ring.order) {
    if (!Unavailable(context, fact)) continue;
    names += (names.empty() ? "" : ", ") + context.layout.catalog.fact(fact).name;
  }
  return names;
}

/// What is between the two comes before what one of them chose: "bob follows alice; bob allows
/// ...".
int ReadingOrder(const ExplainContext& context, FactId fact) {
  switch (context.layout.catalog.fact(fact).kind) {
    case FactKind::kRelation:
      return 0;
    case FactKind::kDerived:
      return 1;
    case FactKind::kCall:
      return 2;
    case FactKind::kAttribute:
      return 3;
    case FactKind::kSetting:
      return 4;
  }
  return 5;
}

std::string Summarise(const ExplainContext& context, const Decision& decision) {
  const ProgramDecision& ring = context.program.decisions[0];
  const auto decides = [&](const ProgramRule& rule) { return rule.id == decision.rule; };
  const auto rule = std::find_if(ring.rules.begin(), ring.rules.end(), decides);
  CHECK(rule != ring.rules.end());
  const auto leaf = static_cast<uint16_t>(rule - ring.rules.begin());
  if (leaf == ring.on_unavailable) {
    return "could not be read: " + UnavailableFacts(context, ring);
  }
  if (leaf == ring.otherwise) {
    const bool refuses = decision.effect == Effect::kRefuse;
    return std::string(refuses ? "no rule admits " : "no rule refuses ") + context.caller;
  }
  if (rule->reserved) return std::string(rule->id) + ": " + context.callee + " is not known";
  std::vector<FactId> grounds;
  CollectGrounds(context, rule->when, rule->when.root(), &grounds);
  std::stable_sort(grounds.begin(), grounds.end(), [&](FactId a, FactId b) {
    return ReadingOrder(context, a) < ReadingOrder(context, b);
  });
  std::string sentences;
  for (FactId fact : grounds) Append(&sentences, SeeFact(context, fact).sentence);
  if (sentences.empty()) sentences = FormatCondition(context.layout.catalog, rule->when);
  return std::string(rule->id) + ": " + sentences;
}

}  // namespace

std::string_view ToString(FactOrigin origin) {
  constexpr std::array<std::string_view, 8> kNames = {
      "chosen", "default", "relation", "call", "host", "derived", "absent", "unavailable"};
  return kNames[static_cast<size_t>(origin)];
}

GroupSet GroupsNamed(const Program& program, const Layout& layout) {
  GroupSet groups = 0;
  for (const ProgramDecision& decision : program.decisions) {
    for (const ProgramRule& rule : decision.rules) {
      for (FactId fact : FactsOf(rule.when)) {
        groups = static_cast<GroupSet>(groups | Bit(layout.catalog.fact(fact).group));
      }
    }
  }
  return groups;
}

FactCode EffectiveValue(const ExplainContext& context, FactId fact) {
  const FactCode code = context.frame.Get(context.layout.places[fact]);
  if (!context.layout.catalog.fact(fact).can_be_unset) return code;
  return code == 0 ? context.program.unset_values[fact] : code - 1;
}

Truth Evaluate(const ExplainContext& context, const Condition& condition, uint32_t index) {
  const ConditionNode& node = condition.nodes[index];
  const auto at = [&](uint32_t child) { return Evaluate(context, condition, child); };
  switch (node.op) {
    case Op::kConst:
      return FromBool(node.value);
    case Op::kNot:
      return Negate(at(node.a));
    case Op::kAnd:
      return And(at(node.a), at(node.b));
    case Op::kOr:
      return Negate(And(Negate(at(node.a)), Negate(at(node.b))));
    case Op::kIf: {
      const Truth condition_truth = at(node.a);
      if (condition_truth != Truth::kUnknown) {
        return at(condition_truth == Truth::kTrue ? node.b : node.c);
      }
      const Truth yes = at(node.b);
      return yes == at(node.c) ? yes : Truth::kUnknown;
    }
    default:
      return EvaluateLeaf(context, node);
  }
}

std::string FillSentence(const ExplainContext& context, const FactInfo& fact,
                         const std::string& sentence, FactCode value) {
  const bool callee_first = fact.name.starts_with("callee.");
  const std::string& owner = callee_first ? context.callee : context.caller;
  const std::string& other = callee_first ? context.caller : context.callee;
  const FactCode code = fact.can_be_unset ? value + 1 : value;
  const std::array<std::pair<std::string_view, std::string>, 7> names = {{
      {"{owner}", owner},
      {"{subject}", owner},
      {"{other}", other},
      {"{object}", other},
      {"{caller}", context.caller},
      {"{callee}", context.callee},
      {"{value}", context.layout.catalog.FormatValue(fact.id, code)},
  }};
  std::string filled;
  for (size_t i = 0; i < sentence.size();) {
    const auto starts = [&](const auto& name) {
      return sentence.compare(i, name.first.size(), name.first) == 0;
    };
    const auto found = std::find_if(names.begin(), names.end(), starts);
    if (found == names.end()) {
      filled += sentence[i++];
      continue;
    }
    filled += found->second;
    i += found->first.size();
  }
  return filled;
}

FactSeen SeeFact(const ExplainContext& context, FactId id) {
  const FactInfo& fact = context.layout.catalog.fact(id);
  FactSeen seen;
  seen.id = id;
  seen.name = fact.name;
  if (Unavailable(context, id)) {
    seen.origin = FactOrigin::kUnavailable;
    seen.value = "unavailable";
    return seen;
  }
  const bool unset = fact.can_be_unset && context.frame.Get(context.layout.places[id]) == 0;
  const bool stored = fact.kind == FactKind::kSetting || fact.kind == FactKind::kAttribute;
  if (fact.group == Group::kCall) {
    seen.origin = FactOrigin::kCall;
  } else if (context.frame.from_host.Contains(id)) {
    seen.origin = FactOrigin::kHost;
  } else if (fact.kind == FactKind::kRelation) {
    seen.origin = FactOrigin::kRelation;
  } else if (stored && (context.frame.absent & Bit(fact.group)) != 0) {
    seen.origin = FactOrigin::kAbsent;
  } else if (unset) {
    seen.origin = FactOrigin::kDefault;
  } else {
    seen.origin = stored ? FactOrigin::kChosen : FactOrigin::kDerived;
  }
  if (seen.origin == FactOrigin::kDerived) {
    seen.detail = context.details[static_cast<size_t>(fact.group)];
  }
  const FactCode value = EffectiveValue(context, id);
  seen.value = context.layout.catalog.FormatValue(id, fact.can_be_unset ? value + 1 : value);
  const size_t index = fact.type == FactType::kInt ? 0 : value;
  if (index < fact.says.size()) {
    seen.sentence = FillSentence(context, fact, fact.says[index], value);
    if (seen.origin == FactOrigin::kDefault && !seen.sentence.empty())
      seen.sentence += " (default)";
  }
  return seen;
}

void ExplainDecision(const ExplainContext& context, const Decision& decision,
                     Explanation* explanation) {
  std::set<FactId> named;
  for (size_t i = 0; i < context.program.decisions.size(); ++i) {
    const ProgramDecision& compiled = context.program.decisions[i];
    const std::string_view decider = i == 0 ? decision.rule : decision.extras[i - 1].rule;
    DecisionSeen seen;
    seen.name = compiled.name;
    for (const ProgramRule& rule : compiled.rules) {
      seen.rules.push_back(SeeRule(context, compiled, rule));
      RuleSeen& last = seen.rules.back();
      last.decides = rule.id == decider;
      if (&rule == &compiled.rules[compiled.on_unavailable]) last.truth = FromBool(last.decides);
      for (FactId fact : FactsOf(rule.when)) named.insert(fact);
    }
    explanation->decisions.push_back(std::move(seen));
  }
  for (FactId fact : named) explanation->facts.push_back(SeeFact(context, fact));
  explanation->summary = Summarise(context, decision);
}

}  // namespace ringfence
