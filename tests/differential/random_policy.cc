// Random documents and assignments.
#include "differential/random_policy.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace ringfence::differential {
namespace {

using Op = ConditionNode::Op;

/// Two facts that conditions may compare: one type, the same members.
bool Comparable(const FactInfo& a, const FactInfo& b) {
  return a.id != b.id && a.type != FactType::kInt && a.type == b.type && a.members == b.members;
}

/// Writes the conditions of one document.
class ConditionWriter {
 public:
  ConditionWriter(const Catalog& catalog, const PolicyShape& shape, Random& random)
      : catalog_(catalog), shape_(shape), random_(random) {
    for (FactId id : shape.facts) {
      const FactInfo& fact = catalog.fact(id);
      if (fact.type != FactType::kInt) continue;
      std::vector<int64_t>& constants = constants_[id];
      const size_t count = shape.int_once ? 1 : 1 + random.Below(3);
      for (size_t i = 0; i < count; ++i) {
        constants.push_back(random.Between(fact.lowest, fact.highest));
      }
      if (!shape.int_once && random.Percent(20)) constants.push_back(fact.lowest);
      if (!shape.int_once && random.Percent(20)) constants.push_back(fact.highest);
    }
  }

  Condition Write() {
    ConditionBuilder builder;
    if (random_.Percent(4)) {
      builder.Const(random_.Percent(50));
    } else {
      Tree(builder, 1 + random_.Below(shape_.max_leaves));
    }
    return builder.Take(catalog_);
  }

 private:
  uint32_t Tree(ConditionBuilder& builder, size_t leaves) {
    if (random_.Percent(12)) return builder.Not(Tree(builder, leaves));
    if (leaves == 1) return random_.Percent(2) ? builder.Const(random_.Percent(50)) : Leaf(builder);
    if (leaves >= 3 && random_.Percent(15)) {
      const size_t first = 1 + random_.Below(leaves - 2);
      const size_t second = 1 + random_.Below(leaves - first - 1);
      const uint32_t a = Tree(builder, first);
      const uint32_t b = Tree(builder, second);
      const uint32_t c = Tree(builder, leaves - first - second);
      return builder.If(a, b, c);
    }
    const size_t left = 1 + random_.Below(leaves - 1);
    const uint32_t a = Tree(builder, left);
    const uint32_t b = Tree(builder, leaves - left);
    return random_.Percent(55) ? builder.And(a, b) : builder.Or(a, b);
  }

  uint32_t Leaf(ConditionBuilder& builder) {
    const FactInfo& fact = catalog_.fact(random_.Of(shape_.facts));
    if (fact.type == FactType::kInt) return IntLeaf(builder, fact);
    if (random_.Percent(12)) {
      for (FactId other : shape_.facts) {
        if (!Comparable(fact, catalog_.fact(other))) continue;
        return builder.Same(fact.id, random_.Percent(50), other);
      }
    }
    if (fact.type == FactType::kBool) return builder.Test(fact.id, {random_.Percent(75) ? 1u : 0u});
    std::vector<FactCode> values;
    const auto members = static_cast<FactCode>(fact.members.size());
    const unsigned share = random_.Percent(50) ? 25 : 60;
    for (FactCode value = 0; value < members; ++value) {
      if (random_.Percent(share)) values.push_back(value);
    }
    if (values.empty()) values.push_back(static_cast<FactCode>(random_.Below(members)));
    if (values.size() == members) values.erase(values.begin());
    return builder.Test(fact.id, values);
  }

  uint32_t IntLeaf(ConditionBuilder& builder, const FactInfo& fact) {
    const std::vector<int64_t>& constants = constants_[fact.id];
    if (shape_.int_once) {
      return builder.Compare(fact.id, random_.Percent(50) ? CompareOp::kLt : CompareOp::kGe,
                             constants[0]);
    }
    if (random_.Percent(20)) {
      std::set<int64_t> several(constants.begin(), constants.end());
      return builder.In(fact.id, {several.begin(), several.end()});
    }
    const auto op = static_cast<CompareOp>(random_.Below(6));  // operands in one order everywhere
    return builder.Compare(fact.id, op, random_.Of(constants));
  }

