// Policies written as C++. See policy_builder.h.
#include "unit/policy_builder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace ringfence {
namespace {

Expr Join(ConditionNode::Op op, const std::vector<const Expr*>& parts) {
  Expr joined;
  uint32_t roots[3] = {0, 0, 0};
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto shift = static_cast<uint32_t>(joined.nodes.size());
    for (ConditionNode node : parts[i]->nodes) {
      node.a += shift;
      node.b += shift;
      node.c += shift;
      joined.nodes.push_back(std::move(node));
    }
    roots[i] = static_cast<uint32_t>(joined.nodes.size()) - 1;
  }
  ConditionNode root;
  root.op = op;
  root.a = roots[0];
  root.b = roots[1];
  root.c = roots[2];
  joined.nodes.push_back(root);
  return joined;
}

Expr Leaf(ConditionNode node) { return Expr{{std::move(node)}}; }

bool CompareNumbers(int64_t left, CompareOp op, int64_t right) {
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

const std::vector<const Condition*> ConditionsOf(const Document& document) {
  std::vector<const Condition*> conditions;
  for (const DecisionRules& decision : document.decisions) {
    for (const Rule& rule : decision.floor) conditions.push_back(&rule.when);
    for (const Rule& rule : decision.rules) conditions.push_back(&rule.when);
  }
  return conditions;
}

}  // namespace

FactId FactNamed(std::string_view name) { return Catalog::Standard().Find(name).value(); }

Expr Constant(bool value) {
  ConditionNode node;
  node.op = ConditionNode::Op::kConst;
  node.value = value;
  return Leaf(node);
}

Expr Test(FactId fact, std::vector<FactCode> values) {
  ConditionNode node;
  node.op = ConditionNode::Op::kTest;
  node.fact = fact;
  std::sort(values.begin(), values.end());
  node.values = std::move(values);
  return Leaf(node);
}

Expr Test(std::string_view fact) { return Test(FactNamed(fact), {1}); }

Expr Test(std::string_view fact, const std::vector<std::string>& members) {
  const FactInfo& info = Catalog::Standard().fact(FactNamed(fact));
  std::vector<FactCode> values;
  for (const std::string& member : members) {
    const auto found = std::find(info.members.begin(), info.members.end(), member);
    REQUIRE(found != info.members.end());
    values.push_back(static_cast<FactCode>(found - info.members.begin()));
  }
  return Test(info.id, values);
}

Expr Compare(std::string_view fact, CompareOp op, int64_t constant) {
  ConditionNode node;
  node.op = ConditionNode::Op::kCompare;
  node.fact = FactNamed(fact);
  node.compare = op;
  node.constant = constant;
  return Leaf(node);
}

Expr IntIn(std::string_view fact, std::vector<int64_t> constants) {
  ConditionNode node;
  node.op = ConditionNode::Op::kIntIn;
  node.fact = FactNamed(fact);
  std::sort(constants.begin(), constants.end());
  node.constants = std::move(constants);
  return Leaf(node);
}

Expr Same(std::string_view fact, std::string_view other, CompareOp op) {
  ConditionNode node;
  node.op = ConditionNode::Op::kSame;
  node.fact = FactNamed(fact);
  node.other = FactNamed(other);
  node.compare = op;
  return Leaf(node);
}

Expr If(const Expr& a, const Expr& b, const Expr& c) {
  return Join(ConditionNode::Op::kIf, {&a, &b, &c});
}
Expr operator!(const Expr& a) { return Join(ConditionNode::Op::kNot, {&a}); }
Expr operator&&(const Expr& a, const Expr& b) { return Join(ConditionNode::Op::kAnd, {&a, &b}); }
Expr operator||(const Expr& a, const Expr& b) { return Join(ConditionNode::Op::kOr, {&a, &b}); }

Condition Finish(const Expr& expr) {
  Condition condition;
  condition.nodes = expr.nodes;
  condition.text = FormatCondition(Catalog::Standard(), condition);
  return condition;
}

PolicyBuilder::PolicyBuilder() {
  document_.name = "test";
  Outcome("ring", Effect::kRing);
  Outcome("refuse", Effect::kRefuse);
  Decision("ring", {});
}

PolicyBuilder& PolicyBuilder::Outcome(std::string name, Effect effect,
                                      std::optional<int64_t> rank) {
  ringfence::Outcome outcome;
  outcome.name = std::move(name);
  outcome.effect = effect;
  outcome.signal = effect == Effect::kRefuse ? Signal::kOffline : Signal::kRinging;
  outcome.sip_status = effect == Effect::kRefuse ? 480 : 180;
  outcome.told = effect == Effect::kRefuse ? "unavailable" : "ringing";
  outcome.rank = rank;
  outcome.built_in = document_.outcomes.size() < 2;
  document_.outcomes.push_back(std::move(outcome));
  return *this;
}

PolicyBuilder& PolicyBuilder::Default(std::string_view entry, FactCode value) {
  const FactId callee = Catalog::Standard().FindUserEntry(entry).value();
  PolicyDefault chosen;
  chosen.entry = entry;
  chosen.callee_fact = callee;
  chosen.caller_fact = Catalog::Standard().fact(callee).reverse;
  chosen.value = value;
  document_.defaults.push_back(chosen);
  return *this;
}

