// Folding on the way in, balancing on the way out.
#include "policy/condition_builder.h"

#include "base/check.h"

namespace ringfence {

using Op = ConditionNode::Op;

ConditionBuilder::Part ConditionBuilder::Add(Op op, std::vector<Part> kids, SourceSpan span) {
  Node node;
  node.node.op = op;
  node.node.span = span;
  node.kids = std::move(kids);
  nodes_.push_back(std::move(node));
  return static_cast<Part>(nodes_.size() - 1);
}

ConditionBuilder::Part ConditionBuilder::Const(bool value, SourceSpan span) {
  const Part part = Add(Op::kConst, {}, span);
  nodes_[part].node.value = value;
  return part;
}

ConditionBuilder::Part ConditionBuilder::Leaf(ConditionNode node) {
  const Part part = Add(node.op, {}, node.span);
  nodes_[part].node = std::move(node);
  return part;
}

ConditionBuilder::Part ConditionBuilder::Not(Part part, SourceSpan span) {
  if (IsConst(part)) return Const(!nodes_[part].node.value, span);
  if (nodes_[part].node.op == Op::kNot) return nodes_[part].kids[0];
  return Add(Op::kNot, {part}, span);
}

ConditionBuilder::Part ConditionBuilder::Chain(Op op, const std::vector<Part>& parts,
                                               SourceSpan span) {
  CHECK(op == Op::kAnd || op == Op::kOr);
  const bool absorbing = op == Op::kOr;  // true || x, false && x
  std::vector<Part> kids;
  for (const Part part : parts) {
    const Node& node = nodes_[part];
    if (IsConst(part)) {
      if (node.node.value == absorbing) return Const(absorbing, span);
    } else if (node.node.op == op) {
      kids.insert(kids.end(), node.kids.begin(), node.kids.end());
    } else {
      kids.push_back(part);
    }
  }
  if (kids.empty()) return Const(!absorbing, span);
  if (kids.size() == 1) return kids[0];
  return Add(op, std::move(kids), span);
}

ConditionBuilder::Part ConditionBuilder::If(Part guard, Part yes, Part no, SourceSpan span) {
  if (IsConst(guard)) return nodes_[guard].node.value ? yes : no;
  if (IsConst(yes) && IsConst(no)) {
    if (nodes_[yes].node.value == nodes_[no].node.value) return Const(nodes_[yes].node.value, span);
    return nodes_[yes].node.value ? guard : Not(guard, span);
  }
  return Add(Op::kIf, {guard, yes, no}, span);
}

Condition ConditionBuilder::Finish(Part root) const {
  Condition condition;
  const uint32_t last = Emit(root, &condition.nodes);
  CHECK(last == condition.root());
  return condition;
}

uint32_t ConditionBuilder::Emit(Part part, std::vector<ConditionNode>* out) const {
  const Node& node = nodes_[part];
  if (node.node.op == Op::kAnd || node.node.op == Op::kOr) {
    return EmitChain(node, 0, node.kids.size(), out);
  }
  ConditionNode copy = node.node;
  uint32_t* const places[] = {&copy.a, &copy.b, &copy.c};
  CHECK(node.kids.size() <= 3);
  for (size_t i = 0; i < node.kids.size(); ++i) *places[i] = Emit(node.kids[i], out);
  out->push_back(std::move(copy));
  return static_cast<uint32_t>(out->size() - 1);
}

// A chain of thousands is a tree a dozen deep, so whoever walks it may recurse.
uint32_t ConditionBuilder::EmitChain(const Node& chain, size_t first, size_t count,
                                     std::vector<ConditionNode>* out) const {
  if (count == 1) return Emit(chain.kids[first], out);
  ConditionNode node = chain.node;
  node.a = EmitChain(chain, first, count / 2, out);
  node.b = EmitChain(chain, first + count / 2, count - count / 2, out);
  out->push_back(std::move(node));
  return static_cast<uint32_t>(out->size() - 1);
}

}  // namespace ringfence