  const Catalog& catalog_;
  const PolicyShape& shape_;
  Random& random_;
  std::map<FactId, std::vector<int64_t>> constants_;
};

Outcome MakeOutcome(std::string name, Effect effect, Signal signal) {
  Outcome outcome;
  outcome.name = std::move(name);
  outcome.effect = effect;
  outcome.signal = signal;
  outcome.sip_status = DefaultSipStatus(signal);
  outcome.told = DefaultTold(signal);
  return outcome;
}

std::vector<Outcome> RandomOutcomes(const PolicyShape& shape, Random& random) {
  std::vector<Outcome> outcomes = {MakeOutcome("ring", Effect::kRing, Signal::kRinging),
                                   MakeOutcome("refuse", Effect::kRefuse, Signal::kOffline)};
  for (Outcome& outcome : outcomes) outcome.built_in = true;
  const size_t count = shape.max_outcomes == 0 ? 0 : 1 + random.Below(shape.max_outcomes);
  for (size_t i = 0; i < count; ++i) {
    const auto effect = static_cast<Effect>(random.Below(5));
    const Signal signal = effect == Effect::kRefuse
                              ? static_cast<Signal>(random.Between(2, kSignalCount - 1))
                              : Signal::kRinging;
    Outcome outcome = MakeOutcome("out-" + std::to_string(i), effect, signal);
    outcome.rank = random.Between(-3, 3);
    if (random.Percent(30)) outcome.told = random.Percent(50) ? "told-one" : "told-two";
    if (signal == Signal::kRetryLater) outcome.retry_after_s = 60;
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

uint16_t RandomThen(const Document& document, const DecisionRules& decision, Random& random) {
  if (!decision.values.empty()) return static_cast<uint16_t>(random.Below(decision.values.size()));
  const size_t built_in = decision.combine == Combine::kHighest ? 2 : 0;
  return static_cast<uint16_t>(built_in + random.Below(document.outcomes.size() - built_in));
}

Rule Reserved(const char* id, uint16_t then, const Catalog& catalog) {
  ConditionBuilder builder;
  builder.Const(true);
  Rule rule;
  rule.id = id;
  rule.reason = id;
  rule.then = then;
  rule.when = builder.Take(catalog);
  return rule;
}

DecisionRules RandomDecision(const Catalog& catalog, const Document& document, std::string name,
                             size_t max_rules, ConditionWriter& writer, Random& random) {
  DecisionRules decision;
  decision.name = std::move(name);
  if (decision.name == "ring") {
    const bool ranked = document.outcomes.size() > 2;
    decision.combine = static_cast<Combine>(random.Below(ranked ? 4 : 3));
  } else {
    decision.combine = random.Percent(50) ? Combine::kHighest : Combine::kFirstApplicable;
    const size_t count = 2 + random.Below(3);
    for (size_t i = 0; i < count; ++i) decision.values.push_back("value-" + std::to_string(i));
  }
  const size_t count = random.Below(max_rules + 1);
  const size_t floor = random.Percent(40) ? random.Below(count / 2 + 1) : 0;
  for (size_t i = 0; i < count; ++i) {
    Rule rule;
    rule.id = "r" + std::to_string(i);
    rule.reason = random.Percent(80) ? rule.id : "because of " + std::to_string(i);
    rule.when = writer.Write();
    rule.then = RandomThen(document, decision, random);
    (i < floor ? decision.floor : decision.rules).push_back(std::move(rule));
  }
  decision.otherwise = Reserved("otherwise", RandomThen(document, decision, random), catalog);
  decision.on_unavailable =
      Reserved("on_unavailable", RandomThen(document, decision, random), catalog);
  return decision;
}

std::vector<PolicyDefault> RandomDefaults(const Catalog& catalog, const PolicyShape& shape,
                                          Random& random) {
  std::vector<PolicyDefault> defaults;
  std::set<std::string> chosen;
  for (FactId id : shape.facts) {
    const FactInfo& fact = catalog.fact(id);
    if (!fact.can_be_unset || !random.Percent(40) || !chosen.insert(fact.entry).second) continue;
    PolicyDefault one;
    one.entry = fact.entry;
    const bool callee_side = fact.group == Group::kCallee;
    one.callee_fact = callee_side ? id : fact.reverse;
    one.caller_fact = callee_side ? fact.reverse : id;
    one.value = fact.type == FactType::kInt
                    ? static_cast<FactCode>(random.Between(0, fact.highest - fact.lowest))
                    : static_cast<FactCode>(random.Below(fact.code_count() - 1));
    defaults.push_back(std::move(one));
  }
  return defaults;
}

template <class Visit>
void EachNode(const Document& document, const Visit& visit) {
  for (const DecisionRules& decision : document.decisions) {
    for (const auto* rules : {&decision.floor, &decision.rules}) {
      for (const Rule& rule : *rules) {
        for (const ConditionNode& node : rule.when.nodes) visit(node);
      }
    }
  }
}

}  // namespace

uint32_t ConditionBuilder::Add(ConditionNode node) {
  condition_.nodes.push_back(std::move(node));
  return condition_.root();
}

uint32_t ConditionBuilder::Const(bool value) {
  ConditionNode node;
  node.value = value;
  return Add(std::move(node));
}

uint32_t ConditionBuilder::Test(FactId fact, std::vector<FactCode> values) {
  ConditionNode node;
  node.op = Op::kTest;
  node.fact = fact;
  node.values = std::move(values);
  return Add(std::move(node));
}

uint32_t ConditionBuilder::Compare(FactId fact, CompareOp op, int64_t constant) {
  ConditionNode node;
  node.op = Op::kCompare;
  node.fact = fact;
  node.compare = op;
  node.constant = constant;
  return Add(std::move(node));
}

uint32_t ConditionBuilder::In(FactId fact, std::vector<int64_t> constants) {
  ConditionNode node;
  node.op = Op::kIntIn;
  node.fact = fact;
  node.constants = std::move(constants);
  return Add(std::move(node));
}

uint32_t ConditionBuilder::Same(FactId fact, bool equal, FactId other) {
  ConditionNode node;
  node.op = Op::kSame;
  node.fact = fact;
  node.other = other;
  node.compare = equal ? CompareOp::kEq : CompareOp::kNe;
  return Add(std::move(node));
}

uint32_t ConditionBuilder::Not(uint32_t a) {
  ConditionNode node;
  node.op = Op::kNot;
  node.a = a;
  return Add(std::move(node));
}

uint32_t ConditionBuilder::And(uint32_t a, uint32_t b) {
  ConditionNode node;
  node.op = Op::kAnd;
  node.a = a;
  node.b = b;
  return Add(std::move(node));
}

uint32_t ConditionBuilder::Or(uint32_t a, uint32_t b) {
  ConditionNode node;
  node.op = Op::kOr;
  node.a = a;
  node.b = b;
  return Add(std::move(node));
}

uint32_t ConditionBuilder::If(uint32_t a, uint32_t b, uint32_t c) {
  ConditionNode node;
  node.op = Op::kIf;
  node.a = a;
  node.b = b;
  node.c = c;
  return Add(std::move(node));
}

Condition ConditionBuilder::Take(const Catalog& catalog) {
  condition_.text = FormatCondition(catalog, condition_);
  return std::exchange(condition_, Condition{});
}

Document RandomDocument(const Catalog& catalog, const PolicyShape& shape, Random& random) {
  ConditionWriter writer(catalog, shape, random);
  Document document;
  document.name = "random";
  document.catalog_version = catalog.version();
  document.defaults = RandomDefaults(catalog, shape, random);
  document.outcomes = RandomOutcomes(shape, random);
  std::vector<uint16_t> refusing;
  for (size_t i = 0; i < document.outcomes.size(); ++i) {
    if (document.outcomes[i].effect == Effect::kRefuse)
      refusing.push_back(static_cast<uint16_t>(i));
  }
  document.unknown_callee = random.Of(refusing);
  document.decisions.push_back(
      RandomDecision(catalog, document, "ring", shape.max_rules, writer, random));
  const size_t others = random.Below(shape.max_decisions);
  for (size_t i = 0; i < others; ++i) {
    document.decisions.push_back(
        RandomDecision(catalog, document, i == 0 ? "path" : "extra_" + std::to_string(i),
                       std::min<size_t>(shape.max_rules, 6), writer, random));
  }
  return document;
}

std::vector<FactId> PickFacts(const Catalog& catalog, size_t count, Random& random) {
  std::set<FactId> picked;
  while (picked.size() < std::min(count, catalog.size())) {
    const FactInfo& fact = catalog.fact(static_cast<FactId>(random.Below(catalog.size())));
    const bool small = fact.type == FactType::kBool || fact.members.size() <= 4;
    if (fact.type == FactType::kInt ? random.Percent(50) : small || random.Percent(60)) {
      picked.insert(fact.id);
    }
    // Pairs make comparisons of two facts possible.
    if (fact.reverse != fact.id && random.Percent(25)) picked.insert(fact.reverse);
  }
  return {picked.begin(), picked.end()};
}

FactCode RandomCode(const FactInfo& fact, const std::vector<int64_t>& near, Random& random) {
  const FactCode shift = fact.can_be_unset ? 1 : 0;
  if (shift != 0 && random.Percent(30)) return 0;
  if (fact.type != FactType::kInt) {
    return static_cast<FactCode>(shift + random.Below(fact.code_count() - shift));
  }
  int64_t value = random.Between(fact.lowest, fact.highest);
  if (!near.empty() && random.Percent(80)) {
    value = random.Of(near);
    value += random.Between(-1, 1);
  }
  value = std::clamp(value, fact.lowest, fact.highest);
  return static_cast<FactCode>(value - fact.lowest) + shift;
}

std::set<FactCode> CodesNear(const FactInfo& fact, const std::vector<int64_t>& constants) {
  std::set<FactCode> codes;
  if (fact.type != FactType::kInt) {
    for (FactCode code = 0; code < fact.code_count(); ++code) codes.insert(code);
    return codes;
  }
  const FactCode shift = fact.can_be_unset ? 1 : 0;
  codes = {0, shift, fact.code_count() - 1};
  for (int64_t constant : constants) {
    for (int64_t near = constant - 1; near <= constant + 1; ++near) {
      if (near < fact.lowest || near > fact.highest) continue;
      codes.insert(static_cast<FactCode>(near - fact.lowest) + shift);
    }
  }
  return codes;
}

std::vector<int64_t> ConstantsOf(const Document& document, FactId fact) {
  std::set<int64_t> constants;
  EachNode(document, [&](const ConditionNode& node) {
    if (node.fact != fact) return;
    if (node.op == Op::kCompare) constants.insert(node.constant);
    if (node.op == Op::kIntIn) constants.insert(node.constants.begin(), node.constants.end());
  });
  return {constants.begin(), constants.end()};
}

std::vector<FactId> FactsNamed(const Catalog& catalog, const Document& document) {
  std::set<FactId> facts = {catalog.Find("callee.known").value()};
  EachNode(document, [&](const ConditionNode& node) {
    const bool leaf = node.op == Op::kTest || node.op == Op::kCompare || node.op == Op::kIntIn ||
                      node.op == Op::kSame;
    if (leaf) facts.insert(node.fact);
    if (node.op == Op::kSame) facts.insert(node.other);
  });
  return {facts.begin(), facts.end()};
}

double WorldCount(const Catalog& catalog, const Document& document,
                  const std::vector<FactId>& unavailable) {
  double count = 1;
  for (FactId id : unavailable) {
    const FactInfo& fact = catalog.fact(id);
    count *= fact.type == FactType::kInt
                 ? 3.0 + 3.0 * static_cast<double>(ConstantsOf(document, id).size())
                 : static_cast<double>(fact.code_count());
  }
  return count;
}

}  // namespace ringfence::differential
