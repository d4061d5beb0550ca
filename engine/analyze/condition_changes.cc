// Conditions with one part changed. See mutants.h.
#include <algorithm>
#include <set>
#include <utility>

#include "analyze/mutants.h"
#include "base/check.h"
#include "policy/condition_builder.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

bool IsTest(Op op) {
  return op == Op::kTest || op == Op::kCompare || op == Op::kIntIn || op == Op::kSame;
}
bool IsChain(Op op) { return op == Op::kAnd || op == Op::kOr; }

struct Edit {
  enum class Kind { kConst, kNegate, kReplace, kOperator, kUncover, kExchange };
  Kind kind = Kind::kConst;
  uint32_t node = 0;
  bool value = false;       ///< of a kConst
  size_t operand = 0;       ///< of a kOperator: the one before it
  ConditionNode leaf = {};  ///< of a kReplace
};

/// Operands of the chain of one operator whose topmost node is `top`, from left to right.
std::vector<uint32_t> Operands(const Condition& condition, uint32_t top) {
  std::vector<uint32_t> operands, open = {top};
  while (!open.empty()) {
    const uint32_t index = open.back();
    open.pop_back();
    const ConditionNode& node = condition.nodes[index];
    if (node.op != condition.nodes[top].op) {
      operands.push_back(index);
    } else {
      open.insert(open.end(), {node.b, node.a});
    }
  }
  return operands;
}

/// Copies a condition but for one edit.
class Editor {
 public:
  Editor(const Condition& condition, const Edit& edit) : condition_(condition), edit_(edit) {}

  Condition Make(const Catalog& catalog) {
    Condition made = builder_.Finish(Copy(condition_.root()));
    made.text = FormatCondition(catalog, made);
    return made;
  }

 private:
  using Part = ConditionBuilder::Part;

  Part Copy(uint32_t index) {
    const ConditionNode& node = condition_.nodes[index];
    if (index == edit_.node) {
      switch (edit_.kind) {
        case Edit::Kind::kConst:
          return builder_.Const(edit_.value, node.span);
        case Edit::Kind::kNegate:
          return builder_.Not(Plain(index), node.span);
        case Edit::Kind::kReplace:
          return builder_.Leaf(edit_.leaf);
        case Edit::Kind::kUncover:
          return Copy(node.a);
        case Edit::Kind::kExchange:
          return builder_.If(Copy(node.a), Copy(node.c), Copy(node.b), node.span);
        case Edit::Kind::kOperator:
          break;  // a part of its chain
      }
    }
    return Plain(index);
  }

  Part Plain(uint32_t index) {
    const ConditionNode& node = condition_.nodes[index];
    switch (node.op) {
      case Op::kConst:
        return builder_.Const(node.value, node.span);
      case Op::kNot:
        return builder_.Not(Copy(node.a), node.span);
      case Op::kIf:
        return builder_.If(Copy(node.a), Copy(node.b), Copy(node.c), node.span);
      case Op::kAnd:
      case Op::kOr:
        return Chain(index);
      default:
        return builder_.Leaf(node);
    }
  }

  Part Chain(uint32_t index) {
    const ConditionNode& node = condition_.nodes[index];
    std::vector<Part> parts;
    for (uint32_t operand : Operands(condition_, index)) parts.push_back(Copy(operand));
    if (index == edit_.node && edit_.kind == Edit::Kind::kOperator) {
      const size_t at = edit_.operand;
      const Op other = node.op == Op::kAnd ? Op::kOr : Op::kAnd;
      parts[at] = builder_.Chain(other, {parts[at], parts[at + 1]}, node.span);
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    return builder_.Chain(node.op, parts, node.span);
  }

  const Condition& condition_;
  const Edit& edit_;
  ConditionBuilder builder_;
};

class Changer {
 public:
  Changer(const Catalog& catalog, const Condition& condition)
      : catalog_(catalog), condition_(condition), parents_(condition.nodes.size(), Op::kConst) {
    // "false" is the rule taken out.
    seen_ = {FormatCondition(catalog, condition), "false"};
    for (const ConditionNode& node : condition.nodes) {
      const uint32_t kids[] = {node.a, node.b, node.c};
      const size_t count = node.op == Op::kIf ? 3 : IsChain(node.op) ? 2 : node.op == Op::kNot;
      for (size_t i = 0; i < count; ++i) parents_[kids[i]] = node.op;
    }
  }

