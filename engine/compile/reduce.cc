// Third pass: rules and an order of facts -> the reduced ordered diagram of which rule decides.
// Conditions become boolean diagrams, these diagrams of one rule each, and neighbours are combined
// two by two: a fact compared with n constants by n rules costs n log n that way, not n squared.
#include <algorithm>
#include <span>
#include <utility>

#include "base/check.h"
#include "compile/compile.h"
#include "compile/diagram_builder.h"

namespace ringfence {
namespace {

constexpr uint32_t kNoPosition = 0xFFFFFFFFu;

/// Combines neighbours two by two until one is left.
template <class Combine>
Ref Fold(std::vector<Ref> refs, const Combine& combine) {
  CHECK(!refs.empty());
  while (refs.size() > 1) {
    size_t kept = 0;
    for (size_t i = 0; i + 1 < refs.size(); i += 2) refs[kept++] = combine(refs[i], refs[i + 1]);
    if (refs.size() % 2 != 0) refs[kept++] = refs.back();
    refs.resize(kept);
  }
  return refs[0];
}

/// One fact as the tests of a condition see it.
struct Variable {
  uint32_t position = kNoPosition;
  FactCode shift = 0;  ///< 1 where code 0 is unset
  FactCode code_count = 0;
  FactCode unset_value = 0;
  int64_t lowest = 0;
};

/// Turns conditions into boolean diagrams.
class Conditions {
 public:
  Conditions(const Layout& layout, const Document& document, const VariableOrder& order,
             DiagramBuilder* builder)
      : builder_(builder), variables_(layout.catalog.size()) {
    for (uint32_t i = 0; i < order.facts.size(); ++i) {
      const FactInfo& fact = layout.catalog.fact(order.facts[i]);
      Variable& variable = variables_[fact.id];
      CHECK_MSG(variable.position == kNoPosition, "a fact twice in an order");
      variable.position = i;
      variable.shift = fact.can_be_unset ? 1 : 0;
      variable.code_count = layout.code_counts[fact.id];
      variable.lowest = fact.lowest;
      if (fact.can_be_unset) variable.unset_value = DefaultValue(layout.catalog, document, fact.id);
    }
  }

  Ref Build(const Condition& condition) {
    CHECK(!condition.nodes.empty());
    CountUses(condition);
    refs_.assign(condition.nodes.size(), kFalseLeaf);
    for (uint32_t i = 0; i < refs_.size() && !builder_->exhausted(); ++i) {
      if (!absorbed_[i]) refs_[i] = BuildNode(condition, i);
    }
    return refs_.back();
  }

 private:
  /// Which nodes are links of a chain, `a || b || c`, that is built as a whole at its last link.
  void CountUses(const Condition& condition) {
    using Op = ConditionNode::Op;
    const std::vector<ConditionNode>& nodes = condition.nodes;
    std::vector<uint32_t> uses(nodes.size(), 0);
    absorbed_.assign(nodes.size(), false);
    for (uint32_t i = 0; i < nodes.size(); ++i) {
      const ConditionNode& node = nodes[i];
      if (node.op < Op::kNot) continue;
      const bool joins = node.op == Op::kAnd || node.op == Op::kOr;
      const uint32_t children[] = {node.a, node.b, node.c};
      const size_t count = node.op == Op::kNot ? 1 : joins ? 2 : 3;
      for (uint32_t child : std::span(children, count)) {
        CHECK_MSG(child < i, "a condition's child after its parent");
        const bool first = ++uses[child] == 1;
        absorbed_[child] = first && joins && nodes[child].op == node.op;
      }
    }
  }

  /// The operands of the chain that ends at `last`, in the order of the text.
  std::vector<Ref> Operands(const Condition& condition, uint32_t last) const {
    std::vector<Ref> operands;
    std::vector<uint32_t> left = {condition.nodes[last].b, condition.nodes[last].a};
    while (!left.empty()) {
      const uint32_t at = left.back();
      left.pop_back();
      if (!absorbed_[at]) {
        operands.push_back(refs_[at]);
        continue;
      }
      left.push_back(condition.nodes[at].b);
      left.push_back(condition.nodes[at].a);
    }
    return operands;
  }