PolicyBuilder& PolicyBuilder::Combine(ringfence::Combine combine) {
  Current().combine = combine;
  return *this;
}

uint16_t PolicyBuilder::Then(std::string_view name) const {
  const DecisionRules& decision = document_.decisions.back();
  for (size_t i = 0; i < decision.values.size(); ++i) {
    if (decision.values[i] == name) return static_cast<uint16_t>(i);
  }
  for (size_t i = 0; i < document_.outcomes.size(); ++i) {
    if (decision.values.empty() && document_.outcomes[i].name == name) {
      return static_cast<uint16_t>(i);
    }
  }
  FAIL("no outcome or value " << name);
  return 0;
}

ringfence::Rule PolicyBuilder::MakeRule(std::string id, const Expr& when,
                                        std::string_view then) const {
  ringfence::Rule rule;
  rule.id = std::move(id);
  rule.reason = rule.id;
  rule.when = Finish(when);
  rule.then = Then(then);
  return rule;
}

PolicyBuilder& PolicyBuilder::Floor(std::string id, const Expr& when, std::string_view then) {
  Current().floor.push_back(MakeRule(std::move(id), when, then));
  return *this;
}

PolicyBuilder& PolicyBuilder::Rule(std::string id, const Expr& when, std::string_view then) {
  Current().rules.push_back(MakeRule(std::move(id), when, then));
  return *this;
}

PolicyBuilder& PolicyBuilder::Otherwise(std::string_view then) {
  Current().otherwise.then = Then(then);
  return *this;
}

PolicyBuilder& PolicyBuilder::OnUnavailable(std::string_view then) {
  Current().on_unavailable.then = Then(then);
  return *this;
}

PolicyBuilder& PolicyBuilder::UnknownCallee(std::string_view then) {
  document_.unknown_callee = Then(then);
  return *this;
}

PolicyBuilder& PolicyBuilder::Decision(std::string name, std::vector<std::string> values) {
  document_.decisions.emplace_back();
  const std::string fallback = values.empty() ? "refuse" : values[0];
  Current().name = std::move(name);
  Current().values = std::move(values);
  Current().otherwise = MakeRule("otherwise", Constant(true), fallback);
  Current().on_unavailable = MakeRule("on_unavailable", Constant(true), fallback);
  return *this;
}

FactCode ValueOf(const Document& document, FactId fact, FactCode code) {
  const FactInfo& info = Catalog::Standard().fact(fact);
  if (!info.can_be_unset) return code;
  if (code > 0) return code - 1;
  for (const PolicyDefault& chosen : document.defaults) {
    if (chosen.callee_fact == fact || chosen.caller_fact == fact) return chosen.value;
  }
  return info.default_code;
}

bool IsTrue(const Document& document, const Condition& condition,
            const std::vector<FactCode>& codes) {
  std::vector<bool> truths;
  for (const ConditionNode& node : condition.nodes) {
    const auto value = [&](FactId fact) { return ValueOf(document, fact, codes[fact]); };
    const auto number = [&] {
      return int64_t{value(node.fact)} + Catalog::Standard().fact(node.fact).lowest;
    };
    bool truth = node.value;
    switch (node.op) {
      case ConditionNode::Op::kConst:
        break;
      case ConditionNode::Op::kTest:
        truth = std::count(node.values.begin(), node.values.end(), value(node.fact)) > 0;
        break;
      case ConditionNode::Op::kCompare:
        truth = CompareNumbers(number(), node.compare, node.constant);
        break;
      case ConditionNode::Op::kIntIn:
        truth = std::count(node.constants.begin(), node.constants.end(), number()) > 0;
        break;
      case ConditionNode::Op::kSame:
        truth = (value(node.fact) == value(node.other)) == (node.compare == CompareOp::kEq);
        break;
      case ConditionNode::Op::kNot:
        truth = !truths[node.a];
        break;
      case ConditionNode::Op::kAnd:
        truth = truths[node.a] && truths[node.b];
        break;
      case ConditionNode::Op::kOr:
        truth = truths[node.a] || truths[node.b];
        break;
      case ConditionNode::Op::kIf:
        truth = truths[node.a] ? truths[node.b] : truths[node.c];
        break;
    }
    truths.push_back(truth);
  }
  return truths.back();
}

std::vector<FactId> FactsNamed(const Document& document) {
  static const FactId known = FactNamed("callee.known");
  std::set<FactId> facts = {known};
  for (const Condition* condition : ConditionsOf(document)) {
    for (const ConditionNode& node : condition->nodes) {
      if (node.op >= ConditionNode::Op::kTest && node.op <= ConditionNode::Op::kSame) {
        facts.insert(node.fact);
      }
      if (node.op == ConditionNode::Op::kSame) facts.insert(node.other);
    }
  }
  return {facts.begin(), facts.end()};
}