  std::vector<ConditionChange> All() {
    for (uint32_t i = 0; i < condition_.nodes.size(); ++i) {
      const ConditionNode& node = condition_.nodes[i];
      if (IsTest(node.op)) ChangeTest(i);
      if (IsChain(node.op) && parents_[i] != node.op) ChangeOperators(i);
      if (node.op == Op::kNot && !IsTest(condition_.nodes[node.a].op)) {
        Add({.kind = Edit::Kind::kUncover, .node = i}, "'!' taken from " + Text(node.a));
      }
      if (node.op == Op::kIf) {
        Add({.kind = Edit::Kind::kExchange, .node = i},
            "the sides of ':' exchanged after " + Text(node.a));
      }
    }
    return std::move(changes_);
  }

 private:
  std::string Text(uint32_t node) const { return FormatCondition(catalog_, condition_, node); }

  void Add(const Edit& edit, std::string what) {
    Condition made = Editor(condition_, edit).Make(catalog_);
    if (!seen_.insert(made.text).second) return;
    changes_.push_back({condition_.nodes[edit.node].span, std::move(what), std::move(made)});
  }

  void Replace(uint32_t index, const ConditionNode& leaf, std::string what) {
    Add({.kind = Edit::Kind::kReplace, .node = index, .leaf = leaf}, std::move(what));
  }

  void ChangeTest(uint32_t index) {
    const bool negated = parents_[index] == Op::kNot;
    const std::string text = Text(index);
    Add({.kind = Edit::Kind::kNegate, .node = index},
        negated ? "'!' taken from " + text : "'!' put before " + text);
    for (const bool value : {true, false}) {
      Add({.kind = Edit::Kind::kConst, .node = index, .value = value},
          text + " made " + (value ? "true" : "false"));
    }
    ChangeBoundary(index);
    DropMembers(index);
  }

  /// < and <=, > and >=.
  void ChangeBoundary(uint32_t index) {
    ConditionNode leaf = condition_.nodes[index];
    if (leaf.op != Op::kCompare || leaf.compare < CompareOp::kLt) return;
    constexpr std::pair<CompareOp, std::string_view> kOthers[] = {{CompareOp::kLe, "<="},
                                                                  {CompareOp::kLt, "<"},
                                                                  {CompareOp::kGe, ">="},
                                                                  {CompareOp::kGt, ">"}};
    const auto& [other, name] =
        kOthers[static_cast<size_t>(leaf.compare) - static_cast<size_t>(CompareOp::kLt)];
    leaf.compare = other;
    Replace(index, leaf, Text(index) + " made " + std::string(name));
  }

  /// fact in [number]: as the reader of conditions has it.
  static ConditionNode Equal(ConditionNode leaf) {
    leaf.op = Op::kCompare;
    leaf.compare = CompareOp::kEq;
    leaf.constant = leaf.constants[0];
    leaf.constants.clear();
    return leaf;
  }

  void DropMembers(uint32_t index) {
    const ConditionNode& node = condition_.nodes[index];
    const FactInfo& fact = catalog_.fact(node.fact);
    const size_t count = node.op == Op::kTest    ? node.values.size()
                         : node.op == Op::kIntIn ? node.constants.size()
                                                 : 0;
    for (size_t i = 0; count > 1 && i < count; ++i) {
      ConditionNode leaf = node;
      std::string member;
      if (node.op == Op::kTest) {
        if (fact.type != FactType::kEnum) return;
        member = "'" + fact.members[node.values[i]] + "'";
        leaf.values.erase(leaf.values.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        member = std::to_string(node.constants[i]);
        leaf.constants.erase(leaf.constants.begin() + static_cast<std::ptrdiff_t>(i));
        if (count == 2) leaf = Equal(leaf);
      }
      Replace(index, leaf, member + " taken out of " + Text(index));
    }
  }

  void ChangeOperators(uint32_t index) {
    const bool is_and = condition_.nodes[index].op == Op::kAnd;
    const std::vector<uint32_t> operands = Operands(condition_, index);
    for (size_t i = 0; i + 1 < operands.size(); ++i) {
      Add({.kind = Edit::Kind::kOperator, .node = index, .operand = i},
          std::string(is_and ? "'&&' made '||'" : "'||' made '&&'") + " between " +
              Text(operands[i]) + " and " + Text(operands[i + 1]));
    }
  }

  const Catalog& catalog_;
  const Condition& condition_;
  std::vector<Op> parents_;  ///< by node
  std::set<std::string> seen_;
  std::vector<ConditionChange> changes_;
};

}  // namespace

std::vector<ConditionChange> ChangesOf(const Catalog& catalog, const Condition& condition) {
  CHECK(!condition.nodes.empty());
  return Changer(catalog, condition).All();
}

}  // namespace ringfence