  Ref BuildNode(const Condition& condition, uint32_t index) {
    const ConditionNode& node = condition.nodes[index];
    switch (node.op) {
      case ConditionNode::Op::kConst:
        return node.value ? kTrueLeaf : kFalseLeaf;
      case ConditionNode::Op::kTest:
        return OneOf(At(node.fact), node.values);
      case ConditionNode::Op::kCompare:
        return Compare(At(node.fact), node.compare, node.constant);
      case ConditionNode::Op::kIntIn:
        return IntIn(At(node.fact), node.constants);
      case ConditionNode::Op::kSame:
        return Same(At(node.fact), At(node.other), node.compare == CompareOp::kEq);
      case ConditionNode::Op::kNot:
        return builder_->IfThenElse(refs_[node.a], kFalseLeaf, kTrueLeaf);
      case ConditionNode::Op::kAnd:
        return Fold(Operands(condition, index),
                    [this](Ref a, Ref b) { return builder_->IfThenElse(a, b, kFalseLeaf); });
      case ConditionNode::Op::kOr:
        return Fold(Operands(condition, index),
                    [this](Ref a, Ref b) { return builder_->IfThenElse(a, kTrueLeaf, b); });
      case ConditionNode::Op::kIf:
        return builder_->IfThenElse(refs_[node.a], refs_[node.b], refs_[node.c]);
    }
    CHECK_MSG(false, "no such operator");
    return kFalseLeaf;
  }

  const Variable& At(FactId fact) const {
    CHECK_MSG(fact < variables_.size() && variables_[fact].position != kNoPosition,
              "a condition tests a fact that is not in the order");
    return variables_[fact];
  }

  /// The node of one fact from what each value leads to: `ends` has, ascending, the first value
  /// (not code) of each stretch. The unset edge goes where the default value's does.
  Ref Node(const Variable& variable, const std::vector<DiagramEdge>& ends) {
    CHECK(!ends.empty() && ends[0].from == 0);
    edges_.clear();
    if (variable.shift != 0) {
      const auto after = std::upper_bound(
          ends.begin(), ends.end(), variable.unset_value,
          [](FactCode value, const DiagramEdge& edge) { return value < edge.from; });
      edges_.push_back({0, std::prev(after)->to});
    }
    for (const DiagramEdge& edge : ends) {
      if (edge.from + variable.shift >= variable.code_count) break;
      edges_.push_back({edge.from + variable.shift, edge.to});
    }
    return builder_->Make(variable.position, edges_);
  }

  /// The values in `values` (ascending) lead to `in`, the others to `out`.
  Ref OneOf(const Variable& variable, const std::vector<FactCode>& values, Ref in = kTrueLeaf,
            Ref out = kFalseLeaf) {
    std::vector<DiagramEdge> ends = {{0, out}};
    for (FactCode value : values) {
      CHECK(value >= ends.back().from);
      if (ends.back().from == value) ends.pop_back();
      ends.push_back({value, in});
      ends.push_back({value + 1, out});
    }
    return Node(variable, ends);
  }

  FactCode ToValue(const Variable& variable, int64_t number) const {
    const int64_t value = number - variable.lowest;
    CHECK_MSG(value >= 0 && value < int64_t{variable.code_count} - variable.shift,
              "a constant outside the catalog's range");
    return static_cast<FactCode>(value);
  }

  Ref Compare(const Variable& variable, CompareOp op, int64_t constant) {
    const FactCode value = ToValue(variable, constant);
    const auto below = [&](FactCode bound, bool inside) {
      const Ref low = inside ? kTrueLeaf : kFalseLeaf;
      const Ref high = inside ? kFalseLeaf : kTrueLeaf;
      if (bound == 0) return Node(variable, {{0, high}});
      return Node(variable, {{0, low}, {bound, high}});
    };
    switch (op) {
      case CompareOp::kEq:
        return OneOf(variable, {value});
      case CompareOp::kNe:
        return OneOf(variable, {value}, kFalseLeaf, kTrueLeaf);
      case CompareOp::kLt:
        return below(value, true);
      case CompareOp::kLe:
        return below(value + 1, true);
      case CompareOp::kGt:
        return below(value + 1, false);
      case CompareOp::kGe:
        return below(value, false);
    }
    CHECK_MSG(false, "no such comparison");
    return kFalseLeaf;
  }

  Ref IntIn(const Variable& variable, const std::vector<int64_t>& constants) {
    std::vector<FactCode> values;
    values.reserve(constants.size());
    for (int64_t constant : constants) values.push_back(ToValue(variable, constant));
    return OneOf(variable, values);
  }