std::vector<FactCode> CodesThatMatter(const Document& document, FactId fact) {
  const FactInfo& info = Catalog::Standard().fact(fact);
  std::set<FactCode> codes;
  if (info.type != FactType::kInt) {
    for (FactCode code = 0; code < info.code_count(); ++code) codes.insert(code);
    return {codes.begin(), codes.end()};
  }
  const FactCode shift = info.can_be_unset ? 1 : 0;
  if (shift != 0) codes.insert(0);
  const auto insert = [&](int64_t number) {
    number = std::clamp(number, info.lowest, info.highest);
    codes.insert(static_cast<FactCode>(number - info.lowest) + shift);
  };
  insert(info.lowest);
  insert(info.highest);
  for (const Condition* condition : ConditionsOf(document)) {
    for (const ConditionNode& node : condition->nodes) {
      if (node.fact != fact) continue;
      std::vector<int64_t> constants = node.constants;
      if (node.op == ConditionNode::Op::kCompare) constants.push_back(node.constant);
      for (int64_t constant : constants) {
        for (int64_t step : {-1, 0, 1}) insert(constant + step);
      }
    }
  }
  return {codes.begin(), codes.end()};
}

namespace {

/// Rules other than the reserved ones, in effective order.
std::vector<const Rule*> InOrder(const Document& document, const DecisionRules& decision) {
  const auto rank = [&](const Rule& rule) -> int64_t {
    if (decision.combine == Combine::kFirstApplicable) return 0;
    if (!decision.values.empty()) return rule.then;
    const Outcome& outcome = document.outcomes[rule.then];
    if (decision.combine == Combine::kHighest) return outcome.rank.value();
    const bool refuses = outcome.effect == Effect::kRefuse;
    return refuses == (decision.combine == Combine::kDenyOverrides) ? 1 : 0;
  };
  std::set<int64_t> ranks;
  for (const Rule& rule : decision.rules) ranks.insert(rank(rule));
  std::vector<const Rule*> rules;
  rules.reserve(decision.floor.size() + decision.rules.size());
  for (const Rule& rule : decision.floor) rules.push_back(&rule);
  for (auto wanted = ranks.rbegin(); wanted != ranks.rend(); ++wanted) {
    for (const Rule& rule : decision.rules) {
      if (rank(rule) == *wanted) rules.push_back(&rule);
    }
  }
  return rules;
}

/// Position of the rule that decides for these codes; 0 is unknown_callee, the last is otherwise.
size_t Deciding(const Document& document, const DecisionRules& decision,
                const std::vector<const Rule*>& rules, const std::vector<FactCode>& codes) {
  static const FactId known = FactNamed("callee.known");
  if (decision.values.empty() && codes[known] == 0) return 0;
  size_t position = 1;
  for (const Rule* rule : rules) {
    if (IsTrue(document, rule->when, codes)) return position;
    ++position;
  }
  return position;
}

void Enumerate(const Document& document, std::vector<FactId> missing, std::vector<FactCode> codes,
               const std::function<void(const std::vector<FactCode>&)>& visit) {
  if (missing.empty()) return visit(codes);
  const FactId fact = missing.back();
  missing.pop_back();
  for (FactCode code : CodesThatMatter(document, fact)) {
    codes[fact] = code;
    Enumerate(document, missing, codes, visit);
  }
}

}  // namespace

Interpretation Interpret(const Document& document, size_t index,
                         const std::vector<FactCode>& codes) {
  const DecisionRules& decision = document.decisions[index];
  const std::vector<const Rule*> rules = InOrder(document, decision);
  std::vector<FactId> missing;
  for (FactId fact : FactsNamed(document)) {
    if (codes[fact] == kUnavailableCode) missing.push_back(fact);
  }
  std::set<size_t> reached;
  Enumerate(document, missing, codes, [&](const std::vector<FactCode>& world) {
    reached.insert(Deciding(document, decision, rules, world));
  });
  const auto rule_at = [&](size_t position) {
    if (position == 0) return std::pair(std::string("unknown_callee"), document.unknown_callee);
    const Rule& rule = position <= rules.size() ? *rules[position - 1] : decision.otherwise;
    return std::pair(rule.id, rule.then);
  };
  Interpretation found;
  std::set<uint16_t> thens;
  for (size_t position : reached) {
    const uint16_t then = rule_at(position).second;
    thens.insert(then);
    if (!decision.values.empty()) continue;
    const auto effect = static_cast<unsigned>(document.outcomes[then].effect);
    found.effects = static_cast<uint8_t>(found.effects | 1u << effect);
  }
  auto [rule, then] = rule_at(*reached.begin());
  if (reached.size() > 1) found.basis = Basis::kPartial;
  if (thens.size() > 1) {
    found.basis = Basis::kOnUnavailable;
    rule = decision.on_unavailable.id;
    then = decision.on_unavailable.then;
  }
  found.rule = rule;
  found.then = decision.values.empty() ? document.outcomes[then].name : decision.values[then];
  return found;
}

std::vector<FactCode> EmptyCodes() {
  std::vector<FactCode> codes;
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    codes.push_back(fact.can_be_unset ? 0 : fact.absent_code);
  }
  codes[FactNamed("callee.known")] = 1;
  codes[FactNamed("caller.known")] = 1;
  return codes;
}

}  // namespace ringfence
