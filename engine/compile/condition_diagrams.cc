// Boolean diagrams of conditions. See condition_diagrams.h.
#include "compile/condition_diagrams.h"

#include <algorithm>

#include "base/check.h"

namespace ringfence {

ConditionDiagrams::ConditionDiagrams(const Layout& layout, const Document& document,
                                     std::span<const FactId> order, DiagramBuilder* builder)
    : builder_(builder), variables_(layout.catalog.size()) {
  for (uint32_t i = 0; i < order.size(); ++i) {
    const FactInfo& fact = layout.catalog.fact(order[i]);
    Variable& variable = variables_[fact.id];
    CHECK_MSG(variable.position == kNoPosition, "a fact twice in an order");
    variable.position = i;
    variable.shift = fact.can_be_unset ? 1 : 0;
    variable.code_count = layout.code_counts[fact.id];
    variable.lowest = fact.lowest;
    if (fact.can_be_unset) variable.unset_value = DefaultValue(layout.catalog, document, fact.id);
  }
}

Ref ConditionDiagrams::Build(const Condition& condition, std::span<const Ref> terms) {
  terms_ = terms;
  CHECK(!condition.nodes.empty());
  CountUses(condition);
  refs_.assign(condition.nodes.size(), kFalseLeaf);
  for (uint32_t i = 0; i < refs_.size() && !builder_->exhausted(); ++i) {
    if (!absorbed_[i]) refs_[i] = BuildNode(condition, i);
  }
  return refs_.back();
}

/// Which nodes are links of a chain, `a || b || c`, that is built as a whole at its last link.
void ConditionDiagrams::CountUses(const Condition& condition) {
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
std::vector<Ref> ConditionDiagrams::Operands(const Condition& condition, uint32_t last) const {
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

Ref ConditionDiagrams::BuildNode(const Condition& condition, uint32_t index) {
  const ConditionNode& node = condition.nodes[index];
  switch (node.op) {
    case ConditionNode::Op::kConst:
      return node.value ? kTrueLeaf : kFalseLeaf;
    case ConditionNode::Op::kTest:
      if (node.fact >= Invariant::kTermFact) return terms_[node.fact - Invariant::kTermFact];
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

const ConditionDiagrams::Variable& ConditionDiagrams::At(FactId fact) const {
  CHECK_MSG(fact < variables_.size() && variables_[fact].position != kNoPosition,
            "a condition tests a fact that is not in the order");
  return variables_[fact];
}

/// The node of one fact from what each value leads to: `ends` has, ascending, the first value
/// (not code) of each stretch. The unset edge goes where the default value's does.
Ref ConditionDiagrams::Node(const Variable& variable, const std::vector<DiagramEdge>& ends) {
  CHECK(!ends.empty() && ends[0].from == 0);
  edges_.clear();
  if (variable.shift != 0) {
    const auto after =
        std::upper_bound(ends.begin(), ends.end(), variable.unset_value,
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
Ref ConditionDiagrams::OneOf(const Variable& variable, const std::vector<FactCode>& values, Ref in,
                             Ref out) {
  std::vector<DiagramEdge> ends = {{0, out}};
  for (FactCode value : values) {
    CHECK(value >= ends.back().from);
    if (ends.back().from == value) ends.pop_back();
    ends.push_back({value, in});
    ends.push_back({value + 1, out});
  }
  return Node(variable, ends);
}

FactCode ConditionDiagrams::ToValue(const Variable& variable, int64_t number) {
  const int64_t value = number - variable.lowest;
  CHECK_MSG(value >= 0 && value < int64_t{variable.code_count} - variable.shift,
            "a constant outside the catalog's range");
  return static_cast<FactCode>(value);
}

Ref ConditionDiagrams::Compare(const Variable& variable, CompareOp op, int64_t constant) {
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

Ref ConditionDiagrams::IntIn(const Variable& variable, const std::vector<int64_t>& constants) {
  std::vector<FactCode> values;
  values.reserve(constants.size());
  for (int64_t constant : constants) values.push_back(ToValue(variable, constant));
  return OneOf(variable, values);
}

/// Below each value of the fact that is tested first, a test of the other for that value.
Ref ConditionDiagrams::Same(const Variable& one, const Variable& other, bool equal) {
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

}  // namespace ringfence