  /// Below each value of the fact that is tested first, a test of the other for that value.
  Ref Same(const Variable& one, const Variable& other, bool equal) {
    if (one.position == other.position) return equal ? kTrueLeaf : kFalseLeaf;
    const Variable& upper = one.position < other.position ? one : other;
    const Variable& lower = one.position < other.position ? other : one;
    std::vector<DiagramEdge> ends;
    for (FactCode value = 0; value + upper.shift < upper.code_count; ++value) {
      if (builder_->exhausted()) return kFalseLeaf;
      const Ref is_value =
          equal ? OneOf(lower, {value}) : OneOf(lower, {value}, kFalseLeaf, kTrueLeaf);
      ends.push_back({value, is_value});
    }
    return builder_->exhausted() ? kFalseLeaf : Node(upper, ends);
  }

  DiagramBuilder* builder_;
  std::vector<Variable> variables_;  ///< by fact
  std::vector<Ref> refs_;            ///< by node of the condition being built
  std::vector<bool> absorbed_;       ///< likewise; such a node has no ref
  std::vector<DiagramEdge> edges_;
};

std::string Target(const RuleList& rules, Ref ref) {
  if ((ref & kLeafBit) == 0) return "#" + std::to_string(ref);
  return std::string(rules.rules[ref & ~kLeafBit].id());
}

}  // namespace

std::optional<Diagram> ReduceRules(const Layout& layout, const RuleList& rules,
                                   const VariableOrder& order, uint32_t max_nodes,
                                   uint32_t max_created, Growth* growth) {
  DiagramBuilder builder(max_created);
  Conditions conditions(layout, *rules.document, order, &builder);
  std::vector<Ref> parts;
  for (uint32_t i = 0; i < rules.otherwise; ++i) {
    const Ref when = conditions.Build(*rules.rules[i].when);
    parts.push_back(builder.IfThenElse(when, kLeafBit | i, kNoRuleLeaf));
  }
  parts.push_back(kLeafBit | rules.otherwise);
  const Ref root = Fold(std::move(parts), [&](Ref first, Ref second) {
    return builder.FirstApplicable(first, second);
  });
  *growth = {builder.created(), 0};
  if (builder.exhausted()) return std::nullopt;
  Diagram diagram = builder.Extract(root);
  growth->nodes = static_cast<uint32_t>(diagram.nodes.size());
  if (growth->nodes > max_nodes) return std::nullopt;
  diagram.order = order.facts;
  return diagram;
}

uint32_t WorstRule(const Layout& layout, const RuleList& rules, const VariableOrder& order,
                   uint32_t max_created, uint32_t* created) {
  DiagramBuilder builder(max_created);
  Conditions conditions(layout, *rules.document, order, &builder);
  Ref root = kLeafBit | rules.otherwise;
  uint32_t worst = 0, worst_made = 0;
  for (uint32_t i = rules.otherwise; i-- > 0 && !builder.exhausted();) {
    const uint32_t before = builder.created();
    root = builder.IfThenElse(conditions.Build(*rules.rules[i].when), kLeafBit | i, root);
    if (builder.created() - before < worst_made) continue;
    worst_made = builder.created() - before;
    worst = i;
  }
  *created = builder.created();
  return worst;
}

std::string DumpDiagram(const Catalog& catalog, const RuleList& rules, const Diagram& diagram) {
  std::string out = "diagram, " + std::to_string(diagram.nodes.size()) + " nodes, root " +
                    Target(rules, diagram.root) + "\n";
  for (size_t i = diagram.nodes.size(); i-- > 0;) {
    const DiagramNode& node = diagram.nodes[i];
    const FactId fact = diagram.order[node.position];
    out += "  #" + std::to_string(i) + " " + catalog.fact(fact).name + ":";
    for (uint32_t edge = 0; edge < node.edge_count; ++edge) {
      const DiagramEdge& at = diagram.edges[node.first_edge + edge];
      const FactCode end = edge + 1 < node.edge_count
                               ? diagram.edges[node.first_edge + edge + 1].from
                               : catalog.fact(fact).code_count();
      out += (edge == 0 ? " " : ", ") + FormatCodes(catalog, fact, at.from, end - 1) + " -> " +
             Target(rules, at.to);
    }
    out += "\n";
  }
  return out;
}

}  // namespace ringfence
