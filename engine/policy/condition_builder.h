// Puts typed conditions together. Takes leaves and operators in any shape; gives a Condition in one
// canonical shape: no foldable constant, chains of && and || as balanced trees, no double negation.
#pragma once

#include <cstdint>
#include <vector>

#include "base/span.h"
#include "facts/condition.h"

namespace ringfence {

class ConditionBuilder {
 public:
  using Part = uint32_t;

  Part Const(bool value, SourceSpan span);
  Part Leaf(ConditionNode node);
  Part Not(Part part, SourceSpan span);
  /// kAnd or kOr of any number of parts.
  Part Chain(ConditionNode::Op op, const std::vector<Part>& parts, SourceSpan span);
  Part If(Part guard, Part yes, Part no, SourceSpan span);

  bool IsConst(Part part) const { return nodes_[part].node.op == ConditionNode::Op::kConst; }

  /// The nodes of the condition whose root is `root`; its text is left empty.
  Condition Finish(Part root) const;

 private:
  struct Node {
    ConditionNode node;
    std::vector<Part> kids;
  };
  Part Add(ConditionNode::Op op, std::vector<Part> kids, SourceSpan span);
  uint32_t Emit(Part part, std::vector<ConditionNode>* out) const;
  uint32_t EmitChain(const Node& chain, size_t first, size_t count,
                     std::vector<ConditionNode>* out) const;

  std::vector<Node> nodes_;
};

}  // namespace ringfence
